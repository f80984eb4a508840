import { EARNED, HOPELESS } from './evidence.js';
import type { ScrollLayer } from './ScrollLayer.js';
import type { TemporalMemoryBank } from './TemporalMemoryBank.js';
import { VALUE_SHIFT } from './TemporalMemoryBank.js';
import { mixKnown, teachBetween } from './teachBetween.js';
import { teachWhole } from './teachWhole.js';
import { WindowCells } from './WindowCells.js';
import { PIXELS, SIDE, type WindowColours } from './WindowColours.js';
import type { WindowPrediction } from './WindowPrediction.js';

const DOWN = 1 / (1 << VALUE_SHIFT);
const mixed = new Float64Array(3);
const around = new Int32Array(4);

/**
 * One scroll layer under a window of up to 8×8 pixels: everything that is the same for the whole window is found once,
 * then its pixels are read and taught together. Pixel n lies in column n & 7 and row n >> 3.
 *
 * @example
 * ```ts
 * const window = new LayerWindow();
 * window.open(layer, 16, 24, 8, 8, true);
 * window.teach(colours, takes, frame);
 * ```
 */
export class LayerWindow implements WindowPrediction {
  /** What the layer said of each pixel when the window was opened; the confidence is 0 where it may not be shown. */
  readonly r = new Float64Array(PIXELS);
  readonly g = new Float64Array(PIXELS);
  readonly b = new Float64Array(PIXELS);
  readonly confidence = new Uint8Array(PIXELS);
  readonly evidence = new Int16Array(PIXELS);
  /** What teaching found: 1 where the sample was as the layer had it, −1 where it was not, 0 where nothing was known. */
  readonly verdicts = new Int8Array(PIXELS);
  /** True when the layer is known to show at some pixel. */
  isShown = false;
  private layer: ScrollLayer | null = null;
  private readonly cells = new WindowCells();
  private dominant = false;
  private columns = 0;
  private rows = 0;

  /**
   * Turns to the pixels from (u, v) on. Makes room where the layer's ring holds another place. The dominant layer is shown
   * wherever it is known, others where they have earned it.
   */
  open(layer: ScrollLayer, u: number, v: number, columns: number, rows: number, dominant: boolean): void {
    this.layer = layer;
    this.dominant = dominant;
    this.columns = columns;
    this.rows = rows;
    this.isShown = false;
    this.cells.open(layer, u, v, columns, rows);
    if (!dominant && this.isHopeless()) return;
    this.rate(layer);
    if (!this.isShown) return;
    if (this.cells.whole) this.readWhole(layer.bank);
    else this.readBetween(layer.bank);
  }

  /**
   * Shows the layer the window's samples where `takes` is not 0: they confirm what is known, replace what is contradicted and
   * fill what is not known.
   */
  teach(colours: WindowColours, takes: Uint8Array, frame: number): void {
    const { layer, cells, verdicts, columns, rows } = this;
    if (!layer) return;
    if (cells.whole) teachWhole(layer.bank, cells, colours, takes, columns, rows, frame, verdicts);
    else teachBetween(layer.bank, cells, colours, takes, columns, rows, frame, verdicts, this.dominant ? this : null);
  }

  /** Adds evidence for (positive) or against (negative) the layer owning pixel n. */
  weigh(n: number, amount: number): void {
    const { cells } = this;
    this.layer?.weighCell(cells.rows[(n >> 3) + cells.nearY] + cells.columns[(n & 7) + cells.nearX], amount);
  }

  /** How sure the layer is of each pixel, and what it has earned there. */
  private rate({ bank, ring }: ScrollLayer): void {
    const { confidence, evidence, dominant, columns } = this;
    const { nearX, nearY, columns: ringColumns, rows: ringRows, blockColumns, blockRows } = this.cells;
    const { confidence: known, evidence: earned } = bank;
    const { blockEvidence } = ring;
    let shown = 0;
    for (let j = 0; j < this.rows; j++) {
      const row = ringRows[j + nearY];
      const blockRow = blockRows[j + nearY];
      for (let i = nearX, n = SIDE * j, end = nearX + columns; i < end; i++, n++) {
        const cell = row + ringColumns[i];
        const standing = earned[cell] + blockEvidence[blockRow + blockColumns[i]];
        const sure = dominant || standing >= EARNED ? known[cell] : 0;
        evidence[n] = standing;
        confidence[n] = sure;
        shown |= sure;
      }
    }
    this.isShown = shown !== 0;
  }

  private readWhole({ value }: TemporalMemoryBank): void {
    const { r, g, b, columns } = this;
    const { rows: ringRows, columns: ringColumns } = this.cells;
    for (let j = 0; j < this.rows; j++) {
      const row = ringRows[j];
      for (let i = 0, n = SIDE * j; i < columns; i++, n++) {
        const at = 3 * (row + ringColumns[i]);
        r[n] = value[at] * DOWN;
        g[n] = value[at + 1] * DOWN;
        b[n] = value[at + 2] * DOWN;
      }
    }
  }

  private readBetween({ value, confidence: known }: TemporalMemoryBank): void {
    const { r, g, b, confidence, columns } = this;
    const { weights, stepX, stepY, rows: ringRows, columns: ringColumns } = this.cells;
    const w0 = weights[0] * DOWN;
    const w1 = weights[1] * DOWN;
    const w2 = weights[2] * DOWN;
    const w3 = weights[3] * DOWN;
    for (let j = 0; j < this.rows; j++) {
      const row0 = ringRows[j];
      const row1 = ringRows[j + stepY];
      for (let i = 0, n = SIDE * j; i < columns; i++, n++) {
        if (confidence[n] === 0) continue;
        const cell0 = row0 + ringColumns[i];
        const cell1 = row0 + ringColumns[i + stepX];
        const cell2 = row1 + ringColumns[i];
        const cell3 = row1 + ringColumns[i + stepX];
        if (known[cell0] !== 0 && known[cell1] !== 0 && known[cell2] !== 0 && known[cell3] !== 0) {
          const p = 3 * cell0;
          const q = 3 * cell1;
          const s = 3 * cell2;
          const t = 3 * cell3;
          r[n] = w0 * value[p] + w1 * value[q] + w2 * value[s] + w3 * value[t];
          g[n] = w0 * value[p + 1] + w1 * value[q + 1] + w2 * value[s + 1] + w3 * value[t + 1];
          b[n] = w0 * value[p + 2] + w1 * value[q + 2] + w2 * value[s + 2] + w3 * value[t + 2];
          continue;
        }
        around[0] = cell0;
        around[1] = cell1;
        around[2] = cell2;
        around[3] = cell3;
        mixKnown(value, known, weights, around, mixed);
        r[n] = mixed[0];
        g[n] = mixed[1];
        b[n] = mixed[2];
      }
    }
  }

  /** True when the layer has earned so little under the window that nothing it says there is shown. */
  private isHopeless(): boolean {
    const { blockEvidence } = (this.layer as ScrollLayer).ring;
    const { nearX, nearY, blockColumns, blockRows } = this.cells;
    const top = blockRows[nearY];
    const low = blockRows[nearY + this.rows - 1];
    const west = blockColumns[nearX];
    const east = blockColumns[nearX + this.columns - 1];
    return (
      blockEvidence[top + west] <= HOPELESS &&
      blockEvidence[top + east] <= HOPELESS &&
      blockEvidence[low + west] <= HOPELESS &&
      blockEvidence[low + east] <= HOPELESS
    );
  }
}
