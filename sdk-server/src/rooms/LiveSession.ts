import type { Figures, ModelBackend } from '@sgaps/core';
import { isSgapsError, type KeptRecord, parseGameEvent, SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { LiveModel } from '../loop/LiveModel.js';
import { SessionLoop } from '../loop/SessionLoop.js';
import { within } from '../storage/deadline.js';
import type { RecordingStore, RecordingWriter } from '../storage/index.js';
import { loopMetrics } from '../watching/loopMetrics.js';
import { type Cadence, loopCadence } from './Cadence.js';
import { glimpse } from './glimpse.js';
import { PreviewMaker } from './PreviewMaker.js';

/** How old the picture of a snapshot may be, ms. */
const PREVIEW_AGE = 5000;
/** ms the thumbnail may take at the end of a session. */
const THUMBNAIL_WITHIN = 5000;
/** ms after which the stream of a session on demand starts afresh: what a viewer, or damage to a packet, may cost at most. */
const RESTART_EVERY = 10_000;
/** Events of one recording: a reader keeps a marker of each, and refuses ten times as many. */
const MOST_EVENTS = 100_000;

/** Name of the event that says when a recorder's connection was cut; no game may use it. */
const GAP_EVENT = 'gap';

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
  /** Its lines say of which recording they are. */
  readonly log: Logger;
  readonly bytesUp?: number;
  readonly bytesDown?: number;
  readonly quality?: number;
  /** Samples asked of a frame at most. */
  readonly samples?: number;
  readonly maxLatency?: number;
  readonly snapshotEvery?: number;
  /** When pictures are made; default `every-frame`. */
  readonly cadence?: Cadence;
  readonly nth?: number;
  /** Asks the recorder to start its stream afresh, with or without digests where that is to change. */
  readonly restart?: (digest?: boolean) => void;
  /** Begins as `lower` would have it: the server has too much to do. */
  readonly lowered?: boolean;
  /** Kinds of samples that are asked for, default `auto`. */
  readonly sampling?: 'auto' | 'points';
  /** What fills in beside memory; default nothing. */
  readonly model?: ModelBackend | null;
  /** ms that the recorder kept by itself and sends first: the recording began so long ago. Absent: nothing was kept. */
  readonly keptMs?: number;
}

