import type { Scene } from '@babylonjs/core/scene.js';
import {
  type ChosenSampler,
  createSampler,
  type DepthTexture,
  type FrameStateBuffer,
  type GameSurface,
  type MaskList,
  type RecorderDiagnostic,
  type Sampler,
  type SamplerWants,
  type Viewport,
  type WebGpuSampler,
  type WebGpuTexture,
} from '@sgaps/client';
import type { CaptureGrid } from '@sgaps/protocol';
import { SgapsError } from '@sgaps/protocol/vocabulary';
import { CameraReader } from './CameraReader.js';
import type { DepthSource } from './DepthSource.js';
import { engineParts, readViewport } from './engineParts.js';
import { FrameHooks } from './FrameHooks.js';
import { MaskBook } from './MaskBook.js';
import { TagBook } from './TagBook.js';

type Frames = Parameters<GameSurface['attach']>[0];

/** What a surface tells its recorder. */
interface SurfaceEvents {
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
  readonly givesDepth = true;
  readonly canvas: { readonly width: number; readonly height: number };
  readonly masks: MaskBook;
  readonly tags: TagBook;
  readonly #scene: Scene;
  readonly #events: SurfaceEvents;
  readonly #cameras: CameraReader;
  readonly #viewport = { x: 0, y: 0, width: 0, height: 0 };
  #hooks: FrameHooks | null = null;
  #depth: DepthSource | null = null;
  #sampler: Sampler | null = null;
  #restored: { remove(): void } | null = null;

  constructor(scene: Scene, events: SurfaceEvents) {
    const engine = scene.getEngine();
    this.#scene = scene;
    this.#events = events;
    this.canvas = engine.getRenderingCanvas() ?? { width: engine.getRenderWidth(true), height: engine.getRenderHeight(true) };
    this.#cameras = new CameraReader(scene);
    this.masks = new MaskBook(scene, this.#cameras);
    this.tags = new TagBook(this.#cameras, this.canvas);
  }

  async createSampler(grid: CaptureGrid, batch: number, wants: SamplerWants): Promise<ChosenSampler> {
    const engine = this.#scene.getEngine();
    const source = engineParts(engine) ?? engine.getRenderingCanvas();
    if (!source) throw new SgapsError('UNSUPPORTED', 'This engine draws on no canvas.');
    const depth = wants.depth ? await this.#createDepth() : null;
    const chosen = await createSampler(source, {
      grid,
      batch,
      truth: wants.truth,
      webgl2: depth ? { depthTexture: () => depth.map() as DepthTexture | null } : {},
      // What Babylon draws into textures has its first row at the bottom, on WebGPU too.
      webgpu: depth ? { depthTexture: () => (depth.map()?.texture ?? null) as WebGpuTexture | null, depthBottomFirst: true } : {},
    });
    this.#depth = depth;
    this.#sampler = chosen.sampler;
    return chosen;
  }

  readState(out: FrameStateBuffer, grid: CaptureGrid): void {
    this.#cameras.read(grid, out);
  }

  readMasks(out: MaskList): void {
    this.masks.write(out);
  }

  viewport(): Viewport {
    return readViewport(this.#scene.getEngine(), this.#viewport);
  }

  attach(frames: Frames): void {
    this.#hooks = new FrameHooks(this.#scene, {
      begin: () => {
        this.masks.begin();
        frames.beginFrame();
      },
      drawn: () => this.masks.look(this.canvas.width, this.canvas.height),
      end: () => {
        this.#cameras.find();
        frames.endFrame();
      },
      failed: this.#failed,
    });
    const engine = this.#scene.getEngine();
    // A WebGL2 sampler notices by itself.
    this.#restored = engine.onContextRestoredObservable.add(() =>
      this.#guard(() => {
        const parts = engineParts(engine);
        if (parts && 'device' in parts) (this.#sampler as WebGpuSampler | null)?.setDevice?.(parts.device, parts.format);
      }),
    );
    this.#events.attached();
  }

  detach(): void {
    this.#hooks?.dispose();
    this.#restored?.remove();
    this.#hooks = this.#restored = this.#sampler = null;
    this.rest();
    this.#events.detached();
  }

  /** Nothing is sampled for a while: no depth is drawn for nobody. */
  rest(): void {
    this.#guard(() => this.#depth?.dispose());
  }

  /** Few games want depth: its code is loaded by those. */
  async #createDepth(): Promise<DepthSource> {
    const { DepthSource } = await import('./DepthSource.js');
    const refuse = (message: string) => this.#events.tell({ code: 'renderer-unsupported', message });
    return new DepthSource(this.#scene, this.#cameras, refuse);
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (cause) {
      this.#failed(cause);
    }
  }

  readonly #failed = (cause: unknown): void => {
    const message = `A hook failed: ${cause instanceof Error ? cause.message : String(cause)}`;
    this.#events.tell({ code: 'sampler-failed', message, cause });
  };
}
