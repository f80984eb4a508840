import type { CubeFrame } from './CubeCoder.js';
import { Way } from './CubeCoder.js';
import { type CubeDecider, worthOf } from './CubeDecider.js';
import type { GroupState } from './GroupState.js';
import { lookAt } from './lookAt.js';
import { CODEBOOKS, type ModelPair } from './ModelPair.js';
import type { PaddedPicture } from './PaddedPicture.js';

/** How many codebooks are tried: more for what moves, fewer for what is calm, none for what is known (H15). */
const TRIED = [1, 2, 3, CODEBOOKS];
/** Bits that a code takes, and the number of codes. */
const CODE_BITS = 9;
const COUNT_BITS = 4;
/** Bits that a pair must save before codes are sent for it, and before the first of a group, which the session vector comes with. */
const PAIR_BITS = 64;
const FIRST_BITS = 192;

/** A pair before it is coded. */
export interface UncodedPair {
  /** Number of its first picture in the group. */
  readonly index: number;
  /** One picture or two, as they should be shown, and what is added to the quantiser of their cubes. */
  readonly sources: readonly PaddedPicture[];
  readonly offsets: readonly Int8Array[];
  readonly quantiser: number;
  /** By cube: whether the group's first picture has something to copy. */
  readonly copies: Uint8Array;
}

/** Chooses how many codebooks each cube of a pair is given, by what that saves of detail (encoder only). */
export class CodebookChooser {
  /** By cube: the least cost of the pair's pictures without the model, and so far. */
  private readonly plain: readonly Float64Array[];
  private readonly best: Float64Array;
  private readonly chosen: Uint8Array;

  /** At most so many codebooks; `spare` is drawn on. */
  constructor(
    private readonly group: GroupState,
    private readonly pair: ModelPair,
    private readonly decider: CubeDecider,
    private readonly codebooks: number,
    private readonly spare: PaddedPicture,
  ) {
    this.plain = [new Float64Array(group.cubes), new Float64Array(group.cubes)];
    this.best = new Float64Array(group.cubes);
    this.chosen = new Uint8Array(group.cubes);
  }

  /** Sets `pair.codes` and `pair.levels`. `frames`: the pair as float32 [2, 3, H, W]. */
  async choose(uncoded: UncodedPair, frames: Float32Array, state: Float32Array): Promise<void> {
    const { group, pair, best, chosen } = this;
    const { codes } = await pair.encode(frames, state);
    pair.codes.set(codes.subarray(0, pair.codes.length));
    pair.levels.fill(0);
    chosen.fill(0);
    best.fill(0);
    uncoded.sources.forEach((_, i) => this.costPlain(uncoded, i));
    for (const tried of new Set(TRIED.map((count) => Math.min(count, this.codebooks)))) {
      // What is nearly right already is not worth a codebook.
      for (let cube = 0; cube < group.cubes; cube++)
        pair.levels[cube] = best[cube] > this.priceOf(uncoded, cube, tried) ? tried : 0;
      if (group.active().length === 0) break;
      await pair.draw(state);
      this.compare(uncoded, tried);
    }
    pair.levels.set(this.isWorthwhile(uncoded) ? chosen : chosen.fill(0));
  }

  /** Whether what is chosen saves more than telling of it costs. */
  private isWorthwhile(uncoded: UncodedPair): boolean {
    const { group, plain, best, chosen, pair } = this;
    let saved = 0;
    for (let cube = 0; cube < group.cubes; cube++) {
      if (chosen[cube] === 0) continue;
      const cost = uncoded.sources.reduce((sum, _, i) => sum + plain[i][cube], 0);
      saved += (cost - best[cube]) / this.worthOf(uncoded, cube);
    }
    return saved > (pair.isBegun ? PAIR_BITS : FIRST_BITS);
  }

  private costPlain(uncoded: UncodedPair, i: number): void {
    const { group, spare, decider, plain, best } = this;
    const frame = this.frameOf(uncoded, i);
    spare.copy(uncoded.sources[i]);
    for (let cube = 0; cube < group.cubes; cube++) {
      const canMove = uncoded.index + i > 0 || uncoded.copies[cube] === 1;
      decider.decide(frame, uncoded.sources[i], cube, offsetOf(uncoded, i, cube), canMove);
      plain[i][cube] = decider.least;
      best[cube] += decider.least;
    }
  }

  /** Takes the number of codebooks that was drawn with for the cubes that it is best for. */
  private compare(uncoded: UncodedPair, tried: number): void {
    const { group, plain, best, chosen, decider } = this;
    const frames = uncoded.sources.map((_, i) => this.frameOf(uncoded, i));
    for (const cube of group.active()) {
      let cost = this.priceOf(uncoded, cube, tried);
      uncoded.sources.forEach((source, i) => {
        const drawn = decider.costOf(frames[i], source, cube, offsetOf(uncoded, i, cube), Way.Model);
        cost += Math.min(drawn, plain[i][cube]);
      });
      if (cost >= best[cube]) continue;
      best[cube] = cost;
      chosen[cube] = tried;
    }
  }

  /** What codes cost. */
  private priceOf(uncoded: UncodedPair, cube: number, tried: number): number {
    return (COUNT_BITS + tried * CODE_BITS) * this.worthOf(uncoded, cube);
  }

  /** What a bit is worth in a cube: as much as the coarser of the pair's pictures would pay. */
  private worthOf(uncoded: UncodedPair, cube: number): number {
    const worth = uncoded.sources.map((_, i) =>
      worthOf(this.group.frame(uncoded.index + i, uncoded.sources.length, uncoded.quantiser), offsetOf(uncoded, i, cube)),
    );
    return Math.max(...worth);
  }

  private frameOf({ index, sources, quantiser }: UncodedPair, i: number): CubeFrame {
    const frame = this.group.frame(index + i, sources.length, quantiser);
    return { ...frame, ...lookAt(frame, index + i, sources), target: this.spare };
  }
}

function offsetOf({ offsets, quantiser }: UncodedPair, i: number, cube: number): number {
  return Math.max(offsets[i][cube], -quantiser);
}
