import sharp from 'sharp';
import type { ExportTarget } from './ExportTarget.js';
import type { ExportPlan } from './exportPlan.js';
import type { PictureWriter } from './PictureWriter.js';

/**
 * An animated GIF that repeats for ever. All of its pictures are in memory until it is written.
 *
 * @example
 * ```ts
 * const gif = new GifFile(plan, target);
 * await gif.write(rgb);
 * await gif.finish();
 * ```
 */
export class GifFile implements PictureWriter {
  readonly #plan: ExportPlan;
  readonly #target: ExportTarget;
  readonly #pictures: Buffer;
  /** ms of each picture: one that stays is told once. */
  readonly #delays: number[] = [];

  constructor(plan: ExportPlan, target: ExportTarget) {
    this.#plan = plan;
    this.#target = target;
    this.#pictures = Buffer.alloc(3 * plan.width * plan.height * plan.frames);
  }

  async write(rgb: Uint8ClampedArray | null): Promise<void> {
    const { period } = this.#plan;
    if (rgb) this.#pictures.set(rgb, rgb.length * (this.#delays.push(period) - 1));
    else this.#delays[this.#delays.length - 1] += period;
  }

  async finish(): Promise<void> {
    const { width, height } = this.#plan;
    const count = this.#delays.length;
    const pictures = this.#pictures.subarray(0, 3 * width * height * count);
    const raw = { width, height: height * count, channels: 3 as const, pageHeight: height };
    // Little dithering: grain that changes from picture to picture takes most of the bytes.
    const gif = sharp(pictures, { raw, limitInputPixels: false }).gif({ delay: this.#delays, loop: 0, dither: 0.5, effort: 4 });
    await this.#target.write(await gif.toBuffer());
  }

  dispose(): void {
    this.#delays.length = 0;
  }
}
