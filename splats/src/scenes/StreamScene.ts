import type { RenderOutput, SceneContext, SceneInfo, SceneRenderer } from '@sgaps/pipeline';
import { type CameraFrame, isSgapsError, SgapsError } from '@sgaps/protocol';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import type { SplatRenderer } from '../renderer/SplatRenderer.js';
import type { StreamManifest } from '../stream/StreamManifest.js';
import { SplatStage } from './SplatStage.js';
import { StreamClock } from './StreamClock.js';

/** Frames that somebody who plays goes on at once, faster than real time; more is a jump. */
const STRIDE = 4;
/** ms that a frame may take though a newer camera waits: somebody who never stands still has pictures, too. */
const PATIENCE = 500;

/**
 * What a `StreamScene` plays: a `StreamThread`.
 *
 * @example
 * ```ts
 * const source: StreamSource = await StreamThread.open('./splats/dancer');
 * ```
 */
export interface StreamSource {
  readonly manifest: StreamManifest;
  /** The cloud of a frame, which holds until something else is asked for. @throws SgapsError where it cannot be read, and where `signal` aborts: nobody waits for it any more. */
  frame(frame: number, signal: AbortSignal): Promise<SplatCloud>;
  /** Makes a frame that will be asked for. */
  ahead(frame: number): void;
  dispose(): Promise<void>;
}

/**
 * Options of `StreamScene`.
 *
 * @example
 * ```ts
 * const options: StreamSceneOptions = { open: async (name) => StreamThread.open(await folder.stream(name)), renderer: () => openSplatRenderer() };
 * ```
 */
export interface StreamSceneOptions {
  /** The stream of a name. @throws SgapsError `NOT_FOUND`, and what reading it throws. */
  readonly open: (name: string) => Promise<StreamSource>;
  readonly renderer: () => Promise<SplatRenderer>;
}

/** A picture, and what it was drawn of. */
interface Shown {
  /** Its frame, and the camera's matrices. */
  readonly wanted: readonly number[];
  readonly output: RenderOutput;
}

/**
 * The scene `stream:NAME` (P6c): streamed Gaussians from any camera; a camera's time index is the time in the stream, seconds, as it is of a replay. A picture always shows
 * the frame of its camera's time.
 *
 * @example
 * ```ts
 * registerScene('stream', () => new StreamScene({ open, renderer }));
 * ```
 */
export class StreamScene implements SceneRenderer {
  private stream: StreamSource | null = null;
  private stage: SplatStage | null = null;
  private clock!: StreamClock;
  /** The frame that the renderer has, and how many splats; −1 where it has none. */
  private loaded = -1;
  private count = -1;
  /** Splats of frame 0, which all frames have. */
  private base = 0;
  private shown: Shown | null = null;

  constructor(private readonly options: StreamSceneOptions) {}

  async onInit({ argument }: SceneContext): Promise<SceneInfo> {
    if (argument === '') throw new SgapsError('ARGUMENT_INVALID', 'A stream is named by its folder: stream:dancer.');
    this.stream = await this.options.open(argument);
    const { fps, frames } = this.stream.manifest;
    this.clock = new StreamClock(fps, frames);
    this.stage = await SplatStage.open(() => this.options.renderer());
    const first = await this.stream.frame(0, new AbortController().signal);
    this.base = first.count;
    await this.load(this.stage, first);
    this.loaded = 0;
    const played = { recordingId: argument, game: '', engine: '', fps, startedAt: 0, duration: this.clock.duration };
    const about = { ...this.stage.about(first), ...played, growing: false, values: [], frames };
    return { ...this.stage.size, about };
  }

  /** Null for a frame far away that is no longer waited for. */
  async render(camera: CameraFrame, newer: AbortSignal): Promise<RenderOutput | null> {
    const { stage, stream, shown } = this;
    if (!stage || !stream) return null;
    const frame = this.clock.frameAt(camera.timeIndex);
    const wanted = [frame, ...camera.view, ...camera.intrinsics];
    if (shown && isWhole(shown.output, stage.size) && wanted.every((value, at) => value === shown.wanted[at]))
      return { ...shown.output, unchanged: true };
    const stop = new AbortController();
    const patience = setTimeout(() => {
      if (newer.aborted) stop.abort();
      else newer.addEventListener('abort', () => stop.abort(), { once: true });
    }, PATIENCE);
    const draw = () => this.draw(stage, stream, frame, camera, stop.signal);
    try {
      const output = await stage.holding(draw, async () => {
        this.loaded = this.count = -1;
      });
      this.shown = { wanted, output };
      return output;
    } catch (error) {
      if (stop.signal.aborted && isSgapsError(error) && error.code === 'CLOSED') return null;
      throw error;
    } finally {
      clearTimeout(patience);
    }
  }

  resize(width: number, height: number): void {
    this.stage?.resize(width, height);
  }

  async onShutdown(): Promise<void> {
    await this.stream?.dispose();
    await this.stage?.dispose();
  }

  private async draw(
    stage: SplatStage,
    stream: StreamSource,
    frame: number,
    camera: CameraFrame,
    signal: AbortSignal,
  ): Promise<RenderOutput> {
    if (frame !== this.loaded) {
      const cloud = await stream.frame(frame, signal);
      const step = frame - this.loaded;
      this.loaded = -1;
      await this.load(stage, cloud);
      this.loaded = frame;
      // The one that will probably be next is made while this one is drawn.
      stream.ahead(frame + (Math.abs(step) <= STRIDE ? step : 1));
    }
    this.shown = null;
    return stage.draw(camera, { ...this.clock.around(frame), recordedFrame: frame, refined: false });
  }

  /** The renderer takes a frame: where there are as many splats as it has, only what differs. */
  private async load(stage: SplatStage, cloud: SplatCloud): Promise<void> {
    const { count, positions, rotations, harmonics } = cloud;
    const isAsMany = count === this.count;
    this.count = -1;
    if (!isAsMany) await stage.load(cloud);
    else await stage.update(count === this.base ? { positions, rotations, harmonics } : cloud);
    this.count = count;
  }
}

/** A picture of this size: another may have been asked for while it was drawn. Its arrays go with a GPU that is lost. */
function isWhole({ width, height, colour }: RenderOutput, size: { readonly width: number; readonly height: number }): boolean {
  return width === size.width && height === size.height && colour.length > 0;
}
