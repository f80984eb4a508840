import type { RenderOutput } from '@sgaps/pipeline';
import { type CameraFrame, SgapsError } from '@sgaps/protocol';
import { type SplatCamera, splatCamera } from '../camera/SplatCamera.js';
import type { CloudChanges } from '../cloud/CloudChanges.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import type { SplatRenderer } from '../renderer/SplatRenderer.js';
import { overview, type SceneBounds, sceneBounds } from './sceneBounds.js';

/** Pixels of a splat scene's picture where the viewer wants no other (P6b). */
const SIZE = { width: 1280, height: 720 };
const IDENTITY = Float32Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 1 : 0));

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

  constructor(private renderer: SplatRenderer) {}

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

  /** Draws by another renderer, which has nothing loaded yet, from now on. */
  async replace(renderer: SplatRenderer): Promise<void> {
    const before = this.renderer;
    this.renderer = renderer;
    await before.dispose();
  }

  dispose(): Promise<void> {
    return this.renderer.dispose();
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
