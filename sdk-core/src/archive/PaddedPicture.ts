import type { CaptureGrid } from '@sgaps/protocol';

/** Pixels beyond each edge that motion may read: repeats of the edge. */
export const BORDER = 40;
/** Planes of a picture: brightness and two of colour, at full size. */
export const PLANES = 3;
/**
 * Squared lengths of the planes' axes in RGB: brightness 2(R + G + B), 2(R − B), 2(2G − R − B). They stand at right angles, so errors of RGB are these planes' errors
 * divided by these.
 */
export const PLANE_NORM = [12, 8, 24] as const;

/** The size that is coded: multiples of 32, so that cubes and the model's scales fit. */
function codedSize({ width, height }: CaptureGrid): CaptureGrid {
  return { width: (width + 31) & ~31, height: (height + 31) & ~31 };
}

/** A picture as the codec sees it: three planes of whole numbers with a border. */
export class PaddedPicture {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly planes: readonly Int16Array[];
  /** Another one after each change that is complete, border and all. */
  stamp = 0;

  constructor(private readonly grid: CaptureGrid) {
    const { width, height } = codedSize(grid);
    this.width = width;
    this.height = height;
    this.stride = width + 2 * BORDER;
    const size = this.stride * (height + 2 * BORDER);
    this.planes = Array.from({ length: PLANES }, () => new Int16Array(size));
  }

  /** Where a pixel lies in each plane. */
  at(x: number, y: number): number {
    return (y + BORDER) * this.stride + x + BORDER;
  }

  /** Takes 3·W·H bytes; rows and columns beyond the grid repeat its edge. */
  readRgb(rgb: Uint8ClampedArray): void {
    const { width, height } = this.grid;
    const [bright, first, second] = this.planes;
    for (let y = 0; y < height; y++) {
      let to = this.at(0, y);
      for (let from = 3 * y * width, end = from + 3 * width; from < end; from += 3, to++) {
        const r = rgb[from];
        const g = rgb[from + 1];
        const b = rgb[from + 2];
        bright[to] = 2 * (r + g + b);
        first[to] = 2 * (r - b);
        second[to] = 2 * (2 * g - r - b);
      }
    }
    this.extend(width, height);
  }

  /** Gives 3·W·H bytes. */
  writeRgb(rgb: Uint8ClampedArray): void {
    const { width, height } = this.grid;
    const [bright, first, second] = this.planes;
    for (let y = 0; y < height; y++) {
      let from = this.at(0, y);
      for (let to = 3 * y * width, end = to + 3 * width; to < end; to += 3, from++) {
        const twice = 2 * bright[from];
        const c = second[from];
        const rest = twice - c;
        const a = 3 * first[from];
        rgb[to] = (rest + a) / 12;
        rgb[to + 1] = (twice + 2 * c) / 12;
        rgb[to + 2] = (rest - a) / 12;
      }
    }
  }

  copy(from: PaddedPicture): void {
    for (let plane = 0; plane < PLANES; plane++) this.planes[plane].set(from.planes[plane]);
  }

  fill(bright: number, first: number, second: number): void {
    this.planes[0].fill(bright);
    this.planes[1].fill(first);
    this.planes[2].fill(second);
  }

  /** Repeats the edge of the `width`×`height` pixels that are known all around them. */
  extend(width = this.width, height = this.height): void {
    const { stride } = this;
    this.stamp++;
    for (const plane of this.planes) {
      for (let y = 0; y < height; y++) {
        const start = this.at(0, y);
        plane.fill(plane[start], start - BORDER, start);
        plane.fill(plane[start + width - 1], start + width, start - BORDER + stride);
      }
      const top = this.at(-BORDER, 0);
      for (let y = 1; y <= BORDER; y++) plane.copyWithin(top - y * stride, top, top + stride);
      const bottom = this.at(-BORDER, height - 1);
      for (let to = bottom + stride; to < plane.length; to += stride) plane.copyWithin(to, bottom, bottom + stride);
    }
  }
}
