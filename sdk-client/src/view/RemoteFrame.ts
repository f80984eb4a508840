import type { PinholeCamera } from './PinholeCamera.js';

/**
 * How old a picture was when it came, and why: ms. What is measured by the server's clock is a difference of its own times, so clocks need not agree.
 *
 * @example
 * ```ts
 * const { total, render }: RemoteLatency = frame.latency;
 * ```
 */
export interface RemoteLatency {
  /** From `look` to the frame; of frames that come by themselves, at a live edge, only what is known: `render` and `decode`. */
  readonly total: number;
  /** From the transport's having the camera to the renderer's being done. */
  readonly render: number;
  /** Of decoding, in the worker. */
  readonly decode: number;
  /** All else: both ways, and waiting. */
  readonly network: number;
}

/**
 * A picture of the remote scene. It belongs to its view: once the next frame is there its images are closed and its depth used again.
 *
 * @example
 * ```ts
 * view.addEventListener('frame', ({ detail }) => context.drawImage(detail.image, 0, 0));
 * ```
 */
export interface RemoteFrame {
  readonly image: ImageBitmap;
  /** W·H distances along the camera's axis, in the scene's unit; +∞ where nothing is. Null for a scene without depth. */
  readonly depth: Float32Array<ArrayBuffer> | null;
  /** How much of each pixel is covered, as grey, with colours over black: by the encoder `jpeg+depth+alpha`, of scenes that have gaps; else null. */
  readonly alpha: ImageBitmap | null;
  /** The least of `depth`; +∞ where there is none. */
  readonly nearest: number;
  /** What it was drawn for, in pixels of `image`. */
  readonly camera: PinholeCamera;
  /** Seconds that were asked for. */
  readonly time: number;
  /** What the scene tells of it. */
  readonly about: Readonly<Record<string, unknown>>;
  readonly latency: RemoteLatency;
}
