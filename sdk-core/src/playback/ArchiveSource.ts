import {
  createSampleSet,
  type FrameState,
  isSgapsError,
  type PixelFrame,
  type RecordingReader,
  type RecordingRecord,
  type RecordingSnapshot,
  SgapsError,
} from '@sgaps/protocol';
import { ArchiveDecoder } from '../archive/ArchiveDecoder.js';
import type { ArchiveModel } from '../archive/ArchiveModel.js';
import { Source } from '../memory/SourceMap.js';
import { isArchiveState } from './archiveState.js';
import type { FreshStart } from './findFreshStart.js';
import { RecordWalk } from './RecordWalk.js';
import type { PlayedFrame, ReplaySource, ReplaySourceOptions } from './ReplaySource.js';
import { SessionFigures } from './SessionFigures.js';

/** ms of work before others get their turn. */
const SLICE = 12;
const SURE = 255;

/** A picture that is not decoded yet. */
interface Waiting {
  readonly group: RecordingRecord;
  /** Its place in the group, and its share of the group's bytes. */
  readonly index: number;
  readonly bytes: number;
  readonly frameId: number;
  readonly time: number;
  readonly state: FrameState | null;
}

/**
 * The pictures of an archive one after the other. Those that are skipped are decoded only where one behind them in their group is wanted. There is nothing to plan, doubt or
 * refine: uncertainty is 0, and frames have no samples.
 *
 * @example
 * ```ts
 * const source = new ArchiveSource(await store.open(id), { archiveModel: (modelId) => NodeArchiveModel.open(modelId) });
 * while (await source.fill()) show(await source.decode());
 * ```
 */
export class ArchiveSource implements ReplaySource {
  readonly figures = new SessionFigures();
  readonly latencyFrames = 0;
  /** States are packed into groups: one goes on from the snapshot before one. */
  readonly keepsPlaces = false;
  readonly place = null;

  readonly #reader: RecordingReader;
  readonly #options: ReplaySourceOptions;
  readonly #walk: RecordWalk;
  /** Tells what is in a group; needs no model for it. */
  readonly #contents: ArchiveDecoder;
  #decoder: Promise<ArchiveDecoder> | null = null;
  /** The group that the decoder is in, by its record, and how many of its pictures were decoded. */
  #at = { sequence: -1, decoded: 0 };
  #queue: Waiting[] = [];
  #newest: Pick<Waiting, 'frameId' | 'time' | 'state'> | null = null;
  /** Frames' times do not run backwards. */
  #latest = 0;
  readonly #uncertainty: Float32Array;
  readonly #confidence: Uint8Array;
  readonly #sources: Uint8Array;

  constructor(reader: RecordingReader, options: ReplaySourceOptions = {}) {
    this.#reader = reader;
    this.#options = options;
    this.#walk = new RecordWalk(reader);
    this.#contents = new ArchiveDecoder(reader.header, { model: null });
    const { width, height } = reader.header.grid;
    this.#uncertainty = new Float32Array(width * height);
    this.#confidence = new Uint8Array(width * height).fill(SURE);
    this.#sources = new Uint8Array(width * height).fill(Source.held);
  }

  get atEnd(): boolean {
    return this.#walk.atEnd;
  }

  get nextTime(): number | null {
    return this.#queue.at(0)?.time ?? null;
  }

  get timeAfter(): number | null {
    return this.#queue.at(1)?.time ?? null;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  get ended(): boolean {
    return this.atEnd && this.#queue.length === 0;
  }

  get begun(): boolean {
    return this.#walk.sequence >= 0;
  }

  get frameId(): number {
    return this.#newest?.frameId ?? -1;
  }

  get time(): number | null {
    return this.#newest?.time ?? null;
  }

  get state(): FrameState | null {
    return this.#newest?.state ?? null;
  }

  get sequence(): number {
    return this.#walk.sequence;
  }

  /** @throws SgapsError `UNSUPPORTED`: there is never a `place`. */
  save(): Uint8Array {
    throw new SgapsError('UNSUPPORTED', 'An archive has a place to go on from before each group, and no others.');
  }

  /** @throws SgapsError `VERSION_UNSUPPORTED` for a group of a newer version. */
  async fill(count = 1): Promise<boolean> {
    while (this.#queue.length < count) {
      const record = await this.#walk.next();
      if (!record) return false;
      if (record.kind === 'pictures') this.#take(record);
    }
    return true;
  }

