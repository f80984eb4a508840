import type { FrameState, RecordingSnapshot } from '@sgaps/protocol';
import type { ArchiveModel } from '../archive/ArchiveModel.js';
import type { ModelBackend } from '../model/NeuralModel.js';
import type { DecodedFrame } from '../session/SessionDecoder.js';
import type { FreshStart } from './findFreshStart.js';
import type { PlaybackMachine } from './PlaybackMachine.js';
import type { SessionFigures } from './SessionFigures.js';
import type { ShelfPlace } from './SnapshotShelf.js';

/**
 * A frame as it is shown.
 *
 * @example
 * ```ts
 * const { rgb, refined }: PlayedFrame = frame;
 * ```
 */
export interface PlayedFrame extends DecodedFrame {
  /** True where the picture is the model's. */
  readonly refined: boolean;
}

/**
 * The frames of a recording one after the other, from the start or from a snapshot: rebuilt (`FrameSource`), or decoded of an archive (`ArchiveSource`).
 *
 * @example
 * ```ts
 * const source: ReplaySource = openReplaySource(await store.open(id));
 * while (await source.fill()) show(await source.decode());
 * ```
 */
export interface ReplaySource {
  readonly figures: SessionFigures;
  /** Frames between the newest frame known and the first asked for, at this place. */
  readonly latencyFrames: number;
  /** True once the last record there is was read. */
  readonly atEnd: boolean;
  /** Time of the frame that waits, ms; null when `fill` has to look for one. */
  readonly nextTime: number | null;
  /** Time of the frame after that one, ms; null when `fill(2)` has to look for one. */
  readonly timeAfter: number | null;
  /** Frames that wait. */
  readonly waiting: number;
  /** Nothing waits and nothing is left. */
  readonly ended: boolean;
  /** True once anything was read: it may go on from here instead of from a snapshot. */
  readonly begun: boolean;
  /** Number of the newest frame taken in, −1 before the first. */
  readonly frameId: number;
  /** Time of the newest frame taken in, ms; null before the first, and after a stored snapshot, which does not tell. */
  readonly time: number | null;
  /** What the game said of the newest frame taken in. */
  readonly state: FrameState | null;
  /** Sequence of the last record taken in, −1 before the first. */
  readonly sequence: number;
  /** Whether there is ever a `place`: else one goes on from the stored snapshots alone. */
  readonly keepsPlaces: boolean;
  /** Where one may go on from what `save` gives now; null where one may not. */
  readonly place: Omit<ShelfPlace, 'bytes'> | null;
  /** The state at `place`. */
  save(): Uint8Array;
  /** Reads records until so many frames wait. False at the end of what is there. */
  fill(count?: number): Promise<boolean>;
  /** The picture of the frame that waits; its buffers are reused by the next call. Call `fill` first, and nothing until it has settled. */
  decode(): Promise<{ readonly frame: PlayedFrame; readonly time: number } | null>;
  /** Passes over the frame that waits, with less work than its picture takes: for frames that nobody is shown. Returns its time. Call `fill` first. */
  skip(): number | null;
  /**
   * Goes to a snapshot, or to the start for null. False when the snapshot is of another version or broken: it went to the start. `newestTime` is the time
   * of the last frame before it, where that is known.
   */
  restart(snapshot: Pick<RecordingSnapshot, 'state' | 'sequence'> | null, newestTime?: number): Promise<boolean>;
  /** Goes to a packet that starts afresh. */
  restartFresh(start: FreshStart): Promise<void>;
  /** Looks for what was recorded since. */
  refresh(): Promise<void>;
  /** The importance map as the live planner would have it after `frame`, the newest one decoded; null where nothing is planned. */
  importance(frame: DecodedFrame): Float32Array | null;
  /** Closes its reader, too. */
  close(): Promise<void>;
  /** Lets go of the chunks being read; it may go on, and the reader stays open. */
  release(): Promise<void>;
}

/**
 * What frames of recordings are made with.
 *
 * @example
 * ```ts
 * const options: ReplaySourceOptions = { model, archiveModel: (modelId) => NodeArchiveModel.open(modelId) };
 * ```
 */
export interface ReplaySourceOptions {
  /** Refines rebuilt frames; not used for archives, whose pictures were refined before they were coded. */
  readonly model?: ModelBackend | null;
  /**
   * Gets the model that an archive names, name@version; asked when the first picture is decoded, and of archives that name one. It belongs to whoever gives it. Absent:
   * such archives cannot be shown.
   */
  readonly archiveModel?: ((modelId: string) => Promise<ArchiveModel>) | null;
  /** Others get their turn while much is decoded at once; absent: they wait. */
  readonly machine?: PlaybackMachine;
}
