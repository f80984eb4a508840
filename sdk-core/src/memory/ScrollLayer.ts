import type { ByteReader, ByteWriter } from '@sgaps/protocol';
import type { Prediction } from './Prediction.js';
import { CONFIDENCE_START, type TemporalMemoryBank, VALUE_SHIFT } from './TemporalMemoryBank.js';
import { TileRing } from './TileRing.js';

/** A view this close to a whole pixel is taken as whole: resampling would only blur. */
const WHOLE = 1 / 32;
/** A bilinear neighbour with less than this share of a sample is not written by it. */
const WRITE_SHARE = 0.25;

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
  /** Evidence of ownership over the whole screen, −64 … 64: what holds where nothing was looked at yet. */
  prior = 0;
  /** What is known, in the layer's own coordinates. */
  readonly ring: TileRing;
  /** The ring's cells. */
  readonly bank: TemporalMemoryBank;
  /** Where the layer lies under the screen: whole cells, and the fraction of one beyond them, 0 … 1. */
  wholeX = 0;
  wholeY = 0;
  fractionX = 0;
  fractionY = 0;
  private readonly cells = new Int32Array(4);
  private readonly weights = new Float64Array(4);
  private cellCount = 0;
  private squares = 1;
  private nearest = 0;

  /** `ringWidth` and `ringHeight` are powers of two, at least the grid's sides plus one tile. */
  constructor(ringWidth: number, ringHeight: number) {
    this.ring = new TileRing(ringWidth, ringHeight);
    this.bank = this.ring.bank;
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
    this.ring.clear();
    this.prior = 0;
  }

  /** Writes all that is known, tile by tile. */
  save(writer: ByteWriter, frame: number): void {
    writer.f64(this.prior);
    this.ring.save(writer, frame);
  }

  /** Takes up what `save` wrote. Throws a typed error when the bytes are not a layer of this size. */
  restore(reader: ByteReader, frame: number): void {
    this.prior = reader.f64('layer prior');
    this.ring.restore(reader, frame);
  }

  /** Takes over what `other` knows of the `width` × `height` pixels both now show (both must be placed). */
  fork(other: ScrollLayer, width: number, height: number): void {
    for (let v = 0; v <= height; v++) {
      for (let u = 0; u <= width; u++) {
        const from = other.ring.knownCell(u + other.wholeX, v + other.wholeY);
        if (from < 0) continue;
        const to = this.ring.ownCell(u + this.wholeX, v + this.wholeY);
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
    this.nearest = this.ring.ownCell(x + (fx >= 0.5 ? 1 : 0), y + (fy >= 0.5 ? 1 : 0));
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
        cells[n] = this.ring.ownCell(x + i, y + j);
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
    out.evidence = evidence[nearest] + this.ring.blockEvidence[this.ring.blockOf(nearest)];
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
    this.weighCell(this.nearest, amount);
  }

  /** Adds evidence for (positive) or against (negative) this layer owning the pixel nearest to a cell. */
  weighCell(cell: number, amount: number): void {
    const { ring } = this;
    const { evidence } = this.bank;
    this.prior += (Math.sign(amount) * 64 - this.prior) / 64;
    evidence[cell] = clampEvidence(evidence[cell] + amount);
    const block = ring.blockOf(cell);
    ring.blockEvidence[block] = clampEvidence(ring.blockEvidence[block] + (amount >> 1));
    ring.touch(block);
  }

  /** The cell nearest to the pixel; a slot that holds another part of the world is emptied first. */
  cellAt(u: number, v: number): number {
    return this.ring.ownCell(
      u + this.wholeX + (this.fractionX >= 0.5 ? 1 : 0),
      v + this.wholeY + (this.fractionY >= 0.5 ? 1 : 0),
    );
  }
}

function clampEvidence(value: number): number {
  return value < -127 ? -127 : value > 127 ? 127 : value;
}
