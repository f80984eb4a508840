import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeViewerMessage, isSgapsError, SgapsError } from '@sgaps/protocol';
import { type WebSocket, WebSocketServer } from 'ws';
import { layersOf, plainError } from '../link/linkMessages.js';
import type { AdapterHost, FrontendAdapter, Seat, SentPicture, Viewer } from './FrontendAdapter.js';

/** Bytes of one message of a viewer, and messages a second, beyond which it is sent away. */
const MOST_BYTES = 4096;
const MOST_MESSAGES = 300;
/** Messages that make no sense, after which a viewer is sent away. */
const MOST_REFUSED = 20;
/** ms between pings that find out who is gone. */
const ALIVE_EVERY = 30_000;
/** ms that a viewer who is sent away may take to go. */
const GOODBYE_WITHIN = 2_000;
/** Close codes of our own: refused, and over. */
const REFUSED = 4400;
const OVER = 4410;

/**
 * Options of `WebSocketAdapter`.
 *
 * @example
 * ```ts
 * const options: WebSocketAdapterOptions = { port: 2568, origins: ['https://tools.example.com'] };
 * ```
 */
export interface WebSocketAdapterOptions {
  /** 0 takes a free one. Default 2568. */
  readonly port?: number;
  /** Interface to listen on; default all. */
  readonly host?: string;
  /** Origins other than the host's own (on any port) whose pages may watch; default none, `*` allows all. */
  readonly origins?: readonly string[];
  /** Answers other than `/healthz` and `/readyz` that it gives over HTTP, by path: such as `/metrics`. One that rejects is a 500. */
  readonly answers?: Readonly<Record<string, (request: IncomingMessage) => Promise<HttpAnswer>>>;
}

/**
 * An answer over HTTP.
 *
 * @example
 * ```ts
 * const answer: HttpAnswer = { status: 200, type: 'text/plain', body: 'all is well' };
 * ```
 */
export interface HttpAnswer {
  readonly status: number;
  /** Content type. */
  readonly type: string;
  readonly body: string;
}

/**
 * Viewers by WebSocket (P9–P11), and beside it `GET /healthz` (200 while it answers) and `GET /readyz` (200 while a renderer is there, else 503).
 *
 * @example
 * ```ts
 * const adapter = new WebSocketAdapter({ port: 2568 });
 * const transport = await TransportService.start({ sockets, adapters: [adapter] });
 * console.log(adapter.port);
 * ```
 */
