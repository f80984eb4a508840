import type { ByteReader } from '../bytes/ByteReader.js';
import type { ByteWriter } from '../bytes/ByteWriter.js';
import { readModel, writeModel } from '../bytes/modelBytes.js';
import { createModel, type RangeCoder, resetModel } from '../bytes/RangeCoder.js';
import { BLOCK_SAMPLES } from '../samples/SampleSet.js';
import { forwardBlock, inverseBlock, ZIGZAG } from './blockTransform.js';
import { CoefficientCoder } from './CoefficientCoder.js';
import { MotionModel } from './MotionModel.js';
import { MotionPrediction } from './MotionPrediction.js';
import { MotionSearch } from './MotionSearch.js';

/** How a block was coded: as what was sent of it last, as coefficients, or (by the caller) sample by sample. */
export const BlockMode = { same: 0, transformed: 1, exact: 2 } as const;
/** One of the three. */
export type BlockMode = (typeof BlockMode)[keyof typeof BlockMode];

const PLANES = 3;
const COLOURS = 0xffffff;
const KNOWN = 8 << 24;
/** Steps of Co and Cg against luma's, in 1/64, so that a step of each costs RGB the same squared error. */
const PLANE_STEP = [64, 156, 128] as const;
/** Part of a step below which a coefficient is zero, and from which on a level rounds up, in 1/64: |c| / step + ROUND. */
const ROUND_INTER = 22;
const ROUND_INTRA = 26;
/** A pixel this many steps off is a change even where no coefficient tells. */
const OUTLIER_STEPS = 2;
const OUTLIER = 24;
/** Squared error worth one bit, in squared steps: the slope of a uniform quantiser at 6 dB a bit. */
const LAMBDA = 0.115;
/** What a motion costs in sums of differences of four times the brightness, in steps (1/8): a neighbour's, and one of its own. */
const MERGE_BIAS = 0.6;
const MOTION_BIAS = 1.6;
/** An exact block will never need to be sent again, and its memory lasts: worth so much more. */
const EXACT_BONUS = 1.5;

// Model layout.
const SAME = 0;
const EXACT = SAME + 54;
const PLACE = EXACT + 9;
const MOVED = PLACE + 9;
const SIZE = MOVED + 18;

/** What a block's coefficients are the difference to. */
const Prediction = { place: 0, mean: 1, motion: 2 } as const;

/** Where a block lies in what was sent before; one object serves all blocks. */
export interface BlockPlace {
  /** What was last sent, bits << 24 | colour, 0 unknown; a ring of width × height. */
  map: Uint32Array;
  readonly width: number;
  readonly height: number;
  /** Place of the first sample. */
  x: number;
  y: number;
  /** Places of the 64 samples in `map`. */
  readonly places: Int32Array;
  /** Places beside the block, −1 where there is none. */
  readonly around: Int32Array;
  /** 0 … 26: whether the block's own, left and above cell were same, changed or never coded. */
  status: number;
  /** The 8×8 cell of the first sample, and how many are in a row. */
  cell: number;
  readonly columns: number;
  /** True for pixels, false for means: only pixels move. */
  moves: boolean;
}

/**
 * The block codec (S15, DESIGN.md "block"): 64 samples of an 8×8 lattice as one of three: the same as was last sent of the place; the
 * quantised DCT coefficients (YCoCg) of the difference to it, or to the mean around it where it was never sent; or exactly,
 * which the caller codes. The encoder takes what costs least at the request's quantiser. Both sides run the same code on whole
 * numbers, so that what was "last sent" never drifts apart.
 *
 * @example
 * ```ts
 * const mode = blocks.code(encoder, rgb, 0, map, places, 128, 64);
 * ```
 */
