import type { ByteReader } from '../bytes/ByteReader.js';
import type { ByteWriter } from '../bytes/ByteWriter.js';
import { readModel, writeModel } from '../bytes/modelBytes.js';
import { codeSigned, createModel, type RangeCoder, resetModel, SIGNED_MODEL } from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';
import type { CaptureGrid } from '../samples/CaptureGrid.js';
import { DepthWalk } from '../samples/DepthWalk.js';
import { BLOCK_DEPTH_PITCH, DEPTH_CODE_LIMIT } from '../samples/depthCode.js';
import { BLOCK_KIND, type SampleSet } from '../samples/SampleSet.js';

/** Classes of age: this frame, the one before, 2, 3 … 4, 5 … 8, 9 … 16, 17 … 48, older. */
const AGES = 8;
const OLD = 49;
const AGE_OF = /* @__PURE__ */ Uint8Array.from({ length: OLD + 1 }, (_, age) =>
  age < 3 ? age : age < 5 ? 3 : age < 9 ? 4 : age < 17 ? 5 : age < OLD ? 6 : 7,
);

// Where a prediction comes from: each has an expected error for every class of age, the last for every octave of distance.
const OWN = 0;
const OWN_UNCHANGED = OWN + AGES;
const LEFT = OWN_UNCHANGED + AGES;
const ABOVE = LEFT + AGES;
const SLOPE = ABOVE + AGES;
const ABOVE_RIGHT = SLOPE + AGES;
const LAST = ABOVE_RIGHT + AGES;
const CLASSES = LAST + AGES;
const SOURCES = 6;

/** An expected error is in 1/256 of a code: before anything was seen, at most, and the weight (2^−n) of what was just seen. */
const UNTRIED = 16 << 8;
const WORST = 24;
const WEIGHT = 4;

/** Contexts of a residual: half octaves of the expected error, and how far off the second best prediction is. */
const ERRORS = 21;
const NOTHING_KNOWN = ERRORS - 1;
const AGREEMENTS = 4;
/** Prediction where nothing is known near, as an entry of the map. */
const MIDDLE = 512;

const PRESENT = 0;
const EMPTY = PRESENT + 2;
const RESIDUAL = EMPTY + 3 ** 4 * 3 * 2;
const SIZE = RESIDUAL + ERRORS * AGREEMENTS * SIGNED_MODEL;

/**
 * Codes the depth of the samples that carry it (`carriesDepth`), after their colours, with all that both sides remember: the last code of every pixel of
 * the screen and when it came, how well each kind of neighbour has predicted lately, and the adaptive probabilities. The same
 * code runs on both sides.
 *
 * Of each sample it says whether anything was drawn there, then the difference to the prediction expected to miss least: what
 * the pixel said last, its left, upper or upper right neighbour, the slope through the corner, or the sample before.
 *
 * @example
 * ```ts
 * if (model.codePresence(coder, 1) === 1) model.code(coder, set, depth, unchanged);
 * ```
 */
export class DepthModel {
  private readonly width: number;
  private readonly probabilities = createModel(SIZE);
  /** By pixel: 0 unknown, else the last code + 1. */
  private readonly known: Uint16Array;
  /** By pixel: `clock` when its code came. */
  private readonly stamps: Uint16Array;
  private readonly errors = new Uint16Array(CLASSES).fill(UNTRIED);
  private readonly predictions = new Uint16Array(SOURCES);
  private readonly classes = new Uint8Array(SOURCES);
  private readonly walk = new DepthWalk();
  /** Frames with depth so far, modulo 2^16. */
  private clock = 0;
  private lastPresent = 0;

  constructor(grid: CaptureGrid) {
    this.width = grid.width;
    this.known = new Uint16Array(grid.width * grid.height);
    this.stamps = new Uint16Array(grid.width * grid.height);
  }

