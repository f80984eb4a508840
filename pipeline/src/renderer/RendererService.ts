import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { encodePayloadHead, isSgapsError, SgapsError } from '@sgaps/protocol';
import { type Logger, pino } from 'pino';
import { type Hello, plainError } from '../link/linkMessages.js';
import { socketPaths } from '../link/socketPaths.js';
import type { RendererFigures } from '../metrics/TransportFigures.js';
import { ChannelRenderer } from './ChannelRenderer.js';
import { connectWithBackOff } from './connectWithBackOff.js';
import type { RendererParts } from './RendererParts.js';

/** ms between health checks (P16). */
const HEALTH_EVERY = 10_000;
const NO_DATA = new Uint8Array(0);

/**
 * Options of `RendererService.start`.
 *
 * @example
 * ```ts
 * const options: RendererOptions = { sockets: '/run/sgaps', scenes: ['replay'], parts };
 * ```
 */
export interface RendererOptions {
  /** Folder of the transport's sockets. */
  readonly sockets: string;
  /** Scenes that it serves: names (`replay`), or whole ones (`replay:a1`). */
  readonly scenes: readonly string[];
  /** Encoders that it serves; default all of `parts`. */
  readonly encoders?: readonly string[];
  readonly parts: RendererParts;
  /** Channels that it draws at once. Default 16. */
  readonly channels?: number;
  /** Names it in health and logs. Default by its process. */
  readonly worker?: string;
  /** ms between tries to connect; default 1, 2, 4 and 8 s. */
  readonly pauses?: readonly number[];
  /** What else of itself the process tells the transport, for a monitor. */
  readonly figures?: () => RendererFigures;
  /** Default: pino on standard output, level `info`. */
  readonly log?: Logger;
}

/**
 * Draws for a transport (P1): keeps one pair of connections ready for a channel that may come, and one for each that it draws. When the transport goes away it
 * connects anew, and gives up after five tries.
 *
 * @example
 * ```ts
 * const renderer = RendererService.start({ sockets: '/run/sgaps', scenes: ['replay'], parts });
 * await renderer.done;
 * ```
 */
export class RendererService {
  /** Settles when it was closed; rejects with `CLOSED` when the transport stayed away. */
  readonly done: Promise<void>;
  private readonly channels = new Set<ChannelRenderer>();
  private readonly closing = new AbortController();
  private readonly log: Logger;
  private readonly worker: string;
  private readonly paths: { readonly camera: string; readonly video: string };
  private readonly watch: NodeJS.Timeout;
  private drawing = 0;
  private connecting = false;
  private finish!: (error?: SgapsError) => void;

  private constructor(private readonly options: RendererOptions) {
    this.log = options.log ?? pino({ name: 'sgaps-renderer' });
    // In containers all of them may have the same process number.
    this.worker = options.worker ?? `${hostname()}-${process.pid}`;
    this.paths = socketPaths(options.sockets);
    this.done = new Promise((resolve, reject) => {
      this.finish = (error) => (error ? reject(error) : resolve());
    });
    this.watch = setInterval(() => this.check(), HEALTH_EVERY);
  }

  /** Begins to connect; whether it could is told by `done`. @throws SgapsError `ARGUMENT_INVALID` for a folder whose path is too long. */
  static start(options: RendererOptions): RendererService {
    const service = new RendererService(options);
    service.spare();
    return service;
  }

  /** Lets go of all channels and of the transport. */
  async close(): Promise<void> {
    this.closing.abort();
    clearInterval(this.watch);
    for (const channel of this.channels) channel.close();
    this.finish();
    await this.done.catch(() => undefined);
  }

  /** Sees to it that one pair is ready for another channel, as long as there may be more. */
  private spare(): void {
    const { channels: most = 16 } = this.options;
    if (this.connecting || this.closing.signal.aborted || this.channels.size - this.drawing > 0 || this.drawing >= most) return;
    this.connecting = true;
    this.connect().then(
      (channel) => {
        this.connecting = false;
        void this.serve(channel);
      },
      (error: unknown) => {
        this.connecting = false;
        if (!this.closing.signal.aborted) this.giveUp(error);
      },
    );
  }

  private async connect(): Promise<ChannelRenderer> {
    const { signal } = this.closing;
    const { pauses, parts, scenes, encoders = parts.encoders } = this.options;
    const failed = (tries: number, reason: string) => this.log.warn({ tries, reason }, 'no transport yet');
    const video = await connectWithBackOff(this.paths.video, { signal, pauses, failed });
    const camera = await connectWithBackOff(this.paths.camera, { signal, pauses, failed }).catch((error: unknown) => {
      video.destroy();
      throw error;
    });
    const hello: Hello = { pair: randomUUID(), worker: this.worker, scenes, encoders };
    for (const socket of [video, camera]) socket.write(encodePayloadHead({ frameId: 0, metadata: { hello }, data: NO_DATA }));
    return new ChannelRenderer(camera, video, parts, this.log);
  }

  private async serve(channel: ChannelRenderer): Promise<void> {
    this.channels.add(channel);
    if (this.closing.signal.aborted) channel.close();
    let opened = false;
    try {
      await channel.run({
        opened: () => {
          opened = true;
          this.drawing++;
          this.spare();
        },
        ready: () => channel.tellFigures(this.figures()),
      });
    } catch (error) {
      this.log.error({ err: error }, 'channel failed');
    } finally {
      this.channels.delete(channel);
      if (opened) this.drawing--;
    }
    this.spare();
  }

  private giveUp(error: unknown): void {
    const known = isSgapsError(error) ? error : new SgapsError('UNSUPPORTED', plainError(error).message, { cause: error });
    this.log.error({ code: known.code, reason: known.message }, 'the transport stays away');
    this.closing.abort();
    clearInterval(this.watch);
    for (const channel of this.channels) channel.close();
    this.finish(known);
  }

  private figures(): RendererFigures {
    const { user, system } = process.cpuUsage();
    return { residentBytes: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1e6, ...this.options.figures?.() };
  }

  private check(): void {
    const { rss, external } = process.memoryUsage();
    const figures = this.figures();
    for (const channel of this.channels) channel.tellFigures(figures);
    this.log.debug(
      { worker: this.worker, drawing: this.drawing, connections: 2 * this.channels.size, memory: { rss, external } },
      'health',
    );
  }
}
