import {
  codeSigned,
  codeUnsigned,
  createModel,
  type RangeCoder,
  resetModel,
  SIGNED_MODEL,
  UNSIGNED_MODEL,
} from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { expandedCount } from '../samples/blockPlaces.js';
import type { CaptureGrid } from '../samples/CaptureGrid.js';
import {
  BLOCK_KIND,
  createSampleSet,
  isSampleKind,
  levelOf,
  SampleKind,
  type SampleRequest,
  type SampleSet,
  type SeededSamples,
  type Tier,
} from '../samples/SampleSet.js';
import { codeClusters, codeLattice, codeRaw, FormModels, type Group, type Lattice } from './groupForms.js';
import { OccupancyCoder } from './OccupancyCoder.js';
import { PixelMarks } from './PixelMarks.js';
import { RectangleCoder } from './RectangleCoder.js';
import { DENSITY_CELLS, DENSITY_COLUMNS } from './SampleExpander.js';
import { SquareCoder } from './SquareCoder.js';

/** First half-byte of a coordinate packet. */
export const COORDINATE_VERSION = 2;
/** Seeded sets one request may hold. */
export const SEEDED_LIMIT = 16;

/** The forms of a group of one tier and kind (S14), by their code. */
export const Form = { grid: 0, cluster: 1, raw: 2, sorted: 3, rectangles: 4, squares: 5 } as const;
export const Density = { same: 0, even: 1, smooth: 2, plain: 3 } as const;

/** How a group is written: its form and what the form needs. */
export interface FormChoice {
  readonly form: number;
  readonly lattice: Lattice | null;
  readonly raw: Uint8Array | null;
}

// Model layout.
const FRAME = 0;
const COUNT = FRAME + SIGNED_MODEL;
const GROUP_COUNT = COUNT + UNSIGNED_MODEL;
const GROUP_TIER = GROUP_COUNT + UNSIGNED_MODEL;
const GROUP_KIND = GROUP_TIER + 4;
const GROUP_FORM = GROUP_KIND + 16;
const SEEDED = GROUP_FORM + 8;
const SEEDED_COUNT = SEEDED + UNSIGNED_MODEL;
const SEEDED_TIER = SEEDED_COUNT + UNSIGNED_MODEL;
const SEEDED_KIND = SEEDED_TIER + 4;
const DENSITY_FORM = SEEDED_KIND + 16;
const DENSITY = DENSITY_FORM + 4;
const QUANTISER = DENSITY + SIGNED_MODEL;
const BUDGET = QUANTISER + 32;
const KEEPS = BUDGET + UNSIGNED_MODEL;
const SIZE = KEEPS + 1;

/** A request's budget is in units of so many bytes, rounded up, and at most so many units: a pixel packet holds no more. */
const BUDGET_UNIT = 16;
const BUDGET_LIMIT = LIMITS.pixelPacketBytes / BUDGET_UNIT;

/** Pitch of the lattice that squares and blocks lie on, by kind. */
const PITCHES = [4, 8, 16, 32] as const;

/**
 * The body of a coordinate packet, written once for both directions. Probabilities live for one packet.
 *
 * @example
 * ```ts
 * body.reset();
 * const request = body.codeRequest(decoder, null, 0, refuse, refuse);
 * ```
 */
export class CoordinateBody {
  readonly model = createModel(SIZE);
  readonly forms = new FormModels();
  readonly occupancy = new OccupancyCoder();
  readonly rectangles: RectangleCoder;
  /** One for each pitch: squares of points and means, then blocks by level. */
  private readonly squareCoders: readonly SquareCoder[];
  /** Density map of the seeded set coded last. */
  readonly lastDensity = new Uint8Array(DENSITY_CELLS);
  private readonly group: Group = { keys: new Uint32Array(LIMITS.samplesPerFrame), count: 0, kind: 0 };

  private readonly marks: PixelMarks;

  constructor(private readonly grid: CaptureGrid) {
    this.rectangles = new RectangleCoder(grid);
    this.squareCoders = PITCHES.map((pitch) => new SquareCoder(grid, pitch));
    this.marks = new PixelMarks(grid.width * grid.height);
  }

