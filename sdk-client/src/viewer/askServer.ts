import { SgapsError } from '@sgaps/protocol/vocabulary';

/** What a server answers. */
export interface ServerAnswer<T> {
  readonly status: number;
  /** What was asked. */
  readonly url: string;
  readonly body: T;
}

/**
 * Asks an SGAPS server.
 *
 * @throws SgapsError `ARGUMENT_INVALID` for an address that is none, `CLOSED` where it does not answer or `signal` is aborted
 */
export async function askServer<T>(
  server: string,
  path: string,
  read: (response: Response) => Promise<T>,
  signal: AbortSignal,
): Promise<ServerAnswer<T>> {
  let url: URL;
  try {
    url = new URL(path, new URL(server.endsWith('/') ? server : `${server}/`, globalThis.location?.href));
  } catch (cause) {
    throw new SgapsError('ARGUMENT_INVALID', `A server's address is like https://replays.example.com, not '${server}'.`, {
      cause,
    });
  }
  try {
    const response = await fetch(url, { signal });
    return { status: response.status, url: url.href, body: await read(response) };
  } catch (cause) {
    const what = `No SGAPS server answers at ${url.origin}: see that it runs there and allows pages of this origin.`;
    throw new SgapsError('CLOSED', what, { cause });
  }
}

/**
 * Where a server's transport is, `ws://…`.
 *
 * @param what What it would show, as in `renders no replays`.
 * @throws SgapsError as `askServer`, `NOT_FOUND` where there is none
 */
export async function findTransport(server: string, what: string, signal: AbortSignal): Promise<string> {
  const { status, url: asked, body } = await askServer(server, 'api/viewing', (response) => response.text(), signal);
  let url: unknown;
  try {
    if (status === 200) url = (JSON.parse(body) as { url?: unknown } | null)?.url;
  } catch {
    // Not from an SGAPS server: said below.
  }
  if (typeof url === 'string') return url;
  if (url === null)
    throw new SgapsError('NOT_FOUND', `The server at ${server} renders no ${what}: start its transport and renderer.`);
  throw new SgapsError('NOT_FOUND', `${asked} says nothing of a transport (${status}): is an SGAPS server there?`);
}
