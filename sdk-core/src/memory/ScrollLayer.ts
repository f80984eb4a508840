import { type ByteReader, type ByteWriter, SgapsError } from '@sgaps/protocol';
import { readArray, writeArray } from '../snapshot/snapshotBytes.js';
import { CONFIDENCE_START, TemporalMemoryBank, VALUE_SHIFT } from './TemporalMemoryBank.js';

const TILE_SHIFT = 5;
const TILE = 1 << TILE_SHIFT;
/** Tag of a ring slot that holds nothing. */
const EMPTY_SLOT = 0x7fffffff;
/** A view this close to a whole pixel is taken as whole: resampling would only blur. */
const WHOLE = 1 / 32;
/** A bilinear neighbour with less than this share of a sample is not written by it. */
const WRITE_SHARE = 0.25;
const HALF = 1 << (VALUE_SHIFT - 1);

/** Evidence a layer must have earned at a place, by samples that told layers apart, to be believed over the dominant one. */
export const EARNED = 20;
/** Confidence left to such a layer where the dominant one has not been looked at. */
export const UNPROVEN = 90;

/** What a layer says about one pixel; one object is reused by all callers. */
export interface Prediction {
  r: number;
  g: number;
  b: number;
  /** 0 unknown … 255 certain. */
  confidence: number;
  /** Evidence earned at the pixel, −254 … 254. */
  evidence: number;
}

/** Arrays over the screen that layers draw into. */
export interface LayerPicture {
  readonly rgb: Uint8ClampedArray;
  readonly confidence: Uint8Array;
  readonly age: Uint8Array;
  readonly score: Int16Array;
}

/** How a layer is drawn. */
export interface LayerMode {
  /** Shows wherever nothing was drawn before it; others only where they have earned it. */
  readonly dominant: boolean;
  /** Other layers or scenery compete for the place. */
  readonly contested: boolean;
  /** Between pixels: resample (a picture for people), or take the nearest cell (a plan). */
  readonly resampled: boolean;
}

/**
 * Memory of a surface that moves as one across the screen: the screen itself (HUD), the world under a scrolling camera,
 * a parallax background. Kept in the surface's own coordinates, on a ring that remembers a window around the view, so
 * that what left the screen is still known when it comes back, and read once at sub-pixel phase (DESIGN.md, "Layered memory").
 *
 * Layer coordinate of screen pixel (u, v) is (u + offsetX, v + offsetY).
 *
 * @example
 * ```ts
 * const world = new ScrollLayer(1024, 512);
 * world.place(camera.viewX, camera.viewY);
 * world.locate(160, 90);
 * world.predict(prediction);
 * ```
 */
export class ScrollLayer {
  readonly bank: TemporalMemoryBank;
  /** Evidence of ownership per 8×8 block of the ring, −127 … 127. */
  readonly blockEvidence: Int8Array;
  /** Evidence of ownership over the whole screen, −64 … 64: what holds where nothing was looked at yet. */
  prior = 0;
  /** World tile that a ring slot holds, per slot: x and y. */
  readonly tags: Int32Array;
  private readonly maskX: number;
  private readonly maskY: number;
  private readonly tileColumns: number;
  private readonly blockColumns: number;
  private readonly ringShift: number;
  /** Blocks in which evidence was ever weighed, or beside one: only there a layer can have earned anything. */
  private readonly touched: Uint8Array;
  private readonly cells = new Int32Array(4);
  private readonly weights = new Float64Array(4);
  private cellCount = 0;
  private squares = 1;
  private nearest = 0;
  private wholeX = 0;
  private wholeY = 0;
  private fractionX = 0;
  private fractionY = 0;

  /** `ringWidth` and `ringHeight` are powers of two, at least the grid's sides plus one tile. */
  constructor(ringWidth: number, ringHeight: number) {
    this.bank = new TemporalMemoryBank(ringWidth, ringHeight);
    this.maskX = ringWidth - 1;
    this.maskY = ringHeight - 1;
    this.tileColumns = ringWidth >> TILE_SHIFT;
    this.blockColumns = ringWidth >> 3;
    this.ringShift = 31 - Math.clz32(ringWidth);
    this.touched = new Uint8Array((ringWidth >> 3) * (ringHeight >> 3));
    this.blockEvidence = new Int8Array((ringWidth >> 3) * (ringHeight >> 3));
    this.tags = new Int32Array(2 * this.tileColumns * (ringHeight >> TILE_SHIFT)).fill(EMPTY_SLOT);
  }

  /** Sets where the layer lies under the screen for the calls that follow. */
  place(offsetX: number, offsetY: number): void {
    this.wholeX = Math.floor(offsetX + WHOLE);
    this.wholeY = Math.floor(offsetY + WHOLE);
    const fx = offsetX - this.wholeX;
    const fy = offsetY - this.wholeY;
    this.fractionX = fx < WHOLE ? 0 : fx;
    this.fractionY = fy < WHOLE ? 0 : fy;
  }

