/** Weights of red and blue in luma, as in BT.709. */
const RED = 0.2126;
const BLUE = 0.0722;

/** A picture whose colour is that of two by two pixels: all that video in 4:2:0 can hold. */
export function halfChroma(rgb: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8ClampedArray(rgb.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [fromRed, fromBlue] = [0, 0];
      for (const [dx, dy] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ]) {
        const at = 3 * (Math.min(height - 1, (y & ~1) + dy) * width + Math.min(width - 1, (x & ~1) + dx));
        fromRed += (rgb[at] - luma(rgb, at)) / 4;
        fromBlue += (rgb[at + 2] - luma(rgb, at)) / 4;
      }
      const at = 3 * (y * width + x);
      const own = luma(rgb, at);
      out[at] = own + fromRed;
      out[at + 1] = own - (RED * fromRed + BLUE * fromBlue) / (1 - RED - BLUE);
      out[at + 2] = own + fromBlue;
    }
  }
  return new Uint8Array(out.buffer);
}

function luma(rgb: Uint8Array, at: number): number {
  return RED * rgb[at] + (1 - RED - BLUE) * rgb[at + 1] + BLUE * rgb[at + 2];
}