  /** Forgets everything. */
  reset(): void {
    resetModel(this.model);
    this.forms.reset();
    this.occupancy.reset();
    this.rectangles.reset();
    for (const squares of this.squareCoders) squares.reset();
    this.lastDensity.fill(0);
  }

  /** Copies what another learnt, to try something out. */
  learnFrom(other: CoordinateBody): void {
    this.model.set(other.model);
    this.forms.learnFrom(other.forms);
    this.occupancy.learnFrom(other.occupancy);
    this.rectangles.learnFrom(other.rectangles);
    this.squareCoders.forEach((squares, i) => squares.learnFrom(other.squareCoders[i]));
    this.lastDensity.set(other.lastDensity);
  }

  /**
   * Codes one request.
   *
   * @param request The request to write, null when decoding.
   * @param expectedFrame Frame id it probably has.
   * @throws SgapsError on malformed bytes
   */
  codeRequest(
    coder: RangeCoder,
    request: SampleRequest | null,
    expectedFrame: number,
    chooseForm: (group: Group) => FormChoice,
    chooseDensity: (density: Uint8Array) => number,
  ): SampleRequest {
    const { model } = this;
    const step = codeSigned(coder, model, FRAME, ((request?.frameId ?? 0) - expectedFrame) | 0);
    const frameId = (expectedFrame + step) >>> 0;
    const count = codeUnsigned(coder, model, COUNT, request?.explicit.count ?? 0);
    if (count > LIMITS.samplesPerFrame) throw SgapsError.limit('samples', count, LIMITS.samplesPerFrame);
    const explicit = request?.explicit ?? createSampleSet(count);
    for (let start = 0; start < count; ) start = this.codeRun(coder, explicit, start, count, chooseForm);
    explicit.count = count;
    const expanded = expandedCount(explicit);
    if (expanded > count) {
      const quantiser = coder.symbol(model, QUANTISER, 5, explicit.quantiser);
      const budget = codeUnsigned(coder, model, BUDGET, Math.min(BUDGET_LIMIT, Math.ceil(explicit.budget / BUDGET_UNIT)));
      if (budget > BUDGET_LIMIT) throw SgapsError.malformed('byte budget');
      const keeps = coder.bit(model, KEEPS, explicit.keeps ? 1 : 0) === 1;
      if (request === null) {
        explicit.quantiser = quantiser;
        explicit.budget = BUDGET_UNIT * budget;
        explicit.keeps = keeps;
      }
    }
    if (expanded > LIMITS.samplesPerFrame) throw SgapsError.limit('samples', expanded, LIMITS.samplesPerFrame);
    const parts = codeUnsigned(coder, model, SEEDED, request?.seeded.length ?? 0);
    if (parts > SEEDED_LIMIT) throw SgapsError.limit('seeded sets', parts, SEEDED_LIMIT);
    const seeded: SeededSamples[] = [];
    let total = expanded;
    for (let i = 0; i < parts; i++) {
      const part = this.codeSeeded(coder, request?.seeded[i] ?? null, chooseDensity);
      total += part.count;
      if (total > LIMITS.samplesPerFrame) throw SgapsError.limit('samples', total, LIMITS.samplesPerFrame);
      seeded.push(part);
    }
    return request ?? { frameId, explicit, seeded };
  }

  /** What codes a group of this kind by squares: points and means on a lattice of 4, blocks on one of their own side. */
  squaresOf(kind: number): SquareCoder {
    return this.squareCoders[kind >= BLOCK_KIND ? 1 + levelOf(kind) : 0];
  }

  /** A group in the form chosen for it. */
  codeGroup(coder: RangeCoder, group: Group, choice: FormChoice): void {
    const form = coder.symbol(this.model, GROUP_FORM, 3, choice.form);
    if (form === Form.grid) codeLattice(coder, this.forms, choice.lattice, group, this.grid);
    else if (form === Form.cluster) codeClusters(coder, this.forms, group, this.grid);
    else if (form === Form.raw) codeRaw(coder, this.forms, choice.raw, group, this.grid);
    else if (form === Form.rectangles) this.rectangles.code(coder, group.keys, group.count, this.marks);
    else if (form === Form.squares) this.squaresOf(group.kind).code(coder, group.keys, group.count, this.marks);
    else if (form === Form.sorted && group.count <= this.grid.width * this.grid.height) {
      this.occupancy.code(coder, group.keys, group.count, this.grid.width, this.grid.height, this.marks);
    } else throw SgapsError.malformed('sample group');
  }

