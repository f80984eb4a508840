import type { ByteReader } from '../bytes/ByteReader.js';
import type { ByteWriter } from '../bytes/ByteWriter.js';
import { readModel, writeModel } from '../bytes/modelBytes.js';
import { createModel, type RangeCoder, resetModel } from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';
import type { BlockKernels } from '../kernels/BlockKernels.js';
import { KernelBlocks } from '../kernels/KernelBlocks.js';
import type { CodedBlockList } from '../samples/CodedBlockList.js';
import { BLOCK_KIND, BLOCK_SAMPLES, BLOCK_SIDE, levelOf, type SampleSet } from '../samples/SampleSet.js';
import { BlockBudget, BUDGET_GROUP, MOST_STEP } from './BlockBudget.js';
import { BlockMode, BlockModel } from './BlockModel.js';
import type { BlockPlace } from './BlockPlace.js';
import { blockStep, precisionOf, QUANTISER_LIMIT } from './blockSteps.js';
import { type KnownColours, LEVELS } from './KnownColours.js';
import { missOf, ringed } from './missOf.js';
import { PlainBlocks } from './PlainBlocks.js';
import { wrap } from './wrap.js';

/** Bits of a quantiser. */
const QUANTISER_BITS = 5;
/** Bits of a change of it within a frame. */
const STEP_BITS = 3;
const STEP = 1 << QUANTISER_BITS;

/**
 * The whole blocks of a frame: their quantiser, the set's or the first from there on at which the frame fits the set's byte budget, and
 * each block where it lies in what was sent before.
 *
 * @example
 * ```ts
 * blocks.begin(encoder, set, rgb, shiftX, shiftY);
 * const mode = blocks.code(encoder, set, first, rgb, null, unchanged);
 * ```
 */
export class BlockSamples {
  private readonly columns: number;
  private readonly cells: number;
  private readonly model = createModel(STEP + (1 << STEP_BITS));
  private readonly blocks: BlockModel;
  private readonly kernels: KernelBlocks | null;
  private readonly place: BlockPlace;
  /** By level and 8×8 cell: 0 never coded as a block, 1 changed, 2 the same when last coded. */
  private readonly status: Uint8Array;
  private readonly budget = new BlockBudget();
  /** Quantiser of the frame at hand, and whether a budget decided it. */
  private quantiser = 0;
  private fitted = false;
  /** Blocks of the frame coded so far, and where they began and ended in the coder, bytes. */
  private coded = 0;
  private start = 0;
  private end = 0;
  /** Squared error of the frame's 8×8 blocks, and the values that it is of. */
  private squares = 0;
  private values = 0;
  /** Where the world stands in the frame at hand: 0 … width − 1, 0 … height − 1. */
  private shiftX = 0;
  private shiftY = 0;

  /** @param kernels Whose map is the level 0 of `known`; null for plain TypeScript. */
  constructor(
    private readonly known: KnownColours,
    kernels: BlockKernels | null,
  ) {
    const { width, height } = known;
    this.columns = (width + 7) >> 3;
    this.cells = this.columns * ((height + 7) >> 3);
    this.status = new Uint8Array(LEVELS * this.cells);
    this.kernels = kernels && new KernelBlocks(kernels);
    this.blocks = new BlockModel(this.cells, this.kernels ?? new PlainBlocks());
    this.place = {
      map: known.openWorld(0),
      reference: kernels?.reference ?? new Uint32Array(width * height),
      width,
      height,
      x: 0,
      y: 0,
      whole: false,
      places: kernels?.places ?? new Int32Array(BLOCK_SAMPLES),
      side: 1,
      status: 0,
      cell: 0,
      columns: this.columns,
      moves: true,
    };
  }

  /** Forgets everything. */
  reset(): void {
    resetModel(this.model);
    this.blocks.reset();
    this.budget.reset();
    this.status.fill(0);
  }