export class BlockModel {
  private readonly model = createModel(SIZE);
  private readonly coefficients = new CoefficientCoder(3 * PLANES);
  private readonly canvas = [planeOf(), planeOf(), planeOf()];
  private readonly truth = [planeOf(), planeOf(), planeOf()];
  private readonly residual = planeOf();
  private readonly levels = [planeOf(), planeOf(), planeOf()];
  private readonly coded = new Uint8Array(3 * BLOCK_SAMPLES);
  private readonly means = new Int32Array(PLANES);
  private readonly moved = [planeOf(), planeOf(), planeOf()];
  private readonly motion: MotionModel;
  private readonly motionPrediction = new MotionPrediction();
  private readonly search = new MotionSearch();
  private readonly brightness = planeOf();
  /** Bits that the difference to what was sent costs, where it was quantised already; else −1. */
  private tried = -1;
  private lastSame = 0;
  private lastMode = 0;
  private lastPrediction = 0;

  constructor(cells: number) {
    this.motion = new MotionModel(cells);
  }

  /** A frame begins. */
  advance(): void {
    this.motion.advance();
  }

  /** Forgets everything. */
  reset(): void {
    this.motion.reset();
    resetModel(this.model);
    this.coefficients.reset();
    this.lastSame = 0;
    this.lastMode = 0;
    this.lastPrediction = 0;
  }

  /**
   * Codes the block whose samples start at `first` in `rgb` (3 × 64 bytes, read when encoding, written when decoding but for `exact`).
   *
   * @param place What was last sent there is brought up to date, but for `exact`.
   * @param step Luma step, in 1/8 (`blockStep`).
   * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`
   */
  code(coder: RangeCoder, rgb: Uint8Array, first: number, place: BlockPlace, step: number): BlockMode {
    const { model, motion } = this;
    const { map, places } = place;
    const { encoding } = coder;
    let known = true;
    for (let j = 0; j < BLOCK_SAMPLES && known; j++) known = map[places[j]] !== 0;
    const same = encoding && known && this.isSame(rgb, first, map, places, step) ? 1 : 0;
    if (known) {
      this.lastSame = coder.bit(model, SAME + 2 * place.status + this.lastSame, same);
      if (this.lastSame === 1) {
        if (!encoding) writeColours(rgb, first, map, places);
        return BlockMode.same;
      }
    }
    if (!encoding) {
      if (known) this.readCanvas(map, places);
    } else if (!known) this.readTruth(rgb, first);
    this.readAround(map, place.around);
    if (place.moves) motion.predict(place.cell, place.columns);
    let prediction: number = Prediction.mean;
    let exact = 0;
    if (encoding) {
      prediction = this.choose(rgb, first, place, known, step);
      // What was tried for "the same" is the difference to what was sent already.
      const bits = prediction === Prediction.place && this.tried >= 0 ? this.tried : this.transform(prediction, step);
      this.rebuild(prediction, step);
      const weight = (LAMBDA * step * step) / 64;
      const transformed = this.errorOf(rgb, first) + weight * bits;
      exact = weight * exactBits(rgb, first, map, places) < EXACT_BONUS * transformed ? 1 : 0;
    }
    exact = coder.bit(model, EXACT + 3 * (known ? 1 : 0) + this.lastMode, exact);
    this.lastMode = 1 + exact;
    if (exact === 1) return BlockMode.exact;
    prediction = this.codePrediction(coder, prediction, known, place);
    if (!encoding && prediction === Prediction.motion) {
      const { width, height, x, y } = place;
      this.motionPrediction.read(map, width, height, x, y, motion.x, motion.y, this.moved);
    }
    for (let p = 0; p < PLANES; p++) this.coefficients.code(coder, prediction * PLANES + p, this.levels[p]);
    if (!encoding) this.rebuild(prediction, step);
    const { coded } = this;
    for (let j = 0, c = 0; j < BLOCK_SAMPLES; j++, c += 3)
      map[places[j]] = KNOWN | (coded[c] << 16) | (coded[c + 1] << 8) | coded[c + 2];
    if (!encoding) rgb.set(coded, first);
    return BlockMode.transformed;
  }

