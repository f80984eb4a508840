import type { RenderOutput, SceneContext, SceneInfo, SceneRenderer } from '@sgaps/pipeline';
import { type CameraFrame, SgapsError } from '@sgaps/protocol';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import type { SplatRenderer } from '../renderer/SplatRenderer.js';
import { SplatStage } from './SplatStage.js';

/**
 * Options of `SplatScene`.
 *
 * @example
 * ```ts
 * const options: SplatSceneOptions = { open: (name) => folder.open(name), renderer: () => openSplatRenderer() };
 * ```
 */
export interface SplatSceneOptions {
  /** The cloud of a name, which is only read. @throws SgapsError `NOT_FOUND`, and what reading it throws. */
  readonly open: (name: string) => Promise<SplatCloud>;
  readonly renderer: () => Promise<SplatRenderer>;
}

/**
 * The scene `splats:NAME` (P6b): a cloud of Gaussians from any camera; its time index means nothing.
 *
 * @example
 * ```ts
 * registerScene('splats', () => new SplatScene({ open, renderer }));
 * ```
 */
export class SplatScene implements SceneRenderer {
  private stage: SplatStage | null = null;
  /** Kept as long as somebody looks at it: others are given the same, and a GPU that is opened anew needs it. */
  private cloud: SplatCloud | null = null;

  constructor(private readonly options: SplatSceneOptions) {}

  async onInit({ argument }: SceneContext): Promise<SceneInfo> {
    if (argument === '') throw new SgapsError('ARGUMENT_INVALID', 'Splats are named by their file: splats:garden.');
    const cloud = await this.options.open(argument);
    this.cloud = cloud;
    this.stage = await SplatStage.open(() => this.options.renderer());
    await this.stage.load(cloud);
    const about = this.stage.about(cloud);
    return { ...this.stage.size, about };
  }

  async render(camera: CameraFrame): Promise<RenderOutput | null> {
    const { stage, cloud } = this;
    if (!stage || !cloud) return null;
    return stage.holding(
      () => stage.draw(camera, {}),
      () => stage.load(cloud),
    );
  }

  resize(width: number, height: number): void {
    this.stage?.resize(width, height);
  }

  async onShutdown(): Promise<void> {
    this.cloud = null;
    await this.stage?.dispose();
  }
}
