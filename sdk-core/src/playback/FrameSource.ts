import {
  type FrameState,
  isSgapsError,
  type RecordingReader,
  type RecordingRecord,
  type RecordingSnapshot,
} from '@sgaps/protocol';
import { FrameRefiner } from '../model/FrameRefiner.js';
import type { ModelBackend } from '../model/NeuralModel.js';
import { SamplingPlanner } from '../plan/SamplingPlanner.js';
import type { DecodedFrame } from '../session/SessionDecoder.js';
import { type ReplicaFrame, SessionReplica } from '../session/SessionReplica.js';
import type { FreshStart } from './findFreshStart.js';
import { GapWatch } from './GapWatch.js';
import { RecordWalk } from './RecordWalk.js';
import type { PlayedFrame, ReplaySource } from './ReplaySource.js';
import { SessionFigures } from './SessionFigures.js';
import type { ShelfPlace } from './SnapshotShelf.js';

/** ms by which a request may be older than the frame that answers it. */
const ASKED_BEFORE = 3000;

/**
 * The frames of a recording one after the other, rebuilt by the decoder of the live loop and, where there is one, by a model; from the
 * start or from a snapshot.
 *
 * @example
 * ```ts
 * const source = new FrameSource(await store.open(id));
 * while (await source.fill()) show(await source.decode());
 * ```
 */
export class FrameSource implements ReplaySource {
  readonly figures = new SessionFigures();
  readonly keepsPlaces = true;
  /** Frames between the newest frame known and the first asked for, at this place. */
  latencyFrames = 0;

  readonly #reader: RecordingReader;
  readonly #walk: RecordWalk;
  readonly #gaps: GapWatch;
  readonly #refiner: FrameRefiner | null;
  #replica: SessionReplica;
  #planner: SamplingPlanner | null = null;
  #queue: ReplicaFrame[] = [];
  /** Time of the newest frame taken in; −∞ before the first. */
  #newestTime = Number.NEGATIVE_INFINITY;
  /** Frames' times do not run backwards: those after a snapshot are not before the last one in front of it. */
  #notBefore = 0;

  constructor(reader: RecordingReader, model: ModelBackend | null = null) {
    this.#reader = reader;
    this.#walk = new RecordWalk(reader);
    this.#gaps = new GapWatch(reader);
    this.#refiner = model ? new FrameRefiner(reader.header.grid, model) : null;
    this.#replica = this.#newReplica();
  }

  /** True once the last record there is was read. */
  get atEnd(): boolean {
    return this.#walk.atEnd;
  }

  /** Time of the frame that waits, ms; null when `fill` has to look for one. */
  get nextTime(): number | null {
    return this.#queue.at(0)?.time ?? null;
  }

  /** Time of the frame after that one, ms; null when `fill(2)` has to look for one. */
  get timeAfter(): number | null {
    return this.#queue.at(1)?.time ?? null;
  }

  /** Frames that wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Nothing waits and nothing is left. */
  get ended(): boolean {
    return this.atEnd && this.#queue.length === 0;
  }

  /** True once anything was read: it may go on from here instead of from a snapshot. */
  get begun(): boolean {
    return this.#walk.sequence >= 0;
  }

  /** Number of the newest frame taken in, −1 before the first. */
  get frameId(): number {
    return this.#replica.decoder.frameId;
  }

  /** Time of the newest frame taken in, ms; null before the first, and after a stored snapshot, which does not tell. */
  get time(): number | null {
    return this.#newestTime === Number.NEGATIVE_INFINITY ? null : this.#newestTime;
  }

  /** What the game said of the newest frame taken in. */
  get state(): FrameState | null {
    return this.#replica.decoder.state;
  }

  /** Sequence of the last record taken in, −1 before the first. */
  get sequence(): number {
    return this.#walk.sequence;
  }

  /** Where one may go on from what `save` gives now: between two packets, after a frame; else null. */
  get place(): Omit<ShelfPlace, 'bytes'> | null {
    const { time, frameId } = this;
    return time === null || this.#queue.length > 0 ? null : { time, frameId, sequence: this.sequence };
  }

  /** The state at `place`. */
  save(): Uint8Array {
    return this.#replica.save();
  }

  /** Reads records until so many frames wait. False at the end of what is there. */
  async fill(count = 1): Promise<boolean> {
    while (this.#queue.length < count) {
      const record = await this.#walk.next();
      if (!record) return false;
      this.#gaps.pass(record);
      this.#take(record);
    }
    return true;
  }

