/** Bytes of a pixel of a frame's output: log-variance, gap, red, green, blue. */
export const OUTPUT_PIXEL_BYTES = 11;

/**
 * The parts of a frame's output in its buffer.
 *
 * @param size W·H.
 *
 * @example
 * ```ts
 * const { frame, logVariance, gap } = outputViews(buffer, width * height);
 * ```
 */
export function outputViews(buffer: ArrayBuffer, size: number) {
  return {
    logVariance: new Float32Array(buffer, 0, size),
    gap: new Float32Array(buffer, 4 * size, size),
    frame: new Uint8Array(buffer, 8 * size, 3 * size),
  };
}
