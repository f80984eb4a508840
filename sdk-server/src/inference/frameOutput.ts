import type { ModelOutput } from '@sgaps/core';

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

/**
 * The buffer of an output made by `outputViews`; null where it is of another size, or no output.
 *
 * @example
 * ```ts
 * const buffer = outputBuffer(output, width * height) ?? new ArrayBuffer(OUTPUT_PIXEL_BYTES * width * height);
 * ```
 */
export function outputBuffer(output: ModelOutput | null, size: number): ArrayBuffer | null {
  const buffer = output?.logVariance.buffer;
  return buffer instanceof ArrayBuffer && buffer.byteLength === OUTPUT_PIXEL_BYTES * size ? buffer : null;
}
