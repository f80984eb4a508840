import type { CodedBlocks } from './CodedBlocks.js';

/**
 * Tier of a sample (S5). It decides the order in which budget is spent and the precision on the wire (S15).
 *
 * @example
 * ```ts
 * set.tier[i] = Tier.critical;
 * ```
 */
export const Tier = { critical: 0, important: 1, moderate: 2, optional: 3 } as const;
/** One of the four tiers, 0 (critical) … 3 (optional). */
export type Tier = (typeof Tier)[keyof typeof Tier];

/**
 * Kind of a sample: 0 … 4 are means of 2^kind × 2^kind squares (0 is the paper's point). 8 | ℓ, ℓ ≤ 2, is a block: an 8×8
 * lattice of means of level ℓ (points for ℓ = 0), read together and coded together as cosine coefficients or exactly.
 *
 * In a request a block is one entry, at its top-left pixel. In an expanded set, which is what a client reads and a codec codes,
 * it is 64 entries of its kind in a row, row by row; what lies beyond the grid's edge repeats the edge.
 *
 * @example
 * ```ts
 * const side = 1 << SampleKind.mean4; // 16 grid pixels
 * ```
 */
export const SampleKind = { point: 0, mean1: 1, mean2: 2, mean3: 3, mean4: 4, block0: 8, block1: 9, block2: 10 } as const;
/** A value of `SampleKind`. */
export type SampleKind = (typeof SampleKind)[keyof typeof SampleKind];

/**
 * Lattice places a side of a block.
 *
 * @example
 * ```ts
 * const side = BLOCK_SIDE << levelOf(set.kind[i]); // 8, 16 or 32 grid pixels
 * ```
 */
export const BLOCK_SIDE = 8;
/**
 * Samples of a block in an expanded set.
 *
 * @example
 * ```ts
 * const most = Math.floor(LIMITS.samplesPerFrame / BLOCK_SAMPLES); // blocks of a frame
 * ```
 */
export const BLOCK_SAMPLES = BLOCK_SIDE * BLOCK_SIDE;
/**
 * Set in the kinds of blocks; the bits below are the level of their means.
 *
 * @example
 * ```ts
 * if (set.kind[i] >= BLOCK_KIND) i += BLOCK_SAMPLES - 1; // on to the next block of an expanded set
 * ```
 */
export const BLOCK_KIND = 8;

/**
 * Level of the mean that a sample of this kind is, 0 (a point) … 4; a block's samples have their block's level.
 *
 * @example
 * ```ts
 * const side = 1 << levelOf(set.kind[i]);
 * ```
 */
export function levelOf(kind: number): number {
  return kind & 7;
}

/**
 * True for the kinds there are.
 *
 * @example
 * ```ts
 * if (!isSampleKind(kind)) throw SgapsError.malformed('sample kind');
 * ```
 */
export function isSampleKind(kind: number): kind is SampleKind {
  return (kind >= SampleKind.point && kind <= SampleKind.mean4) || (kind >= SampleKind.block0 && kind <= SampleKind.block2);
}

/**
 * The samples of one frame, as parallel arrays of length `count` (the arrays may be longer: scratch is reused).
 * `u`, `v` name the top-left grid pixel; a mean covers the 2^kind square from there, clipped to the grid.
 *
 * @example
 * ```ts
 * const set = createSampleSet(576);
 * ```
 */
export interface SampleSet {
  count: number;
  /** Quantiser of the blocks, 0 … 31: each step more, coarser by 2^(1/4) (`blockStep`). */
  quantiser: number;
  /**
   * Bytes that a frame with blocks may take, 0 for as many as it needs: its encoder takes the first quantiser from `quantiser` on
   * that fits. A request carries it rounded up to 16 bytes, at most 65,536.
   */
  budget: number;
  /** True where what a frame with blocks was not asked for is as it was in the frame before; false where memory is to draw it. */
  keeps: boolean;
  /** Column of the top-left pixel, 0 … width − 1. */
  readonly u: Uint16Array;
  /** Row of the top-left pixel, 0 … height − 1. */
  readonly v: Uint16Array;
  /** `SampleKind` of each sample. */
  readonly kind: Uint8Array;
  /** `Tier` of each sample. */
  readonly tier: Uint8Array;
}

/**
 * An empty set with room for `capacity` samples.
 *
 * @example
 * ```ts
 * const set = createSampleSet(8192);
 * set.u[0] = 10; set.v[0] = 20; set.count = 1;
 * ```
 */
export function createSampleSet(capacity: number): SampleSet {
  // One buffer for all: sets are made by the thousand, and a collector counts buffers, not bytes.
  const buffer = new ArrayBuffer(6 * capacity);
  return {
    count: 0,
    quantiser: 0,
    budget: 0,
    keeps: false,
    u: new Uint16Array(buffer, 0, capacity),
    v: new Uint16Array(buffer, 2 * capacity, capacity),
    kind: new Uint8Array(buffer, 4 * capacity, capacity),
    tier: new Uint8Array(buffer, 5 * capacity, capacity),
  };
}

/**
 * A part of a set that both sides draw from one generator: `count` samples of one kind and tier, spread by `density`.
 * Costs tens of bytes whatever the count (DESIGN.md, "Bytes").
 *
 * @example
 * ```ts
 * const refresh: SeededSamples = { seed: 7, count: 200, kind: 0, tier: 3, density: new Uint8Array(144).fill(1) };
 * ```
 */
export interface SeededSamples {
  /** u32. */
  readonly seed: number;
  readonly count: number;
  readonly kind: SampleKind;
  readonly tier: Tier;
  /** 16×9 cells, row-major, weights 0 … 15; a cell of weight 0 gets no sample. */
  readonly density: Uint8Array;
}

/**
 * What the server asks of one frame: an explicit list and, optionally, seeded sets.
 *
 * @example
 * ```ts
 * const request: SampleRequest = { frameId: 42, explicit: createSampleSet(0), seeded: [] };
 * ```
 */
export interface SampleRequest {
  /** Frame the samples are meant for (u32). A client that gets it late uses it for its next frame. */
  readonly frameId: number;
  readonly explicit: SampleSet;
  readonly seeded: readonly SeededSamples[];
}

/**
 * The sampled values of one frame, in the order of its `SampleSet`.
 *
 * @example
 * ```ts
 * const r = values.rgb[3 * i];
 * ```
 */
export interface SampleValues {
  /** 8-bit RGB, 3 × count; after decoding, the middle of the quantisation cell. */
  readonly rgb: Uint8Array;
  /** Bits per channel each sample was sent with: the true value lies within the cell of 2^(8 − bits) (S15). */
  readonly bits: Uint8Array;
  /**
   * A depth code per sample, 0 … 1023 (`codeToDepth`): 0 where nothing was drawn; `NO_DEPTH` for those that carry none. Null or absent
   * where the frame came without depth.
   */
  readonly depth?: Uint16Array | null;
  /** 1 for each sample that is what was last sent of its place; absent where that is not known. */
  readonly unchanged?: Uint8Array;
  /**
   * How well blocks that keep a whole picture came out, by the recorder's own count: PSNR over RGB of its 8×8 blocks, dB, 0 … 63.75 in steps of
   * a quarter. Absent for other frames.
   */
  readonly psnr?: number;
  /** How the frame's blocks were coded; absent where that is not known, or there are none. */
  readonly blocks?: CodedBlocks;
}
