import type { CaptureGrid } from '@sgaps/protocol';
import type { ScrollLayer } from './ScrollLayer.js';
import { CONFIDENCE_START } from './TemporalMemoryBank.js';

/** Cells this near to a contradicted one lose confidence, grid pixels. */
const RADIUS = 3;
/** Cells a side of a ring's tile. */
const TILE = 32;
/** Contradicted pixels noted in a frame at most. */
const CAPACITY = 4096;

/**
 * The pixels that contradicted memory in one frame: what stands beside them has probably changed too.
 *
 * @example
 * ```ts
 * const suspects = new SuspectMap({ width: 320, height: 180 });
 * suspects.add(10, 20);
 * suspects.spread(layers, frame);
 * ```
 */
export class SuspectMap {
  private readonly cells = new Int32Array(CAPACITY);
  private count = 0;
  private readonly noted: Uint8Array;
  /** Noted pixels in the rows around the one being looked at, per column. */
  private readonly columns: Uint8Array;

  constructor(private readonly grid: CaptureGrid) {
    this.noted = new Uint8Array(grid.width * grid.height);
    this.columns = new Uint8Array(grid.width);
  }

  /** Notes that the pixel was not what memory said. */
  add(u: number, v: number): void {
    if (this.count < CAPACITY) this.cells[this.count++] = v * this.grid.width + u;
  }

  /** Forgets the noted pixels. */
  clear(): void {
    this.count = 0;
  }

  /**
   * Lowers what the layers know around the noted pixels, but for what was looked at in this very frame; then starts over.
   */
  spread(layers: readonly ScrollLayer[], frame: number): void {
    const { width, height } = this.grid;
    const { noted, columns, cells } = this;
    if (this.count === 0) return;
    let top = height;
    let bottom = 0;
    for (let i = 0; i < this.count; i++) {
      noted[cells[i]] = 1;
      const v = (cells[i] / width) | 0;
      if (v < top) top = v;
      if (v > bottom) bottom = v;
    }
    columns.fill(0);
    for (let v = top - RADIUS; v <= bottom + RADIUS; v++) {
      if (v + RADIUS <= bottom) this.countRow(v + RADIUS, 1);
      if (v - RADIUS - 1 >= top) this.countRow(v - RADIUS - 1, -1);
      if (v < 0 || v >= height) continue;
      let around = 0;
      for (let u = 0; u < RADIUS && u < width; u++) around += columns[u];
      let from = -1;
      for (let u = 0; u < width; u++) {
        if (u + RADIUS < width) around += columns[u + RADIUS];
        if (u > RADIUS) around -= columns[u - RADIUS - 1];
        if (around > 0) {
          if (from < 0) from = u;
        } else if (from >= 0) {
          for (const layer of layers) doubt(layer, from, u, v, frame);
          from = -1;
        }
      }
      if (from >= 0) for (const layer of layers) doubt(layer, from, width, v, frame);
    }
    for (let i = 0; i < this.count; i++) noted[cells[i]] = 0;
    this.count = 0;
  }

  /** Adds the noted pixels of a row to those of the columns, `sign` times. */
  private countRow(v: number, sign: number): void {
    const { width } = this.grid;
    const { noted, columns } = this;
    for (let u = 0, at = v * width; u < width; u++, at++) columns[u] += sign * noted[at];
  }
}

/** Lowers the confidence of a row of pixels. */
function doubt(layer: ScrollLayer, from: number, to: number, v: number, frame: number): void {
  const { seen, confidence } = layer.bank;
  const { maskX } = layer.ring;
  for (let u = from; u < to; ) {
    // A tile of the ring lies in one row of cells.
    const first = layer.cellAt(u, v);
    const end = Math.min(to, u + TILE - (first & maskX & (TILE - 1)));
    for (let cell = first; u < end; u++, cell++) {
      if (seen[cell] === frame) continue;
      const known = confidence[cell];
      confidence[cell] = known < CONFIDENCE_START ? known >> 1 : (known * 5) >> 3;
    }
  }
}