/**
 * A session being recorded: its writer and its loop, without the room around it.
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
  readonly previews: PreviewMaker;
  readonly writer: RecordingWriter;
  /** Somebody follows its figures: it is not lowered. */
  followed = false;

  readonly #options: LiveSessionOptions;
  readonly #startedAt: number;
  /** A snapshot was left out: said once, though the next may be too big as well. */
  #snapshotMissed = false;
  #events = 0;
  /** When the recorder was last heard of, ms of the recording. */
  #heardAt = 0;
  /** Says where it doubts, where points are planned by it. */
  readonly #model: LiveModel | null;
  /** When the stream is next to start afresh, ms of the recording. */
  #restartAt = RESTART_EVERY;
  /** When pictures are made while the server has time: as set, but every frame where the recorder kept some by itself. */
  readonly #cadence: Cadence;
  readonly #lowerable: boolean;
  #lowered = false;
  /** A fresh start is to be asked for, by which pictures begin or cease to be made. */
  #turns = false;
  #finished: Promise<void> | null = null;

  constructor(options: LiveSessionOptions) {
    this.#options = options;
    this.#startedAt = performance.now() - (options.keptMs ?? 0);
    this.writer = options.writer;
    const { grid, fps, schema, tierBits, depth } = options.writer.header;
    // What a recorder kept by itself it did not tell the changes of.
    // Points are planned from pictures.
    const points = options.sampling === 'points';
    const isPlain = options.keptMs === undefined && !points;
    this.#cadence = isPlain ? (options.cadence ?? 'every-frame') : 'every-frame';
    this.#lowerable = isPlain && this.#cadence !== 'on-demand';
    this.#lowered = this.#lowerable && options.lowered === true;
    const { nth, onDemand } = loopCadence(this.#cadence, options.nth);
    this.loop = new SessionLoop({
      nth,
      onDemand: onDemand || this.#lowered,
      shape: { grid, schema, tierBits, depth },
      sink: options.writer,
      clock: () => this.time,
      fps,
      bytesUp: options.bytesUp,
      bytesDown: options.bytesDown,
      samples: options.samples,
      sampling: options.sampling,
      spread: points && options.model !== null && options.model !== undefined,
      quality: options.quality,
      maxLatency: options.maxLatency,
      snapshotEvery: options.snapshotEvery,
      from: options.keptMs === undefined ? undefined : 0,
      tally: loopMetrics,
      onFrame: (frame) => this.#model?.take(frame),
      preview: () => this.previews.latest,
      onSnapshotError: (error) => this.#noteSnapshot(error),
    });
    this.#model =
      points && options.model
        ? new LiveModel({
            grid,
            backend: options.model,
            memory: () => this.loop.replica.decoder.memory,
            said: (output, frame) => this.loop.takeModel(output, frame),
            failed: (error) => options.log.warn({ err: error }, 'the model failed'),
          })
        : null;
    this.previews = new PreviewMaker(grid, () => this.loop.newest?.rgb ?? null);
  }

  /** ms since recording start. */
  get time(): number {
    return performance.now() - this.#startedAt;
  }

  /** When pictures are made now. */
  get cadence(): Cadence {
    return this.loop.deferring ? 'on-demand' : this.#cadence;
  }

  /** The recorder is to tell what changed in each packet. */
  get wantsDigest(): boolean {
    return this.#lowered || this.#cadence === 'on-demand';
  }

  /** No pictures are made for now, though they are meant to be (`lower`). */
  get lowered(): boolean {
    return this.#lowered;
  }

  /** Whether `lower` would save the server work. */
  get lowerable(): boolean {
    return this.#lowerable && !this.#lowered && !this.followed && this.live;
  }

  /** Makes no pictures for the time being, as `on-demand`: a small part of the work. All that comes is recorded as before. */
  lower(): void {
    if (!this.#lowerable || this.#lowered) return;
    this.#lowered = this.#turns = true;
    this.loop.defer();
  }

  /** Makes pictures again as it was set to. */
  restore(): void {
    if (!this.#lowered) return;
    this.#lowered = false;
    this.#turns = true;
    this.loop.rebuild();
  }

  /** True until `finish` was called. */
  get live(): boolean {
    return this.#finished === null;
  }

  /** Takes in a pixel packet; see `SessionLoop.accept`. Throws the writer's own error when storing failed. */
  pixels(bytes: Uint8Array): Uint8Array | null {
    this.#heardAt = this.time;
    try {
      const answer = this.loop.accept(bytes);
      if (this.#turns && this.loop.turnsOn) {
        this.#turns = false;
        this.#restart(this.#lowered);
      }
      if (this.loop.deferring) {
        if (this.#heardAt >= this.#restartAt) this.#restart();
        return answer;
      }
      this.previews.fresh(PREVIEW_AGE).catch((error: unknown) => this.#options.log.warn({ err: error }, 'preview not made'));
      return answer;
    } catch (error) {
      if (isSgapsError(error) && error.code === 'STORAGE_FAILED' && this.writer.error) throw this.writer.error;
      throw error;
    }
  }

  /** Takes in something the recorder kept; see `SessionLoop.acceptKept`. */
  kept(record: KeptRecord): void {
    this.#heardAt = this.time;
    if (record.kind === 'event') {
      assertKeptEvent(record.bytes);
      if (++this.#events > MOST_EVENTS) throw SgapsError.limit('events of a recording', this.#events, MOST_EVENTS);
    }
    this.loop.acceptKept(record);
  }

  /** Records a game event. Throws `LIMIT_EXCEEDED` beyond 100,000 of them, and the writer's own error when storing failed. */
  event(event: { readonly name: string; readonly data: unknown; readonly time: number }): void {
    if (this.#events >= MOST_EVENTS) throw SgapsError.limit('events of a recording', this.#events + 1, MOST_EVENTS);
    const bytes = new TextEncoder().encode(JSON.stringify(event));
    if (!this.loop.event(bytes)) throw this.writer.error ?? new SgapsError('CLOSED', 'The recording is closed.');
    this.#events++;
  }

  /**
   * The recorder is back after a cut: marks the time without it in the event track (`gap`, data `{ from, to }` in ms of the
   * recording) and gives the coordinate packet to go on with. Throws as `event` and `SessionLoop.start` do.
   */
  resume(): Uint8Array {
    const to = this.time;
    this.event({ name: GAP_EVENT, data: { from: this.#heardAt, to }, time: to });
    this.#heardAt = to;
    return this.loop.start();
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

  #restart(digest?: boolean): void {
    // By the clock, not from when the recorder was last heard of: the times do not drift.
    while (this.#restartAt <= this.time) this.#restartAt += RESTART_EVERY;
    this.#options.restart?.(digest);
  }

  #noteSnapshot(error: unknown): void {
    if (this.#snapshotMissed) return;
    this.#snapshotMissed = true;
    this.#options.log.error({ err: error }, 'decoder snapshot left out; seeking will take longer');
  }

  async #finish(): Promise<void> {
    const { log } = this.#options;
    try {
      await within(THUMBNAIL_WITHIN, 'storing the thumbnail', this.#saveThumbnail());
    } catch (error) {
      log.warn({ err: error }, 'thumbnail not saved');
    }
    await this.writer.close();
  }

  async #saveThumbnail(): Promise<void> {
    await glimpse(this.loop, THUMBNAIL_WITHIN);
    const preview = await this.previews.fresh(0);
    if (preview) await this.#options.store.savePreview(this.writer.id, preview);
  }
}

/** Throws `ARGUMENT_INVALID` or `LIMIT_EXCEEDED` for bytes that are no event a game may write. */
function assertKeptEvent(bytes: Uint8Array): void {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new SgapsError('ARGUMENT_INVALID', 'A kept event must be JSON in UTF-8.', { cause });
  }
  assertNotOurs(parseGameEvent(body).name);
}

/**
 * Throws `ARGUMENT_INVALID` for an event name that only the server writes.
 *
 * @example
 * ```ts
 * assertNotOurs(event.name);
 * ```
 */
export function assertNotOurs(name: string): void {
  if (name === GAP_EVENT) throw new SgapsError('ARGUMENT_INVALID', `The event name '${GAP_EVENT}' is the server's own.`);
}