export class WebSocketAdapter implements FrontendAdapter {
  readonly name = 'websocket';
  private readonly http: Server = createServer((request, response) => this.answer(request, response));
  private readonly sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_BYTES, perMessageDeflate: false });
  private readonly alive = new WeakSet<WebSocket>();
  private beat: NodeJS.Timeout | null = null;
  private host: AdapterHost | null = null;

  constructor(private readonly options: WebSocketAdapterOptions = {}) {}

  /** The port it listens on. */
  get port(): number {
    return (this.http.address() as AddressInfo | null)?.port ?? 0;
  }

  async start(host: AdapterHost): Promise<void> {
    this.host = host;
    this.http.on('upgrade', (request, socket, head) => {
      socket.on('error', () => undefined);
      const url = `ws://host${request.url ?? '/'}`;
      if (!URL.canParse(url)) {
        socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
        return;
      }
      if (!this.mayWatch(request)) {
        host.warn({ origin: request.headers.origin }, 'viewer refused: its page is of another origin');
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
        return;
      }
      this.sockets.handleUpgrade(request, socket, head, (viewer) => this.seat(viewer, new URL(url).searchParams, host));
    });
    await new Promise<void>((resolve, reject) => {
      this.http.once('error', reject);
      this.http.listen(this.options.port ?? 2568, this.options.host, () => {
        this.http.off('error', reject);
        resolve();
      });
    });
    this.beat = setInterval(() => this.findLost(), ALIVE_EVERY);
  }

  async stop(): Promise<void> {
    if (this.beat) clearInterval(this.beat);
    for (const socket of this.sockets.clients) socket.terminate();
    this.http.closeAllConnections();
    await new Promise<void>((resolve) => this.http.close(() => resolve()));
  }

  private seat(socket: WebSocket, query: URLSearchParams, host: AdapterHost): void {
    socket.binaryType = 'nodebuffer';
    this.alive.add(socket);
    socket.on('pong', () => this.alive.add(socket));
    const viewer = new SocketViewer(socket);
    let seat: Seat | null = null;
    socket.on('error', (error) => host.warn({ reason: error.message }, 'viewer sent what is no WebSocket message'));
    socket.on('close', () => seat?.leave());
    try {
      const [scene, encoder, channel] = ['scene', 'encoder', 'channel'].map((name) => query.get(name) ?? '');
      seat = host.join({ scene, encoder: encoder || 'jpeg+depth', channel: channel || 'own' }, viewer);
    } catch (error) {
      if (!isSgapsError(error)) throw error;
      viewer.refuse(error);
      return;
    }
    const guard = new Guard();
    const taken = seat;
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (viewer.isRefused) return;
      const refusal = guard.check(() => (isBinary ? takeBinary(taken, viewer, data) : takeText(taken, data)));
      if (!refusal) return;
      host.warn({ code: refusal.error.code, reason: refusal.error.message }, 'viewer: message refused');
      if (!refusal.last) return;
      taken.leave();
      viewer.refuse(refusal.error);
    });
  }

  private mayWatch({ headers }: IncomingMessage): boolean {
    const { origins = [] } = this.options;
    const { origin, host } = headers;
    if (origin === undefined || origins.includes('*') || origins.includes(origin)) return true;
    if (!URL.canParse(origin) || !URL.canParse(`http://${host}`)) return false;
    return new URL(origin).hostname === new URL(`http://${host}`).hostname;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '/').split('?', 1)[0];
    const give = ({ status, type, body }: HttpAnswer) =>
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    const json = (status: number, value: unknown) => give({ status, type: 'application/json', body: JSON.stringify(value) });
    const own = Object.hasOwn(this.options.answers ?? {}, path) ? this.options.answers?.[path] : undefined;
    const health = this.host?.health() ?? {};
    if (request.method !== 'GET') response.writeHead(404).end();
    else if (path === '/healthz') json(200, health);
    else if (path === '/readyz') {
      const ready = health.status === 'ok';
      const why = ready ? null : 'No renderer is connected: start one with `sgaps renderer`.';
      json(ready ? 200 : 503, { ready, checks: { renderer: { ok: ready, why } } });
    } else if (own)
      own(request).then(give, (error: unknown) => {
        this.host?.warn({ err: error, path }, 'request failed');
        response.writeHead(500).end();
      });
    else response.writeHead(404).end();
  }

  private findLost(): void {
    for (const socket of this.sockets.clients) {
      if (!this.alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }
}

/** A WebSocket as a viewer. */
class SocketViewer implements Viewer {
  /** Nothing of it is read any more. */
  isRefused = false;

  constructor(private readonly socket: WebSocket) {}

  tell(message: Readonly<{ type: string } & Record<string, unknown>>, data?: Uint8Array): void {
    this.socket.send(JSON.stringify(message));
    if (data) this.bytes(data);
  }

  show({ frameId, about, data }: SentPicture): void {
    this.socket.send(JSON.stringify({ ...about, type: 'picture', frameId, unchanged: data === null }));
    if (data) this.bytes(data);
  }

  ended(error: SgapsError): void {
    this.end(OVER, error);
  }

  backlog(): number {
    return this.socket.bufferedAmount;
  }

  refuse(error: SgapsError): void {
    this.isRefused = true;
    this.end(REFUSED, error);
  }

  /** As they are: all viewers of a picture are sent the same bytes. */
  bytes(data: Uint8Array): void {
    this.socket.send(data, { binary: true });
  }

  private end(code: number, error: SgapsError): void {
    this.socket.send(JSON.stringify({ type: 'error', ...plainError(error) }));
    this.socket.close(code, error.code);
    // Whoever does not say goodbye is cut off.
    setTimeout(() => this.socket.terminate(), GOODBYE_WITHIN).unref();
  }
}

/** Counts what a viewer sends. */
class Guard {
  private windowEnds = 0;
  private inWindow = 0;
  private refused = 0;

  /** Carries one message out; why it was refused, and whether it was the last. */
  check(work: () => void): { readonly error: SgapsError; readonly last: boolean } | null {
    const now = performance.now();
    if (now >= this.windowEnds) {
      this.windowEnds = now + 1000;
      this.inWindow = 0;
    }
    if (++this.inWindow > MOST_MESSAGES)
      return { error: SgapsError.limit('messages of a viewer a second', this.inWindow, MOST_MESSAGES), last: true };
    try {
      work();
      return null;
    } catch (error) {
      if (!isSgapsError(error)) throw error;
      return { error, last: ++this.refused >= MOST_REFUSED };
    }
  }
}

function takeBinary(seat: Seat, viewer: SocketViewer, bytes: Uint8Array): void {
  const message = decodeViewerMessage(bytes, Date.now());
  if (message.kind === 'camera') seat.camera(message.camera);
  else if (message.kind === 'handshake') seat.size(message.width, message.height);
  else viewer.bytes(message.bytes);
}

function takeText(seat: Seat, bytes: Buffer): void {
  let message: unknown;
  try {
    message = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new SgapsError('BYTES_MALFORMED', 'A text message must be JSON.', { cause });
  }
  const { type, layers } = (typeof message === 'object' && message !== null ? message : {}) as Record<string, unknown>;
  if (type !== 'overlays' || !Array.isArray(layers))
    throw SgapsError.malformed(`message of a viewer: ${String(type).slice(0, 40)}`);
  seat.overlays(layersOf(layers));
}
