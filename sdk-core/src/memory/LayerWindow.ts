import { HOPELESS } from './evidence.js';
import type { ScrollLayer } from './ScrollLayer.js';
import { CONFIDENCE_GAIN, CONFIDENCE_START, clampValue, GAIN_BY_CONFIDENCE, VALUE_SHIFT } from './TemporalMemoryBank.js';

const SIDE = 8;
const PIXELS = SIDE * SIDE;
const DOWN = 1 / (1 << VALUE_SHIFT);
/** A bilinear neighbour with less than this share of a sample is not written by it. */
const WRITE_SHARE = 0.25;

/**
 * One scroll layer under a window of up to 8×8 pixels: everything that is the same for the whole window is found once,
 * then its pixels are read and taught one by one. Pixel n lies in column n & 7 and row n >> 3.
 *
 * @example
 * ```ts
 * const window = new LayerWindow();
 * window.open(layer, 16, 24, 8, 8);
 * window.teach(0, 200, 90, 12, 0.5, 14, frame);
 * ```
 */
export class LayerWindow {
  /** What the layer said of each pixel when the window was opened, 8-bit steps; where it knew nothing, nothing. */
  readonly r = new Float64Array(PIXELS);
  readonly g = new Float64Array(PIXELS);
  readonly b = new Float64Array(PIXELS);
  /** How sure it was, 0 unknown … 255 certain. */
  readonly confidence = new Uint8Array(PIXELS);
  /** Evidence that the layer is what the screen shows there, −254 … 254. */
  readonly evidence = new Int16Array(PIXELS);
  /** True when the layer has earned so little under the window that nothing it says there is shown. */
  isHopeless = false;
  private layer: ScrollLayer | null = null;
  private value: Uint16Array = new Uint16Array(0);
  private known: Uint8Array = new Uint8Array(0);
  private seen: Int32Array = new Int32Array(0);
  private readonly nearest = new Int32Array(PIXELS);
  /** The four cells around each pixel, and their weights; 0 where a cell plays no part. */
  private readonly cells = new Int32Array(4 * PIXELS);
  private readonly weights = new Float64Array(4);
  private readonly shares = new Float64Array(4);
  private whole = true;
  /** Cells that lie between pixels were taught since the window was opened. */
  private changed = false;

  /** Turns to the pixels from (u, v) on. Makes room where the layer's ring holds another place. */
  open(layer: ScrollLayer, u: number, v: number, columns: number, rows: number): void {
    const { ring, fractionX: fx, fractionY: fy } = layer;
    const { bank, maskX, maskY, blockColumns, blockEvidence } = ring;
    const { nearest, cells, confidence, evidence } = this;
    const { confidence: known, evidence: earned, value } = bank;
    const ringWidth = maskX + 1;
    const x = u + layer.wholeX;
    const y = v + layer.wholeY;
    this.layer = layer;
    this.value = value;
    this.known = known;
    this.seen = bank.seen;
    this.whole = fx === 0 && fy === 0;
    this.changed = false;
    for (let j = 0; j <= rows; j += rows) for (let i = 0; i <= columns; i += columns) ring.ownCell(x + i, y + j);
    const nearX = x + (fx >= 0.5 ? 1 : 0);
    const nearY = y + (fy >= 0.5 ? 1 : 0);
    this.isHopeless = this.findHopeless(nearX, nearY, columns - 1, rows - 1);
    for (let j = 0; j < rows; j++) {
      const ringY = (nearY + j) & maskY;
      const row = ringY * ringWidth;
      const blockRow = (ringY >> 3) * blockColumns;
      for (let i = 0, n = SIDE * j; i < columns; i++, n++) {
        const ringX = (nearX + i) & maskX;
        const cell = row + ringX;
        nearest[n] = cell;
        const sure = known[cell];
        confidence[n] = sure;
        if (sure !== 0) evidence[n] = earned[cell] + blockEvidence[blockRow + (ringX >> 3)];
      }
    }
    if (this.whole) {
      const { r, g, b } = this;
      for (let j = 0; j < rows; j++) {
        for (let n = SIDE * j, end = n + columns; n < end; n++) {
          const at = 3 * nearest[n];
          r[n] = value[at] * DOWN;
          g[n] = value[at + 1] * DOWN;
          b[n] = value[at + 2] * DOWN;
        }
      }
      return;
    }
    this.weigh4(fx, fy);
    const stepX = fx > 0 ? 1 : 0;
    const stepY = fy > 0 ? 1 : 0;
    for (let j = 0; j < rows; j++) {
      const row0 = ((y + j) & maskY) * ringWidth;
      const row1 = ((y + j + stepY) & maskY) * ringWidth;
      for (let i = 0, n = SIDE * j; i < columns; i++, n++) {
        const left = (x + i) & maskX;
        const right = (x + i + stepX) & maskX;
        cells[4 * n] = row0 + left;
        cells[4 * n + 1] = row0 + right;
        cells[4 * n + 2] = row1 + left;
        cells[4 * n + 3] = row1 + right;
        if (confidence[n] !== 0 && !this.isHopeless) this.mix(n);
      }
    }
  }