  /** Forgets everything. */
  reset(): void {
    resetModel(this.probabilities);
    this.known.fill(0);
    this.stamps.fill(0);
    this.errors.fill(UNTRIED);
    this.clock = 0;
    this.lastPresent = 0;
  }

  /** Whether the frame carries depth, 0 or 1. @throws SgapsError `BYTES_TRUNCATED` */
  codePresence(coder: RangeCoder, present: number): number {
    this.lastPresent = coder.bit(this.probabilities, PRESENT + this.lastPresent, present);
    return this.lastPresent;
  }

  /**
   * Codes the samples of one frame, in order; `PixelModel.check` has seen them.
   *
   * @param depth Codes 0 … 1023: read when encoding, written when decoding; left alone for samples that carry none.
   * @param unchanged 1 for each sample whose colour was the one known there.
   * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`
   */
  code(coder: RangeCoder, set: SampleSet, depth: Uint16Array, unchanged: Uint8Array): void {
    const { width, known, stamps, probabilities, errors, predictions, classes, walk } = this;
    const { encoding } = coder;
    const clock = (this.clock + 1) & 0xffff;
    this.clock = clock;
    let last = 0;
    let lastU = 0;
    let lastV = 0;
    walk.begin(set);
    for (let i = walk.next(); i >= 0; i = walk.next()) {
      const u = set.u[i];
      const v = set.v[i];
      const at = v * width + u;
      const own = known[at];
      // Of a block few pixels carry depth: its neighbours are those of that lattice.
      const pitch = set.kind[i] >= BLOCK_KIND ? BLOCK_DEPTH_PITCH : 1;
      const row = pitch * width;
      const left = u >= pitch ? known[at - pitch] : 0;
      const above = v >= pitch ? known[at - row] : 0;
      const ownAge = ageClass(clock, stamps[at]);
      const truth = encoding ? depth[i] + 1 : 0;

      const surroundings = ((fill(own) * 3 + fill(left)) * 3 + fill(above)) * 3 + fill(last);
      const staleness = own === 0 || ownAge < 3 ? 0 : ownAge < 5 ? 1 : 2;
      const context = (surroundings * 3 + staleness) * 2 + unchanged[i];
      let entry = 1;
      if (coder.bit(probabilities, EMPTY + context, truth === 1 ? 1 : 0) === 0) {
        let count = 0;
        if (own > 1) {
          predictions[count] = own;
          classes[count++] = (unchanged[i] === 1 ? OWN_UNCHANGED : OWN) + ownAge;
        }
        const leftAge = left > 1 ? ageClass(clock, stamps[at - pitch]) : 0;
        if (left > 1) {
          predictions[count] = left;
          classes[count++] = LEFT + leftAge;
        }
        if (above > 1) {
          const aboveAge = ageClass(clock, stamps[at - row]);
          predictions[count] = above;
          classes[count++] = ABOVE + aboveAge;
          const corner = u >= pitch ? known[at - row - pitch] : 0;
          if (left > 1 && corner > 1) {
            predictions[count] = slope(left, above, corner);
            classes[count++] = SLOPE + Math.max(leftAge, aboveAge);
          }
        }
        const aboveRight = v >= pitch && u + pitch < width ? known[at - row + pitch] : 0;
        if (aboveRight > 1) {
          predictions[count] = aboveRight;
          classes[count++] = ABOVE_RIGHT + ageClass(clock, stamps[at - row + pitch]);
        }
        if (last > 1) {
          predictions[count] = last;
          classes[count++] = LAST + distanceClass(Math.abs(u - lastU) + Math.abs(v - lastV));
        }

        let best = -1;
        let second = -1;
        for (let j = 0; j < count; j++) {
          if (best < 0 || errors[classes[j]] < errors[classes[best]]) {
            second = best;
            best = j;
          } else if (second < 0 || errors[classes[j]] < errors[classes[second]]) second = j;
        }
        const near = best < 0 ? MIDDLE : predictions[best];
        const expected = best < 0 ? NOTHING_KNOWN : errorClass(errors[classes[best]]);
        const apart = second < 0 ? -1 : Math.abs(predictions[second] - near);
        const agreement = apart < 0 ? 0 : apart === 0 ? 1 : apart < 4 ? 2 : 3;
        const residual = RESIDUAL + (expected * AGREEMENTS + agreement) * SIGNED_MODEL;
        entry = near + codeSigned(coder, probabilities, residual, truth - near);
        if (entry < 2 || entry > DEPTH_CODE_LIMIT + 1) throw SgapsError.malformed('depth code');
        for (let j = 0; j < count; j++) {
          const error = errors[classes[j]];
          errors[classes[j]] = error + (((Math.min(WORST, Math.abs(entry - predictions[j])) << 8) - error) >> WEIGHT);
        }
      }
      known[at] = entry;
      stamps[at] = clock;
      last = entry;
      lastU = u;
      lastV = v;
      if (!encoding) depth[i] = entry - 1;
    }
  }

