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
  /** Words of 32 pixels a row. */
  private readonly words: number;
  /** One bit a pixel, the lowest on the left: those near a noted one in its own row. */
  private readonly spreadRows: Int32Array;
  /** The same for those near a noted one in any row. */
  private readonly near: Int32Array;

  constructor(private readonly grid: CaptureGrid) {
    this.words = (grid.width + 31) >> 5;
    this.spreadRows = new Int32Array(this.words * grid.height);
    this.near = new Int32Array(this.words);
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
    const { cells, words, spreadRows, near } = this;
    if (this.count === 0) return;
    let top = height;
    let bottom = 0;
    for (let i = 0; i < this.count; i++) {
      const v = (cells[i] / width) | 0;
      this.mark(v, cells[i] - v * width);
      if (v < top) top = v;
      if (v > bottom) bottom = v;
    }
    for (let v = Math.max(0, top - RADIUS); v <= Math.min(height - 1, bottom + RADIUS); v++) {
      near.fill(0);
      for (let y = Math.max(top, v - RADIUS); y <= Math.min(bottom, v + RADIUS); y++)
        for (let word = 0; word < words; word++) near[word] |= spreadRows[y * words + word];
      this.doubtRow(layers, v, frame);
    }
    spreadRows.fill(0, top * words, (bottom + 1) * words);
    this.count = 0;
  }

  /** Marks the pixels of row v near a noted one. */
  private mark(v: number, u: number): void {
    const from = Math.max(0, u - RADIUS);
    const to = Math.min(this.grid.width - 1, u + RADIUS);
    const row = v * this.words;
    const run = (2 << (to - from)) - 1;
    this.spreadRows[row + (from >> 5)] |= run << (from & 31);
    if (from >> 5 !== to >> 5) this.spreadRows[row + (to >> 5)] |= run >>> (32 - (from & 31));
  }

  /** Lowers what the layers know of the marked pixels of row v, run by run. */
  private doubtRow(layers: readonly ScrollLayer[], v: number, frame: number): void {
    const { width } = this.grid;
    const { near } = this;
    for (let u = 0; u < width; ) {
      const rest = near[u >> 5] >>> (u & 31);
      if (rest === 0) {
        u = (u | 31) + 1;
        continue;
      }
      const from = u + lowestBit(rest);
      let to = from;
      while (to < width && (near[to >> 5] >>> (to & 31)) & 1) {
        // All ones up to the end of the word, or up to its lowest zero.
        const zeros = ~(near[to >> 5] >> (to & 31));
        to = zeros === 0 ? (to | 31) + 1 : Math.min((to | 31) + 1, to + lowestBit(zeros));
      }
      for (const layer of layers) doubt(layer, from, Math.min(to, width), v, frame);
      u = to;
    }
  }
}

/** Place of the lowest 1 in a word that is not 0. */
function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
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
