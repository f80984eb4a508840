import type { CaptureGrid } from '@sgaps/protocol';
import { HOPELESS } from './evidence.js';
import type { ScrollLayer } from './ScrollLayer.js';

/**
 * The 8×8 blocks of the screen in which a layer that is not the dominant one may have earned some pixel. Most have none: there it
 * is not drawn, and nobody need say how sure the others are of the place.
 *
 * @example
 * ```ts
 * const contests = new ContestMap({ width: 320, height: 180 });
 * contests.read(hud);
 * if (contests.touches(0, 32, 24)) drawRun(hud, 0, 32, 24);
 * ```
 */
export class ContestMap {
  private readonly columns: number;
  private readonly rows: number;
  private readonly contested: Uint8Array;

  constructor(grid: CaptureGrid) {
    this.columns = (grid.width + 7) >> 3;
    this.rows = (grid.height + 7) >> 3;
    this.contested = new Uint8Array(this.columns * this.rows);
  }

  /** Finds where a placed layer contests. */
  read(layer: ScrollLayer): void {
    const { columns, rows, contested } = this;
    const { ring, wholeX, wholeY } = layer;
    const { maskX, maskY, blockColumns, blockEvidence, touched } = ring;
    const nearX = layer.fractionX >= 0.5 ? 1 : 0;
    const nearY = layer.fractionY >= 0.5 ? 1 : 0;
    const reachX = 7 + nearX;
    const reachY = 7 + nearY;
    for (let y = 0; y < rows; y++) {
      const top = (((8 * y + wholeY) & maskY) >> 3) * blockColumns;
      const low = (((8 * y + wholeY + reachY) & maskY) >> 3) * blockColumns;
      for (let x = 0; x < columns; x++) {
        const west = ((8 * x + wholeX) & maskX) >> 3;
        const east = ((8 * x + wholeX + reachX) & maskX) >> 3;
        const isWeighed = (touched[top + west] | touched[top + east] | touched[low + west] | touched[low + east]) !== 0;
        const isHopeful =
          blockEvidence[top + west] > HOPELESS ||
          blockEvidence[top + east] > HOPELESS ||
          blockEvidence[low + west] > HOPELESS ||
          blockEvidence[low + east] > HOPELESS;
        contested[y * columns + x] = isWeighed && isHopeful ? 1 : 0;
      }
    }
  }

  /** True when a block is contested that pixels `from` … `to` of row v lie in, the last one excluded. */
  touches(from: number, to: number, v: number): boolean {
    const row = (v >> 3) * this.columns;
    for (let block = row + (from >> 3), last = row + ((to - 1) >> 3); block <= last; block++)
      if (this.contested[block] !== 0) return true;
    return false;
  }
}
