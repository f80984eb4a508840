import type { ByteReader, ByteWriter } from '@sgaps/protocol';
import { readArray, writeArray } from '../../snapshot/snapshotBytes.js';
import type { PointPicture } from './PointPicture.js';

/** Frames for which a depth that was found is believed. */
const TRUST = 8;
/** Blocks beside each other within this ratio may be one surface. */
const ALIKE = 1.5;

/**
 * A rough depth for every 8×8 block of the screen, from the points in it or, where there are none, around it: what a point
 * gets that nobody said a depth of.
 *
 * @example
 * ```ts
 * field.gather(points);
 * const q = field.at(u, v);
 * ```
 */
export class DepthField {
  readonly columns: number;
  readonly rows: number;
  /** Nearness per block; 0 is infinitely far. */
  readonly nearness: Float32Array;
  private readonly known: Uint8Array;
  private readonly sorted = new Float64Array(25);
  /** Frames for which a block's depth is still believed. */
  readonly trust: Uint8Array;
  private readonly plane = new Float64Array(3);

  constructor(width: number, height: number) {
    this.columns = (width + 7) >> 3;
    this.rows = (height + 7) >> 3;
    this.nearness = new Float32Array(this.columns * this.rows);
    this.trust = new Uint8Array(this.columns * this.rows);
    this.known = new Uint8Array(this.columns * this.rows);
  }

  /** Nearness of the pixel's block. */
  at(u: number, v: number): number {
    return this.nearness[(v >> 3) * this.columns + (u >> 3)];
  }

  /** Sets the nearness depth of the pixel's block. */
  set(u: number, v: number, q: number, trusted: boolean): void {
    const block = (v >> 3) * this.columns + (u >> 3);
    this.nearness[block] = q;
    this.trust[block] = trusted ? TRUST : 0;
  }

  /** What the depth of the pixel's block should be by the trusted ones around it, else by the plane through all of them. */
  usual(u: number, v: number): number {
    const { columns, rows, nearness, sorted, trust } = this;
    const x = u >> 3;
    const y = v >> 3;
    let count = 0;
    for (let j = Math.max(0, y - 2); j <= y + 2 && j < rows; j++) {
      for (let i = Math.max(0, x - 2); i <= x + 2 && i < columns; i++) {
        if (trust[j * columns + i] === 0) continue;
        const q = nearness[j * columns + i];
        let n = count++;
        for (; n > 0 && sorted[n - 1] > q; n--) sorted[n] = sorted[n - 1];
        sorted[n] = q;
      }
    }
    return count >= 3 ? sorted[count >> 1] : Math.max(0, this.plane[0] + this.plane[1] * u + this.plane[2] * v);
  }

  /** Lays a plane through the trusted blocks, those far off it left out. */
  fitPlane(): void {
    const { columns, nearness, trust, plane } = this;
    for (let round = 0; round < 3; round++) {
      let n = 0;
      let su = 0;
      let sv = 0;
      let sq = 0;
      let uu = 0;
      let vv = 0;
      let uv = 0;
      let uq = 0;
      let vq = 0;
      for (let block = 0; block < nearness.length; block++) {
        if (trust[block] === 0) continue;
        const u = 8 * (block % columns) + 4;
        const v = 8 * Math.floor(block / columns) + 4;
        const q = nearness[block];
        const on = plane[0] + plane[1] * u + plane[2] * v;
        if (round > 0 && Math.abs(q - on) > 0.3 * Math.abs(q + on)) continue;
        n++;
        su += u;
        sv += v;
        sq += q;
        uu += u * u;
        vv += v * v;
        uv += u * v;
        uq += u * q;
        vq += v * q;
      }
      if (n < 12) return;
      const a = uu - (su * su) / n;
      const b = vv - (sv * sv) / n;
      const c = uv - (su * sv) / n;
      const d = uq - (su * sq) / n;
      const e = vq - (sv * sq) / n;
      const det = a * b - c * c;
      if (det < 1e-3 * a * b) return;
      plane[1] = (d * b - e * c) / det;
      plane[2] = (e * a - d * c) / det;
      plane[0] = (sq - plane[1] * su - plane[2] * sv) / n;
    }
  }

