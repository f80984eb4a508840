/**
 * 0 … 255 each.
 *
 * @example
 * ```ts
 * const yellow: Colour = [255, 216, 77];
 * ```
 */
export type Colour = readonly [red: number, green: number, blue: number];

/**
 * Pixels to draw on, RGB. What lies beyond the edges is left out.
 *
 * @example
 * ```ts
 * const canvas = new Canvas(640, 360);
 * canvas.enlarge(decoded.rgb, 2);
 * canvas.outline(16, 16, 32, 32, [255, 93, 122], 0.9);
 * ```
 */
export class Canvas {
  readonly width: number;
  readonly height: number;
  /** 3 × width × height. */
  readonly rgb: Uint8ClampedArray;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.rgb = new Uint8ClampedArray(3 * width * height);
  }

  /** Fills it with a picture, of which each pixel becomes `factor` × `factor`; the last column and row go on where it is larger than that. */
  enlarge(picture: Uint8ClampedArray, pictureWidth: number, factor: number): void {
    const { width, height, rgb } = this;
    const lastRow = picture.length / (3 * pictureWidth) - 1;
    for (let y = 0; y < height; y++) {
      const row = 3 * width * y;
      if (y % factor > 0) {
        rgb.copyWithin(row, row - 3 * width, row);
        continue;
      }
      const from = 3 * pictureWidth * Math.min(lastRow, y / factor);
      for (let x = 0, at = row; x < width; x++, at += 3) {
        const source = from + 3 * Math.min(pictureWidth - 1, Math.floor(x / factor));
        rgb[at] = picture[source];
        rgb[at + 1] = picture[source + 1];
        rgb[at + 2] = picture[source + 2];
      }
    }
  }

  fill(left: number, top: number, width: number, height: number, colour: Colour, alpha: number): void {
    const right = Math.min(this.width, left + width);
    const bottom = Math.min(this.height, top + height);
    for (let y = Math.max(0, top); y < bottom; y++) {
      for (let x = Math.max(0, left); x < right; x++) this.#blend(3 * (y * this.width + x), colour, alpha);
    }
  }

  /** The border of a rectangle, one pixel wide, inside of it. */
  outline(left: number, top: number, width: number, height: number, colour: Colour, alpha: number): void {
    this.fill(left, top, width, 1, colour, alpha);
    this.fill(left, top + height - 1, width, 1, colour, alpha);
    this.fill(left, top + 1, 1, height - 2, colour, alpha);
    this.fill(left + width - 1, top + 1, 1, height - 2, colour, alpha);
  }

  /** A line with round ends. */
  line(x0: number, y0: number, x1: number, y1: number, wide: number, colour: Colour, alpha: number): void {
    const [dx, dy] = [x1 - x0, y1 - y0];
    const square = dx * dx + dy * dy;
    const away = (x: number, y: number): number => {
      const along = square === 0 ? 0 : Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / square));
      return Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
    };
    this.#stroke(Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1), wide, away, colour, alpha);
  }

  ring(x: number, y: number, radius: number, wide: number, colour: Colour, alpha: number): void {
    const away = (px: number, py: number): number => Math.abs(Math.hypot(px - x, py - y) - radius);
    this.#stroke(x - radius, y - radius, x + radius, y + radius, wide, away, colour, alpha);
  }

  /** Colours what is at most half of `wide` away from a shape within these bounds; pixels that are so in part, in part. */
  #stroke(
    left: number,
    top: number,
    right: number,
    bottom: number,
    wide: number,
    away: (x: number, y: number) => number,
    colour: Colour,
    alpha: number,
  ): void {
    const reach = wide / 2 + 1;
    const lastX = Math.min(this.width - 1, Math.ceil(right + reach));
    const lastY = Math.min(this.height - 1, Math.ceil(bottom + reach));
    for (let y = Math.max(0, Math.floor(top - reach)); y <= lastY; y++) {
      for (let x = Math.max(0, Math.floor(left - reach)); x <= lastX; x++) {
        const covered = Math.min(1, wide / 2 + 0.5 - away(x + 0.5, y + 0.5));
        if (covered > 0) this.#blend(3 * (y * this.width + x), colour, alpha * covered);
      }
    }
  }

  #blend(at: number, colour: Colour, alpha: number): void {
    const { rgb } = this;
    for (let c = 0; c < 3; c++) rgb[at + c] += (colour[c] - rgb[at + c]) * alpha;
  }
}
