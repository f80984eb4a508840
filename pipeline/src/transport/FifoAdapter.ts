import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { encodeFifoHead, LIVE_EDGE, SgapsError } from '@sgaps/protocol';
import type { AdapterHost, FrontendAdapter, Seat, SentPicture, Viewer, ViewerWish } from './FrontendAdapter.js';

/** ms between looks for a reader: a FIFO cannot be opened for writing before somebody reads it. */
const LOOK_EVERY = 250;
const IDENTITY = Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0));

/**
 * Options of `FifoAdapter`.
 *
 * @example
 * ```ts
 * const options: FifoAdapterOptions = { path: '/run/sgaps/frames', wish: { scene: 'replay:a1', encoder: 'h264', channel: 'live' } };
 * ```
 */
export interface FifoAdapterOptions {
  /** Path of the FIFO; made when missing. */
  readonly path: string;
  /** What is written to it. */
  readonly wish: ViewerWish;
  /** Seconds of the replay from where it is played, at its own pace; default the live edge. */
  readonly from?: number;
  /** Pictures asked for a second while playing. Default 30. */
  readonly fps?: number;
}

/**
 * Pictures into a FIFO (P9, P14), for another program on this machine: what a viewer would get, with 12 bytes before each. Send only. Without a reader nothing is drawn; a slow one
 * misses pictures.
 *
 * @example
 * ```ts
 * const adapter = new FifoAdapter({ path: '/run/sgaps/frames', wish: { scene: 'replay:a1', encoder: 'jpeg+depth', channel: 'live' } });
 * ```
 */
export class FifoAdapter implements FrontendAdapter, Viewer {
  readonly name = 'fifo';
  private host: AdapterHost | null = null;
  private pipe: Socket | null = null;
  private seat: Seat | null = null;
  private looking: NodeJS.Timeout | null = null;
  private playing: NodeJS.Timeout | null = null;
  private frameId = 0;
  private isStopped = false;

  constructor(private readonly options: FifoAdapterOptions) {}

  async start(host: AdapterHost): Promise<void> {
    const { path } = this.options;
    const found = await stat(path).catch(() => null);
    if (found && !found.isFIFO()) throw new SgapsError('ARGUMENT_INVALID', `${path} is there and no FIFO: choose another path.`);
    if (!found) {
      await promisify(execFile)('mkfifo', ['-m', '600', path]).catch((cause: unknown) => {
        throw new SgapsError('STORAGE_FAILED', `The FIFO ${path} could not be made.`, { cause });
      });
    }
    this.host = host;
    this.look();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.rest();
  }

  show({ frameId, data }: SentPicture): void {
    if (!data || !this.pipe) return;
    this.pipe.cork();
    this.pipe.write(encodeFifoHead(frameId, data.length));
    this.pipe.write(data);
    this.pipe.uncork();
  }

  /** A FIFO has room for pictures only; a channel that begins, or begins again, is told what to show. */
  tell({ type }: Readonly<{ type: string } & Record<string, unknown>>): void {
    // A channel that others have begun tells so before the seat is there.
    if (type === 'ready') queueMicrotask(() => this.begin());
  }

  ended(error: SgapsError): void {
    this.host?.warn({ code: error.code, reason: error.message, path: this.options.path }, 'FIFO: its channel is over');
    this.seat = null;
    this.rest();
    if (!this.isStopped) this.looking = setTimeout(() => this.look(), 10 * LOOK_EVERY);
  }

  backlog(): number {
    return this.pipe?.writableLength ?? 0;
  }

  private begin(): void {
    if (this.playing) return;
    const { from, fps = 30 } = this.options;
    if (from === undefined) return this.ask(LIVE_EDGE);
    const begun = performance.now();
    const next = () => this.ask(from + (performance.now() - begun) / 1000);
    next();
    this.playing = setInterval(next, 1000 / fps);
  }

  private ask(timeIndex: number): void {
    const now = Date.now();
    const frameId = this.frameId++ >>> 0;
    this.seat?.camera({ view: IDENTITY, intrinsics: IDENTITY, timeIndex, frameId, clientTime: now, serverTime: now });
  }

  /** Opens the FIFO as soon as somebody reads it. */
  private look(): void {
    this.looking = null;
    const { path, wish } = this.options;
    try {
      const pipe = openPipe(path);
      this.pipe = pipe;
      // Its reader may go away at any time, and come back.
      pipe.on('error', () => undefined);
      pipe.once('close', () => this.lose());
      this.seat = this.host?.join(wish, this) ?? null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO')
        this.host?.warn({ path, reason: String(error) }, 'FIFO cannot be written');
      this.pipe?.destroy();
      if (!this.isStopped && !this.looking) this.looking = setTimeout(() => this.look(), LOOK_EVERY);
    }
  }

  private lose(): void {
    this.rest();
    if (!this.isStopped) this.looking = setTimeout(() => this.look(), LOOK_EVERY);
  }

  private rest(): void {
    if (this.looking) clearTimeout(this.looking);
    if (this.playing) clearInterval(this.playing);
    this.looking = null;
    this.playing = null;
    this.seat?.leave();
    this.seat = null;
    this.pipe?.removeAllListeners('close');
    this.pipe?.destroy();
    this.pipe = null;
  }
}

/** @throws ENXIO while nobody reads. */
function openPipe(path: string): Socket {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    return new Socket({ fd, readable: false, writable: true });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
