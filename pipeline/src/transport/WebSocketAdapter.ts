import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeViewerMessage, isSgapsError, SgapsError } from '@sgaps/protocol';
import { type WebSocket, WebSocketServer } from 'ws';
import { GuardedSocket } from '../gate/GuardedSocket.js';
import { type ConnectionLimits, gateConnections, HTTP_LIMITS } from '../gate/httpGate.js';
import { isPublicName } from '../gate/isPublicName.js';
import { plainError } from '../link/linkMessages.js';
import type { AdapterHost, FrontendAdapter, Seat, SentPicture, Viewer, ViewerWish } from './FrontendAdapter.js';
import { parseViewerText } from './parseViewerText.js';

/** Bytes of one message of a viewer, and messages a second, beyond which it is sent away. */
const MOST_BYTES = 4096;
const MOST_MESSAGES = 300;
/** Messages that make no sense, after which a viewer is sent away. */
const MOST_REFUSED = 20;
/** ms between pings that find out who is gone. */
const ALIVE_EVERY = 30_000;
/** ms that a viewer who is sent away may take to go. */
const GOODBYE_WITHIN = 2_000;
/** ms that a viewer may take to send its token, and viewers that may be about to at once. */
const TOKEN_WITHIN = 5_000;
const MOST_WAITING = 256;
/** Messages kept while it is found out who sends them. */
const MOST_EARLY = 16;
/** The longest that a timer can wait, ms. */
const LONGEST_TIMER = 2 ** 31 - 1;
const NOT_LOCAL =
  'Without a secret this is for its own machine: it answers to localhost and to addresses, not to names of the internet.\n';
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
export interface WebSocketAdapterOptions extends ConnectionLimits {
  /** 0 takes a free one. Default 2568. */
  readonly port?: number;
  /** Interface to listen on; default all. */
  readonly host?: string;
  /** Origins other than the host's own (on any port) whose pages may watch; default none, `*` allows all. */
  readonly origins?: readonly string[];
  /** Answers other than `/healthz` and `/readyz` that it gives over HTTP, by path: such as `/metrics`. One that rejects is a 500. */
  readonly answers?: Readonly<Record<string, (request: IncomingMessage) => Promise<HttpAnswer>>>;
  /** Says whether a viewer may watch what it wants to. Default: all may. Rejects with an `SgapsError`, which the viewer is told. */
  readonly admit?: (viewer: ViewerCredentials) => Promise<Admission>;
  /** Answers to localhost and to addresses only, not to names of the internet, behind which a page of anybody may be. Default: where there is no `admit`. */
  readonly local?: boolean;
}

/**
 * What a viewer who wants to watch comes with.
 *
 * @example
 * ```ts
 * const admit = async ({ token, wish }: ViewerCredentials) => ({ until: await check(await token(), wish.scene) });
 * ```
 */
export interface ViewerCredentials {
  readonly wish: ViewerWish;
  /** Its request's `Authorization`, or what its first message holds, which is waited for; null: it sent none. */
  readonly token: () => Promise<string | null>;
  readonly request: IncomingMessage;
}

/**
 * A viewer that was let in.
 *
 * @example
 * ```ts
 * const admission: Admission = { until: Date.now() + 3_600_000 };
 * ```
 */