  private codePrediction(coder: RangeCoder, wanted: number, known: boolean, place: BlockPlace): number {
    const { model, motion } = this;
    let prediction = wanted;
    if (
      known &&
      coder.bit(model, PLACE + 3 * motion.near * (place.moves ? 1 : 0) + this.lastPrediction, wanted === 0 ? 1 : 0) === 1
    )
      prediction = Prediction.place;
    else if (place.moves)
      prediction = coder.bit(
        model,
        MOVED + 9 * (known ? 1 : 0) + 3 * motion.near + this.lastPrediction,
        wanted === Prediction.motion ? 1 : 0,
      )
        ? Prediction.motion
        : Prediction.mean;
    else prediction = Prediction.mean;
    this.lastPrediction = prediction;
    if (prediction === Prediction.motion) {
      motion.code(coder, this.search.x, this.search.y);
      motion.keep(place.cell);
    }
    return prediction;
  }

  /** What of place, mean and motion is nearest to the truth. */
  private choose(rgb: Uint8Array, first: number, place: BlockPlace, known: boolean, step: number): number {
    const [luma] = this.truth;
    const [sent] = this.canvas;
    let mean = 0;
    for (let j = 0; j < BLOCK_SAMPLES; j++) mean += luma[j];
    mean = (mean / BLOCK_SAMPLES) | 0;
    let plain = 0;
    for (let j = 0; j < BLOCK_SAMPLES; j++) plain += Math.abs(luma[j] - mean);
    let changed = Number.POSITIVE_INFINITY;
    if (known) {
      changed = 0;
      for (let j = 0; j < BLOCK_SAMPLES; j++) changed += Math.abs(luma[j] - sent[j]);
    }
    let best = Math.min(plain, changed);
    let prediction: number = plain < changed ? Prediction.mean : Prediction.place;
    if (!place.moves || best < step) return prediction;
    const { motion, search, brightness } = this;
    for (let j = 0, p = first; j < BLOCK_SAMPLES; j++, p += 3) brightness[j] = rgb[p] + 2 * rgb[p + 1] + rgb[p + 2];
    const { width, height, x, y, map } = place;
    search.open(map, width, height, x, y);
    search.begin(brightness);
    for (let k = 0; k < motion.candidates; k++) search.consider(brightness, motion.candidateX[k], motion.candidateY[k]);
    if (search.error > 4 * step) search.refine(brightness, MOTION_BIAS * step);
    best -= (MERGE_BIAS * step) / 4;
    if (search.error / 4 >= best) return prediction;
    prediction = Prediction.motion;
    this.motionPrediction.read(map, width, height, x, y, search.x, search.y, this.moved);
    return prediction;
  }

  /** Appends all that is remembered. */
  save(writer: ByteWriter): void {
    writeModel(writer, this.model);
    this.coefficients.save(writer);
    writer.u8(this.lastSame);
    writer.u8(this.lastMode);
    writer.u8(this.lastPrediction);
    this.motion.save(writer);
  }

  /** Takes what `save` wrote. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED` */
  restore(reader: ByteReader): void {
    readModel(reader, this.model);
    this.coefficients.restore(reader);
    this.lastSame = reader.u8('block state') & 1;
    this.lastMode = Math.min(2, reader.u8('block state'));
    this.lastPrediction = Math.min(2, reader.u8('block state'));
    this.motion.restore(reader);
  }

  private readTruth(rgb: Uint8Array, first: number): void {
    const [luma, orange, green] = this.truth;
    for (let j = 0, p = first; j < BLOCK_SAMPLES; j++, p += 3) {
      const o = rgb[p] - rgb[p + 2];
      const t = rgb[p + 2] + (o >> 1);
      const g = rgb[p + 1] - t;
      luma[j] = t + (g >> 1);
      orange[j] = o;
      green[j] = g;
    }
  }

  private readCanvas(map: Uint32Array, places: Int32Array): void {
    const [luma, orange, green] = this.canvas;
    for (let j = 0; j < BLOCK_SAMPLES; j++) {
      const entry = map[places[j]];
      const b = entry & 255;
      const o = ((entry >>> 16) & 255) - b;
      const t = b + (o >> 1);
      const g = ((entry >>> 8) & 255) - t;
      luma[j] = t + (g >> 1);
      orange[j] = o;
      green[j] = g;
    }
  }

