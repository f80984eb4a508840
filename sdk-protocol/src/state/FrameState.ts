/**
 * A 2D camera in capture-grid pixels: screen = world · zoom − view, turned by `rotation` about the viewport's middle.
 *
 * @example
 * ```ts
 * const camera: Camera2D = { id: 0, viewX: 12.5, viewY: 0, zoom: 1, rotation: 0, x: 0, y: 0, width: 320, height: 180 };
 * ```
 */
export interface Camera2D {
  readonly id: number;
  /** Scroll in grid pixels, zoom applied; exact to 1/64. */
  readonly viewX: number;
  readonly viewY: number;
  /** Exact to 1/4096. */
  readonly zoom: number;
  /** Radians. */
  readonly rotation: number;
  /** Viewport on the grid, whole pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A 3D camera: 16 floats each, as Babylon stores them (row vectors: clip = world · view · projection).
 *
 * @example
 * ```ts
 * const camera: Camera3D = { id: 0, view, projection, x: 0, y: 0, width: 320, height: 180 };
 * ```
 */
export interface Camera3D {
  readonly id: number;
  readonly view: Float32Array;
  readonly projection: Float32Array;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A visible game object the engine draws from a texture. Its place is given in *layer space*, the screen place plus
 * scroll factor × view, so that what stands still in the world costs nothing while the camera moves.
 *
 * @example
 * ```ts
 * const screenX = object.x - object.scrollFactorX * camera.viewX;
 * ```
 */
export interface TrackedObject {
  /** Unique within the session while the object lives; u32. */
  readonly id: number;
  /** Texture key, at most `LIMITS.nameLength` characters. */
  readonly texture: string;
  /** Frame name within the texture, '' where it has none. */
  readonly frame: string;
  /** Pivot in layer space, grid pixels, exact to 1/64. */
  readonly x: number;
  readonly y: number;
  /** Drawn size before rotation, grid pixels, exact to 1/64. */
  readonly width: number;
  readonly height: number;
  /** Pivot within the object, fraction of its size (0.5 is the middle), exact to 1/256. */
  readonly originX: number;
  readonly originY: number;
  /** Radians, exact to 2π/4096. */
  readonly rotation: number;
  readonly flipX: boolean;
  readonly flipY: boolean;
  /** 0 … 1, exact to 1/255. */
  readonly alpha: number;
  /** 0xRRGGBB multiplied into the texture; 0xffffff is none. */
  readonly tint: number;
  /** Exact to 1/256. */
  readonly scrollFactorX: number;
  readonly scrollFactorY: number;
  /** Offset of a repeating texture (tile sprites), grid pixels, exact to 1/16. */
  readonly tileX: number;
  readonly tileY: number;
  /** 0 none; 1 … 4 the tier + 1 the game tagged it with (S5). */
  readonly tag: number;
}

/**
 * What the game knew when a frame was drawn. `objects` stand in draw order, furthest back first.
 *
 * @example
 * ```ts
 * const still: FrameState = { cameras: [], cameras3d: [], objects: [], values: [] };
 * ```
 */
export interface FrameState {
  readonly cameras: readonly Camera2D[];
  readonly cameras3d: readonly Camera3D[];
  readonly objects: readonly TrackedObject[];
  /** One number for each entry of `StateSchema.values`, in its order. */
  readonly values: readonly number[];
}

/**
 * Named numbers a game adds to its state, declared once at join.
 *
 * @example
 * ```ts
 * const schema: StateSchema = { values: [{ name: 'health', type: 'int' }, { name: 'speed', type: 'float', step: 0.1 }] };
 * ```
 */
export interface StateSchema {
  readonly values: readonly StateValueField[];
}

/**
 * One named number: an integer, or a float quantised to `step` (default 1/256).
 *
 * @example
 * ```ts
 * const field: StateValueField = { name: 'health', type: 'int' };
 * ```
 */
export interface StateValueField {
  readonly name: string;
  readonly type: 'int' | 'float';
  readonly step?: number;
}
