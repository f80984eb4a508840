/** How much red and blue weigh in brightness. */
interface Matrix {
  readonly red: number;
  readonly blue: number;
}

const BT601: Matrix = { red: 0.299, blue: 0.114 };
const BT709: Matrix = { red: 0.2126, blue: 0.0722 };
/** Where a file does not say which of them it is in, players take BT.601 for what is at most this high, and BT.709 beyond. */
const MOST_BT601_HEIGHT = 576;

/**
 * A picture of even width and height in the colours of films: 8-bit 4:2:0, studio range, colours of four pixels averaged.
 *
 * @param out 3/2 × width × height: brightness, then blue, then red.
 *
 * @example
 * ```ts
 * toI420(rgb, 640, 360, planes);
 * ```
 */
export function toI420(rgb: Uint8ClampedArray, width: number, height: number, out: Uint8Array): void {
  const { red, blue } = height > MOST_BT601_HEIGHT ? BT709 : BT601;
  const green = 1 - red - blue;
  const pixels = width * height;
  // Of sums of four pixels.
  const toBlue = 224 / 255 / (2 * (1 - blue)) / 4;
  const toRed = 224 / 255 / (2 * (1 - red)) / 4;
  for (let y = 0, chroma = pixels; y < height; y += 2) {
    for (let x = 0; x < width; x += 2, chroma++) {
      let [r, g, b] = [0, 0, 0];
      for (let corner = 0; corner < 4; corner++) {
        const pixel = (y + (corner >> 1)) * width + x + (corner & 1);
        const at = 3 * pixel;
        out[pixel] = 16.5 + (red * rgb[at] + green * rgb[at + 1] + blue * rgb[at + 2]) * (219 / 255);
        r += rgb[at];
        g += rgb[at + 1];
        b += rgb[at + 2];
      }
      const brightness = red * r + green * g + blue * b;
      out[chroma] = 128.5 + (b - brightness) * toBlue;
      out[chroma + pixels / 4] = 128.5 + (r - brightness) * toRed;
    }
  }
}
