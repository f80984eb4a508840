import type { ByteReader, ByteWriter, CaptureGrid } from '@sgaps/protocol';
import { readArray, writeArray } from '../snapshot/snapshotBytes.js';
import { ColourPairs } from './ColourPairs.js';
import type { Composition, DrawDetail } from './Composition.js';
import { PhotometricFit } from './PhotometricFit.js';

/** Pairs of one 8×8 block that count for the fit at most. */
const MOST_OF_BLOCK = 6;
/** Fewer say nothing. */
const LEAST_PAIRS = 48;
/** Memory is right as it stands when samples differ from it by so little on average, 8-bit steps. */
const CALM = 1.5;
/** A change of brightness is believed when it explains away so many steps on average, and this share of the differences. */
const WORTH = 2;
const WORTH_SHARE = 0.45;
/** The same where it goes neither to black nor to white. */
const FREE_SHARE = 0.2;
/** Once believed it stays while it leaves less than this share of the differences. */
const KEPT_SHARE = 0.8;
/** A change is over when it comes to so few steps at mid-grey, and so little gain. */
const SLIGHT = 3;
const SLIGHT_GAIN = 0.05;
/** A slight change that moves no more is memory's own error: gain per frame, and frames. */
const STILL = 0.004;
const MOST_STILL = 8;
/** A screen that stays blank for so long is a scene of its own. */
const MOST_VEILED = 20;
/** It must also be better than no memory at all, unless the screen is as good as uniform. */
const BETTER_THAN_FLAT = 0.7;
const UNIFORM = 4;
/** A single look may differ by so much from what it is of, steps on the screen. */
const AGREES = 6;
/** Beyond this a screen colour cannot come from any colour in memory. */
const IMPOSSIBLE = 10;
/** Under less gain than this nothing can be learnt. */
const LEAST_GAIN = 1 / 32;
const VOTE = 16;
const NOTHING = [0, 0, 0];

/**
 * A change of brightness of the whole screen: a fade, a flash, a dimmed screen behind a menu. What is shown is
 * `gain · memory + offset`; memory keeps the colours beneath it. Estimated from each frame's samples against memory's
 * prediction, and only believed on strong evidence. Blocks that do not take part (a second camera, a panel drawn over it)
 * are told by their own samples.
 *
 * @example
 * ```ts
 * const model = new PhotometricModel({ width: 320, height: 180 });
 * model.estimate(pairs);
 * model.apply(composition, FULL_DETAIL);
 * ```
 */
export class PhotometricModel {
  /** True while the screen is not shown as memory has it. */
  engaged = false;
  /** What memory is multiplied by. */
  gain = 1;
  /** What is added to it then, per channel, 8-bit steps. */
  readonly offset = new Float64Array(3);
  private gainStep = 0;
  private still = 0;
  private readonly offsetStep = new Float64Array(3);
  /** Per 8×8 block: above 0 where the screen is shown as memory has it. */
  private readonly exempt: Int8Array;
  private readonly columns: number;
  private readonly used: ColourPairs;
  private readonly looks: Uint8Array;
  private readonly fit = new PhotometricFit();
  private readonly table = new Uint8ClampedArray(3 * 256);

  constructor(private readonly grid: CaptureGrid) {
    this.used = new ColourPairs(grid);
    this.columns = this.used.columns;
    this.exempt = new Int8Array(this.used.blocks);
    this.looks = new Uint8Array(this.exempt.length);
  }

  /** Finds how this frame is shown. */
  estimate(pairs: ColourPairs): void {
    const { fit, offset, offsetStep } = this;
    const { used } = this;
    this.choosePairs(pairs);
    if (used.count < LEAST_PAIRS) {
      if (this.engaged) this.carryOn();
      return;
    }
    fit.read(used);
    const identity = fit.costOf(1, 0, 0, 0);
    if (this.engaged)
      fit.suggest(this.gain + this.gainStep, offset[0] + offsetStep[0], offset[1] + offsetStep[1], offset[2] + offsetStep[2]);
    fit.solve();
    if (!this.isBelieved(identity, fit.cost)) {
      // As good as memory's own colours: over. Else it cannot be told, and stays.
      if (this.isSlight(1) || identity < CALM) this.reset();
      return;
    }
    this.still = Math.abs(fit.gain - this.gain) < STILL ? this.still + 1 : 0;
    if ((this.still > MOST_STILL && this.isSlight(2)) || (this.still > MOST_VEILED && fit.gain < LEAST_GAIN)) {
      this.reset();
      return;
    }
    const before = this.engaged;
    this.gainStep = before ? fit.gain - this.gain : 0;
    for (let c = 0; c < 3; c++) offsetStep[c] = before ? fit.offset[c] - offset[c] : 0;
    this.gain = fit.gain;
    offset.set(fit.offset);
    this.engaged = true;
    this.vote(pairs);
  }

  /** True where samples of the pixel show memory's own colours. */
  isExempt(u: number, v: number): boolean {
    return !this.engaged || this.exempt[(v >> 3) * this.columns + (u >> 3)] > 0;
  }

  /** True when no colour of memory can be shown as this one. */
  isImpossible(r: number, g: number, b: number): boolean {
    return this.misses(r, 0) || this.misses(g, 1) || this.misses(b, 2);
  }

  /** True when the screen tells next to nothing of what lies beneath. */
  isVeiled(): boolean {
    return this.engaged && this.gain < LEAST_GAIN;
  }

  /** The colour beneath a channel of the screen, 0 … 255. */
  beneath(value: number, channel: number): number {
    const colour = (value - this.offset[channel]) / this.gain;
    return colour < 0 ? 0 : colour > 255 ? 255 : colour;
  }

