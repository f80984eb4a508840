import { isSgapsError, SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import type { Figures } from '../loop/SessionFigures.js';
import { SessionLoop } from '../loop/SessionLoop.js';
import type { RecordingStore, RecordingWriter } from '../storage/index.js';
import { FrameBroadcaster } from '../watch/FrameBroadcaster.js';
import { PreviewMaker } from '../watch/PreviewMaker.js';

/** How old the picture of a snapshot may be, ms. */
const PREVIEW_AGE = 5000;

/**
 * Options of `LiveSession`.
 *
 * @example
 * ```ts
 * const options: LiveSessionOptions = { store, writer, log };
 * ```
 */
export interface LiveSessionOptions {
  readonly store: RecordingStore;
  readonly writer: RecordingWriter;
  readonly log: Logger;
  readonly bytesUp?: number;
  readonly bytesDown?: number;
  readonly maxLatency?: number;
  readonly snapshotEvery?: number;
}

/**
 * A session being recorded: its writer, its loop and those who watch, without the room around it.
 *
 * @example
 * ```ts
 * const session = new LiveSession({ store, writer, log });
 * send(session.loop.start());
 * const answer = session.pixels(packet);
 * await session.finish();
 * ```
 */
export class LiveSession {
  readonly loop: SessionLoop;
  readonly broadcaster: FrameBroadcaster;
  readonly previews: PreviewMaker;
  readonly writer: RecordingWriter;

  readonly #options: LiveSessionOptions;
  readonly #startedAt = performance.now();
  /** A snapshot was left out: said once, though the next may be too big as well. */
  #snapshotMissed = false;
  #finished: Promise<void> | null = null;

  constructor(options: LiveSessionOptions) {
    this.#options = options;
    this.writer = options.writer;
    const { grid, schema, tierBits } = options.writer.header;
    const warn = (error: unknown) => options.log.warn({ err: error, recording: this.writer.id }, 'picture not encoded');
    this.broadcaster = new FrameBroadcaster(grid, warn);
    this.loop = new SessionLoop({
      shape: { grid, schema, tierBits },
      sink: options.writer,
      clock: () => this.time,
      bytesUp: options.bytesUp,
      bytesDown: options.bytesDown,
      maxLatency: options.maxLatency,
      snapshotEvery: options.snapshotEvery,
      onFrame: (frame, time, importance) => this.broadcaster.offer(frame, time, importance),
      preview: () => this.previews.latest,
      onSnapshotError: (error) => this.#noteSnapshot(error),
    });
    this.previews = new PreviewMaker(grid, () => this.loop.newest?.rgb ?? null);
  }

  /** ms since recording start. */
  get time(): number {
    return performance.now() - this.#startedAt;
  }

  /** True until `finish` was called. */
  get live(): boolean {
    return this.#finished === null;
  }

  /** Takes in a pixel packet; see `SessionLoop.accept`. Throws the writer's own error when storing failed. */
  pixels(bytes: Uint8Array): Uint8Array | null {
    try {
      const answer = this.loop.accept(bytes);
      this.previews
        .fresh(PREVIEW_AGE)
        .catch((error: unknown) => this.#options.log.warn({ err: error, recording: this.writer.id }, 'preview not made'));
      return answer;
    } catch (error) {
      if (isSgapsError(error) && error.code === 'STORAGE_FAILED' && this.writer.error) throw this.writer.error;
      throw error;
    }
  }

  /** Records a game event (UTF-8 JSON of name, data and the client's time). */
  event(bytes: Uint8Array): void {
    if (!this.loop.event(bytes)) throw this.writer.error ?? new SgapsError('CLOSED', 'The recording is closed.');
  }

  /** What a page shows beside the picture. */
  figures(): Figures {
    return this.loop.figures.read(this.time);
  }

  /** Finishes the recording: newest picture as thumbnail, footer, catalog. May be called more than once. Never rejects. */
  finish(): Promise<void> {
    this.#finished ??= this.#finish();
    return this.#finished;
  }

  #noteSnapshot(error: unknown): void {
    if (this.#snapshotMissed) return;
    this.#snapshotMissed = true;
    this.#options.log.error({ err: error, recording: this.writer.id }, 'decoder snapshot left out; seeking will take longer');
  }

  async #finish(): Promise<void> {
    const { store, log } = this.#options;
    try {
      const preview = await this.previews.fresh(0);
      if (preview) await store.savePreview(this.writer.id, preview);
    } catch (error) {
      log.warn({ err: error, recording: this.writer.id }, 'thumbnail not saved');
    }
    await this.writer.close();
  }
}
