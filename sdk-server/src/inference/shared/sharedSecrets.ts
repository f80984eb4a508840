/**
 * The secrets that processes of one installation share (`SGAPS_SECRET`), newest first; none where it is not set.
 *
 * @example
 * ```ts
 * const [newest] = sharedSecrets();
 * ```
 */
export function sharedSecrets(): string[] {
  const secrets = (process.env.SGAPS_SECRET ?? '').split(',').map((secret) => secret.trim());
  return secrets.filter((secret) => secret !== '');
}