  /** The mean colour beside the block, mid grey where nothing is known. */
  private readAround(map: Uint32Array, around: Int32Array): void {
    let r = 0;
    let g = 0;
    let b = 0;
    let n = 0;
    for (let i = 0; i < around.length; i++) {
      const entry = around[i] < 0 ? 0 : map[around[i]];
      if (entry === 0) continue;
      r += (entry >>> 16) & 255;
      g += (entry >>> 8) & 255;
      b += entry & 255;
      n++;
    }
    const { means } = this;
    if (n === 0) {
      means[0] = 128;
      means[1] = means[2] = 0;
      return;
    }
    const blue = (b / n) | 0;
    means[1] = ((r / n) | 0) - blue;
    const t = blue + (means[1] >> 1);
    means[2] = ((g / n) | 0) - t;
    means[0] = t + (means[2] >> 1);
  }

  /** True when nothing of the difference to what was sent survives the quantiser, and no single pixel is far off. */
  private isSame(rgb: Uint8Array, first: number, map: Uint32Array, places: Int32Array, step: number): boolean {
    this.tried = -1;
    let worst = 0;
    for (let j = 0, p = first; j < BLOCK_SAMPLES; j++, p += 3) {
      const entry = map[places[j]];
      const dr = Math.abs(rgb[p] - ((entry >>> 16) & 255));
      const dg = Math.abs(rgb[p + 1] - ((entry >>> 8) & 255));
      const db = Math.abs(rgb[p + 2] - (entry & 255));
      worst = Math.max(worst, dr, dg, db);
    }
    if (worst === 0) return true;
    this.readTruth(rgb, first);
    this.readCanvas(map, places);
    if (worst > OUTLIER && 8 * worst > OUTLIER_STEPS * step) return false;
    this.tried = this.transform(0, step);
    return this.tried === 0;
  }

  /** Quantises the difference to the prediction into `levels`; returns about what it costs, bits, 0 for nothing at all. */
  private transform(prediction: number, step: number): number {
    const { residual, means } = this;
    let bits = 0;
    for (let p = 0; p < PLANES; p++) {
      const truth = this.truth[p];
      const canvas = prediction === Prediction.motion ? this.moved[p] : this.canvas[p];
      const mean = means[p];
      if (prediction === Prediction.mean) for (let j = 0; j < BLOCK_SAMPLES; j++) residual[j] = truth[j] - mean;
      else for (let j = 0; j < BLOCK_SAMPLES; j++) residual[j] = truth[j] - canvas[j];
      forwardBlock(residual, residual);
      const size = (step * PLANE_STEP[p]) >> 6;
      const round = (size * (prediction === Prediction.mean ? ROUND_INTRA : ROUND_INTER)) >> 6;
      const levels = this.levels[p];
      let last = -1;
      let cost = 0;
      for (let k = 0; k < BLOCK_SAMPLES; k++) {
        const c = residual[ZIGZAG[k]];
        const level = c < 0 ? -(((round - c) / size) | 0) : ((c + round) / size) | 0;
        levels[k] = level;
        if (level === 0) continue;
        cost += 2.2 + 1.3 * (31 - Math.clz32(level < 0 ? -level : level)) + 0.6 * (k - last - 1);
        last = k;
      }
      bits += last < 0 ? 0 : cost + 4;
    }
    return bits;
  }

