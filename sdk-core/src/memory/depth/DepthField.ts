import { SKY } from './CameraMotion.js';
import type { PointPicture } from './PointPicture.js';

/**
 * A rough depth for every 8×8 block of the screen, from the points in it or, where there are none, around it: what a point
 * gets that nobody said a depth of.
 *
 * @example
 * ```ts
 * field.gather(points);
 * const z = field.depthAt(u, v);
 * ```
 */
export class DepthField {
  readonly columns: number;
  readonly rows: number;
  /** Inverse depth per block; 0 is infinitely far. */
  readonly inverse: Float32Array;
  private readonly known: Uint8Array;

  constructor(width: number, height: number) {
    this.columns = (width + 7) >> 3;
    this.rows = (height + 7) >> 3;
    this.inverse = new Float32Array(this.columns * this.rows);
    this.known = new Uint8Array(this.columns * this.rows);
  }

  /** Rough depth of the pixel. */
  depthAt(u: number, v: number): number {
    const q = this.inverse[(v >> 3) * this.columns + (u >> 3)];
    return q > 1 / SKY ? 1 / q : SKY;
  }

  /** Mean inverse depth over the screen. */
  mean(): number {
    let sum = 0;
    for (let block = 0; block < this.inverse.length; block++) sum += this.inverse[block];
    return sum / this.inverse.length;
  }

  /** Takes the depth of the points; blocks without any take their neighbours'. */
  gather(points: PointPicture): void {
    const { columns, rows, inverse, known } = this;
    const { width, height, confidence, z } = points;
    for (let y = 0, block = 0; y < rows; y++) {
      const bottom = Math.min(height, 8 * y + 8);
      for (let x = 0; x < columns; x++, block++) {
        const right = Math.min(width, 8 * x + 8);
        let sum = 0;
        let count = 0;
        for (let v = 8 * y + 1; v < bottom; v += 2) {
          for (let at = v * width + 8 * x + (v & 2 ? 1 : 0), end = v * width + right; at < end; at += 2) {
            if (confidence[at] === 0) continue;
            sum += 1 / z[at];
            count++;
          }
        }
        known[block] = count > 2 ? 1 : 0;
        if (count > 2) inverse[block] = sum / count;
      }
    }
    for (let y = 0, block = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++, block++) {
        if (known[block] !== 0) continue;
        // Rows above and blocks to the left are settled already.
        let sum = 0;
        let count = 0;
        if (x > 0) {
          sum += inverse[block - 1];
          count++;
        }
        if (y > 0) {
          sum += inverse[block - columns];
          count++;
        }
        if (x < columns - 1) {
          sum += inverse[block + 1];
          count++;
        }
        if (y < rows - 1) {
          sum += inverse[block + columns];
          count++;
        }
        inverse[block] = sum / count;
      }
    }
  }
}
