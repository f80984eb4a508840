import type { RenderOutput } from '@sgaps/pipeline';
import { type CameraFrame, isSgapsError, SgapsError } from '@sgaps/protocol';
import { type SplatCamera, splatCamera } from '../camera/SplatCamera.js';
import type { CloudChanges } from '../cloud/CloudChanges.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import type { SplatRenderer } from '../renderer/SplatRenderer.js';
import { overview, type SceneBounds, sceneBounds } from './sceneBounds.js';

/** Pixels of a splat scene's picture where the viewer wants no other (P6b). */
const SIZE = { width: 1280, height: 720 };
const IDENTITY = Float32Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 1 : 0));

/** ms: a GPU that is lost again within the first of these is left alone for the second, twice that the next time, and the third at most. */
const SOON = 60_000;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

interface StageOptions {
  readonly sky?: number;
  readonly camera?: SplatCamera;
}

/** What all scenes of splats share: a renderer, a picture's size, and the camera of whoever sends none. */
export class SplatStage {
  private width = SIZE.width;
  private height = SIZE.height;
  private bounds: SceneBounds | null = null;
  private first: SplatCamera | null = null;
  /** What of the renderer is missing: all of it, as its GPU is lost, or what it had loaded. */
  private missing: 'renderer' | 'cloud' | null = null;
  private lostAt = Number.NEGATIVE_INFINITY;
  private pause = 0;

  private constructor(
    private readonly open: () => Promise<SplatRenderer>,
    private renderer: SplatRenderer,
  ) {}

  static async open(renderer: () => Promise<SplatRenderer>): Promise<SplatStage> {
    return new SplatStage(renderer, await renderer());
  }

  get size(): { readonly width: number; readonly height: number } {
    return { width: this.width, height: this.height };
  }

  /** What viewers are told of the scene. `sky`: splats at the end of the cloud that are no part of its extent; `camera`: where who has none looks from, instead of from outside. */
  about(cloud: SplatCloud, { sky = 0, camera: first }: StageOptions = {}): Readonly<Record<string, unknown>> {
    this.first = first ?? null;
    this.bounds = sceneBounds({ ...cloud, count: cloud.count - sky });
    const { low, high } = this.bounds;
    const { view, fx, fy, cx, cy } = this.usual(SIZE.width, SIZE.height);
    const camera = { view: [...view], fx, fy, cx, cy, ...SIZE };
    return { splats: cloud.count, degree: cloud.degree, bounds: { low, high }, camera, adapter: this.renderer.adapter };
  }

  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
  }

  load(cloud: SplatCloud): Promise<void> {
    return this.renderer.load(cloud);
  }

  /** Changes arrays of what was loaded last. */
  update(changes: CloudChanges): Promise<void> {
    return this.renderer.update(changes);
  }

  /** Draws what was loaded last. @throws SgapsError `ARGUMENT_INVALID` for a camera that is none. */
  async draw(frame: CameraFrame, metadata: Readonly<Record<string, unknown>>): Promise<RenderOutput> {
    const { width, height, colour, depth, alpha } = await this.renderer.renderBytes(this.camera(frame));
    return { width, height, colour, depth, alpha, metadata };
  }

  /**
   * What `draw` gives. Where the GPU is lost, as by a driver that was restarted, it is opened anew, `refill` loads what the renderer had, and it is drawn again. Where it is lost again
   * soon this may be the doing of what is drawn: it is left alone for a while then, and longer each time.
   *
   * @throws SgapsError what either throws, `PROVIDER_UNAVAILABLE` where the GPU cannot be had, and while it is left alone.
   */
  async holding<T>(draw: () => Promise<T>, refill: () => Promise<void>): Promise<T> {
    if (this.rest > 0)
      throw new SgapsError(
        'PROVIDER_UNAVAILABLE',
        `The GPU was lost more than once: it is tried again in ${Math.ceil(this.rest / 1000)} s.`,
      );
    for (;;) {
      try {
        await this.mend(refill);
        return await draw();
      } catch (error) {
        if (!isSgapsError(error) || error.code !== 'PROVIDER_UNAVAILABLE') throw error;
        this.lose();
        if (this.rest > 0) throw error;
      }
    }
  }

  dispose(): Promise<void> {
    return this.renderer.dispose();
  }

  /** ms for which a GPU that was lost is still left alone. */
  private get rest(): number {
    return this.lostAt + this.pause - performance.now();
  }

  private lose(): void {
    const now = performance.now();
    this.missing = 'renderer';
    this.pause = now - this.lostAt < SOON ? Math.min(LONGEST_PAUSE, 2 * this.pause || FIRST_PAUSE) : 0;
    this.lostAt = now;
  }

  private async mend(refill: () => Promise<void>): Promise<void> {
    if (this.missing === 'renderer') {
      const before = this.renderer;
      this.renderer = await this.open();
      this.missing = 'cloud';
      await before.dispose();
    }
    if (this.missing === 'cloud') {
      await refill();
      this.missing = null;
    }
  }

  /** Whoever has no camera, as a FIFO or a plain player, sends intrinsics of 1: the whole scene is shown. */
  private camera(frame: CameraFrame): SplatCamera {
    const hasNone = IDENTITY.every((value, at) => frame.intrinsics[at] === value);
    return hasNone ? this.usual(this.width, this.height) : splatCamera(frame, this.width, this.height);
  }

  private usual(width: number, height: number): SplatCamera {
    if (!this.bounds) throw new SgapsError('OUT_OF_ORDER', 'A scene is drawn once it is loaded.');
    if (!this.first) return overview(this.bounds, width, height);
    // As high as it was, and as wide as the picture is.
    const { fy, height: high, view } = this.first;
    const focal = (fy * height) / high;
    return { width, height, fx: focal, fy: focal, cx: width / 2, cy: height / 2, view };
  }
}
