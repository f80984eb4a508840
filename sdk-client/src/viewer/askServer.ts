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
  token?: string,
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
    const response = await fetch(url, { signal, headers: token ? { authorization: `Bearer ${token}` } : {} });
    return { status: response.status, url: url.href, body: await read(response) };
  } catch (cause) {
    const what = `No SGAPS server answers at ${url.origin}: see that it runs there and allows pages of this origin.`;
    throw new SgapsError('CLOSED', what, { cause });
  }
}

/** Where pictures come from, and what opens them there. */
export interface FoundTransport {
  /** `ws://…` */
  readonly url: string;
  /** A ticket for the scene, where one is needed. */
  readonly token?: string;
}

/**
 * Where a server's transport is.
 *
 * @param what What it would show, as in `renders no replays`.
 * @throws SgapsError as `askServer`, `NOT_FOUND` where there is none, `UNAUTHORIZED` where the token does not let one watch this
 */
export async function findTransport(
  { server, scene, token }: { readonly server: string; readonly scene: string; readonly token?: string },
  what: string,
  signal: AbortSignal,
): Promise<FoundTransport> {
  const path = `api/viewing?scene=${encodeURIComponent(scene)}`;
  const { status, url: asked, body } = await askServer(server, path, (response) => response.text(), signal, token);
  let url: unknown;
  let ticket: unknown;
  try {
    if (status === 200) ({ url, token: ticket } = JSON.parse(body) as { url?: unknown; token?: unknown });
  } catch {
    // Not from an SGAPS server: said below.
  }
  if (typeof url === 'string') return { url, token: typeof ticket === 'string' ? ticket : undefined };
  if (status === 401 || status === 403)
    throw new SgapsError('UNAUTHORIZED', `The server at ${server} does not let you watch this: it needs a token for it.`);
  if (url === null)
    throw new SgapsError('NOT_FOUND', `The server at ${server} renders no ${what}: start its transport and renderer.`);
  throw new SgapsError('NOT_FOUND', `${asked} says nothing of a transport (${status}): is an SGAPS server there?`);
}
