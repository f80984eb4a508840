import type { ReplayMarker, ReplayStates } from '@sgaps/client/player';
import type { SgapsErrorCode } from '@sgaps/protocol';
import type { ModelSource } from '../model/ModelFile.js';
import type { WebModelOptions, WebProvider } from '../model/WebModel.js';
import type { RecordingSource } from '../source/openSource.js';

/**
 * What a recording says of itself.
 *
 * @example
 * ```ts
 * const { game, width, height }: RecordingInfo = player.info;
 * ```
 */
export interface RecordingInfo {
  readonly recordingId: string;
  readonly game: string;
  readonly engine: string;
  /** Pixels of each frame. */
  readonly width: number;
  readonly height: number;
  /** Frames that the game was to be sampled at, a second. */
  readonly fps: number;
  /** Frames of the game that were recorded. */
  readonly frames: number;
  /** ms since 1970. */
  readonly startedAt: number;
  /** ms. */
  readonly duration: number;
  /** What the live loop rebuilt it with, name@version. */
  readonly modelId: string;
  /** True for an archive: its pictures are decoded, not rebuilt, and no model refines them. */
  readonly archived: boolean;
  /** The model that refines the frames here; null without one. */
  readonly model: ModelInfo | null;
}

/**
 * A model at work.
 *
 * @example
 * ```ts
 * const { id, provider }: ModelInfo = model;
 * ```
 */
export interface ModelInfo {
  /** name@version. */
  readonly id: string;
  readonly provider: WebProvider;
  /** Why it is on WASM although there is a WebGPU adapter; null otherwise. */
  readonly fallback: string | null;
}

/**
 * Where a player stands.
 *
 * @example
 * ```ts
 * bar.value = state.time / player.duration;
 * ```
 */
export interface PlayerState {
  /** ms from the start of the recording to what is shown. */
  readonly time: number;
  readonly playing: boolean;
  readonly seeking: boolean;
  readonly playbackRate: number;
  /** Frames that the model did not manage; they stay as memory drew them. */
  readonly modelFailures: number;
  /** Packets that did not decode, since the start or the last seek; the live session could not use them either. */
  readonly rejected: number;
}

/** What is opened. */
interface Opening {
  readonly source: RecordingSource;
  /** For a server that asks for one. */
  readonly token?: string;
  readonly model: ModelSource | null;
  readonly archiveModel: ModelSource | null;
  readonly options: Omit<WebModelOptions, 'grid'>;
}

/** What is asked of the worker; each request is answered by `done` or `failed`. */
export type PlayerRequest =
  | ({ readonly type: 'open' } & Opening)
  /** For a `LocalSource`. */
  | ({ readonly type: 'openLocal' } & Opening)
  | { readonly type: 'play' | 'pause' | 'next' | 'close' }
  | { readonly type: 'rate'; readonly rate: number }
  | { readonly type: 'seek'; readonly time: number }
  /** Of a `LocalSource`; seconds. */
  | { readonly type: 'request' | 'thumbnail'; readonly time: number }
  | { readonly type: 'states' };

/** A request as it is sent. */
export type ToPlayer = PlayerRequest & { readonly id: number };

/** What the worker says. */
export type FromPlayer =
  | {
      readonly type: 'done';
      readonly id: number;
      readonly info: RecordingInfo | null;
      /** Names of the game's values; with `info`. */
      readonly values?: readonly string[];
      readonly shown: boolean;
      readonly image?: ImageBitmap | null;
    }
  | { readonly type: 'failed'; readonly id: number; readonly code: SgapsErrorCode | null; readonly message: string }
  | {
      readonly type: 'frame';
      readonly frameId: number;
      readonly time: number;
      readonly refined: boolean;
      /** RGBA. */
      readonly pixels: Uint8ClampedArray<ArrayBuffer>;
    }
  | { readonly type: 'state'; readonly state: PlayerState }
  | { readonly type: 'error'; readonly code: SgapsErrorCode | null; readonly message: string }
  | {
      readonly type: 'bitmap';
      readonly image: ImageBitmap;
      readonly frameId: number;
      /** Seconds. */
      readonly time: number;
      readonly previous: number | null;
      readonly next: number | null;
      readonly refined: boolean;
      readonly modelFailures: number;
    }
  | { readonly type: 'unchanged' }
  | { readonly type: 'markers'; readonly markers: readonly ReplayMarker[] }
  | { readonly type: 'states'; readonly states: ReplayStates };