  /** Rebuilds the frame that waits; its buffers are reused by the next call. Call `fill` first, and nothing until it has settled. */
  async decode(): Promise<{ readonly frame: PlayedFrame; readonly time: number } | null> {
    const next = this.#queue.shift();
    if (!next) return null;
    this.#newestTime = next.time;
    const { decoder } = this.#replica;
    const decoded = this.#replica.decode(next.frame);
    if (!this.#refiner || decoded.kept) {
      this.#refiner?.clear();
      return { frame: { ...decoded, refined: false }, time: next.time };
    }
    const { rgb, uncertainty, refined } = await this.#refiner.refine(decoded, decoder.memory);
    return { frame: { ...decoded, rgb, uncertainty, refined }, time: next.time };
  }

  /**
   * Takes the frame that waits into memory and draws nothing, about half the work: for frames that nobody is shown. Returns its
   * time. Call `fill` first.
   */
  skip(): number | null {
    const next = this.#queue.shift();
    if (!next) return null;
    this.#newestTime = next.time;
    this.#replica.observe(next.frame);
    const { decoder } = this.#replica;
    if (decoder.keeping) this.#refiner?.clear();
    else this.#refiner?.skip(next.frame, decoder.memory);
    return next.time;
  }

  /**
   * Goes to a snapshot, or to the start for null. False when the snapshot is of another version or broken: it went to the start. `newestTime` is the time
   * of the last frame before it, where that is known.
   */
  async restart(
    snapshot: Pick<RecordingSnapshot, 'state' | 'sequence'> | null,
    newestTime: number = Number.NEGATIVE_INFINITY,
  ): Promise<boolean> {
    await this.#walk.goTo(-1);
    this.#gaps.goTo(-1, -1);
    this.#replica = this.#newReplica();
    this.#refiner?.clear();
    this.#planner = null;
    this.figures.restart();
    this.#queue = [];
    this.#newestTime = Number.NEGATIVE_INFINITY;
    this.#notBefore = 0;
    if (!snapshot) return true;
    try {
      this.#replica.restore(snapshot.state);
    } catch (error) {
      if (!isSgapsError(error)) throw error;
      // The packets are all there; only the short cut is gone.
      this.#replica = this.#newReplica();
      return false;
    }
    await this.#walk.goTo(snapshot.sequence);
    this.#gaps.goTo(snapshot.sequence, this.#replica.frameId);
    this.#newestTime = newestTime;
    this.#notBefore = Math.max(0, newestTime);
    return true;
  }

  /**
   * Goes to a packet that starts afresh. What was asked for before it is known, what was seen is not: pictures are whole once samples have shown everything, in about a
   * second, where samples alone keep them up to date.
   */
  async restartFresh({ sequence, time }: FreshStart): Promise<void> {
    await this.restart(null);
    const requests = this.#reader.records(Math.max(0, time - ASKED_BEFORE), { kinds: ['coordinates'] });
    for await (const record of requests) {
      if (record.sequence > sequence) break;
      this.#take(record);
    }
    await this.#walk.goTo(sequence - 1);
    this.#notBefore = 0;
  }

  /** Looks for what was recorded since. */
  async refresh(): Promise<void> {
    await this.#walk.refresh();
  }

  /** The importance map as the live planner would have it after `frame`, the newest one decoded. */
  importance(frame: DecodedFrame): Float32Array {
    this.#planner ??= new SamplingPlanner({ grid: this.#replica.shape.grid, decoder: this.#replica.decoder });
    this.#planner.plan(frame.frameId + 2);
    return this.#planner.importance;
  }

  async close(): Promise<void> {
    await this.release();
    await this.#reader.close();
  }

  /** Lets go of the chunks being read; it may go on, and the reader stays open. */
  async release(): Promise<void> {
    await this.#walk.release();
  }

  #take(record: RecordingRecord): void {
    try {
      if (record.kind === 'coordinates') {
        const requests = this.#replica.coordinates(record.bytes);
        if (requests[0]) this.latencyFrames = requests[0].frameId - this.#replica.frameId;
        this.figures.packet(record.time, { down: record.bytes.length });
      } else if (record.kind === 'pixels') {
        const frames = this.#replica.pixels(record.bytes, record.time);
        for (const { frame, time } of frames) this.#queue.push({ frame, time: Math.max(this.#notBefore, time) });
        const samples = frames.reduce((sum, { frame }) => sum + frame.samples.count, 0);
        this.figures.packet(record.time, { up: record.bytes.length, frames: frames.length, samples });
      }
    } catch (error) {
      // The live loop rejected this packet too: everything received is recorded, also what did not decode.
      if (!isSgapsError(error)) throw error;
      this.figures.rejected++;
    }
  }

  #newReplica(): SessionReplica {
    const { grid, schema, tierBits, depth } = this.#reader.header;
    return new SessionReplica({ grid, schema, tierBits, depth });
  }
}