  /**
   * Shows the layer a sample of pixel n: it confirms what is known, replaces what is contradicted and fills what is not
   * known. Returns 1 where the sample was as predicted, −1 where it was not, 0 where nothing was known.
   */
  teach(n: number, r: number, g: number, b: number, half: number, tolerance: number, frame: number): number {
    const cell = this.nearest[n];
    const known = this.known[cell];
    if (known === 0) {
      this.discover(n, r, g, b, frame);
      return 0;
    }
    // What the samples beside it taught shows between the pixels.
    if (!this.whole && (this.changed || this.isHopeless)) this.mix(n);
    const dr = projected(r - this.r[n], half);
    const dg = projected(g - this.g[n], half);
    const db = projected(b - this.b[n], half);
    if (dr > tolerance || dr < -tolerance || dg > tolerance || dg < -tolerance || db > tolerance || db < -tolerance) {
      this.replace(n, r, g, b, frame);
      return -1;
    }
    // What was only known from a mean is now known itself.
    if (known < CONFIDENCE_START) this.discover(n, r, g, b, frame);
    else if (this.whole) this.confirm(cell, known, dr, dg, db, frame);
    else this.confirmAround(n, dr, dg, db, frame);
    return 1;
  }

  /** Adds evidence for (positive) or against (negative) the layer owning pixel n. */
  weigh(n: number, amount: number): void {
    this.layer?.weighCell(this.nearest[n], amount);
  }

  /** The layer's own evidence over the whole screen. */
  get prior(): number {
    return this.layer?.prior ?? 0;
  }

  private confirm(cell: number, known: number, dr: number, dg: number, db: number, frame: number): void {
    if (dr !== 0 || dg !== 0 || db !== 0) {
      const { value } = this;
      const gain = GAIN_BY_CONFIDENCE[known];
      const at = 3 * cell;
      value[at] = clampValue(value[at] + dr * gain);
      value[at + 1] = clampValue(value[at + 1] + dg * gain);
      value[at + 2] = clampValue(value[at + 2] + db * gain);
    }
    this.known[cell] = known > 255 - CONFIDENCE_GAIN ? 255 : known + CONFIDENCE_GAIN;
    this.seen[cell] = frame;
  }

  private confirmAround(n: number, dr: number, dg: number, db: number, frame: number): void {
    const { cells, shares, known, seen, value } = this;
    const moves = dr !== 0 || dg !== 0 || db !== 0;
    if (moves) this.changed = true;
    for (let k = 4 * n, w = 0; w < 4; k++, w++) {
      const share = shares[w];
      if (share === 0) continue;
      const cell = cells[k];
      const sure = known[cell];
      seen[cell] = frame;
      if (moves) {
        const gain = GAIN_BY_CONFIDENCE[sure] * share;
        const at = 3 * cell;
        value[at] = clampValue(value[at] + dr * gain);
        value[at + 1] = clampValue(value[at + 1] + dg * gain);
        value[at + 2] = clampValue(value[at + 2] + db * gain);
      }
      if (sure === 255) continue;
      const grown = sure + CONFIDENCE_GAIN * share;
      known[cell] = grown > 255 ? 255 : grown;
    }
  }

  private replace(n: number, r: number, g: number, b: number, frame: number): void {
    if (this.whole) {
      this.write(this.nearest[n], r, g, b, frame);
      return;
    }
    this.changed = true;
    for (let k = 4 * n, w = 0; w < 4; k++, w++) {
      const cell = this.cells[k];
      const share = this.weights[w];
      if (share >= WRITE_SHARE || (share > 0 && this.known[cell] === 0)) this.write(cell, r, g, b, frame);
    }
  }

