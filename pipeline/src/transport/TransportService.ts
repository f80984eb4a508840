import { type CameraFrame, SgapsError } from '@sgaps/protocol';
import { type Logger, pino } from 'pino';
import { sumOf, type TransportFigures } from '../metrics/TransportFigures.js';
import { Channel, type ChannelHost } from './Channel.js';
import type { AdapterHost, FrontendAdapter, Seat, SentPicture, Viewer, ViewerWish } from './FrontendAdapter.js';
import { RendererPool } from './RendererPool.js';

/** ms between health checks (P16). */
const HEALTH_EVERY = 10_000;
const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const LONGEST_WISH = 200;

/**
 * What others may do when something happens in a transport. One that throws is logged; the picture goes on.
 *
 * @example
 * ```ts
 * const hooks: TransportHooks = { picture: ({ scene }, { frameId }) => count(scene, frameId) };
 * ```
 */
export interface TransportHooks {
  viewerJoined?(wish: ViewerWish): void;
  viewerLeft?(wish: ViewerWish): void;
  camera?(channel: string, camera: CameraFrame): void;
  /** Sent to so many viewers. */
  picture?(channel: string, picture: SentPicture, viewers: number): void;
  /** What a picture took, ms: drawing, encoding, from there until it was sent, and all of it since its camera came. */
  timed?(ms: Readonly<Record<'render' | 'encode' | 'send' | 'total', number>>): void;
}

/**
 * Options of `TransportService.start`.
 *
 * @example
 * ```ts
 * const options: TransportOptions = { sockets: '/run/sgaps', adapters: [new WebSocketAdapter({ port: 2568 })] };
 * ```
 */
export interface TransportOptions {
  /** Folder of camera.sock and video.sock; made when missing. */
  readonly sockets: string;
  readonly adapters: readonly FrontendAdapter[];
  /** Default 64 channels and 1,000 viewers at once. */
  readonly mostChannels?: number;
  readonly mostViewers?: number;
  /** ms that a channel waits for a renderer. Default 10,000. */
  readonly rendererWithin?: number;
  /** ms without cameras and pictures after which a channel gives its renderer back. Default 300,000. */
  readonly idleAfter?: number;
  /** ms that a shared channel stays without viewers. Default 5,000. */
  readonly linger?: number;
  readonly hooks?: TransportHooks;
  /** Default: pino on standard output, level `info`. */
  readonly log?: Logger;
}

/**
 * The bridge between viewers and renderers (P1, P8): knows neither scenes nor encoders, only channels.
 *
 * @example
 * ```ts
 * const transport = await TransportService.start({ sockets: '/run/sgaps', adapters: [new WebSocketAdapter({ port: 2568 })] });
 * await transport.close();
 * ```
 */
export class TransportService implements AdapterHost {
  private readonly channels = new Map<string, Channel>();
  private viewers = 0;
  private owned = 0;
  /** Of channels that are closed. */
  private readonly past = { sent: 0, missed: 0, dropped: 0, gaps: 0, lost: 0 };
  private readonly started: FrontendAdapter[] = [];
  private readonly watch: NodeJS.Timeout;
  private readonly channelHost: ChannelHost;

  private constructor(
    private readonly options: TransportOptions,
    private readonly pool: RendererPool,
    private readonly log: Logger,
  ) {
    const { rendererWithin = 10_000, idleAfter = 300_000, linger = 5_000, hooks = {} } = options;
    this.channelHost = {
      ...{ pool, log, rendererWithin, idleAfter, linger },
      pictureSent: (channel, picture, viewers) => this.hook(() => hooks.picture?.(channel.key, picture, viewers)),
      cameraTaken: (channel, camera) => this.hook(() => hooks.camera?.(channel.key, camera)),
      timed: (ms) => this.hook(() => hooks.timed?.(ms)),
      closed: (channel) => {
        addTo(this.past, channel);
        if (this.channels.get(channel.key) === channel) this.channels.delete(channel.key);
      },
    };
    this.watch = setInterval(() => this.check(), Math.min(HEALTH_EVERY, idleAfter));
  }

  /** Listens for renderers, then starts the adapters. @throws What `RendererPool.listen` and the adapters throw. */
  static async start(options: TransportOptions): Promise<TransportService> {
    const log = options.log ?? pino({ name: 'sgaps-transport' });
    const service = new TransportService(options, await RendererPool.listen(options.sockets, log), log);
    try {
      for (const adapter of options.adapters) {
        await adapter.start(service);
        service.started.push(adapter);
      }
    } catch (error) {
      await service.close();
      throw error;
    }
    log.info({ sockets: options.sockets, adapters: service.started.map(({ name }) => name) }, 'transport ready');
    return service;
  }

