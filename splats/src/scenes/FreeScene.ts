import type { RenderOutput, SceneContext, SceneInfo, SceneRenderer } from '@sgaps/pipeline';
import { type CameraFrame, isSgapsError, SgapsError } from '@sgaps/protocol';
import type { SplatCamera } from '../camera/SplatCamera.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import type { SplatRenderer } from '../renderer/SplatRenderer.js';
import { SplatStage } from './SplatStage.js';

/** ms in which viewers hear again how far it is. */
const TELL_WITHIN = 500;

/**
 * Splats of a recording that are there, or will be.
 *
 * @example
 * ```ts
 * const build: FreeBuild = await library.open('a1');
 * build.listen((share) => show(share));
 * const { cloud } = await build.done;
 * ```
 */
export interface FreeBuild {
  /** The splats, those of the sky last, and a camera of the recording. Rejects where they cannot be built. */
  readonly done: Promise<{ readonly cloud: SplatCloud; readonly sky: number; readonly camera: SplatCamera }>;
  /** Tells how much is done, 0 … 1: now, and as it goes on. */
  listen(listener: (share: number) => void): void;
  /** Nobody waits for it here any more. */
  close(): void;
}

/**
 * Options of `FreeScene`.
 *
 * @example
 * ```ts
 * const options: FreeSceneOptions = { open: (id) => library.open(id), renderer: async () => new ReferenceRenderer() };
 * ```
 */
export interface FreeSceneOptions {
  /** Opens a recording by its id. @throws SgapsError where it may not be watched, is not there, or no splats can be made of it. */
  readonly open: (recordingId: string) => Promise<FreeBuild>;
  readonly renderer: () => Promise<SplatRenderer>;
}

/**
 * The scene `free:ID`: what the player of a recording saw and what stood still, from any camera. While its splats are built there are no pictures; viewers hear
 * `{ type: 'building', share }` meanwhile and in the end `{ type: 'built', … }` with what `about` of a scene of splats tells, or `{ type: 'unbuilt', code, message }`. A camera at
 * the live edge is answered once they are built; others are to be sent again then.
 *
 * @example
 * ```ts
 * registerScene('free', () => new FreeScene({ open, renderer }));
 * ```
 */
export class FreeScene implements SceneRenderer {
  private build: FreeBuild | null = null;
  private stage: SplatStage | null = null;
  private ready: Promise<void> = Promise.resolve();
  private isReady = false;
  private failure: Error | null = null;
  private toldAt = Number.NEGATIVE_INFINITY;
  private isOver = false;

  constructor(private readonly options: FreeSceneOptions) {}

  async onInit({ argument, tell }: SceneContext): Promise<SceneInfo> {
    if (argument === '') throw new SgapsError('ARGUMENT_INVALID', 'A recording is named by its id: free:ID.');
    const build = await this.options.open(argument);
    this.build = build;
    const stage = await SplatStage.open(() => this.options.renderer());
    this.stage = stage;
    this.ready = this.load(build, stage, tell);
    build.listen((share) => {
      const now = performance.now();
      if (this.isReady || now - this.toldAt < TELL_WITHIN) return;
      this.toldAt = now;
      tell({ type: 'building', share }, { keep: 'last' });
    });
    return { ...stage.size, about: { recordingId: argument } };
  }

  /** Null until the splats are built. @throws SgapsError what building them threw, `ARGUMENT_INVALID` for a camera that is none. */
  async render(camera: CameraFrame): Promise<RenderOutput | null> {
    if (this.failure) throw this.failure;
    const { stage, build } = this;
    if (!this.isReady || !stage || !build) return null;
    return stage.holding(
      () => stage.draw(camera, {}),
      async () => stage.load((await build.done).cloud),
    );
  }

  /** The same camera shows something once the splats are built. */
  async changed(_: CameraFrame, newer: AbortSignal): Promise<boolean> {
    if (this.isReady || this.failure) return false;
    const aborted = new Promise<void>((resolve) => newer.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([this.ready, aborted]);
    return !newer.aborted && this.isReady;
  }

  resize(width: number, height: number): void {
    this.stage?.resize(width, height);
  }

  async onShutdown(): Promise<void> {
    this.isOver = true;
    this.build?.close();
    await this.ready;
    await this.stage?.dispose();
  }

  /** Never rejects. */
  private async load(build: FreeBuild, stage: SplatStage, tell: SceneContext['tell']): Promise<void> {
    try {
      const { cloud, sky, camera } = await build.done;
      if (this.isOver) return;
      const load = () => stage.load(cloud);
      await stage.holding(load, async () => undefined);
      const about = stage.about(cloud, { sky, camera });
      this.isReady = true;
      tell({ type: 'built', ...about }, { keep: 'last' });
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      const [code, message] = isSgapsError(error) ? [error.code, error.message] : ['INTERNAL', 'Building the splats failed.'];
      if (!this.isOver) tell({ type: 'unbuilt', code, message }, { keep: 'last' });
    }
  }
}
