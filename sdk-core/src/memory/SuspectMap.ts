import type { CaptureGrid } from '@sgaps/protocol';
import type { ScrollLayer } from './ScrollLayer.js';
import { CONFIDENCE_START } from './TemporalMemoryBank.js';

/** Cells this near to a contradicted one lose confidence, grid pixels. */
const RADIUS = 3;
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
  private readonly mask: Uint8Array;
  /** Rows in which the mask is set anywhere. */
  private readonly marked: Uint8Array;

  constructor(private readonly grid: CaptureGrid) {
    this.mask = new Uint8Array(grid.width * grid.height);
    this.marked = new Uint8Array(grid.height);
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
    const { mask, marked } = this;
    if (this.count === 0) return;
    for (let i = 0; i < this.count; i++) {
      const u0 = this.cells[i] % width;
      const v0 = (this.cells[i] - u0) / width;
      const left = Math.max(0, u0 - RADIUS);
      const right = Math.min(width, u0 + RADIUS + 1);
      for (let v = Math.max(0, v0 - RADIUS); v <= Math.min(height - 1, v0 + RADIUS); v++) {
        mask.fill(1, v * width + left, v * width + right);
        marked[v] = 1;
      }
    }
    for (let v = 0; v < height; v++) {
      if (marked[v] === 0) continue;
      marked[v] = 0;
      for (let u = 0; u < width; u++) if (mask[v * width + u] !== 0) doubt(layers, u, v, frame);
      mask.fill(0, v * width, (v + 1) * width);
    }
    this.count = 0;
  }
}

/** Lowers the confidence of one pixel. */
function doubt(layers: readonly ScrollLayer[], u: number, v: number, frame: number): void {
  for (const layer of layers) {
    const { seen, confidence } = layer.bank;
    const cell = layer.cellAt(u, v);
    if (seen[cell] === frame) continue;
    const known = confidence[cell];
    confidence[cell] = known < CONFIDENCE_START ? known >> 1 : (known * 5) >> 3;
  }
}
