import type { SplatCamera, SplatImage } from '../camera/SplatCamera.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';

/**
 * What draws a cloud: `GaussianRenderer` on a GPU, `ReferenceRenderer` without one. Both give the same pictures, but for rounding.
 *
 * @example
 * ```ts
 * const renderer: SplatRenderer = await openSplatRenderer();
 * await renderer.load(cloud);
 * const { colour, depth, alpha } = await renderer.render(camera);
 * ```
 */
export interface SplatRenderer {
  /** What it runs on, in words. */
  readonly adapter: string;
  /** Takes another cloud, whose arrays it may go on reading. */
  load(cloud: SplatCloud): Promise<void>;
  /** Draws the cloud loaded last. The picture's arrays are the renderer's own: they hold until it draws again. */
  render(camera: SplatCamera): Promise<SplatImage>;
  dispose(): Promise<void>;
}
