/**
 * Numbers that look random and are the same for the same seed (mulberry32).
 */
export class SplatRandom {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** In [low, high). */
  range(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Of mean 0 and variance 1, but never beyond ±3: twelve even ones make it nearly normal. */
  normal(): number {
    let sum = -6;
    for (let term = 0; term < 12; term++) sum += this.next();
    return Math.max(-3, Math.min(3, sum));
  }
}
