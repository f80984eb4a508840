import type { ByteImage, SplatCamera, SplatImage } from '../camera/SplatCamera.js';
import type { CloudChanges } from '../cloud/CloudChanges.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';

/**
 * What draws a cloud: `GaussianRenderer` on a GPU, `ReferenceRenderer` without one. Both give the same pictures, but for rounding. It does one thing at a time.
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
  /** Takes another cloud. Its arrays are copied. */
  load(cloud: SplatCloud): Promise<void>;
  /** Changes arrays of the cloud loaded last, each as a whole. */
  update(changes: CloudChanges): Promise<void>;
  /** Draws the cloud loaded last. The picture's arrays are the renderer's own: they hold until it draws again. */
  render(camera: SplatCamera): Promise<SplatImage>;
  /** As `render` does, with colours as bytes, which pictures are encoded from. */
  renderBytes(camera: SplatCamera): Promise<ByteImage>;
  dispose(): Promise<void>;
}