  /** Forgets everything. */
  clear(): void {
    this.bank.confidence.fill(0);
    this.bank.evidence.fill(0);
    this.blockEvidence.fill(0);
    this.prior = 0;
    this.touched.fill(0);
    this.tags.fill(EMPTY_SLOT);
  }

  /** Writes all that is known, tile by tile. */
  save(writer: ByteWriter): void {
    writer.f64(this.prior);
    writeArray(writer, this.blockEvidence);
    writeArray(writer, this.touched);
    const { bank, tags } = this;
    const held = this.heldSlots();
    writer.varint(held.length);
    for (const slot of held) {
      writer.varint(slot);
      writer.i32(tags[2 * slot]);
      writer.i32(tags[2 * slot + 1]);
      this.eachTileRow(slot, (from, to) => {
        writeArray(writer, bank.confidence.subarray(from, to));
        writeArray(writer, bank.evidence.subarray(from, to));
        writeArray(writer, bank.value.subarray(3 * from, 3 * to));
        writeArray(writer, bank.seen.subarray(from, to));
      });
    }
  }

  /** Takes up what `save` wrote. Throws a typed error when the bytes are not a layer of this size. */
  restore(reader: ByteReader): void {
    this.clear();
    this.prior = reader.f64('layer prior');
    readArray(reader, this.blockEvidence, 'block evidence');
    readArray(reader, this.touched, 'touched blocks');
    const slots = this.tags.length / 2;
    const count = reader.varint('tile count', slots);
    const { bank, tags } = this;
    for (let i = 0; i < count; i++) {
      const slot = reader.varint('tile slot');
      if (slot >= slots) throw SgapsError.limit('tile slot', slot, slots - 1);
      tags[2 * slot] = reader.i32('tile tag');
      tags[2 * slot + 1] = reader.i32('tile tag');
      this.eachTileRow(slot, (from, to) => {
        readArray(reader, bank.confidence.subarray(from, to), 'confidence');
        readArray(reader, bank.evidence.subarray(from, to), 'evidence');
        readArray(reader, bank.value.subarray(3 * from, 3 * to), 'value');
        readArray(reader, bank.seen.subarray(from, to), 'seen');
      });
    }
  }

  /** Takes over what `other` knows of the `width` × `height` pixels both now show (both must be placed). */
  fork(other: ScrollLayer, width: number, height: number): void {
    for (let v = 0; v <= height; v++) {
      for (let u = 0; u <= width; u++) {
        const from = other.knownCell(u + other.wholeX, v + other.wholeY);
        if (from < 0) continue;
        const to = this.ownCell(u + this.wholeX, v + this.wholeY);
        const { bank } = this;
        for (let c = 0; c < 3; c++) bank.value[3 * to + c] = other.bank.value[3 * from + c];
        bank.confidence[to] = other.bank.confidence[from];
        bank.seen[to] = other.bank.seen[from];
      }
    }
  }

  /** Turns to the pixel (u, v): the calls that follow are about it. Makes room where the ring holds another place. */
  locate(u: number, v: number): void {
    const x = u + this.wholeX;
    const y = v + this.wholeY;
    const { fractionX: fx, fractionY: fy, cells, weights } = this;
    this.nearest = this.ownCell(x + (fx >= 0.5 ? 1 : 0), y + (fy >= 0.5 ? 1 : 0));
    if (fx === 0 && fy === 0) {
      cells[0] = this.nearest;
      weights[0] = 1;
      this.cellCount = 1;
      this.squares = 1;
      return;
    }
    let n = 0;
    for (let j = 0; j < 2; j++) {
      const wy = j ? fy : 1 - fy;
      if (wy === 0) continue;
      for (let i = 0; i < 2; i++) {
        const w = (i ? fx : 1 - fx) * wy;
        if (w === 0) continue;
        cells[n] = this.ownCell(x + i, y + j);
        weights[n++] = w;
      }
    }
    this.cellCount = n;
    this.squares = (fx * fx + (1 - fx) * (1 - fx)) * (fy * fy + (1 - fy) * (1 - fy));
  }

  /** Reads the located pixel into `out`; returns its confidence. */
  predict(out: Prediction): number {
    const { cells, weights, nearest } = this;
    const { value, confidence, evidence } = this.bank;
    out.confidence = confidence[nearest];
    if (out.confidence === 0) return 0;
    out.evidence = evidence[nearest] + this.blockEvidence[this.blockOf(nearest)];
    let sum = 0;
    let r = 0;
    let g = 0;
    let b = 0;
    for (let n = 0; n < this.cellCount; n++) {
      const cell = cells[n];
      if (confidence[cell] === 0) continue;
      const w = weights[n];
      sum += w;
      r += w * value[3 * cell];
      g += w * value[3 * cell + 1];
      b += w * value[3 * cell + 2];
    }
    const scale = 1 / (sum * (1 << VALUE_SHIFT));
    out.r = r * scale;
    out.g = g * scale;
    out.b = b * scale;
    return out.confidence;
  }

