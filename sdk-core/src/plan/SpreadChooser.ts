import { type CaptureGrid, SampleKind, type SeededSamples, Tier } from '@sgaps/protocol';

/** Cells of a density map, and the densest. */
const COLUMNS = 16;
const ROWS = 9;
const DENSEST = 15;
/** No error is larger. */
const MOST = 255 * 255;
/** Spreads frame numbers over the seeds. */
const MIX = 0x9e3779b1;

/**
 * Spreads single points over a frame (S3, S11, S14): evenly where all is alike, denser by the root of the squared error to expect. Both sides draw them from a seed and a
 * density map, so that a request takes some 80 bytes whatever their number. For reconstructors that fill in between points; memory alone is better served by whole squares
 * (`PointChooser`).
 *
 * @example
 * ```ts
 * const chooser = new SpreadChooser(grid);
 * const request = { frameId, explicit: createSampleSet(0), seeded: [chooser.draw(576, analyzer.importance, frameId)] };
 * ```
 */
export class SpreadChooser {
  private readonly sums = new Float64Array(COLUMNS * ROWS);

  constructor(private readonly grid: CaptureGrid) {}

  /** `count` points. @param importance W·H, expected squared error, 8-bit steps². @param frameId Moves the pattern. */
  draw(count: number, importance: Float32Array, frameId: number): SeededSamples {
    const { sums } = this;
    const { width, height } = this.grid;
    sums.fill(0);
    for (let v = 0, at = 0; v < height; v++) {
      const row = COLUMNS * Math.floor((v * ROWS) / height);
      for (let u = 0; u < width; u++, at++) sums[row + Math.floor((u * COLUMNS) / width)] += weight(importance[at]);
    }
    let most = 0;
    for (let cell = 0; cell < sums.length; cell++) if (sums[cell] > most) most = sums[cell];
    // What is thought to be known is looked at now and then.
    const density = Uint8Array.from(sums, (sum) => (most > 0 ? Math.max(1, Math.round((DENSEST * sum) / most)) : 1));
    return { seed: Math.imul(frameId + 1, MIX) >>> 0, count, kind: SampleKind.point, tier: Tier.important, density };
  }
}

/** Root of an expected squared error; of what is none, 0: a single one must not spoil the sum. */
function weight(squared: number): number {
  return squared > 0 ? Math.sqrt(Math.min(MOST, squared)) : 0;
}