  private discover(n: number, r: number, g: number, b: number, frame: number): void {
    if (this.whole) {
      this.write(this.nearest[n], r, g, b, frame);
      return;
    }
    this.changed = true;
    for (let k = 4 * n, w = 0; w < 4; k++, w++) {
      const cell = this.cells[k];
      const share = this.weights[w];
      const known = this.known[cell];
      if (known < CONFIDENCE_START && (share >= WRITE_SHARE || (share > 0 && known === 0))) this.write(cell, r, g, b, frame);
    }
  }

  private write(cell: number, r: number, g: number, b: number, frame: number): void {
    const { value } = this;
    const at = 3 * cell;
    value[at] = r * (1 << VALUE_SHIFT);
    value[at + 1] = g * (1 << VALUE_SHIFT);
    value[at + 2] = b * (1 << VALUE_SHIFT);
    this.known[cell] = CONFIDENCE_START;
    this.seen[cell] = frame;
  }

  /** What the known cells around pixel n say. */
  private mix(n: number): void {
    const { cells, weights, known, value } = this;
    const cell0 = cells[4 * n];
    const cell1 = cells[4 * n + 1];
    const cell2 = cells[4 * n + 2];
    const cell3 = cells[4 * n + 3];
    if (known[cell0] !== 0 && known[cell1] !== 0 && known[cell2] !== 0 && known[cell3] !== 0) {
      const w0 = weights[0] * DOWN;
      const w1 = weights[1] * DOWN;
      const w2 = weights[2] * DOWN;
      const w3 = weights[3] * DOWN;
      const a = 3 * cell0;
      const b = 3 * cell1;
      const c = 3 * cell2;
      const d = 3 * cell3;
      this.r[n] = w0 * value[a] + w1 * value[b] + w2 * value[c] + w3 * value[d];
      this.g[n] = w0 * value[a + 1] + w1 * value[b + 1] + w2 * value[c + 1] + w3 * value[d + 1];
      this.b[n] = w0 * value[a + 2] + w1 * value[b + 2] + w2 * value[c + 2] + w3 * value[d + 2];
      return;
    }
    let sum = 0;
    let r = 0;
    let g = 0;
    let b = 0;
    for (let k = 4 * n, w = 0; w < 4; k++, w++) {
      const cell = cells[k];
      const weight = weights[w];
      if (weight === 0 || known[cell] === 0) continue;
      sum += weight;
      r += weight * value[3 * cell];
      g += weight * value[3 * cell + 1];
      b += weight * value[3 * cell + 2];
    }
    const scale = DOWN / sum;
    this.r[n] = r * scale;
    this.g[n] = g * scale;
    this.b[n] = b * scale;
  }

  private findHopeless(x: number, y: number, right: number, bottom: number): boolean {
    const { ring } = this.layer as ScrollLayer;
    const { maskX, maskY, blockColumns, blockEvidence } = ring;
    const top = ((y & maskY) >> 3) * blockColumns;
    const low = (((y + bottom) & maskY) >> 3) * blockColumns;
    const west = (x & maskX) >> 3;
    const east = ((x + right) & maskX) >> 3;
    return (
      blockEvidence[top + west] <= HOPELESS &&
      blockEvidence[top + east] <= HOPELESS &&
      blockEvidence[low + west] <= HOPELESS &&
      blockEvidence[low + east] <= HOPELESS
    );
  }

  private weigh4(fx: number, fy: number): void {
    const { weights, shares } = this;
    weights[0] = (1 - fx) * (1 - fy);
    weights[1] = fx * (1 - fy);
    weights[2] = (1 - fx) * fy;
    weights[3] = fx * fy;
    const squares = (fx * fx + (1 - fx) * (1 - fx)) * (fy * fy + (1 - fy) * (1 - fy));
    for (let w = 0; w < 4; w++) shares[w] = Math.min(1, weights[w] / squares);
  }
}

/** The part of an innovation that lies outside the sample's quantisation cell (S15). */
function projected(innovation: number, half: number): number {
  if (half <= 0.5) return innovation;
  return innovation > half ? innovation - half : innovation < -half ? innovation + half : 0;
}