  /** Confirms the located pixel with the innovation (dr, dg, db), shared among the cells that made the prediction. */
  confirm(dr: number, dg: number, db: number, frame: number): void {
    for (let n = 0; n < this.cellCount; n++)
      this.bank.confirm(this.cells[n], dr, dg, db, Math.min(1, this.weights[n] / this.squares), frame);
  }

  /** Replaces the located pixel's content. */
  replace(r: number, g: number, b: number, confidence: number, frame: number): void {
    for (let n = 0; n < this.cellCount; n++) {
      const cell = this.cells[n];
      if (this.weights[n] >= WRITE_SHARE || this.bank.confidence[cell] === 0) this.bank.write(cell, r, g, b, confidence, frame);
    }
  }

  /** First look at the located pixel: fills the cells nobody has seen, leaves the others. */
  discover(r: number, g: number, b: number, confidence: number, frame: number): void {
    for (let n = 0; n < this.cellCount; n++) {
      const cell = this.cells[n];
      const known = this.bank.confidence[cell];
      if (known < CONFIDENCE_START && (this.weights[n] >= WRITE_SHARE || known === 0))
        this.bank.write(cell, r, g, b, confidence, frame);
    }
  }

  /** Adds evidence for (positive) or against (negative) this layer owning the located pixel. */
  weigh(amount: number): void {
    const { nearest: cell } = this;
    const { evidence } = this.bank;
    this.prior += (Math.sign(amount) * 64 - this.prior) / 64;
    evidence[cell] = clampEvidence(evidence[cell] + amount);
    const block = this.blockOf(cell);
    this.blockEvidence[block] = clampEvidence(this.blockEvidence[block] + (amount >> 1));
    this.touch(block);
  }

  /** The cell nearest to the pixel; a slot that holds another part of the world is emptied first. */
  cellAt(u: number, v: number): number {
    return this.ownCell(u + this.wholeX + (this.fractionX >= 0.5 ? 1 : 0), v + this.wholeY + (this.fractionY >= 0.5 ? 1 : 0));
  }

  /**
   * Draws the layer over the `width` × `height` picture, at frame `now`. The dominant layer shows wherever it is known
   * and nothing was drawn before it (scenery); elsewhere a layer shows where it has earned the place and its score beats the one there.
   */
  compose(width: number, height: number, now: number, out: LayerPicture, mode: LayerMode): void {
    const { dominant } = mode;
    for (let v = 0; v < height; v++) {
      const y = v + this.wholeY;
      for (let u = 0; u < width; ) {
        const x = u + this.wholeX;
        // Runs within one block of the ring share everything but the cells.
        const end = Math.min(width, u + 8 - (x & 7));
        const block = ((y & this.maskY) >> 3) * this.blockColumns + ((x & this.maskX) >> 3);
        if ((dominant || this.touched[block] !== 0) && this.holds(x, y))
          this.composeRun(v * width + u, v * width + end, x, y, now, out, mode);
        u = end;
      }
    }
  }