  /**
   * A frame begins; where its set has blocks and a budget, this codes their quantiser.
   *
   * @param rgb 3 × count, 8 bits: read when encoding.
   * @param shiftX Where the world stands, 0 … width − 1; `shiftY` likewise.
   */
  begin(coder: RangeCoder, set: SampleSet, rgb: Uint8Array, shiftX: number, shiftY: number): void {
    this.shiftX = shiftX;
    this.shiftY = shiftY;
    this.squares = this.values = 0;
    const any = hasBlocks(set);
    // What this frame puts there must not stand in the way of motions: half of them point to it.
    if (any) this.place.reference.set(this.known.openWorld(0));
    this.blocks.advance(any && coder.encoding ? rgb.subarray(0, 3 * set.count) : null);
    this.quantiser = set.quantiser;
    this.fitted = set.budget > 0 && any;
    if (!this.fitted) return;
    if (coder.encoding) {
      this.budget.begin(set.quantiser, set.budget);
      for (let i = 0; i < set.count; i++) {
        if (set.kind[i] < BLOCK_KIND) continue;
        this.budget.add(this.errorOf(set, i, rgb));
        i += BLOCK_SAMPLES - 1;
      }
      this.quantiser = this.budget.first();
    }
    this.quantiser = coder.symbol(this.model, 0, QUANTISER_BITS, this.quantiser);
    this.coded = 0;
    this.start = coder.length;
  }

  /** How well the 8×8 blocks of the frame coded last came out, PSNR over RGB in dB (encoder only); infinite where they are exact. */
  get psnr(): number {
    return 10 * Math.log10((255 * 255 * this.values) / this.squares);
  }

  /** The frame's samples are coded, those of exact blocks too. */
  finish(coder: RangeCoder): void {
    this.end = coder.length;
  }

  /** What the frame coded last took in all, bytes (encoder only): the next one with a budget is fitted to it. */
  noteBytes(bytes: number): void {
    if (this.fitted) this.budget.end(bytes, this.end - this.start);
  }

  /**
   * A block, unless it is to be coded sample by sample (`exact`), which is the caller's.
   *
   * @param first Index of its first sample in the set.
   * @param rgb Read when encoding; when decoding it gets the block's colours.
   * @param bits When decoding it gets the precision of each sample.
   * @param unchanged Gets 1 for each sample where nothing changed, else 0.
   * @param list Gets how the block was coded, exact ones too.
   * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`
   */
  code(
    coder: RangeCoder,
    set: SampleSet,
    first: number,
    rgb: Uint8Array,
    bits: Uint8Array | null,
    unchanged: Uint8Array,
    list: CodedBlockList | null,
  ): BlockMode {
    const { place, status, columns } = this;
    const level = levelOf(set.kind[first]);
    this.locate(set, first, level);
    const base = level * this.cells;
    const { x, cell } = place;
    const left = x >= BLOCK_SIDE ? status[base + cell - 1] : 0;
    const above = cell >= columns ? status[base + cell - columns] : 0;
    place.status = (status[base + cell] * 3 + left) * 3 + above;
    if (this.fitted) this.adapt(coder);
    const step = blockStep(this.quantiser, set.tier[first]);
    const mode = this.blocks.code(coder, rgb, 3 * first, place, step);
    const { motion } = this.blocks;
    list?.add(mode, this.blocks.lastPrediction, step, motion.x, motion.y);
    if (level === 0) {
      this.squares += this.blocks.error;
      this.values += 3 * BLOCK_SAMPLES;
    }
    const same = mode === BlockMode.same ? 1 : 0;
    status[base + cell] = 1 + same;
    if (mode === BlockMode.exact) return mode;
    unchanged.fill(same, first, first + BLOCK_SAMPLES);
    bits?.fill(precisionOf(step), first, first + BLOCK_SAMPLES);
    return mode;
  }

