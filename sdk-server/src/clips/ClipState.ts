import type { Camera2D } from '@sgaps/protocol';

/**
 * An object of a 2D clip (DESIGN.md, "Clip state JSON"): pixels of the picture, as it stands on the screen.
 *
 * @example
 * ```ts
 * const coin: ClipObject = { id: 2, name: 'coin', x: 40, y: 8, w: 23, h: 23, z: 1, cx: 51, cy: 19, dw: 23, dh: 23, ox: 0.5, oy: 0.5 };
 * ```
 */
export interface ClipObject {
  readonly id: number;
  readonly type?: string;
  /** Texture key. */
  readonly name: string;
  /** Texture frame; none is ''. */
  readonly frame?: string;
  /** Bounds on the screen. */
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  /** Draw order, lower is further back. */
  readonly z: number;
  /** Pivot on the screen. */
  readonly cx: number;
  readonly cy: number;
  /** Size before rotation. */
  readonly dw: number;
  readonly dh: number;
  /** Pivot within the object, fraction of its size. */
  readonly ox: number;
  readonly oy: number;
  /** Radians, default 0. */
  readonly rot?: number;
  readonly flipX?: number | boolean;
  readonly flipY?: number | boolean;
  readonly alpha?: number;
  readonly tint?: number;
  /** Scroll factor, default [1, 1]. */
  readonly sf?: readonly [number, number];
  /** Offset of a repeating texture. */
  readonly tile?: readonly [number, number];
  /** Tier + 1 the game tagged it with, default none. */
  readonly tag?: number;
}

/**
 * State of one frame: 2D fields, or `view` and `projection` for 3D.
 *
 * @example
 * ```ts
 * const still: ClipFrame = { viewX: 0, viewY: 0, zoom: 1, rotation: 0, objects: [] };
 * ```
 */
export interface ClipFrame {
  readonly viewX?: number;
  readonly viewY?: number;
  readonly zoom?: number;
  readonly rotation?: number;
  readonly objects?: readonly ClipObject[];
  /** All 2D cameras, where there are several; the first is the one above. */
  readonly cameras?: readonly Camera2D[];
  /** True where no scene was running: the camera is that of the frame before, no objects. */
  readonly noScene?: boolean;
  readonly view?: readonly number[];
  readonly projection?: readonly number[];
}

/**
 * A clip's state file.
 *
 * @example
 * ```ts
 * const state = JSON.parse(readFileSync('clip.json', 'utf8')) as ClipState;
 * ```
 */
export interface ClipState {
  readonly name: string;
  readonly kind?: string;
  readonly source?: string;
  readonly licence?: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly frames: number;
  readonly per_frame: readonly ClipFrame[];
}