  /** Shows a composition of memory's own colours as the screen does. */
  apply({ rgb, confidence }: Composition, { rowStep, firstRow }: DrawDetail): void {
    if (!this.engaged) return;
    const { width, height } = this.grid;
    const { exempt, columns, table, gain, offset } = this;
    for (let c = 0; c < 3; c++) for (let n = 0; n < 256; n++) table[256 * c + n] = gain * n + offset[c];
    for (let v = firstRow; v < height; v += rowStep) {
      const row = (v >> 3) * columns;
      for (let u = 0; u < width; u++) {
        const at = v * width + u;
        if (confidence[at] === 0 || exempt[row + (u >> 3)] > 0) continue;
        rgb[3 * at] = table[rgb[3 * at]];
        rgb[3 * at + 1] = table[256 + rgb[3 * at + 1]];
        rgb[3 * at + 2] = table[512 + rgb[3 * at + 2]];
      }
    }
  }

  /** Back to memory's own colours. */
  reset(): void {
    this.engaged = false;
    this.gain = 1;
    this.gainStep = 0;
    this.still = 0;
    this.offset.fill(0);
    this.offsetStep.fill(0);
    this.exempt.fill(0);
  }

  /** Writes the model. */
  save(writer: ByteWriter): void {
    writer.u8(this.engaged ? 1 : 0);
    if (!this.engaged) return;
    writer.f64(this.gain);
    writer.f64(this.gainStep);
    writer.varint(this.still);
    for (let c = 0; c < 3; c++) {
      writer.f64(this.offset[c]);
      writer.f64(this.offsetStep[c]);
    }
    writeArray(writer, this.exempt);
  }

  /** Takes up what `save` wrote. Throws a typed error when the bytes do not fit. */
  restore(reader: ByteReader): void {
    this.reset();
    this.engaged = reader.u8('brightness') === 1;
    if (!this.engaged) return;
    this.gain = reader.f64('gain');
    this.gainStep = reader.f64('gain step');
    this.still = reader.varint('steady frames');
    for (let c = 0; c < 3; c++) {
      this.offset[c] = reader.f64('offset');
      this.offsetStep[c] = reader.f64('offset step');
    }
    readArray(reader, this.exempt, 'exempt blocks');
  }

  /** The pairs that tell of the brightness: a few of each block, none where the screen is known to take no part. */
  private choosePairs(pairs: ColourPairs): void {
    const { used, looks, exempt } = this;
    looks.fill(0);
    used.clear();
    for (let n = 0; n < pairs.count; n++) {
      const block = pairs.block[n];
      if (exempt[block] > 0 || looks[block] === MOST_OF_BLOCK) continue;
      looks[block]++;
      used.take(pairs, n);
    }
  }

  private isBelieved(identity: number, cost: number): boolean {
    const { fit } = this;
    if (this.isSlight(this.engaged ? 1 : 2)) return false;
    if (this.engaged) return cost < KEPT_SHARE * identity;
    if (identity - cost < WORTH || cost > (fit.isPinned ? WORTH_SHARE : FREE_SHARE) * identity) return false;
    const flat = fit.flatCost();
    return flat < UNIFORM || cost < BETTER_THAN_FLAT * flat;
  }

  /** True when the fit changes colours by no more than `times` next to nothing. */
  private isSlight(times: number): boolean {
    const { gain, offset } = this.fit;
    for (let c = 0; c < 3; c++) if (Math.abs(128 * (gain - 1) + offset[c]) > times * SLIGHT) return false;
    return Math.abs(gain - 1) < times * SLIGHT_GAIN;
  }

  /** A frame that tells too little goes on as the ones before it. */
  private carryOn(): void {
    this.gain = Math.max(0, this.gain + this.gainStep);
    for (let c = 0; c < 3; c++) this.offset[c] += this.offsetStep[c];
  }

  /** Blocks whose samples are as memory has them take no part. */
  private vote(pairs: ColourPairs): void {
    const { exempt, gain, offset } = this;
    const { screen, block } = pairs;
    for (let n = 0; n < pairs.count; n++) {
      const takesPart = pairs.differenceOf(n, gain, offset) <= AGREES;
      const asMemory =
        pairs.differenceOf(n, 1, NOTHING) <= 2 * AGREES || this.isImpossible(screen[3 * n], screen[3 * n + 1], screen[3 * n + 2]);
      if (takesPart === asMemory) continue;
      const said = exempt[block[n]] + (asMemory ? VOTE : -VOTE);
      exempt[block[n]] = said > 127 ? 127 : said < -127 ? -127 : said;
    }
    this.spread();
  }

  /** Blocks nobody has looked into go with those beside them. */
  private spread(): void {
    const { exempt, columns } = this;
    for (let at = 0; at < exempt.length; at++) {
      if (Math.abs(exempt[at]) >= VOTE) continue;
      const x = at % columns;
      let said = 0;
      for (let y = -columns; y <= columns; y += columns) {
        for (let beside = at + y - (x > 0 ? 1 : 0); beside <= at + y + (x < columns - 1 ? 1 : 0); beside++) {
          const vote = exempt[beside] ?? 0;
          if (vote >= VOTE) said++;
          else if (vote <= -VOTE) said--;
        }
      }
      exempt[at] = said >= 2 ? 1 : 0;
    }
  }

  private misses(value: number, channel: number): boolean {
    const darkest = this.offset[channel];
    return value < darkest - IMPOSSIBLE || value > darkest + 255 * this.gain + IMPOSSIBLE;
  }
}
