/** PSNR of identical frames, and the most any frame counts for (DESIGN.md, "Figures"). */
export const PSNR_CAP = 60;

/**
 * Peak signal-to-noise ratio of two 8-bit pictures in dB over all channels together, capped at 60.
 *
 * @example
 * ```ts
 * psnr(new Uint8Array([0, 0, 0]), new Uint8Array([255, 255, 255])); // 0
 * ```
 */
export function psnr(truth: Uint8Array | Uint8ClampedArray, picture: Uint8Array | Uint8ClampedArray): number {
  let sum = 0;
  for (let i = 0; i < truth.length; i++) {
    const d = truth[i] - picture[i];
    sum += d * d;
  }
  if (sum === 0) return PSNR_CAP;
  return Math.min(PSNR_CAP, 10 * Math.log10((255 * 255 * truth.length) / sum));
}
