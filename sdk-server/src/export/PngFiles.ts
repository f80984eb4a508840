import sharp from 'sharp';
import type { ExportTarget, PictureTarget } from './ExportTarget.js';
import type { ExportPlan } from './exportPlan.js';
import type { PictureWriter } from './PictureWriter.js';

/**
 * Lossless pictures: one, or a numbered series `frame-00001.png`, `frame-00002.png`, …
 *
 * @example
 * ```ts
 * const pictures = new PngFiles(plan, await openFolder('frames'));
 * await pictures.write(rgb);
 * ```
 */
export class PngFiles implements PictureWriter {
  readonly #plan: ExportPlan;
  readonly #target: ExportTarget | PictureTarget;
  #png = Buffer.alloc(0);
  #number = 0;

  constructor(plan: ExportPlan, target: ExportTarget | PictureTarget) {
    this.#plan = plan;
    this.#target = target;
  }

  async write(rgb: Uint8ClampedArray | null): Promise<void> {
    const { width, height } = this.#plan;
    if (rgb)
      this.#png = await sharp(rgb, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer();
    if ('write' in this.#target) await this.#target.write(this.#png);
    else await this.#target.add(`frame-${String(++this.#number).padStart(5, '0')}.png`, this.#png);
  }

  async finish(): Promise<void> {
    // Each picture was written when it came.
  }

  dispose(): void {
    this.#png = Buffer.alloc(0);
  }
}
