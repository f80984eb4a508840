import type { CameraFrame, OverlayLayer } from '@sgaps/protocol';

/**
 * A picture as a scene draws it (P3). Arrays may be the scene's own: they hold until its next `render`.
 *
 * @example
 * ```ts
 * const output: RenderOutput = { width, height, colour: rgb, depth: null, alpha: null, metadata: {} };
 * ```
 */
export interface RenderOutput {
  readonly width: number;
  readonly height: number;
  /** 3·W·H, row-major RGB: floats in [0, 1], or bytes, which stand for value / 255. */
  readonly colour: Float32Array | Uint8ClampedArray | Uint8Array;
  /** W·H distances from the camera along its axis, in the scene's unit, > 0; +∞ where there is nothing. Null for a flat scene. */
  readonly depth: Float32Array | null;
  /** W·H in [0, 1]; null is 1 everywhere. */
  readonly alpha: Float32Array | null;
  /** What viewers are told beside the picture; JSON. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** True where it is, to the bit, what the last `render` gave: it is not encoded and sent anew then. */
  readonly unchanged?: boolean;
}

/**
 * What a scene says of itself once it is ready; viewers are told all of it.
 *
 * @example
 * ```ts
 * const info: SceneInfo = { width: 1280, height: 720, about: {} };
 * ```
 */
export interface SceneInfo {
  /** Pixels of its pictures. */
  readonly width: number;
  readonly height: number;
  /** JSON of the scene's own, for viewers. */
  readonly about: Readonly<Record<string, unknown>>;
}

/**
 * What a scene gets from the renderer service.
 *
 * @example
 * ```ts
 * const { argument, tell }: SceneContext = context;
 * ```
 */
export interface SceneContext {
  /** What follows the scene's name: `a1` of `replay:a1`; empty where nothing does. */
  readonly argument: string;
  /** Tells all viewers of the channel something beside the pictures: JSON of at most 64 KiB with a `type` of its own. What is told before the scene is ready follows its being ready. */
  tell(message: Readonly<{ type: string } & Record<string, unknown>>, options?: TellOptions): void;
}

/**
 * How something is told.
 *
 * @example
 * ```ts
 * context.tell({ type: 'markers', markers }, { keep: 'all' });
 * ```
 */
export interface TellOptions {
  /** Bytes that follow it. */
  readonly data?: Uint8Array;
  /** For who comes later: `all` messages of this type, or the `last`. Default none. */
  readonly keep?: 'all' | 'last';
}

/**
 * Draws what a camera sees (P5). Implement it and register it by a name: `registerScene('my-scene', () => new MyScene())`.
 *
 * @example
 * ```ts
 * class Grey implements SceneRenderer {
 *   onInit = async () => ({ width: 64, height: 36, about: {} });
 *   render = async () => ({ width: 64, height: 36, colour: new Uint8Array(3 * 64 * 36).fill(128), depth: null, alpha: null, metadata: {} });
 *   onShutdown = async () => undefined;
 * }
 * ```
 */
export interface SceneRenderer {
  /** Loads what it needs. Ready when it settles; rejects where it cannot be, with a typed error that viewers are told. */
  onInit(context: SceneContext): Promise<SceneInfo>;
  /**
   * Draws one camera; called anew only once it has settled. Null where there is nothing to show. Throwing drops this picture and goes on. `newer` aborts when another camera
   * came or the channel closes: what takes long may settle with null then. A scene that heeds it sees to it that a viewer who never stands still has pictures all the same.
   */
  render(camera: CameraFrame, newer: AbortSignal): Promise<RenderOutput | null>;
  /**
   * Waits until the same camera would show something else, as at a live edge: true then, false where it never will. `newer` aborts when another camera came or the channel closes: settle then.
   * Without it a camera is drawn once.
   */
  changed?(camera: CameraFrame, newer: AbortSignal): Promise<boolean>;
  /** The picture size that the viewer wants, 1 … 4096 a side. A scene of one size ignores it. */
  resize?(width: number, height: number): void;
  /** Overlays that somebody of the channel looks at; they are told by `SceneContext.tell`. */
  overlays?(layers: readonly OverlayLayer[]): void;
  /** Lets go of everything. */
  onShutdown(): Promise<void>;
}
