/** Cookie of who logged in, and the beginning of those of share links, one for each recording. */
export const LOGIN_COOKIE = 'sgaps';
export const SHARE_COOKIE = 'sgaps-share-';
/** Share links that one browser keeps; the headers of a request must not grow without end. */
export const MOST_SHARES = 8;

/** Characters of all cookies that are looked at. */
const LONGEST = 32_768;

/** A header of a request, wherever it comes from. */
export type HeaderReader = (name: string) => string | null | undefined;

/** Our cookies by their names. */
export function cookiesOf(header: HeaderReader): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const text = header('cookie') ?? '';
  if (text.length > LONGEST) return found;
  for (const part of text.split(';')) {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    if (at > 0 && (name === LOGIN_COOKIE || name.startsWith(SHARE_COOKIE))) found.set(name, part.slice(at + 1).trim());
  }
  return found;
}

/**
 * All tokens and keys that a request came with: its bearer's, else those of its cookies, which only count for this server's own pages: a browser sends
 * them along with what any page asks for.
 */
export function credentialsOf(header: HeaderReader): readonly string[] {
  const bearer = /^Bearer +(\S+) *$/i.exec(header('authorization') ?? '')?.[1];
  if (bearer !== undefined) return [bearer];
  if (isForeign(header)) return [];
  return [...cookiesOf(header).values()].slice(0, MOST_SHARES + 1);
}

/** True where a browser says that the page which asks is of another origin. */
function isForeign(header: HeaderReader): boolean {
  const origin = header('origin');
  if (header('sec-fetch-site') === 'cross-site') return true;
  if (!origin) return false;
  return !URL.canParse(origin) || new URL(origin).host !== header('host');
}