  /** Nearness of the pixel, between the middles of the blocks of one surface around it. */
  between(u: number, v: number): number {
    const { columns, rows, nearness } = this;
    const x = (u - 3.5) / 8;
    const y = (v - 3.5) / 8;
    const x0 = Math.min(columns - 1, Math.max(0, Math.floor(x)));
    const y0 = Math.min(rows - 1, Math.max(0, Math.floor(y)));
    const x1 = Math.min(columns - 1, x0 + 1);
    const y1 = Math.min(rows - 1, y0 + 1);
    const fx = Math.min(1, Math.max(0, x - x0));
    const fy = Math.min(1, Math.max(0, y - y0));
    const own = this.at(u, v);
    const a = alike(nearness[y0 * columns + x0], own);
    const b = alike(nearness[y0 * columns + x1], own);
    const c = alike(nearness[y1 * columns + x0], own);
    const d = alike(nearness[y1 * columns + x1], own);
    const q = (a + fx * (b - a)) * (1 - fy) + (c + fx * (d - c)) * fy;
    return q;
  }

  /** Forgets everything. */
  clear(): void {
    this.nearness.fill(0);
    this.trust.fill(0);
    this.plane.fill(0);
  }

  /** Writes all that is known. */
  save(writer: ByteWriter): void {
    writeArray(writer, this.nearness);
    writeArray(writer, this.trust);
    writeArray(writer, this.plane);
  }

  /** Takes up what `save` wrote. Throws a typed error when the bytes do not fit. */
  restore(reader: ByteReader): void {
    readArray(reader, this.nearness, 'depth field');
    readArray(reader, this.trust, 'depth trust');
    readArray(reader, this.plane, 'depth plane');
  }

  /** Mean nearness depth over the screen. */
  mean(): number {
    let sum = 0;
    for (let block = 0; block < this.nearness.length; block++) sum += this.nearness[block];
    return sum / this.nearness.length;
  }

  /** Takes the depth of the points; blocks without any take their neighbours'. */
  gather(points: PointPicture): void {
    const { columns, rows, nearness, known, trust } = this;
    for (let block = 0; block < trust.length; block++) if (trust[block] > 0) trust[block]--;
    const { width, height, spot, nearness: near } = points;
    for (let y = 0, block = 0; y < rows; y++) {
      const bottom = Math.min(height, 8 * y + 8);
      for (let x = 0; x < columns; x++, block++) {
        const right = Math.min(width, 8 * x + 8);
        let sum = 0;
        let count = 0;
        for (let v = 8 * y + 1; v < bottom; v += 2) {
          for (let at = v * width + 8 * x + (v & 2 ? 1 : 0), end = v * width + right; at < end; at += 2) {
            if (spot[at] === 0) continue;
            sum += near[at];
            count++;
          }
        }
        known[block] = count > 2 ? 1 : 0;
        if (count > 2) nearness[block] = sum / count;
      }
    }
    for (let y = 0, block = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++, block++) {
        if (known[block] !== 0) continue;
        // Rows above and blocks to the left are settled already.
        let sum = 0;
        let count = 0;
        if (x > 0) {
          sum += nearness[block - 1];
          count++;
        }
        if (y > 0) {
          sum += nearness[block - columns];
          count++;
        }
        if (x < columns - 1) {
          sum += nearness[block + 1];
          count++;
        }
        if (y < rows - 1) {
          sum += nearness[block + columns];
          count++;
        }
        nearness[block] = sum / count;
      }
    }
  }
}

/** The nearness depth `q` if it may be of the surface that has `own`, else that. */
function alike(q: number, own: number): number {
  return q < own * ALIKE && own < q * ALIKE ? q : own;
}