  /** @throws SgapsError `MODEL_NOT_FOUND` where the archive's model cannot be had, and what the decoder throws for damaged groups. */
  async decode(): Promise<{ readonly frame: PlayedFrame; readonly time: number } | null> {
    const next = this.#pass();
    return next && { frame: this.#frameOf(next, await this.#picture(next)), time: next.time };
  }

  skip(): number | null {
    return this.#pass()?.time ?? null;
  }

  async restart(snapshot: Pick<RecordingSnapshot, 'state' | 'sequence'> | null): Promise<boolean> {
    const isKnown = snapshot === null || isArchiveState(snapshot.state);
    await this.#goTo(isKnown ? (snapshot?.sequence ?? -1) : -1);
    return isKnown;
  }

  /** Each group does. */
  async restartFresh({ sequence }: FreshStart): Promise<void> {
    await this.#goTo(sequence - 1);
  }

  async refresh(): Promise<void> {
    await this.#walk.refresh();
  }

  importance(): null {
    return null;
  }

  async close(): Promise<void> {
    await this.release();
    await this.#reader.close();
  }

  async release(): Promise<void> {
    await this.#walk.release();
  }

  async #goTo(sequence: number): Promise<void> {
    await this.#walk.goTo(sequence);
    this.figures.restart();
    this.#queue = [];
    this.#newest = null;
    this.#latest = 0;
  }

  /** The picture that waits is the newest one from now on. */
  #pass(): Waiting | null {
    const next = this.#queue.shift();
    if (!next) return null;
    this.#newest = next;
    this.figures.packet(next.time, { up: next.bytes, frames: 1 });
    return next;
  }

  /** Puts the pictures of a group into the queue; one that does not decode is passed over. */
  #take(group: RecordingRecord): void {
    try {
      const pictures = this.#contents.open(group.bytes);
      const bytes = group.bytes.length / pictures.length;
      for (const [index, { frameId, time, state }] of pictures.entries()) {
        this.#latest = Math.max(this.#latest, time);
        this.#queue.push({ group, index, bytes, frameId, time: this.#latest, state });
      }
    } catch (error) {
      if (!isSgapsError(error) || error.code === 'VERSION_UNSUPPORTED') throw error;
      this.figures.rejected++;
    }
  }

  /** Decodes up to a picture, from where the decoder is where that is in front of it. */
  async #picture({ group, index }: Waiting): Promise<Uint8ClampedArray> {
    const decoder = await this.#open();
    const { machine } = this.#options;
    if (this.#at.sequence !== group.sequence || this.#at.decoded > index) {
      this.#at = { sequence: -1, decoded: 0 };
      decoder.open(group.bytes);
    }
    let slice = machine?.now() ?? 0;
    for (let decoded = this.#at.decoded; ; ) {
      // Where it fails, it can only begin the group anew.
      this.#at = { sequence: -1, decoded: 0 };
      const picture = await decoder.next();
      if (!picture) throw SgapsError.malformed('group of pictures: it ends before its last');
      this.#at = { sequence: group.sequence, decoded: ++decoded };
      if (decoded > index) return picture.rgb;
      if (!machine || machine.now() - slice < SLICE) continue;
      await machine.rest();
      slice = machine.now();
    }
  }

  #frameOf({ frameId, time, state }: Waiting, rgb: Uint8ClampedArray): PlayedFrame {
    const known = state ?? { cameras: [], cameras3d: [], objects: [], values: [] };
    const samples = createSampleSet(0);
    const values = { rgb: new Uint8Array(0), bits: new Uint8Array(0) };
    const frame: PixelFrame = { frameId, clientTime: time, requestId: null, state: known, samples, values };
    const maps = { uncertainty: this.#uncertainty, confidence: this.#confidence, sources: () => this.#sources };
    return { frameId, time, rgb, ...maps, kept: true, frame, samples, state: known, refined: false };
  }

  #open(): Promise<ArchiveDecoder> {
    this.#decoder ??= this.#model().then(
      (model) => new ArchiveDecoder(this.#reader.header, { model }),
      (error: unknown) => {
        // It may be there when it is asked for again.
        this.#decoder = null;
        throw error;
      },
    );
    return this.#decoder;
  }

  /** The archive's model; null where it names none. */
  async #model(): Promise<ArchiveModel | null> {
    const { recordingId, archive } = this.#reader.header;
    const { archiveModel } = this.#options;
    const modelId = archive?.modelId ?? '';
    if (modelId === '') return null;
    const needs = `Recording ${recordingId} is an archive that only the model ${modelId} decodes`;
    if (!archiveModel)
      throw new SgapsError(
        'MODEL_NOT_FOUND',
        `${needs}, and there is none here: install @sgaps/models, or give it as archiveModel.`,
      );
    const model = await archiveModel(modelId).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new SgapsError(
        'MODEL_NOT_FOUND',
        `${needs}, and it cannot be had: install a version of @sgaps/models that has it. ${why}`,
        { cause },
      );
    });
    if (model.id !== modelId)
      throw new SgapsError(
        'MODEL_NOT_FOUND',
        `${needs}; the one here is ${model.id}. Install a version of @sgaps/models that has it.`,
      );
    return model;
  }
}
