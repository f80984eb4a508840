import type { ByteReader } from '../bytes/ByteReader.js';
import type { ByteWriter } from '../bytes/ByteWriter.js';
import { readModel, writeModel } from '../bytes/modelBytes.js';
import { createModel, type RangeCoder, resetModel } from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';
import type { BlockKernels } from '../kernels/BlockKernels.js';
import { LIMITS } from '../limits.js';
import type { CaptureGrid } from '../samples/CaptureGrid.js';
import type { CodedBlockList } from '../samples/CodedBlockList.js';
import { BLOCK_KIND, BLOCK_SAMPLES, isSampleKind, levelOf, type SampleSet } from '../samples/SampleSet.js';
import { BlockMode } from './BlockModel.js';
import { BlockSamples } from './BlockSamples.js';
import { QUANTISER_LIMIT } from './blockSteps.js';
import { maskOf, readWords, writeWords } from './colourMap.js';
import { KnownColours } from './KnownColours.js';
import { wrap } from './wrap.js';

/**
 * Bits per channel of the four tiers, critical first (S15); each 3 … 8.
 *
 * @example
 * ```ts
 * const exact: TierBits = [8, 8, 8, 8];
 * ```
 */
export type TierBits = readonly [number, number, number, number];

/**
 * The spec's precision: critical exact, important 5 bits, moderate and optional 3 (S15).
 *
 * @example
 * ```ts
 * new PixelPacketEncoder({ grid, schema, tierBits: DEFAULT_TIER_BITS });
 * ```
 */
export const DEFAULT_TIER_BITS: TierBits = [8, 5, 3, 3];

const COLOURS = 0xffffff;
/** Bit of a cell entry: its last sample was unchanged. */
const STILL = 1 << 28;

// One context set for each of {point, mean} × tier.
const SAME = 0;
const CANDIDATES = SAME + 54;
const CACHED = CANDIDATES + 5 * 4;
const SLOT = CACHED + 4;
const GREEN = SLOT + 256;
const RED = GREEN + 256;
const BLUE = RED + 3 * 256;
const SET = BLUE + 3 * 256;
const SIZE = 8 * SET;

function notExpanded(i: number): SgapsError {
  return new SgapsError('ARGUMENT_INVALID', `Sample ${i} is not one of a whole block; the set was not expanded.`);
}

/**
 * The differential pixel codec (S15) with all that both sides remember: the last value of every coordinate, held where
 * the first 2D camera puts it in the world so that a scrolling picture is still "unchanged", the last value of every
 * 8×8 cell, the colours seen lately, and the adaptive probabilities. The same code runs on both sides.
 *
 * Each sample is coded as the first of these that holds: unchanged; in the same cell as a finer value known there; what
 * stood on that screen place; what its cell, the cell to the left or above said last; a colour seen lately; a residual.
 *
 * @example
 * ```ts
 * const model = new PixelModel({ width: 320, height: 180 }, DEFAULT_TIER_BITS);
 * model.code(encoder, set, rgb, bits, scrollX, scrollY);
 * ```
 */
export class PixelModel {
  /** 1 for each sample of the frame coded last whose colour was the one known there. */
  readonly unchanged = new Uint8Array(LIMITS.samplesPerFrame);
  private readonly width: number;
  private readonly height: number;
  private readonly cellColumns: number;
  private readonly bitsOf: Uint8Array;
  private readonly probabilities = createModel(SIZE);
  private readonly candidateHistory = new Uint8Array(8 * 6);
  private readonly known: KnownColours;
  private readonly cells: Uint32Array;
  private readonly cache = new Uint32Array(4 * 256);
  private readonly blocks: BlockSamples;

