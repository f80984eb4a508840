import { carriesDepth } from './depthCode.js';
import { BLOCK_KIND, BLOCK_SAMPLES, BLOCK_SIDE, SampleKind, type SampleSet } from './SampleSet.js';

const REACH = BLOCK_SIDE - 1;

/**
 * Goes over the samples of an expanded set that carry depth (`carriesDepth`), in order. Of a block inside the grid that is one, which is
 * gone to at once.
 *
 * @example
 * ```ts
 * walk.begin(set);
 * for (let i = walk.next(); i >= 0; i = walk.next()) depth[i] = codes[i];
 * ```
 */
export class DepthWalk {
  private set: SampleSet | null = null;
  private at = 0;
  /** End of the block that `at` is in. */
  private end = 0;

  /** Starts with the first sample of a set. */
  begin(set: SampleSet): void {
    this.set = set;
    this.at = 0;
    this.end = 0;
  }

  /** Index of the next sample that carries depth, −1 after the last. */
  next(): number {
    const { set } = this;
    if (set === null) return -1;
    const { kind, u, v, count } = set;
    while (this.at < count) {
      const i = this.at;
      if (kind[i] >= BLOCK_KIND && i >= this.end) {
        const last = i + BLOCK_SAMPLES - 1;
        this.end = last + 1;
        if (kind[i] !== SampleKind.block0) {
          this.at = this.end;
          continue;
        }
        if (u[last] === u[i] + REACH && v[last] === v[i] + REACH) {
          this.at = this.end;
          return i + BLOCK_SIDE * ((3 - v[i]) & 7) + ((3 - u[i]) & 7);
        }
      }
      this.at = i + 1;
      if (carriesDepth(kind[i], u[i], v[i])) return i;
    }
    return -1;
  }
}