  /** Prediction plus what the levels say, into `coded`. */
  private rebuild(prediction: number, step: number): void {
    const { coded, means } = this;
    for (let p = 0; p < PLANES; p++) {
      const levels = this.levels[p];
      const canvas = prediction === Prediction.motion ? this.moved[p] : this.canvas[p];
      // The planes that come out take the place of the truth, which is no longer needed once it is quantised.
      const out = p === 0 ? this.residual : p === 1 ? rebuiltOrange : rebuiltGreen;
      const size = (step * PLANE_STEP[p]) >> 6;
      let last = BLOCK_SAMPLES - 1;
      while (last >= 0 && levels[last] === 0) last--;
      if (last < 0) out.fill(0);
      else if (last === 0) out.fill((levels[0] * size + 32) >> 6);
      else {
        for (let k = 0; k < BLOCK_SAMPLES; k++) out[ZIGZAG[k]] = Math.imul(levels[k], size);
        inverseBlock(out);
      }
      if (prediction === Prediction.mean) for (let j = 0; j < BLOCK_SAMPLES; j++) out[j] += means[p];
      else for (let j = 0; j < BLOCK_SAMPLES; j++) out[j] += canvas[j];
    }
    const { residual: luma } = this;
    for (let j = 0, c = 0; j < BLOCK_SAMPLES; j++, c += 3) {
      const t = luma[j] - (rebuiltGreen[j] >> 1);
      const g = rebuiltGreen[j] + t;
      const b = t - (rebuiltOrange[j] >> 1);
      coded[c] = clamp8(b + rebuiltOrange[j]);
      coded[c + 1] = clamp8(g);
      coded[c + 2] = clamp8(b);
    }
  }

  private errorOf(rgb: Uint8Array, first: number): number {
    const { coded } = this;
    let sum = 0;
    for (let c = 0; c < 3 * BLOCK_SAMPLES; c++) sum += (coded[c] - rgb[first + c]) ** 2;
    return sum;
  }
}

const rebuiltOrange = planeOf();
const rebuiltGreen = planeOf();

function planeOf(): Int32Array {
  return new Int32Array(BLOCK_SAMPLES);
}

function writeColours(rgb: Uint8Array, first: number, map: Uint32Array, places: Int32Array): void {
  for (let j = 0, p = first; j < BLOCK_SAMPLES; j++, p += 3) {
    const entry = map[places[j]] & COLOURS;
    rgb[p] = entry >>> 16;
    rgb[p + 1] = (entry >>> 8) & 255;
    rgb[p + 2] = entry & 255;
  }
}

/** About what the block costs sample by sample, bits: what is known there, beside or seen before in it is cheap. */
function exactBits(rgb: Uint8Array, first: number, map: Uint32Array, places: Int32Array): number {
  let bits = 2;
  let recent0 = -1;
  let recent1 = -1;
  let recent2 = -1;
  let recent3 = -1;
  for (let j = 0, p = first; j < BLOCK_SAMPLES; j++, p += 3) {
    const colour = (rgb[p] << 16) | (rgb[p + 1] << 8) | rgb[p + 2];
    if ((map[places[j]] & COLOURS) === colour && map[places[j]] !== 0) {
      bits += 0.5;
      continue;
    }
    const left = (j & 7) > 0 ? colourAt(rgb, p - 3) : -1;
    const above = j > 7 ? colourAt(rgb, p - 24) : -1;
    if (colour === left || colour === above) {
      bits += left === above ? 0.5 : 1.2;
      continue;
    }
    if (colour === recent0 || colour === recent1 || colour === recent2 || colour === recent3) bits += 5;
    else {
      const near = left >= 0 ? left : above;
      bits +=
        near < 0
          ? 20
          : 3 +
            1.15 *
              (sizeOf(rgb[p] - (near >>> 16)) + sizeOf(rgb[p + 1] - ((near >>> 8) & 255)) + sizeOf(rgb[p + 2] - (near & 255)));
      recent3 = recent2;
      recent2 = recent1;
      recent1 = recent0;
      recent0 = colour;
    }
  }
  return bits;
}

function colourAt(rgb: Uint8Array, p: number): number {
  return (rgb[p] << 16) | (rgb[p + 1] << 8) | rgb[p + 2];
}

/** Bits of a difference's size. */
function sizeOf(difference: number): number {
  return 32 - Math.clz32(difference < 0 ? -difference : difference);
}

function clamp8(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
