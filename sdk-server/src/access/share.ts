import { SgapsError } from '@sgaps/protocol';

/** Name of the query that carries a share link's token to the session page; it is taken out of the address at once. */
export const SHARE_QUERY = 'share';

/** The address by which anyone who has it may watch a recording. Throws `ARGUMENT_INVALID` for a base that is no web address. */
export function shareAddress(base: string, recording: string, token: string): string {
  const isWeb = URL.canParse(base) && /^https?:$/.test(new URL(base).protocol);
  if (!isWeb) throw new SgapsError('ARGUMENT_INVALID', `'${base}' is no address of a server, as https://replay.example.com.`);
  const url = new URL(`session/${encodeURIComponent(recording)}`, base.endsWith('/') ? base : `${base}/`);
  url.searchParams.set(SHARE_QUERY, token);
  return url.href;
}
