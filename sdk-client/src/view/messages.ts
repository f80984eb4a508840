import type { PinholeCamera } from './PinholeCamera.js';
import type { RemoteViewOptions } from './RemoteViewOptions.js';

/** What is watched, and where. */
export interface StreamOptions {
  /** The transport, `ws://…`. */
  readonly transport: string;
  readonly token?: string;
  readonly scene: string;
  readonly encoder: NonNullable<RemoteViewOptions['encoder']>;
}

/** What a page wants to see. */
export interface Look {
  readonly camera: PinholeCamera;
  /** Seconds. */
  readonly time: number;
  /** By the page's clock, ms. */
  readonly askedAt: number;
}

/** What a scene says of itself. */
export interface StreamInfo {
  /** Pixels of its pictures, for whoever asks for none. */
  readonly width: number;
  readonly height: number;
  readonly about: Readonly<Record<string, unknown>>;
}

/** A picture on its way to the page. */
export interface StreamFrame {
  readonly image: ImageBitmap;
  readonly depth: Float32Array<ArrayBuffer> | null;
  readonly alpha: ImageBitmap | null;
  readonly nearest: number;
  /** Its camera is in pixels of `image`. */
  readonly look: Look;
  readonly about: Readonly<Record<string, unknown>>;
  /** No picture came for this look before: at a live edge more come by themselves, whose age cannot be told. */
  readonly isFirst: boolean;
  /** ms: of decoding; from the transport's taking the camera to the renderer's being done. */
  readonly decode: number;
  readonly render: number;
}

/** From a view to its stream, which may be in a worker. */
export type ToStream =
  | { readonly type: 'open'; readonly options: StreamOptions }
  | { readonly type: 'look'; readonly look: Look }
  /** Memory of a depth map that is not shown any more. */
  | { readonly type: 'spare'; readonly depth: Float32Array<ArrayBuffer> }
  | { readonly type: 'close' };

/** From a stream to its view. `ready` is a worker's first, `closed` the last. */
export type FromStream =
  | { readonly type: 'ready' }
  | { readonly type: 'opened'; readonly info: StreamInfo }
  | { readonly type: 'frame'; readonly frame: StreamFrame }
  /** What is shown is also what this look would see. */
  | { readonly type: 'unchanged'; readonly look: Look; readonly about: Readonly<Record<string, unknown>> }
  /** It is being built, `share` of it is, 0 … 1; it was, and says so much more of itself. */
  | { readonly type: 'building'; readonly share: number }
  | { readonly type: 'built'; readonly about: Readonly<Record<string, unknown>> }
  | { readonly type: 'connection'; readonly stalled: boolean }
  /** It is not open, or no longer. */
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  | { readonly type: 'closed' };
