import type { CaptureGrid } from '@sgaps/protocol';
import type { ColourSample } from './ColourSample.js';
import type { ScrollLayer } from './ScrollLayer.js';
import { MEAN_CONFIDENCE } from './TemporalMemoryBank.js';

/**
 * Takes the mean of the 2^level square from (u, v) on in: it fills what is unknown under it and shifts what is only known from
 * coarser looks.
 *
 * @example
 * ```ts
 * observeMean(layers, grid, 16, 24, 2, sample, frame);
 * ```
 */
export function observeMean(
  layers: readonly ScrollLayer[],
  { width, height }: CaptureGrid,
  u: number,
  v: number,
  level: number,
  { r, g, b }: ColourSample,
  frame: number,
): void {
  const right = Math.min(width, u + (1 << level));
  const bottom = Math.min(height, v + (1 << level));
  const confidence = MEAN_CONFIDENCE[level];
  for (const layer of layers) {
    const { bank } = layer;
    for (let y = v; y < bottom; y++) {
      for (let x = u; x < right; x++) {
        const cell = layer.cellAt(x, y);
        if (bank.confidence[cell] <= confidence) bank.write(cell, r, g, b, confidence, frame);
      }
    }
  }
}
