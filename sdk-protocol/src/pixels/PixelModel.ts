import type { ByteReader } from '../bytes/ByteReader.js';
import type { ByteWriter } from '../bytes/ByteWriter.js';
import { readModel, writeModel } from '../bytes/modelBytes.js';
import { createModel, type RangeCoder, resetModel } from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { CaptureGrid } from '../samples/CaptureGrid.js';
import { BLOCK_KIND, BLOCK_SAMPLES, BLOCK_SIDE, isSampleKind, levelOf, type SampleSet } from '../samples/SampleSet.js';
import { BlockMode, BlockModel, type BlockPlace } from './BlockModel.js';
import { BlockRate } from './BlockRate.js';
import { blockStep, precisionOf } from './blockSteps.js';
import { maskOf, readMap, readWords, writeMap, writeWords } from './colourMap.js';

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

/** Levels of means, points included. */
const KINDS = 5;
/** Places beside a block that say what its mean may be: the column left of it and the row above. */
const AROUND = 2 * BLOCK_SIDE;
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
const QUANTISER = 8 * SET;

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
  private readonly probabilities = createModel(QUANTISER + 32);
  private readonly candidateHistory = new Uint8Array(8 * 6);
  /** By kind: bits << 24 | colour at that precision, low bits zero; 0 is unknown. */
  private readonly world: (Uint32Array | null)[] = [null, null, null, null, null];
  private readonly screen: (Uint32Array | null)[] = [null, null, null, null, null];
  private readonly cells: Uint32Array;
  private readonly cache = new Uint32Array(4 * 256);
  private readonly blocks: BlockModel;
  private readonly place: BlockPlace;
  /** By 8×8 cell and level: 0 never coded as a block, 1 changed, 2 the same when last coded. */
  private readonly blockStatus: Uint8Array;
  private readonly rate = new BlockRate();
  /** Quantiser of the frame coded last, and whether a budget decided it. */
  private quantiser = 0;
  private fitted = false;
  private scrolled = false;

  constructor(grid: CaptureGrid, tierBits: TierBits) {
    if (tierBits.length !== 4 || tierBits.some((bits) => !Number.isInteger(bits) || bits < 3 || bits > 8)) {
      throw new SgapsError('ARGUMENT_INVALID', `Tier bits ${tierBits.join(', ')}: four integers 3 … 8 are needed.`);
    }
    this.width = grid.width;
    this.height = grid.height;
    this.cellColumns = (grid.width + 7) >> 3;
    this.cells = new Uint32Array(this.cellColumns * ((grid.height + 7) >> 3));
    this.blockStatus = new Uint8Array(KINDS * this.cells.length);
    this.bitsOf = Uint8Array.from(tierBits);
    this.blocks = new BlockModel(this.cells.length);
    this.place = {
      map: this.openMap(0),
      width: grid.width,
      height: grid.height,
      x: 0,
      y: 0,
      places: new Int32Array(BLOCK_SAMPLES),
      around: new Int32Array(AROUND),
      status: 0,
      cell: 0,
      columns: this.cellColumns,
      moves: true,
    };
  }

  /** Forgets everything. */
  reset(): void {
    resetModel(this.probabilities);
    this.candidateHistory.fill(0);
    this.cells.fill(0);
    this.cache.fill(0);
    for (const map of [...this.world, ...this.screen]) map?.fill(0);
    this.blocks.reset();
    this.rate.reset();
    this.blockStatus.fill(0);
    this.scrolled = false;
  }

  /** Checks an expanded set before it is coded. @throws SgapsError `UNSUPPORTED` for a kind there is not, `ARGUMENT_INVALID` */
  check(set: SampleSet): void {
    const { width, height } = this;
    const { u, v, kind: kinds, tier, count } = set;
    for (let i = 0; i < count; ) {
      const kind = kinds[i];
      if (!isSampleKind(kind)) throw new SgapsError('UNSUPPORTED', `There are no samples of kind ${kind}.`);
      const end = kind >= BLOCK_KIND ? i + BLOCK_SAMPLES : i + 1;
      if (end > count) throw notExpanded(i);
      for (; i < end; i++) {
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
   * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`
   */
  code(coder: RangeCoder, set: SampleSet, rgb: Uint8Array, bits: Uint8Array | null, scrollX: number, scrollY: number): void {
    const { width, height, cells, cellColumns, probabilities, candidateHistory } = this;
    const encoding = coder.encoding;
    const shiftX = ((scrollX % width) + width) % width;
    const shiftY = ((scrollY % height) + height) % height;
    if (shiftX !== 0 || shiftY !== 0) this.startScrolling();
    let lastSame = 0;
    let blockEnd = 0;
    this.blocks.advance();
    this.codeQuantiser(coder, set, rgb, shiftX, shiftY);
    for (let i = 0; i < set.count; i++) {
      const kind = levelOf(set.kind[i]);
      if (set.kind[i] >= BLOCK_KIND && i >= blockEnd) {
        blockEnd = i + BLOCK_SAMPLES;
        if (this.codeBlock(coder, set, i, rgb, bits, shiftX, shiftY) !== BlockMode.exact) {
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
      const map = this.world[kind] ?? this.openMap(kind);
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
        const screenMap = this.scrolled ? this.screen[kind] : null;
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
      if (this.scrolled) (this.screen[kind] ?? this.openScreen(kind))[set.v[i] * width + set.u[i]] = entry;
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
  }

  /** What the frame coded last took in all, bytes (encoder only): the next one with a budget is fitted to it. */
  noteBytes(bytes: number): void {
    if (this.fitted) this.rate.feedback(this.quantiser, 8 * bytes);
  }

  /** The quantiser of the blocks: the set's, or the first from there on at which the frame fits the set's budget. */
  private codeQuantiser(coder: RangeCoder, set: SampleSet, rgb: Uint8Array, shiftX: number, shiftY: number): void {
    this.quantiser = set.quantiser;
    this.fitted = set.budget > 0 && hasBlocks(set);
    if (!this.fitted) return;
    if (coder.encoding) {
      this.rate.begin();
      for (let i = 0; i < set.count; i++) {
        if (set.kind[i] < BLOCK_KIND) continue;
        this.rate.add(this.blockError(set, i, rgb, shiftX, shiftY));
        i += BLOCK_SAMPLES - 1;
      }
      this.quantiser = this.rate.quantiserFor(set.quantiser, 8 * set.budget);
    }
    this.quantiser = coder.symbol(this.probabilities, QUANTISER, 5, this.quantiser);
  }

  /** Mean squared error a channel of a block against what was last sent of its place, or against its own mean if that is less. */
  private blockError(set: SampleSet, first: number, rgb: Uint8Array, shiftX: number, shiftY: number): number {
    const { width, height } = this;
    const map = this.world[levelOf(set.kind[first])] ?? this.openMap(levelOf(set.kind[first]));
    let known = true;
    let changed = 0;
    let sum = 0;
    let squares = 0;
    // Half of the pixels, as on a chessboard.
    for (let j = 0; j < BLOCK_SAMPLES; j += 2) {
      const i = first + j + ((j >> 3) & 1);
      let x = set.u[i] + shiftX;
      if (x >= width) x -= width;
      let y = set.v[i] + shiftY;
      if (y >= height) y -= height;
      const entry = map[y * width + x];
      if (entry === 0) known = false;
      const r = rgb[3 * i];
      const g = rgb[3 * i + 1];
      const b = rgb[3 * i + 2];
      const dr = r - ((entry >>> 16) & 255);
      const dg = g - ((entry >>> 8) & 255);
      const db = b - (entry & 255);
      changed += dr * dr + dg * dg + db * db;
      sum += r + g + b;
      squares += r * r + g * g + b * b;
    }
    const count = 1.5 * BLOCK_SAMPLES;
    const flat = (squares - (sum * sum) / count) / count;
    return known ? Math.min(flat, changed / count) : flat;
  }

  /** A block, unless it is to be coded sample by sample, which is the caller's. */
  private codeBlock(
    coder: RangeCoder,
    set: SampleSet,
    first: number,
    rgb: Uint8Array,
    bits: Uint8Array | null,
    shiftX: number,
    shiftY: number,
  ): BlockMode {
    const { width, height, place, blockStatus, cellColumns } = this;
    const { places: blockPlaces, around: blockAround } = place;
    const level = levelOf(set.kind[first]);
    const map = this.world[level] ?? this.openMap(level);
    const { u, v } = set;
    for (let j = 0, i = first; j < BLOCK_SAMPLES; j++, i++) {
      let x = u[i] + shiftX;
      if (x >= width) x -= width;
      let y = v[i] + shiftY;
      if (y >= height) y -= height;
      blockPlaces[j] = y * width + x;
    }
    const side = 1 << level;
    const x0 = blockPlaces[0] % width;
    for (let j = 0; j < BLOCK_SIDE; j++) {
      blockAround[j] = x0 >= side ? blockPlaces[BLOCK_SIDE * j] - side : -1;
      blockAround[BLOCK_SIDE + j] = blockPlaces[j] - side * width;
    }
    const base = level * this.cells.length;
    const cell = (((blockPlaces[0] / width) | 0) >> 3) * cellColumns + (x0 >> 3);
    const left = x0 >= BLOCK_SIDE ? blockStatus[base + cell - 1] : 0;
    const above = cell >= cellColumns ? blockStatus[base + cell - cellColumns] : 0;
    const status = (blockStatus[base + cell] * 3 + left) * 3 + above;
    const step = blockStep(this.quantiser, set.tier[first]);
    place.map = map;
    place.x = x0;
    place.y = (blockPlaces[0] / width) | 0;
    place.status = status;
    place.cell = cell;
    place.moves = level === 0;
    const mode = this.blocks.code(coder, rgb, 3 * first, place, step);
    const same = mode === BlockMode.same ? 1 : 0;
    blockStatus[base + cell] = 1 + same;
    if (mode === BlockMode.exact) return mode;
    this.unchanged.fill(same, first, first + BLOCK_SAMPLES);
    bits?.fill(precisionOf(step), first, first + BLOCK_SAMPLES);
    return mode;
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
    writer.u8(this.scrolled ? 1 : 0);
    writeModel(writer, this.probabilities);
    writer.bytes(this.candidateHistory);
    writeWords(writer, this.cells);
    writeWords(writer, this.cache);
    this.blocks.save(writer);
    writer.bytes(this.blockStatus);
    for (const map of [...this.world, ...this.screen]) {
      writer.u8(map === null ? 0 : 1);
      if (map !== null) writeMap(writer, map);
    }
  }

  /** Takes what `save` wrote. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED` */
  restore(reader: ByteReader): void {
    this.reset();
    this.scrolled = reader.u8('scrolling') === 1;
    readModel(reader, this.probabilities);
    const history = reader.bytes(this.candidateHistory.length, 'candidate history');
    for (let i = 0; i < history.length; i++) this.candidateHistory[i] = history[i] & 3;
    readWords(reader, this.cells);
    readWords(reader, this.cache);
    for (let i = 0; i < this.cache.length; i++) {
      if (this.cache[i] > COLOURS + 1) throw SgapsError.malformed('colour cache');
    }
    this.blocks.restore(reader);
    const status = reader.bytes(this.blockStatus.length, 'block status');
    for (let i = 0; i < status.length; i++) this.blockStatus[i] = Math.min(2, status[i]);
    for (let kind = 0; kind < KINDS; kind++) if (reader.u8('map') !== 0) readMap(reader, this.openMap(kind));
    for (let kind = 0; kind < KINDS; kind++) if (reader.u8('map') !== 0) readMap(reader, this.openScreen(kind));
  }

  private openMap(kind: number): Uint32Array {
    const map = this.world[kind] ?? new Uint32Array(this.width * this.height);
    this.world[kind] = map;
    return map;
  }

  private openScreen(kind: number): Uint32Array {
    const map = this.screen[kind] ?? new Uint32Array(this.width * this.height);
    this.screen[kind] = map;
    return map;
  }

  /** From the first scroll on, what stood on the screen is remembered apart; until then both are one. */
  private startScrolling(): void {
    if (this.scrolled) return;
    this.scrolled = true;
    for (let kind = 0; kind < KINDS; kind++) {
      const map = this.world[kind];
      if (map !== null) this.openScreen(kind).set(map);
    }
  }
}

function hasBlocks({ kind, count }: SampleSet): boolean {
  for (let i = 0; i < count; i++) if (kind[i] >= BLOCK_KIND) return true;
  return false;
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
