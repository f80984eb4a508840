import type { Scene } from '@babylonjs/core/scene.js';
import {
  type FrameStateBuffer,
  type GameSurface,
  type MaskList,
  type RecorderDiagnostic,
  type Sampler,
  type Viewport,
  WebGL2Sampler,
} from '@sgaps/client';
import { type CaptureGrid, SgapsError } from '@sgaps/protocol';
import { CameraReader } from './CameraReader.js';
import { DepthSource } from './DepthSource.js';
import { engineParts, viewportOf } from './engineParts.js';
import { FrameHooks } from './FrameHooks.js';
import { MaskBook } from './MaskBook.js';
import { TagBook } from './TagBook.js';

type Frames = Parameters<GameSurface['attach']>[0];

/** What a surface tells its recorder. */
interface SurfaceEvents {
  readonly depth: boolean;
  readonly tell: (diagnostic: RecorderDiagnostic) => void;
  readonly attached: () => void;
  readonly detached: () => void;
}

/**
 * What a `GameRecorder` needs to know of a Babylon scene. No hook of it throws into the engine.
 *
 * @example
 * ```ts
 * const recording = new GameRecorder(new SceneSurface(scene, events), options);
 * ```
 */
export class SceneSurface implements GameSurface {
  readonly engine = 'babylon';
  readonly canvas: { readonly width: number; readonly height: number };
  readonly masks: MaskBook;
  readonly tags: TagBook;
  readonly #scene: Scene;
  readonly #events: SurfaceEvents;
  readonly #cameras: CameraReader;
  readonly #depth: DepthSource | null;
  #hooks: FrameHooks | null = null;

  constructor(scene: Scene, events: SurfaceEvents) {
    const engine = scene.getEngine();
    this.#scene = scene;
    this.#events = events;
    this.canvas = engine.getRenderingCanvas() ?? { width: engine.getRenderWidth(true), height: engine.getRenderHeight(true) };
    this.#cameras = new CameraReader(scene);
    this.masks = new MaskBook(scene, this.#cameras);
    this.tags = new TagBook(this.#cameras, this.canvas);
    const refuse = (message: string) => events.tell({ code: 'renderer-unsupported', message });
    this.#depth = events.depth ? new DepthSource(scene, this.#cameras, refuse) : null;
  }

  createSampler(grid: CaptureGrid, batch: number): { readonly sampler: Sampler; readonly why: string } {
    const parts = engineParts(this.#scene.getEngine());
    const depth = this.#depth;
    if (parts && 'gl' in parts) {
      const depthTexture = depth ? () => depth.map() : undefined;
      return { sampler: new WebGL2Sampler(parts.gl, { grid, batch, depthTexture }), why: 'The engine draws with WebGL2.' };
    }
    throw new SgapsError('UNSUPPORTED', 'SGAPS samples Babylon engines with WebGL2 or WebGPU only.');
  }

  readState(out: FrameStateBuffer, grid: CaptureGrid): void {
    this.#cameras.read(grid, out);
  }

  readMasks(out: MaskList): void {
    this.masks.write(out);
  }

  viewport(): Viewport {
    return viewportOf(this.#scene.getEngine());
  }

  attach(frames: Frames): void {
    this.#hooks = new FrameHooks(this.#scene, {
      begin: () => {
        this.masks.begin(this.canvas.width, this.canvas.height);
        frames.beginFrame();
      },
      drawn: () => this.masks.look(),
      end: () => {
        this.#cameras.find();
        frames.endFrame();
      },
      failed: this.#failed,
    });
    this.#events.attached();
  }

  detach(): void {
    this.#hooks?.dispose();
    this.#hooks = null;
    this.rest();
    this.#events.detached();
  }

  /** Nothing is sampled for a while: no depth is drawn for nobody. */
  rest(): void {
    try {
      this.#depth?.dispose();
    } catch (cause) {
      this.#failed(cause);
    }
  }

  readonly #failed = (cause: unknown): void => {
    const message = `A hook failed: ${cause instanceof Error ? cause.message : String(cause)}`;
    this.#events.tell({ code: 'sampler-failed', message, cause });
  };
}
