import { Router } from 'express';

/**
 * Where viewers connect to.
 *
 * @example
 * ```ts
 * const address: ViewingAddress = { port: 2568, url: null, origins: [] };
 * ```
 */
export interface ViewingAddress {
  /** Port of the transport on the host that was asked; null where there is none. */
  readonly port: number | null;
  /** The whole address, where a proxy stands before it. */
  readonly url: string | null;
  /** Origins other than the server's own whose pages may watch; `*` for all. */
  readonly origins: readonly string[];
}

/**
 * `/api/viewing`: `{ url }`, the WebSocket address of the transport as seen by whoever asks; null where none was started.
 *
 * @example
 * ```ts
 * app.use('/api/viewing', viewingRoute({ port: 2568, url: null }));
 * ```
 */
export function viewingRoute({ port, url }: Pick<ViewingAddress, 'port' | 'url'>): Router {
  const router = Router();
  router.get('/', ({ headers, protocol }, response) => {
    const asked = `http://${headers.host}`;
    const host = headers.host !== undefined && URL.canParse(asked) ? new URL(asked).hostname : null;
    const own = port !== null && host !== null ? `${protocol === 'https' ? 'wss' : 'ws'}://${host}:${port}` : null;
    response.json({ url: url ?? own });
  });
  return router;
}