  /** Appends all that is remembered, but for what only an encoder needs. */
  save(writer: ByteWriter): void {
    writeModel(writer, this.model);
    this.blocks.save(writer);
    writer.bytes(this.status);
  }

  /** Takes what `save` wrote. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED` */
  restore(reader: ByteReader): void {
    readModel(reader, this.model);
    this.blocks.restore(reader);
    const status = reader.bytes(this.status.length, 'block status');
    for (let i = 0; i < status.length; i++) this.status[i] = Math.min(2, status[i]);
  }

  /** Every so many blocks: the quantiser of those that follow. */
  private adapt(coder: RangeCoder): void {
    const at = this.coded++;
    if (at === 0 || at % BUDGET_GROUP !== 0) return;
    const wanted = coder.encoding ? this.budget.next(coder.length - this.start) : 0;
    const step = coder.symbol(this.model, STEP, STEP_BITS, coder.encoding ? wanted - this.quantiser + MOST_STEP : 0) - MOST_STEP;
    this.quantiser += step;
    if (step > MOST_STEP || this.quantiser < 0 || this.quantiser > QUANTISER_LIMIT) throw SgapsError.malformed('block quantiser');
  }

  /** Fills `place` in, but for its status. */
  private locate(set: SampleSet, first: number, level: number): void {
    const { known, place, shiftX, shiftY } = this;
    const { width, height, places } = place;
    const { u, v } = set;
    place.x = ringed(u[first] + shiftX, width);
    place.y = ringed(v[first] + shiftY, height);
    place.whole = this.isWhole(set, first, level, place.x, place.y);
    if (!place.whole) {
      for (let j = 0, i = first; j < BLOCK_SAMPLES; j++, i++)
        places[j] = ringed(v[i] + shiftY, height) * width + ringed(u[i] + shiftX, width);
    }
    place.side = 1 << level;
    place.map = known.world[level] ?? known.openWorld(level);
    place.cell = (place.y >> 3) * this.columns + (place.x >> 3);
    place.moves = level === 0;
  }

  /** Mean squared error a channel that prediction will leave of a block, about: by its place, its cell's last motion or its mean. */
  private errorOf(set: SampleSet, first: number, rgb: Uint8Array): number {
    const { known, kernels, shiftX, shiftY } = this;
    const { width, height } = known;
    const { motion } = this.blocks;
    const level = levelOf(set.kind[first]);
    const x = ringed(set.u[first] + shiftX, width);
    const y = ringed(set.v[first] + shiftY, height);
    const cell = (y >> 3) * this.columns + (x >> 3);
    const acrossBy = level === 0 ? (motion.acrossOf(cell) + 2) >> 2 : 0;
    const downBy = level === 0 ? (motion.downOf(cell) + 2) >> 2 : 0;
    if (kernels !== null && this.isWhole(set, first, level, x, y))
      return kernels.missOf(3 * first, x, y, wrap(x + acrossBy, width), wrap(y + downBy, height));
    const map = known.world[level] ?? known.openWorld(level);
    const still = missOf(known, map, set, first, rgb, shiftX, shiftY);
    if (acrossBy === 0 && downBy === 0) return still;
    return Math.min(still, missOf(known, map, set, first, rgb, wrap(shiftX + acrossBy, width), wrap(shiftY + downBy, height)));
  }

  /** Whether a block is 8×8 pixels in a piece, at x, y of the ring: neither cut by the grid's edge nor by the ring's. */
  private isWhole({ u, v }: SampleSet, first: number, level: number, x: number, y: number): boolean {
    const last = first + BLOCK_SAMPLES - 1;
    const reach = BLOCK_SIDE - 1;
    const { width, height } = this.known;
    return level === 0 && u[last] === u[first] + reach && v[last] === v[first] + reach && x + reach < width && y + reach < height;
  }
}

function hasBlocks({ kind, count }: SampleSet): boolean {
  for (let i = 0; i < count; i++) if (kind[i] >= BLOCK_KIND) return true;
  return false;
}
