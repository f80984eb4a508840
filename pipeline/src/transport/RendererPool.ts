import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type RenderPayload, SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { type ChannelPlan, type Hello, parseFromRenderer } from '../link/linkMessages.js';
import { makeSocketFolder, socketPaths } from '../link/socketPaths.js';
import type { RendererFigures } from '../metrics/TransportFigures.js';
import { listenTo, RendererLink } from './RendererLink.js';

/** ms in which a connection must say whose it is and find its other half. */
const HELLO_WITHIN = 5_000;
/** Connections that may wait for that at once. */
const MOST_STRANGERS = 64;

/** A connection on its way into a pair. */
interface Half {
  readonly socket: Socket;
  /** Gets what comes on it; only video.sock's says more than hello. */
  take: (payload: RenderPayload) => void;
  /** It is no stranger any more. */
  settled: () => void;
}
interface Pair {
  readonly hello: Hello;
  camera: Half | null;
  video: Half | null;
}
interface Waiting {
  readonly plan: ChannelPlan;
  readonly resolve: (link: RendererLink) => void;
}

/**
 * The renderers that have connected: pairs that wait for a channel, and channels that wait for one. The least busy worker is taken.
 *
 * @example
 * ```ts
 * const pool = await RendererPool.listen('/run/sgaps', log);
 * const link = await pool.acquire(plan, 10_000, signal);
 * ```
 */
export class RendererPool {
  private readonly servers: Server[] = [];
  private readonly strangers = new Set<Socket>();
  private readonly pairs = new Map<string, Pair>();
  private readonly idle = new Set<RendererLink>();
  private readonly busy = new Set<RendererLink>();
  private readonly waiting = new Set<Waiting>();

  private constructor(private readonly log: Logger) {}