  /** @param kernels For this grid; null for plain TypeScript. */
  constructor(grid: CaptureGrid, tierBits: TierBits, kernels: BlockKernels | null = null) {
    if (tierBits.length !== 4 || tierBits.some((bits) => !Number.isInteger(bits) || bits < 3 || bits > 8)) {
      throw new SgapsError('ARGUMENT_INVALID', `Tier bits ${tierBits.join(', ')}: four integers 3 … 8 are needed.`);
    }
    this.width = grid.width;
    this.height = grid.height;
    this.cellColumns = (grid.width + 7) >> 3;
    this.cells = new Uint32Array(this.cellColumns * ((grid.height + 7) >> 3));
    this.bitsOf = Uint8Array.from(tierBits);
    this.known = new KnownColours(grid, kernels?.map);
    this.blocks = new BlockSamples(this.known, kernels);
  }

  /** Forgets everything. */
  reset(): void {
    resetModel(this.probabilities);
    this.candidateHistory.fill(0);
    this.cells.fill(0);
    this.cache.fill(0);
    this.known.reset();
    this.blocks.reset();
  }

  /** Checks an expanded set before it is coded. @throws SgapsError `UNSUPPORTED` for a kind there is not, `ARGUMENT_INVALID` */
  check(set: SampleSet): void {
    const { width, height } = this;
    const { u, v, kind: kinds, tier, count, quantiser, budget } = set;
    if (!Number.isInteger(quantiser) || quantiser < 0 || quantiser > QUANTISER_LIMIT || !(budget >= 0)) {
      throw new SgapsError(
        'ARGUMENT_INVALID',
        `Quantiser ${quantiser} must be a whole number 0 … ${QUANTISER_LIMIT}, and budget ${budget} no less than 0.`,
      );
    }
    for (let i = 0; i < count; ) {
      const kind = kinds[i];
      if (!isSampleKind(kind)) throw new SgapsError('UNSUPPORTED', `There are no samples of kind ${kind}.`);
      const end = kind >= BLOCK_KIND ? i + BLOCK_SAMPLES : i + 1;
      if (end > count) throw notExpanded(i);
      // Of a block the first and the last: all others lie between them.
      for (; i < end; i += Math.max(1, end - 1 - i)) {
        if (u[i] >= width || v[i] >= height || tier[i] > 3) {
          throw new SgapsError(
            'ARGUMENT_INVALID',
            `Sample ${i} at (${u[i]}, ${v[i]}), tier ${tier[i]}, is outside the grid or the tiers.`,
          );
        }
        if (kinds[i] !== kind) throw notExpanded(i);
      }
    }
  }

