import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/**
 * A folder over HTTP on an ephemeral local port, with one address that takes posted bytes: what the capturing page sends home.
 *
 * @example
 * ```ts
 * const server = await StaticServer.start('examples/phaser-platformer/dist', async (bytes) => store(bytes));
 * await page.goto(`${server.origin}/`);
 * await server.close();
 * ```
 */
export class StaticServer {
  /** Where pages POST bytes to. */
  static readonly POST_PATH = '/__sgaps/post';

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  /** Starts serving `root`; `onPost` gets each posted body and the query of its address, `headers` go with every file. */
  static async start(
    root: string,
    onPost: (body: Buffer, query: URLSearchParams) => Promise<void> | void,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<StaticServer> {
    const server = createServer((request, response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      answer(root, onPost, request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new StaticServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

async function answer(
  root: string,
  onPost: (body: Buffer, query: URLSearchParams) => Promise<void> | void,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://local');
  const headers = { 'access-control-allow-origin': '*' };
  if (request.method === 'POST' && url.pathname === StaticServer.POST_PATH) {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    await onPost(Buffer.concat(parts), url.searchParams);
    response.writeHead(204, headers).end();
    return;
  }
  let path = normalize(join(root, decodeURIComponent(url.pathname)));
  if (path !== root && !path.startsWith(root.endsWith(sep) ? root : root + sep)) {
    response.writeHead(403, headers).end();
    return;
  }
  if (existsSync(path) && statSync(path).isDirectory()) path = join(path, 'index.html');
  if (!existsSync(path)) {
    response.writeHead(404, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
  createReadStream(path).pipe(response);
}