  /** A density map in the form chosen for it. */
  codeDensity(coder: RangeCoder, density: Uint8Array, chosen: number): void {
    const { model, lastDensity } = this;
    const form = coder.symbol(model, DENSITY_FORM, 2, chosen);
    if (form === Density.same) density.set(lastDensity);
    else if (form === Density.even) density.fill(coder.uniform(density[0], 16));
    else {
      for (let cell = 0; cell < DENSITY_CELLS; cell++) {
        if (form === Density.plain) density[cell] = coder.uniform(density[cell], 16);
        else {
          const left = cell % DENSITY_COLUMNS > 0 ? density[cell - 1] : cell > 0 ? density[cell - DENSITY_COLUMNS] : 8;
          const above = cell >= DENSITY_COLUMNS ? density[cell - DENSITY_COLUMNS] : left;
          const expected = (left + above + 1) >> 1;
          const weight = expected + codeSigned(coder, model, DENSITY, density[cell] - expected);
          if (!(weight >= 0 && weight <= 15)) throw SgapsError.malformed('density map');
          density[cell] = weight;
        }
      }
    }
    lastDensity.set(density);
  }

  /** A run of samples of one tier and kind. Returns where the next begins. */
  private codeRun(
    coder: RangeCoder,
    set: SampleSet,
    start: number,
    count: number,
    chooseForm: (group: Group) => FormChoice,
  ): number {
    const { model, group, grid } = this;
    const encoding = coder.encoding;
    let end = start;
    if (encoding) {
      while (end < count && set.tier[end] === set.tier[start] && set.kind[end] === set.kind[start]) {
        group.keys[end - start] = set.v[end] * grid.width + set.u[end];
        end++;
      }
    }
    const tier = coder.symbol(model, GROUP_TIER, 2, encoding ? set.tier[start] : 0);
    const kind = coder.symbol(model, GROUP_KIND, 4, encoding ? set.kind[start] : 0);
    if (!isSampleKind(kind)) throw SgapsError.malformed('sample kind');
    const size = codeUnsigned(coder, model, GROUP_COUNT, encoding ? end - start - 1 : 0) + 1;
    if (size > count - start) throw SgapsError.malformed('sample group');
    group.count = size;
    group.kind = kind;
    this.codeGroup(coder, group, encoding ? chooseForm(group) : NO_CHOICE);
    if (encoding) return end;
    for (let i = 0; i < size; i++) {
      const v = (group.keys[i] / grid.width) | 0;
      set.u[start + i] = group.keys[i] - v * grid.width;
      set.v[start + i] = v;
      set.kind[start + i] = kind;
      set.tier[start + i] = tier;
    }
    return start + size;
  }

  private codeSeeded(
    coder: RangeCoder,
    part: SeededSamples | null,
    chooseDensity: (density: Uint8Array) => number,
  ): SeededSamples {
    const { model } = this;
    const high = coder.uniform((part?.seed ?? 0) >>> 16, 65536);
    const low = coder.uniform((part?.seed ?? 0) & 0xffff, 65536);
    const count = codeUnsigned(coder, model, SEEDED_COUNT, part?.count ?? 0);
    const kind = coder.symbol(model, SEEDED_KIND, 4, part?.kind ?? 0);
    if (kind > SampleKind.mean4) throw SgapsError.malformed('seeded samples of this kind');
    const tier = coder.symbol(model, SEEDED_TIER, 2, part?.tier ?? 0);
    const density = part?.density ?? new Uint8Array(DENSITY_CELLS);
    this.codeDensity(coder, density, coder.encoding ? chooseDensity(density) : 0);
    return part ?? { seed: ((high << 16) | low) >>> 0, count, kind: kind as SampleKind, tier: tier as Tier, density };
  }
}

/** Stands for the choice when decoding. */
const NO_CHOICE: FormChoice = { form: 0, lattice: null, raw: null };