  join(wish: ViewerWish, viewer: Viewer): Seat {
    const { mostViewers = 1_000, mostChannels = 64, hooks = {} } = this.options;
    assertWish(wish);
    if (this.viewers >= mostViewers) throw SgapsError.limit('viewers', this.viewers + 1, mostViewers);
    const { scene, encoder, channel: kind } = wish;
    const shared = kind !== 'own';
    const key = `${scene} ${encoder} ${shared ? kind : `own:${++this.owned}`}`;
    let channel = this.channels.get(key);
    if (!channel) {
      if (this.channels.size >= mostChannels) throw SgapsError.limit('channels', this.channels.size + 1, mostChannels);
      channel = new Channel(key, { scene, encoder, size: null }, shared, this.channelHost);
      this.channels.set(key, channel);
    }
    const seat = channel.join(viewer);
    this.viewers++;
    this.hook(() => hooks.viewerJoined?.(wish));
    let seated = true;
    const leave = () => {
      seat.leave();
      if (!seated) return;
      seated = false;
      this.viewers--;
      this.hook(() => hooks.viewerLeft?.(wish));
    };
    return { ...seat, leave };
  }

  /** Memory, sockets, queues and stages of this moment (P16). */
  health(): Readonly<Record<string, unknown>> {
    const channels = Object.fromEntries([...this.channels].map(([key, channel]) => [key, channel.figures]));
    const { workers, queued } = this.pool;
    return {
      status: Object.keys(workers).length > 0 ? 'ok' : 'no renderer',
      viewers: this.viewers,
      workers,
      queued,
      channels,
      memory: memory(),
    };
  }

  /** The same in sums, for a monitor (P16). */
  figures(): TransportFigures {
    const { workers, queued: waiting, figures } = this.pool;
    const all = { ...this.past };
    let queued = 0;
    let underWay = 0;
    for (const channel of this.channels.values()) {
      addTo(all, channel);
      queued += channel.queue.length;
      underWay += channel.unanswered;
    }
    const counts = Object.values(workers);
    return {
      ...{ viewers: this.viewers, channels: this.channels.size, waiting, queued, underWay, ...all },
      renderers: counts.length,
      busy: counts.reduce((sum, { busy }) => sum + busy, 0),
      idle: counts.reduce((sum, { idle }) => sum + idle, 0),
      renderer: sumOf(Object.values(figures)),
    };
  }

  warn(fields: Readonly<Record<string, unknown>>, text: string): void {
    this.log.warn(fields, text);
  }

  /** Sends everybody away. */
  async close(): Promise<void> {
    clearInterval(this.watch);
    for (const channel of [...this.channels.values()]) channel.close(new SgapsError('CLOSED', 'The transport is shutting down.'));
    for (const adapter of this.started) await adapter.stop();
    await this.pool.close();
    this.log.info('transport closed');
  }

  private check(): void {
    const now = performance.now();
    for (const channel of [...this.channels.values()]) channel.rest(now);
    const { channels, ...totals } = this.health();
    this.log.debug({ ...totals, channels: Object.keys(channels as object).length }, 'health');
  }

  private hook(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.log.warn({ err: error }, 'a hook threw');
    }
  }
}

/** Adds what a channel has counted. */
function addTo(all: Record<'sent' | 'missed' | 'dropped' | 'gaps' | 'lost', number>, channel: Channel): void {
  all.sent += channel.sent;
  all.missed += channel.missed;
  all.dropped += channel.queue.dropped;
  all.gaps += channel.gaps;
  all.lost += channel.lost;
}

function assertWish({ scene, encoder, channel }: ViewerWish): void {
  for (const [what, text] of [['scene', scene] as const, ['encoder', encoder] as const]) {
    if (text.length === 0 || text.length > LONGEST_WISH || !/^[\w+:./-]+$/.test(text))
      throw new SgapsError('ARGUMENT_INVALID', `${what} must be 1 to ${LONGEST_WISH} of A-Z a-z 0-9 _ + : . / -`);
  }
  const isParty = channel.startsWith('party:') && NAME.test(channel.slice('party:'.length));
  if (channel !== 'own' && channel !== 'live' && !isParty)
    throw new SgapsError('ARGUMENT_INVALID', 'channel must be own, live, or party:NAME with 1 to 64 of A-Z a-z 0-9 _ -');
}

function memory(): Readonly<Record<string, number>> {
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heapUsed, external };
}
