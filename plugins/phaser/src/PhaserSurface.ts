import {
  type ChosenSampler,
  createKnownSampler,
  type FrameStateBuffer,
  type GameSurface,
  type MaskList,
  type SamplerWants,
  type Viewport,
} from '@sgaps/client';
import type { CaptureGrid, Tier } from '@sgaps/protocol';
import { CameraReader } from './CameraReader.js';
import { type MaskPredicate, MaskReader } from './MaskReader.js';
import { ObjectReader } from './ObjectReader.js';
import type { GameShape, ObjectShape, RendererShape } from './shapes.js';

/**
 * What a Phaser game shows and knows, as a recording needs it.
 *
 * @example
 * ```ts
 * const recording = new GameRecorder(new PhaserSurface(game), { endpoint: 'ws://localhost:2567' });
 * ```
 */
export class PhaserSurface implements GameSurface {
  readonly engine = 'phaser';
  readonly #game: GameShape;
  readonly #cameras = new CameraReader();
  readonly #objects = new ObjectReader();
  readonly #isHidden = (object: ObjectShape) => this.#masks.isHidden(object);
  readonly #masks = new MaskReader();
  readonly #viewport = { x: 0, y: 0, width: 0, height: 0 };
  #renderer: RendererShape | null = null;
  #frames: { beginFrame(): void; endFrame(): void } | null = null;

  constructor(game: GameShape) {
    this.#game = game;
  }

  get canvas(): HTMLCanvasElement {
    return this.#game.canvas;
  }

  /** Tags an object with a tier (S5); `null` takes the tag away. */
  tag(object: object, tier: Tier | null): void {
    this.#objects.tag(object, tier);
  }

  /** Hides an object, or everything a predicate picks. */
  mask(what: object | MaskPredicate): void {
    this.#masks.mask(what);
  }

  unmask(what: object | MaskPredicate): void {
    this.#masks.unmask(what);
  }

  createSampler(grid: CaptureGrid, batch: number, { truth }: SamplerWants): Promise<ChosenSampler> {
    const { renderer, canvas } = this.#game;
    const gl = renderer?.gl;
    const source = isWebGL2(gl) ? gl : { canvas, said: `The canvas is ${gl ? 'WebGL1' : '2D'}` };
    return createKnownSampler(source, { grid, batch, truth });
  }

  readState(out: FrameStateBuffer, grid: CaptureGrid): void {
    const views = this.#cameras.read(this.#game, grid, out);
    this.#objects.read(views, this.#cameras.main, this.#game.canvas, grid, out, this.#masks.isEmpty ? null : this.#isHidden);
  }

  readMasks(out: MaskList): void {
    if (this.#masks.isEmpty) return;
    this.#masks.read(this.#cameras.look(this.#game), out);
  }

  viewport(): Viewport {
    const renderer = this.#renderer;
    const given = renderer?.glWrapper?.state.viewport;
    const viewport = this.#viewport;
    viewport.x = given?.[0] ?? 0;
    viewport.y = given?.[1] ?? 0;
    viewport.width = given?.[2] ?? renderer?.width ?? 0;
    viewport.height = given?.[3] ?? renderer?.height ?? 0;
    return viewport;
  }

  attach(frames: { beginFrame(): void; endFrame(): void }): void {
    this.#frames = frames;
    this.#renderer = this.#game.renderer;
    this.#game.events.on('prestep', this.#beginFrame, this);
    this.#renderer?.on('postrender', this.#endFrame, this);
  }

  detach(): void {
    this.#game.events.off('prestep', this.#beginFrame, this);
    this.#renderer?.off('postrender', this.#endFrame, this);
    this.#frames = this.#renderer = null;
  }

  readonly #beginFrame = (): void => this.#frames?.beginFrame();
  readonly #endFrame = (): void => this.#frames?.endFrame();
}

/** Also one of another window's, which is no instance of this one's class. */
function isWebGL2(gl: unknown): gl is WebGL2RenderingContext {
  return typeof gl === 'object' && gl !== null && 'drawBuffers' in gl;
}
