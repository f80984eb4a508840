import { createHmac, timingSafeEqual } from 'node:crypto';
import { PROOF_BYTES } from './wire.js';

/**
 * That somebody knows the secret, for two nonces of which one is the other side's own: worth nothing for another connection, nor for the other direction.
 *
 * @example
 * ```ts
 * const proof = proofOf(secret, 'server', serviceNonce, serverNonce);
 * ```
 */
export function proofOf(
  secret: string | null,
  who: 'server' | 'service',
  serviceNonce: Uint8Array,
  serverNonce: Uint8Array,
): Uint8Array {
  if (secret === null) return new Uint8Array(PROOF_BYTES);
  return createHmac('sha256', secret).update(`sgaps inference ${who}\0`).update(serviceNonce).update(serverNonce).digest();
}

/** Compares in a time that tells nothing of where they differ. */
export function isProof(found: Uint8Array, expected: Uint8Array): boolean {
  return found.length === expected.length && timingSafeEqual(found, expected);
}
