import type { OverlayLayer, Picture } from '@sgaps/protocol';
import type { ReplayFigures, ReplayFrame, ReplayInfo, ReplayMarker, ReplayStates } from '../ReplaySource.js';

/** How pictures come. */
export type ViewerEncoder = 'jpeg+depth' | 'h264';
/** Who else sees them; `live` comes by itself. */
export type ViewerChannelName = 'own' | `party:${string}`;

/** What is watched, and where. */
export interface ViewerOptions {
  /** The transport, `ws://…`. */
  readonly transport: string;
  readonly token?: string;
  readonly scene: 'replay' | 'stream';
  readonly recording: string;
  readonly encoder: ViewerEncoder;
  readonly channel: ViewerChannelName;
}

/** From a source to its viewer, which may be in a worker. */
export type ToViewer =
  | { readonly type: 'open'; readonly options: ViewerOptions }
  /** `turn` is the last that was heard of: one that crossed with the news that others choose counts for nothing. */
  | { readonly type: 'request'; readonly time: number; readonly number: number; readonly turn: number }
  | { readonly type: 'overlays'; readonly layers: readonly OverlayLayer[] }
  | { readonly type: 'close' };

/** From a viewer to its source. `ready` is a worker's first, `closed` the last. */
export type FromViewer =
  | { readonly type: 'ready' }
  | { readonly type: 'opened'; readonly info: ReplayInfo }
  /** What was asked for, by the number of its request. */
  | { readonly type: 'frame'; readonly frame: ReplayFrame; readonly request: number }
  /** What others asked for. `turn` counts how often they began to choose; `heard` is the last request that had come by then. */
  | { readonly type: 'others'; readonly frame: ReplayFrame; readonly turn: number; readonly heard: number }
  | { readonly type: 'unchanged'; readonly request: number }
  | { readonly type: 'overlay'; readonly picture: Picture }
  | { readonly type: 'growth'; readonly duration: number; readonly growing: boolean }
  | { readonly type: 'markers'; readonly markers: readonly ReplayMarker[] }
  | { readonly type: 'states'; readonly states: ReplayStates }
  | { readonly type: 'figures'; readonly figures: ReplayFigures }
  | { readonly type: 'connection'; readonly stalled: boolean }
  /** It is not open, or no longer. */
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  | { readonly type: 'closed' };
