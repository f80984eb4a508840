import type { LayerWindow } from './LayerWindow.js';
import type { ScrollLayer } from './ScrollLayer.js';
import { SIDE } from './WindowColours.js';
import type { WindowPrediction } from './WindowPrediction.js';

/**
 * What the likeliest scroll layer says of each pixel of a window: that of the dominant one where no other shows, else of all of
 * them, in `mixed`. `windows` are opened on `layers`, the dominant one first.
 *
 * @example
 * ```ts
 * const scroll = chooseLikeliest(layers, windows, 8, 8, mixed);
 * ```
 */
export function chooseLikeliest(
  layers: readonly ScrollLayer[],
  windows: readonly LayerWindow[],
  columns: number,
  rows: number,
  mixed: WindowPrediction,
): WindowPrediction {
  let rivals = layers.length === 0;
  for (let k = 1; k < layers.length; k++) if (windows[k].isShown) rivals = true;
  if (!rivals) return windows[0];
  const { r, g, b, confidence, evidence } = mixed;
  for (let j = 0; j < rows; j++) {
    for (let n = SIDE * j, end = n + columns; n < end; n++) {
      confidence[n] = 0;
      let most = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < layers.length; k++) {
        const window = windows[k];
        if (!window.isShown || window.confidence[n] === 0) continue;
        const score = layers[k].prior + window.evidence[n] + (window.confidence[n] >> 3);
        if (score <= most) continue;
        most = score;
        r[n] = window.r[n];
        g[n] = window.g[n];
        b[n] = window.b[n];
        confidence[n] = window.confidence[n];
        evidence[n] = window.evidence[n];
      }
    }
  }
  return mixed;
}
