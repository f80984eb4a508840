/**
 * Which objects of a new draw list were in the last one: the longest part still in the same order is *kept*, a known
 * object elsewhere is *moved*, the rest are new. Found by object id; arrays are reused.
 *
 * @example
 * ```ts
 * script.plan(previousIds, previousCount, currentIds, currentCount, stride);
 * if (script.unchanged) return;
 * ```
 */
export class ObjectScript {
  /** For each current object, its index in the last list when kept in order, else −1. */
  readonly kept: Int32Array;
  /** For each current object, its index in the last list when known but out of order, else −1. */
  readonly moved: Int32Array;
  /** True when both lists hold the same objects in the same order. */
  unchanged = false;
  private readonly byId = new Map<number, number>();
  private readonly tails: Int32Array;
  private readonly before: Int32Array;

  constructor(capacity: number) {
    this.kept = new Int32Array(capacity);
    this.moved = new Int32Array(capacity);
    this.tails = new Int32Array(capacity);
    this.before = new Int32Array(capacity);
  }

  /** Compares two lists of rows whose first integer is the id. */
  plan(previous: Int32Array, previousCount: number, current: Int32Array, currentCount: number, stride: number): void {
    const { moved } = this;
    this.unchanged = previousCount === currentCount;
    for (let i = 0; this.unchanged && i < currentCount; i++) {
      this.unchanged = previous[i * stride] === current[i * stride];
    }
    if (this.unchanged) return;
    this.byId.clear();
    for (let i = 0; i < previousCount; i++) this.byId.set(previous[i * stride], i);
    for (let j = 0; j < currentCount; j++) {
      const id = current[j * stride];
      const index = this.byId.get(id);
      moved[j] = index ?? -1;
      // A second object of the same id counts as new.
      if (index !== undefined) this.byId.delete(id);
    }
    this.keepLongestOrder(currentCount);
  }

  /** Longest increasing subsequence of `moved`, turned into `kept`. */
  private keepLongestOrder(count: number): void {
    const { kept, moved, tails, before } = this;
    let length = 0;
    for (let j = 0; j < count; j++) {
      kept[j] = -1;
      if (moved[j] < 0) continue;
      let low = 0;
      let high = length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (moved[tails[middle]] < moved[j]) low = middle + 1;
        else high = middle;
      }
      before[j] = low > 0 ? tails[low - 1] : -1;
      tails[low] = j;
      if (low === length) length++;
    }
    for (let j = length > 0 ? tails[length - 1] : -1; j >= 0; j = before[j]) {
      kept[j] = moved[j];
      moved[j] = -1;
    }
  }
}