  /**
   * Codes the samples of one frame, in order; `check` has seen them.
   *
   * @param rgb 3 × count, 8 bits: read when encoding; when decoding it gets the middle of each cell.
   * @param bits When decoding it gets the precision of each sample; unused when encoding.
   * @param scrollX Rounded view of the first 2D camera in grid pixels, 0 without one.
   * @param list Gets how the blocks were coded.
   * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`
   */
  code(
    coder: RangeCoder,
    set: SampleSet,
    rgb: Uint8Array,
    bits: Uint8Array | null,
    scrollX: number,
    scrollY: number,
    list: CodedBlockList | null = null,
  ): void {
    const { width, height, known: colours, cells, cellColumns, probabilities, candidateHistory } = this;
    const encoding = coder.encoding;
    const shiftX = wrap(scrollX, width);
    const shiftY = wrap(scrollY, height);
    if (shiftX !== 0 || shiftY !== 0) colours.startScrolling();
    let lastSame = 0;
    let blockEnd = 0;
    this.blocks.begin(coder, set, rgb, shiftX, shiftY);
    for (let i = 0; i < set.count; i++) {
      const kind = levelOf(set.kind[i]);
      if (set.kind[i] >= BLOCK_KIND && i >= blockEnd) {
        blockEnd = i + BLOCK_SAMPLES;
        if (this.blocks.code(coder, set, i, rgb, bits, this.unchanged, list) !== BlockMode.exact) {
          i = blockEnd - 1;
          continue;
        }
      }
      const tier = i < blockEnd ? 0 : set.tier[i];
      const precision = i < blockEnd ? 8 : this.bitsOf[tier];
      const mask = maskOf(precision);
      const place = (kind === 0 ? 0 : 4) + tier;
      const base = place * SET;
      let x = set.u[i] + shiftX;
      if (x >= width) x -= width;
      let y = set.v[i] + shiftY;
      if (y >= height) y -= height;
      const at = y * width + x;
      const column = x >> 3;
      const cell = (y >> 3) * cellColumns + column;
      const own = cells[cell];
      const left = column > 0 ? cells[cell - 1] : 0;
      const above = cell >= cellColumns ? cells[cell - cellColumns] : 0;
      const map = colours.world[kind] ?? colours.openWorld(kind);
      const known = map[at];
      const knownBits = known >>> 24;
      const truth = encoding ? (rgb[3 * i] << 16) | (rgb[3 * i + 1] << 8) | rgb[3 * i + 2] : 0;
      let value = truth & mask;
      let valueBits = precision;
      let same = 0;
      if (knownBits >= precision) {
        const context = lastSame + 2 * (status(own) + 3 * (status(left) + 3 * status(above)));
        const knownColour = known & COLOURS;
        same = coder.bit(probabilities, base + SAME + context, (truth & maskOf(knownBits)) === knownColour ? 1 : 0);
        if (same === 1) {
          value = knownColour;
          valueBits = knownBits;
        }
      }
      if (same === 0) {
        const screenMap = colours.scrolled ? colours.screen[kind] : null;
        const screen = screenMap === null ? 0 : screenMap[set.v[i] * width + set.u[i]];
        // Candidates already refused; none equals an impossible colour at the start.
        let refused0 = knownBits === precision ? known & COLOURS : -1;
        let refused1 = -1;
        let refused2 = -1;
        let refused3 = -1;
        let found = 0;
        const history = 6 * place;
        for (let j = 0; j < 5; j++) {
          const entry = j === 0 ? known : j === 1 ? screen : j === 2 ? own : j === 3 ? left : above;
          const entryBits = (entry >>> 24) & 15;
          if (entryBits < precision || (j === 0 && knownBits === precision)) continue;
          const colour = entry & mask;
          if (colour === refused0 || colour === refused1 || colour === refused2 || colour === refused3) continue;
          const past = candidateHistory[history + j];
          found = coder.bit(probabilities, base + CANDIDATES + 4 * j + past, value === colour ? 1 : 0);
          candidateHistory[history + j] = ((past << 1) | found) & 3;
          if (found === 1) {
            value = colour;
            break;
          }
          if (refused0 < 0) refused0 = colour;
          else if (refused1 < 0) refused1 = colour;
          else if (refused2 < 0) refused2 = colour;
          else refused3 = colour;
        }
        if (found === 0) value = this.codeColour(coder, base, tier, place, value, own || left || above || known, precision);
      }
      const entry = ((valueBits << 24) | value) >>> 0;
      map[at] = entry;
      if (colours.scrolled) (colours.screen[kind] ?? colours.openScreen(kind))[set.v[i] * width + set.u[i]] = entry;
      cells[cell] = same === 1 ? entry | STILL : entry;
      this.unchanged[i] = same;
      lastSame = same;
      if (bits !== null) {
        const middle = middleOf(valueBits);
        rgb[3 * i] = (value >>> 16) | middle;
        rgb[3 * i + 1] = ((value >>> 8) & 255) | middle;
        rgb[3 * i + 2] = (value & 255) | middle;
        bits[i] = valueBits;
      }
    }
    this.blocks.finish(coder);
  }

  /** How well the 8×8 blocks of the frame coded last came out, PSNR over RGB in dB (encoder only); infinite where they are exact. */
  get blocksPsnr(): number {
    return this.blocks.psnr;
  }

  /** What the frame coded last took in all, bytes (encoder only): the next one with a budget is fitted to it. */
  noteBytes(bytes: number): void {
    this.blocks.noteBytes(bytes);
  }

