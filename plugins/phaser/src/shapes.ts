// The parts of Phaser this plugin touches, as far as 3.80 … 4.x agree on them. Structural on purpose: the plugin imports nothing
// of Phaser, so it runs with whichever copy and version made the game.

/** `Phaser.Events.EventEmitter`. */
interface EmitterShape {
  on(event: string, handler: (...args: never[]) => void, context?: unknown): unknown;
  once(event: string, handler: (...args: never[]) => void, context?: unknown): unknown;
  off(event: string, handler: (...args: never[]) => void, context?: unknown): unknown;
}

/** A WebGL renderer of Phaser 3 or 4, or a Canvas renderer (without `gl`). */
export interface RendererShape extends EmitterShape {
  readonly gl?: unknown;
  readonly width: number;
  readonly height: number;
  /** Phaser 4: its cache of GL state. */
  readonly glWrapper?: { readonly state: { readonly viewport?: readonly number[] } };
}

/** `Phaser.Game`. */
export interface GameShape {
  readonly events: EmitterShape;
  readonly renderer: RendererShape | null;
  readonly canvas: HTMLCanvasElement;
  readonly isRunning: boolean;
  readonly scene: { readonly scenes: readonly { readonly sys: SystemsShape }[] };
}

/** `Phaser.Scenes.Systems`. */
export interface SystemsShape {
  readonly settings: { readonly visible: boolean; readonly status: number };
  readonly cameras?: { readonly cameras: readonly CameraShape[] } | null;
  readonly displayList?: { readonly list: readonly ObjectShape[] } | null;
}

/** `Phaser.GameObjects.Components.TransformMatrix`. */
interface MatrixShape {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/** `Phaser.Cameras.Scene2D.Camera`. */
export interface CameraShape {
  readonly visible: boolean;
  readonly alpha: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly scrollX: number;
  readonly scrollY: number;
  readonly roundPixels?: boolean;
  /** Phaser 3: viewport, rotation and zoom, without scroll. Phaser 4: without the viewport, with scroll. */
  readonly matrix: MatrixShape;
  /** Phaser 4: everything. */
  readonly matrixCombined?: MatrixShape;
}

/** `Phaser.Textures.Frame`. */
interface FrameShape {
  readonly name: string | number;
  readonly realWidth: number;
  readonly realHeight: number;
}

/** Any game object; what a type lacks is undefined. */
export interface ObjectShape {
  readonly type: string;
  readonly texture?: { readonly key: string } | null;
  readonly frame?: FrameShape | null;
  readonly displayTexture?: { readonly key: string } | null;
  readonly displayFrame?: FrameShape | null;
  readonly list?: readonly ObjectShape[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly originX: number;
  readonly originY: number;
  readonly rotation: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly flipX?: boolean;
  readonly flipY?: boolean;
  readonly alpha: number;
  readonly blendMode?: number | string;
  readonly scrollFactorX: number;
  readonly scrollFactorY: number;
  /** Phaser 4. */
  willRoundVertices?(camera: CameraShape, onlyTranslated: boolean): boolean;
  readonly tintTopLeft?: number;
  readonly tintTopRight?: number;
  readonly tintBottomLeft?: number;
  readonly tintBottomRight?: number;
  /** Phaser 3. */
  readonly tintFill?: boolean;
  /** Phaser 4; 0 multiplies. */
  readonly tintMode?: number;
  readonly tilePositionX?: number;
  readonly tilePositionY?: number;
  readonly tileScaleX?: number;
  readonly tileScaleY?: number;
  /** Where it is in the world; what has none (particles) lacks it. */
  getBounds?(): { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  willRender(camera: CameraShape): boolean;
}
