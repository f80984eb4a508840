/** Points of a leaf at most. */
const LEAF = 8;

/**
 * Finds the nearest of many points. The tree is implicit: the points' numbers are sorted so that the middle of each stretch parts it, along one axis after the other.
 */
export class KdTree {
  private readonly order: Int32Array;
  private readonly axes: Uint8Array;
  /** What `nearest` found: numbers of points, and their squared distances, nearest first. */
  readonly found: Int32Array;
  readonly squared: Float64Array;
  private count = 0;

  /** @param positions 3·N. @param most how many are asked for at most. */
  constructor(
    private readonly positions: Float32Array,
    private readonly most: number,
    length = positions.length / 3,
  ) {
    this.order = Int32Array.from({ length }, (_, i) => i);
    this.axes = new Uint8Array(length);
    this.found = new Int32Array(most);
    this.squared = new Float64Array(most);
    this.split(0, length);
  }

  /** Finds the points nearest to one of them, itself among them, no farther than a distance; returns how many. */
  nearest(x: number, y: number, z: number, radius: number): number {
    this.count = 0;
    this.bound = radius * radius;
    this.visit(0, this.order.length, x, y, z);
    return this.count;
  }

  private bound = 0;

  private visit(from: number, to: number, x: number, y: number, z: number): void {
    if (to - from <= LEAF) {
      for (let at = from; at < to; at++) this.offer(this.order[at], x, y, z);
      return;
    }
    const middle = (from + to) >> 1;
    const point = this.order[middle];
    const axis = this.axes[middle];
    const off = (axis === 0 ? x : axis === 1 ? y : z) - this.positions[3 * point + axis];
    if (off < 0) this.visit(from, middle, x, y, z);
    else this.visit(middle + 1, to, x, y, z);
    if (off * off > this.bound) return;
    this.offer(point, x, y, z);
    if (off < 0) this.visit(middle + 1, to, x, y, z);
    else this.visit(from, middle, x, y, z);
  }

  private offer(point: number, x: number, y: number, z: number): void {
    const { positions, found, squared } = this;
    const dx = positions[3 * point] - x;
    const dy = positions[3 * point + 1] - y;
    const dz = positions[3 * point + 2] - z;
    const distance = dx * dx + dy * dy + dz * dz;
    if (!(distance <= this.bound)) return;
    let at = this.count < this.most ? this.count++ : this.most - 1;
    for (; at > 0 && squared[at - 1] > distance; at--) {
      squared[at] = squared[at - 1];
      found[at] = found[at - 1];
    }
    squared[at] = distance;
    found[at] = point;
    if (this.count === this.most) this.bound = squared[this.most - 1];
  }

  private split(from: number, to: number): void {
    if (to - from <= LEAF) return;
    const axis = this.widest(from, to);
    const middle = (from + to) >> 1;
    this.select(from, to - 1, middle, axis);
    this.axes[middle] = axis;
    this.split(from, middle);
    this.split(middle + 1, to);
  }

  private widest(from: number, to: number): number {
    const { positions, order } = this;
    let best = 0;
    let widest = -1;
    for (let axis = 0; axis < 3; axis++) {
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (let at = from; at < to; at++) {
        const value = positions[3 * order[at] + axis];
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (high - low <= widest) continue;
      widest = high - low;
      best = axis;
    }
    return best;
  }

  /** Sorts as far as it takes for the point at `middle` to be the one that belongs there (Hoare). */
  private select(first: number, last: number, middle: number, axis: number): void {
    const { positions, order } = this;
    let [low, high] = [first, last];
    while (low < high) {
      const pivot = positions[3 * order[(low + high) >> 1] + axis];
      let [i, j] = [low, high];
      while (i <= j) {
        while (positions[3 * order[i] + axis] < pivot) i++;
        while (positions[3 * order[j] + axis] > pivot) j--;
        if (i > j) break;
        const swap = order[i];
        order[i++] = order[j];
        order[j--] = swap;
      }
      if (middle <= j) high = j;
      else if (middle >= i) low = i;
      else return;
    }
  }
}