export interface Admission {
  /** ms since 1970, when it has to go; null: never. */
  readonly until: number | null;
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
  private readonly http: Server = createServer(HTTP_LIMITS, (request, response) => this.answer(request, response));
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_BYTES,
    perMessageDeflate: false,
    WebSocket: GuardedSocket,
  });
  private readonly alive = new WeakSet<WebSocket>();
  private beat: NodeJS.Timeout | null = null;
  private host: AdapterHost | null = null;
  /** Viewers that are not let in yet. */
  private waiting = 0;

  constructor(private readonly options: WebSocketAdapterOptions = {}) {}

  /** The port it listens on. */
  get port(): number {
    return (this.http.address() as AddressInfo | null)?.port ?? 0;
  }

  async start(host: AdapterHost): Promise<void> {
    this.host = host;
    gateConnections(this.http, this.options);
    this.http.on('upgrade', (request, socket, head) => {
      socket.on('error', () => undefined);
      if (this.isMisnamed(request)) {
        host.warn({ host: request.headers.host }, 'viewer refused: it asked by a name of the internet');
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
        return;
      }
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
      this.sockets.handleUpgrade(request, socket, head, (viewer) => this.take(viewer, request, new URL(url).searchParams, host));
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

  /** Seats a viewer, once it is let in. */
  private take(socket: WebSocket, request: IncomingMessage, query: URLSearchParams, host: AdapterHost): void {
    socket.binaryType = 'nodebuffer';
    this.alive.add(socket);
    socket.on('pong', () => this.alive.add(socket));
    socket.on('error', (error) => host.warn({ reason: error.message }, 'viewer sent what is no WebSocket message'));
    const viewer = new SocketViewer(socket);
    const [scene, encoder, channel] = ['scene', 'encoder', 'channel'].map((name) => query.get(name) ?? '');
    const wish = { scene, encoder: encoder || 'jpeg+depth', channel: channel || 'own' };
    const { admit } = this.options;
    if (!admit) return this.seat(socket, viewer, wish, host);
    const early = new EarlyMessages(socket);
    void this.admitted(admit, { wish, request, token: () => early.token(request) }).then(
      ({ until }) => {
        const messages = early.end();
        if (socket.readyState !== socket.OPEN) return;
        this.seat(socket, viewer, wish, host);
        for (const message of messages) socket.emit('message', ...message);
        if (until !== null) sendAwayAt(until, socket, viewer);
      },
      (error: unknown) => {
        early.end();
        if (!isSgapsError(error)) host.warn({ err: error }, 'viewer not let in');
        viewer.refuse(
          isSgapsError(error) ? error : new SgapsError('CLOSED', 'The server cannot tell now who may watch; try again.'),
        );
      },
    );
  }

  private async admitted(admit: NonNullable<WebSocketAdapterOptions['admit']>, viewer: ViewerCredentials): Promise<Admission> {
    if (this.waiting >= MOST_WAITING) throw SgapsError.limit('viewers who are not let in yet', this.waiting + 1, MOST_WAITING);
    this.waiting++;
    try {
      return await admit(viewer);
    } finally {
      this.waiting--;
    }
  }

  private seat(socket: WebSocket, viewer: SocketViewer, wish: ViewerWish, host: AdapterHost): void {
    let seat: Seat | null = null;
    socket.on('close', () => seat?.leave());
    try {
      seat = host.join(wish, viewer);
    } catch (error) {
      if (!isSgapsError(error)) throw error;
      viewer.refuse(error);
      return;
    }
    const guard = new Guard();
    const taken = seat;
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (viewer.isRefused) return;
      const refusal = guard.check(() => (isBinary ? takeBinary(taken, viewer, data) : takeText(taken, data.toString('utf8'))));
      if (!refusal) return;
      host.warn({ code: refusal.error.code, reason: refusal.error.message }, 'viewer: message refused');
      if (!refusal.last) return;
      taken.leave();
      viewer.refuse(refusal.error);
    });
  }

  private isMisnamed({ headers }: IncomingMessage): boolean {
    const { admit, local = admit === undefined } = this.options;
    return local && isPublicName(headers.host);
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
    const { channels, workers, ...totals } = this.host?.health() ?? {};
    // Where not everybody may watch, not everybody is told what is watched either.
    const health: Readonly<Record<string, unknown>> = this.options.admit ? totals : { ...totals, channels, workers };
    if (this.isMisnamed(request)) give({ status: 403, type: 'text/plain', body: NOT_LOCAL });
    else if (request.method !== 'GET') response.writeHead(404).end();
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

/** What a viewer sends before it is let in: its token first, and what may follow, which is kept. */
class EarlyMessages {
  private readonly messages: [Buffer, boolean][] = [];
  private readonly first: Promise<void>;
  private hear = (): void => undefined;

  constructor(private readonly socket: WebSocket) {
    this.first = new Promise((resolve) => {
      this.hear = resolve;
    });
    socket.on('message', this.keep);
    socket.once('close', this.hear);
  }

  /** What the request says, or the first message; null where that is another, or none comes in time. */
  async token({ headers }: IncomingMessage): Promise<string | null> {
    const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return bearer;
    const late = setTimeout(this.hear, TOKEN_WITHIN);
    await this.first;
    clearTimeout(late);
    const message = this.messages.shift();
    return message && !message[1] ? tokenOf(message[0]) : null;
  }

  /** Those that were kept. */
  end(): readonly (readonly [Buffer, boolean])[] {
    this.socket.off('message', this.keep);
    this.socket.off('close', this.hear);
    this.hear();
    return this.messages;
  }

  private readonly keep = (data: Buffer, isBinary: boolean): void => {
    if (this.messages.push([data, isBinary]) > MOST_EARLY) this.socket.terminate();
    this.hear();
  };
}

function tokenOf(bytes: Buffer): string | null {
  try {
    const message: unknown = JSON.parse(bytes.toString('utf8'));
    const { type, token } = (typeof message === 'object' && message !== null ? message : {}) as Record<string, unknown>;
    return type === 'token' && typeof token === 'string' ? token : null;
  } catch {
    // No message at all: whoever sent it is told that a token is missing.
    return null;
  }
}

/** A token that has expired lets nobody watch on. */
function sendAwayAt(until: number, socket: WebSocket, viewer: SocketViewer): void {
  const wait = () => Math.min(LONGEST_TIMER, Math.max(0, until - Date.now()));
  let timer: NodeJS.Timeout;
  const look = () => {
    if (Date.now() >= until)
      viewer.refuse(new SgapsError('UNAUTHORIZED', 'Your token has expired: open this anew with another.'));
    else start();
  };
  const start = () => {
    timer = setTimeout(look, wait());
    timer.unref();
  };
  start();
  socket.once('close', () => clearTimeout(timer));
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

function takeText(seat: Seat, text: string): void {
  const layers = parseViewerText(text);
  if (layers) seat.overlays(layers);
}