  /** Appends all that is remembered, for a decoder snapshot. */
  save(writer: ByteWriter): void {
    writer.u8(this.lastPresent);
    writer.u16(this.clock);
    writeModel(writer, this.probabilities);
    for (let i = 0; i < CLASSES; i++) writer.u16(this.errors[i]);
    const { known, stamps } = this;
    let at = 0;
    while (at < known.length) {
      const start = at;
      while (at < known.length && known[at] === 0) at++;
      writer.varint(at - start);
      const first = at;
      while (at < known.length && known[at] !== 0) at++;
      writer.varint(at - first);
      for (let i = first; i < at; i++) {
        writer.u16(known[i]);
        writer.u16(stamps[i]);
      }
    }
  }

  /** Takes what `save` wrote. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED` */
  restore(reader: ByteReader): void {
    this.reset();
    this.lastPresent = reader.u8('depth') & 1;
    this.clock = reader.u16('depth clock');
    readModel(reader, this.probabilities);
    for (let i = 0; i < CLASSES; i++) {
      const error = reader.u16('depth error');
      if (error > WORST << 8) throw SgapsError.malformed('depth error');
      this.errors[i] = error;
    }
    const { known, stamps } = this;
    let at = 0;
    while (at < known.length) {
      const unknown = reader.varint('depth run', known.length - at);
      at += unknown;
      const end = at + reader.varint('depth run', known.length - at);
      if (unknown === 0 && end === at) throw SgapsError.malformed('depth run');
      for (; at < end; at++) {
        const entry = reader.u16('depth entry');
        if (entry < 1 || entry > DEPTH_CODE_LIMIT + 1) throw SgapsError.malformed('depth entry');
        known[at] = entry;
        stamps[at] = reader.u16('depth entry');
      }
    }
  }
}

/** Of an entry of the map: 0 unknown, 1 nothing drawn, 2 something drawn. */
function fill(entry: number): number {
  return entry < 2 ? entry : 2;
}

function ageClass(clock: number, stamp: number): number {
  const age = (clock - stamp) & 0xffff;
  return AGE_OF[age < OLD ? age : OLD];
}

function distanceClass(distance: number): number {
  const octave = 31 - Math.clz32(distance | 1);
  return octave < AGES ? octave : AGES - 1;
}

/** An expected error in half octaves from 1/32 of a code up, 0 … ERRORS − 2. */
function errorClass(error: number): number {
  const size = error >> 3;
  const octave = 32 - Math.clz32(size);
  return octave < 2 ? octave : 2 * octave - 2 + ((size >> (octave - 2)) & 1);
}

/** What continues the plane through three neighbours, unless there is an edge between them. */
function slope(left: number, above: number, corner: number): number {
  const low = left < above ? left : above;
  const high = left < above ? above : left;
  return corner >= high ? low : corner <= low ? high : left + above - corner;
}
