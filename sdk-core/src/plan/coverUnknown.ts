import { type CaptureGrid, type SampleSet, Tier } from '@sgaps/protocol';
import type { Composition } from '../memory/Composition.js';
import { appendSample } from './appendSample.js';
import { NOTHING } from './ImportanceAnalyzer.js';
import type { SquareGrid } from './SquareGrid.js';
import type { SquareRating } from './SquareRating.js';

/**
 * Where more is unknown than single squares could cover, asks for means of 16 or 8 pixels a side (cold start, cuts), until
 * the set holds `share` samples; what they cover is rated down.
 *
 * @example
 * ```ts
 * coverUnknown(grid, squares, rating, composition, set, 300);
 * ```
 */
export function coverUnknown(
  grid: CaptureGrid,
  squares: SquareGrid,
  rating: SquareRating,
  ahead: Composition,
  set: SampleSet,
  share: number,
): void {
  const { meanGain, pointGain } = rating;
  const { columns, rows } = squares;
  const { confidence } = ahead;
  const { width, height } = grid;
  let unknown = 0;
  for (let square = 0; square < meanGain.length; square++) if (meanGain[square] > 0) unknown++;
  if (unknown <= share) return;
  let nothing = 0;
  for (let at = 0; at < width * height; at++) if (confidence[at] < NOTHING) nothing++;
  const m = 2 * nothing > width * height || unknown / 4 > share ? 4 : 2;
  for (let y = 0; y < rows; y += m) {
    for (let x = 0; x < columns; x += m) {
      let open = 0;
      for (let j = y; j < Math.min(rows, y + m); j++)
        for (let i = x; i < Math.min(columns, x + m); i++) if (meanGain[j * columns + i] > 0) open++;
      const u = squares.left(x);
      const v = squares.top(y);
      if (4 * open < m * m || u >= width || v >= height || set.count >= share) continue;
      appendSample(set, u, v, m === 2 ? 3 : 4, Tier.important);
      for (let j = y; j < Math.min(rows, y + m); j++) {
        for (let i = x; i < Math.min(columns, x + m); i++) {
          meanGain[j * columns + i] = 0;
          pointGain[j * columns + i] *= 0.1;
        }
      }
    }
  }
}