  private composeRun(from: number, to: number, x: number, y: number, now: number, out: LayerPicture, mode: LayerMode): void {
    const { fractionX: fx, fractionY: fy, maskX, maskY, bank, blockEvidence } = this;
    const { value, confidence: known, evidence, seen } = bank;
    const { rgb, confidence, age, score } = out;
    const { dominant, contested } = mode;
    const ringWidth = maskX + 1;
    const row0 = (y & maskY) * ringWidth;
    const row1 = fy > 0 ? ((y + 1) & maskY) * ringWidth : row0;
    const nearRow = fy >= 0.5 ? row1 : row0;
    const nearX = fx >= 0.5 ? 1 : 0;
    const stepX = fx > 0 ? 1 : 0;
    const resampled = mode.resampled && (stepX !== 0 || fy > 0);
    const w11 = (fx * fy) / (1 << VALUE_SHIFT);
    const w01 = (fx * (1 - fy)) / (1 << VALUE_SHIFT);
    const w10 = ((1 - fx) * fy) / (1 << VALUE_SHIFT);
    const w00 = ((1 - fx) * (1 - fy)) / (1 << VALUE_SHIFT);
    const prior = Math.round(this.prior);
    const weighed = this.touched[this.blockOf(row0 + (x & maskX))] !== 0;
    for (let at = from; at < to; at++, x++) {
      const x0 = x & maskX;
      const nearest = nearRow + ((x + nearX) & maskX);
      const sure = known[nearest];
      if (sure === 0) continue;
      if (contested) {
        const earned = weighed ? evidence[nearest] + blockEvidence[this.blockOf(nearest)] : 0;
        const mine = prior + earned + (sure >> 3);
        const empty = confidence[at] === 0;
        if (!(dominant && empty) && (earned < EARNED || (!empty && mine <= score[at]))) continue;
        confidence[at] = empty && !dominant && sure > UNPROVEN ? UNPROVEN : sure;
        score[at] = mine;
      } else {
        confidence[at] = sure;
      }
      const since = now - seen[nearest];
      age[at] = since > 255 ? 255 : since;
      const p = 3 * at;
      if (resampled) {
        const c00 = row0 + x0;
        const c01 = row0 + ((x + stepX) & maskX);
        const c10 = row1 + x0;
        const c11 = c10 + c01 - c00;
        if (known[c00] !== 0 && known[c01] !== 0 && known[c10] !== 0 && known[c11] !== 0) {
          const a = 3 * c00;
          const b = 3 * c01;
          const c = 3 * c10;
          const d = 3 * c11;
          rgb[p] = w00 * value[a] + w01 * value[b] + w10 * value[c] + w11 * value[d];
          rgb[p + 1] = w00 * value[a + 1] + w01 * value[b + 1] + w10 * value[c + 1] + w11 * value[d + 1];
          rgb[p + 2] = w00 * value[a + 2] + w01 * value[b + 2] + w10 * value[c + 2] + w11 * value[d + 2];
          continue;
        }
      }
      const n = 3 * nearest;
      rgb[p] = (value[n] + HALF) >> VALUE_SHIFT;
      rgb[p + 1] = (value[n + 1] + HALF) >> VALUE_SHIFT;
      rgb[p + 2] = (value[n + 2] + HALF) >> VALUE_SHIFT;
    }
  }

  /** A view between pixels reads one cell beyond its block, hence the neighbours before it. */
  private touch(block: number): void {
    const { touched, blockColumns } = this;
    touched[block] = 1;
    touched[block % blockColumns === 0 ? block + blockColumns - 1 : block - 1] = 1;
    const above = block < blockColumns ? block + touched.length - blockColumns : block - blockColumns;
    touched[above] = 1;
    touched[above % blockColumns === 0 ? above + blockColumns - 1 : above - 1] = 1;
  }

  private heldSlots(): number[] {
    const held: number[] = [];
    for (let slot = 0; 2 * slot < this.tags.length; slot++) if (this.tags[2 * slot] !== EMPTY_SLOT) held.push(slot);
    return held;
  }

  private eachTileRow(slot: number, take: (from: number, to: number) => void): void {
    const left = (slot % this.tileColumns) * TILE;
    const top = Math.floor(slot / this.tileColumns) * TILE;
    for (let row = top; row < top + TILE; row++) {
      const from = row * (this.maskX + 1) + left;
      take(from, from + TILE);
    }
  }

  private blockOf(cell: number): number {
    const x = cell & this.maskX;
    const y = cell >> this.ringShift;
    return (y >> 3) * this.blockColumns + (x >> 3);
  }

  private slotOf(x: number, y: number): number {
    return ((y & this.maskY) >> TILE_SHIFT) * this.tileColumns + ((x & this.maskX) >> TILE_SHIFT);
  }

  private holds(x: number, y: number): boolean {
    const slot = 2 * this.slotOf(x, y);
    return this.tags[slot] === x >> TILE_SHIFT && this.tags[slot + 1] === y >> TILE_SHIFT;
  }

  private knownCell(x: number, y: number): number {
    return this.holds(x, y) ? (y & this.maskY) * (this.maskX + 1) + (x & this.maskX) : -1;
  }

  private ownCell(x: number, y: number): number {
    if (!this.holds(x, y)) this.claim(x, y);
    return (y & this.maskY) * (this.maskX + 1) + (x & this.maskX);
  }

  private claim(x: number, y: number): void {
    const slot = 2 * this.slotOf(x, y);
    this.tags[slot] = x >> TILE_SHIFT;
    this.tags[slot + 1] = y >> TILE_SHIFT;
    const left = x & this.maskX & ~(TILE - 1);
    const top = y & this.maskY & ~(TILE - 1);
    for (let row = top; row < top + TILE; row++) {
      const from = row * (this.maskX + 1) + left;
      this.bank.confidence.fill(0, from, from + TILE);
      this.bank.evidence.fill(0, from, from + TILE);
    }
    for (let row = top >> 3; row < (top + TILE) >> 3; row++) {
      const from = row * this.blockColumns + (left >> 3);
      this.blockEvidence.fill(0, from, from + (TILE >> 3));
    }
  }
}

function clampEvidence(value: number): number {
  return value < -127 ? -127 : value > 127 ? 127 : value;
}