  /** Listens on the two sockets of a folder. @throws SgapsError `UNAVAILABLE` where another transport does already, `ARGUMENT_INVALID` where the path is too long. */
  static async listen(folder: string, log: Logger): Promise<RendererPool> {
    const paths = socketPaths(folder);
    makeSocketFolder(folder);
    const pool = new RendererPool(log);
    try {
      for (const side of ['camera', 'video'] as const) {
        await removeStale(paths[side]);
        const server = createServer((socket) => pool.greet(socket, side));
        await new Promise<void>((resolve, reject) => server.once('error', reject).listen(paths[side], resolve));
        pool.servers.push(server);
      }
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /** Workers by name: how many channels each draws and could take at once. */
  get workers(): Readonly<Record<string, { readonly busy: number; readonly idle: number }>> {
    const found: Record<string, { busy: number; idle: number }> = {};
    const count = (links: Set<RendererLink>, field: 'busy' | 'idle') => {
      for (const { hello } of links) (found[hello.worker] ??= { busy: 0, idle: 0 })[field]++;
    };
    count(this.busy, 'busy');
    count(this.idle, 'idle');
    return found;
  }

  /** What each worker said of itself last, by name; empty where it has not yet. */
  get figures(): Readonly<Record<string, RendererFigures>> {
    // A renderer tells the same over all of its connections in use.
    return Object.fromEntries([...this.idle, ...this.busy].map(({ hello, figures }) => [hello.worker, figures]));
  }

  /** Channels that wait for a renderer. */
  get queued(): number {
    return this.waiting.size;
  }

  /** A renderer for a channel, waited for up to `within` ms. @throws SgapsError `RENDERER_UNAVAILABLE`, `CLOSED` where `signal` aborts. */
  async acquire(plan: ChannelPlan, within: number, signal: AbortSignal): Promise<RendererLink> {
    signal.throwIfAborted();
    const link = this.choose(plan);
    if (link) return this.hand(link);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { plan, resolve: (found) => done(() => resolve(this.hand(found))) };
      const done = (then: () => void) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', aborted);
        this.waiting.delete(waiting);
        then();
      };
      const aborted = () => done(() => reject(signal.reason));
      const timer = setTimeout(() => done(() => reject(this.unavailable(plan))), within);
      signal.addEventListener('abort', aborted);
      this.waiting.add(waiting);
    });
  }

  async close(): Promise<void> {
    for (const { camera, video } of this.pairs.values()) for (const half of [camera, video]) half?.socket.destroy();
    for (const socket of this.strangers) socket.destroy();
    for (const link of [...this.idle, ...this.busy]) link.close();
    await Promise.all(this.servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  private greet(socket: Socket, side: 'camera' | 'video'): void {
    if (this.strangers.size >= MOST_STRANGERS) {
      socket.destroy();
      return;
    }
    this.strangers.add(socket);
    const half: Half = { socket, take: (payload) => this.meet(half, side, payload), settled: () => undefined };
    const late = setTimeout(() => socket.destroy(), HELLO_WITHIN);
    half.settled = () => {
      clearTimeout(late);
      this.strangers.delete(socket);
    };
    socket.once('close', half.settled);
    listenTo(
      socket,
      (payload) => half.take(payload),
      (error) => this.log.warn({ code: error.code, reason: error.message, socket: side }, 'renderer: payload refused'),
    );
  }

  /** The first payload of a connection. */
  private meet(half: Half, side: 'camera' | 'video', { metadata }: RenderPayload): void {
    const refuse = (reason: string) => {
      this.log.warn({ reason, socket: side }, 'renderer refused');
      half.socket.destroy();
    };
    let hello: Hello;
    try {
      const message = parseFromRenderer(metadata);
      if (!('hello' in message)) return refuse('it did not say hello first');
      hello = message.hello;
    } catch (error) {
      return refuse(String(error));
    }
    const pair = this.pairs.get(hello.pair) ?? { hello, camera: null, video: null };
    if (pair[side]) return refuse(`pair ${hello.pair} has a ${side} connection already`);
    this.pairs.set(hello.pair, pair);
    pair[side] = half;
    half.take = () => refuse('it spoke before it was asked');
    half.socket.once('close', () => this.pairs.delete(hello.pair));
    if (pair.camera && pair.video) this.join(hello, pair.camera, pair.video);
  }

  private join(hello: Hello, camera: Half, video: Half): void {
    this.pairs.delete(hello.pair);
    const link = new RendererLink(hello, camera.socket, video.socket);
    video.take = (payload) => link.take(payload);
    for (const { socket, settled } of [camera, video]) {
      settled();
      socket.once('close', () => {
        this.idle.delete(link);
        this.busy.delete(link);
      });
    }
    this.idle.add(link);
    for (const waiting of this.waiting) {
      if (!serves(link, waiting.plan)) continue;
      waiting.resolve(link);
      return;
    }
  }

  private hand(link: RendererLink): RendererLink {
    this.idle.delete(link);
    this.busy.add(link);
    return link;
  }

  private choose(plan: ChannelPlan): RendererLink | null {
    const { workers } = this;
    let best: RendererLink | null = null;
    for (const link of this.idle) {
      if (!serves(link, plan)) continue;
      if (!best || workers[link.hello.worker].busy < workers[best.hello.worker].busy) best = link;
    }
    return best;
  }

  private unavailable({ scene, encoder }: ChannelPlan): SgapsError {
    const links = [...this.idle, ...this.busy];
    const text =
      links.length === 0
        ? 'No renderer is connected: start one with `sgaps renderer`.'
        : links.some((link) => serves(link, { scene, encoder, size: null }))
          ? 'All renderers are busy: start more of them, or try again later.'
          : `No renderer here serves ${scene} with ${encoder}.`;
    return new SgapsError('RENDERER_UNAVAILABLE', text);
  }
}

/** A renderer names scenes by their names alone, or whole ones. */
function serves({ hello }: RendererLink, { scene, encoder }: ChannelPlan): boolean {
  return hello.encoders.includes(encoder) && hello.scenes.some((name) => name === scene || name === scene.split(':')[0]);
}

/** A socket that nobody listens on is left of a transport that was killed. */
async function removeStale(path: string): Promise<void> {
  const answers = await new Promise<boolean>((resolve) => {
    const socket = connect(path, () => resolve(true)).on('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
  if (answers) throw new SgapsError('UNAVAILABLE', `A transport listens on ${path} already: stop it, or choose another folder.`);
  rmSync(path, { force: true });
}
