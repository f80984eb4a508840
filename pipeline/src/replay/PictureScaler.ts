import type { CaptureGrid } from '@sgaps/protocol';
import sharp from 'sharp';

/** Brings frames to the size that a viewer wants, keeping their aspect: at a whole multiple pixels stay what they are, which is a fifth of the work, else they are blended. */
export class PictureScaler {
  width: number;
  height: number;

  constructor(private readonly grid: CaptureGrid) {
    this.width = grid.width;
    this.height = grid.height;
  }

  /** Takes the largest size within these pixels. */
  fit(width: number, height: number): void {
    const scale = Math.min(width / this.grid.width, height / this.grid.height);
    this.width = Math.max(1, Math.round(scale * this.grid.width));
    this.height = Math.max(1, Math.round(scale * this.grid.height));
  }

  /** 3·W·H in, as many of the wanted size out; the same array where nothing is to be done. */
  async scale(rgb: Uint8ClampedArray): Promise<Uint8ClampedArray | Uint8Array> {
    const { width, height } = this;
    if (width === this.grid.width && height === this.grid.height) return rgb;
    const isWhole = width % this.grid.width === 0 && height % this.grid.height === 0;
    return sharp(rgb, { raw: { ...this.grid, channels: 3 } })
      .resize(width, height, { kernel: isWhole ? 'nearest' : 'linear', fit: 'fill' })
      .raw()
      .toBuffer();
  }
}