  /** A colour neither known nor a neighbour's: by its slot among those seen lately, else by its difference to `near`. */
  private codeColour(
    coder: RangeCoder,
    base: number,
    tier: number,
    place: number,
    colour: number,
    near: number,
    precision: number,
  ): number {
    const { probabilities, cache, candidateHistory } = this;
    const bank = tier << 8;
    let slot = bank + hashOf(colour);
    const tagged = colour + 1;
    let hit = 0;
    if (coder.encoding) {
      if (cache[slot] === tagged) hit = 1;
      else if (cache[slot ^ 1] === tagged) {
        hit = 1;
        slot ^= 1;
      }
    }
    const past = candidateHistory[6 * place + 5];
    hit = coder.bit(probabilities, base + CACHED + past, hit);
    candidateHistory[6 * place + 5] = ((past << 1) | hit) & 3;
    if (hit === 1) {
      slot = bank + coder.symbol(probabilities, base + SLOT, 8, slot & 255);
      const stored = cache[slot];
      if (stored === 0) throw SgapsError.malformed('pixel samples: empty colour slot');
      return stored - 1;
    }
    const shift = 8 - precision;
    const nearColour = near === 0 ? 0x808080 : near;
    const top = (1 << precision) - 1;
    const nearGreen = (nearColour >>> (8 + shift)) & top;
    const nearRed = (nearColour >>> (16 + shift)) & top;
    const nearBlue = (nearColour >>> shift) & top;
    // Differences are taken round the range, so that every one of them is a colour.
    const green = coder.symbol(probabilities, base + GREEN, precision, (((colour >>> (8 + shift)) & top) - nearGreen) & top);
    const size = green === 0 ? 0 : green < 3 || green > top - 2 ? 256 : 512;
    const red = coder.symbol(
      probabilities,
      base + RED + size,
      precision,
      (((colour >>> (16 + shift)) & top) - nearRed - green) & top,
    );
    const blue = coder.symbol(
      probabilities,
      base + BLUE + size,
      precision,
      (((colour >>> shift) & top) - nearBlue - green) & top,
    );
    const g = (nearGreen + green) & top;
    const r = (nearRed + green + red) & top;
    const b = (nearBlue + green + blue) & top;
    const coded = ((r << 16) | (g << 8) | b) << shift;
    const codedSlot = bank + hashOf(coded);
    if (cache[codedSlot] !== 0 && cache[codedSlot ^ 1] === 0) cache[codedSlot ^ 1] = coded + 1;
    else cache[codedSlot] = coded + 1;
    return coded;
  }

  /** Appends all that is remembered, for a decoder snapshot. */
  save(writer: ByteWriter): void {
    writeModel(writer, this.probabilities);
    writer.bytes(this.candidateHistory);
    writeWords(writer, this.cells);
    writeWords(writer, this.cache);
    this.blocks.save(writer);
    this.known.save(writer);
  }

  /** Takes what `save` wrote. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED` */
  restore(reader: ByteReader): void {
    this.reset();
    readModel(reader, this.probabilities);
    const history = reader.bytes(this.candidateHistory.length, 'candidate history');
    for (let i = 0; i < history.length; i++) this.candidateHistory[i] = history[i] & 3;
    readWords(reader, this.cells);
    readWords(reader, this.cache);
    for (let i = 0; i < this.cache.length; i++) {
      if (this.cache[i] > COLOURS + 1) throw SgapsError.malformed('colour cache');
    }
    this.blocks.restore(reader);
    this.known.restore(reader);
  }
}

/** What to add to the low end of a cell to reach its middle. */
function middleOf(bits: number): number {
  return bits === 8 ? 0 : 128 >>> bits;
}

function hashOf(colour: number): number {
  return Math.imul(colour, 0x9e3779b1) >>> 24;
}

/** 0 unknown, 1 changed, 2 unchanged when last coded. */
function status(entry: number): number {
  return entry === 0 ? 0 : (entry & STILL) === 0 ? 1 : 2;
}
