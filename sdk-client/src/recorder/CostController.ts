import { LIMITS } from '@sgaps/protocol/vocabulary';

/**
 * What a preset allows recording to be.
 *
 * @example
 * ```ts
 * const budget: CostBudget = { fps: 30, batch: 4, micros: 33 };
 * ```
 */
export interface CostBudget {
  /** Frames sampled per second. */
  readonly fps: number;
  /** Frames read back and handed over together. */
  readonly batch: number;
  /** Mean main-thread microseconds per displayed frame; `Infinity`: recording never does less. */
  readonly micros: number;
  /** Processor cores of the machine: the fewer, the less of one may go into coding. Default: what the browser says, else 2. */
  readonly cores?: number;
}

/**
 * What else recording takes from the machine, beside the game's thread.
 *
 * @example
 * ```ts
 * const load: CostLoad = { coding: 0.35, missed: 0.02 };
 * ```
 */
export interface CostLoad {
  /** Part of a processor core that the courier's worker spends coding. */
  readonly coding?: number;
  /** True where the game's thread codes, for want of a worker: fewer samples then cost it less. */
  readonly inline?: boolean;
  /** Part of the frames due that could not be taken, as those before had not come back or had not been coded. */
  readonly missed?: number;
}

/**
 * What each step takes back: batches grow first (latency), then the rate falls, and samples last, for a whole picture now and then shows
 * more than pieces of each. From double batches on there are as many batches a second, of fewer frames: what waits is no older.
 */
const STEPS = [
  { batch: 1, rate: 1, share: 1 },
  { batch: 2, rate: 1, share: 1 },
  { batch: 1, rate: 0.5, share: 1 },
  { batch: 0.5, rate: 0.25, share: 1 },
  { batch: 0.25, rate: 0.125, share: 1 },
  { batch: 0.25, rate: 0.125, share: 0.5 },
  { batch: 0.25, rate: 0.125, share: 0.25 },
] as const;
/** The first step with fewer frames: where coding that takes too long, or a game in trouble, is at once. */
const FEWER = 2;
/** The last step for missed frames: a GPU that is busy with the game alone is late whatever is asked of it. */
const FEW = 3;
/** The last step with all samples. How many there are costs the coder alone, wherever it runs: only what it takes may lead further. */
const WHOLE = 4;
/** Part of a core that coding may take: a quarter of all cores, most of one at the most; and the part of that under which there is ease. */
const CODING_CORES = 0.25;
const MOST_CODING = 0.8;
const LITTLE_CODING = 0.4;
/** Part of the frames that may be missed, and under which there is ease. */
const MANY_MISSED = 0.3;
const FEW_MISSED = 0.1;
/** Over and under the budget by these factors, recording steps down and up. */
const TOO_MUCH = 1.25;
const EASY = 0.6;
/** A game whose frames take this much longer than of late has no time for us. */
const SLOWER = 1.3;
const SLOWER_MS = 2;
const RECOVERED = 1.1;
/** Frames due a second that make that second's misses count in full; of fewer, a single one would say too much. */
const TELLING = 15;
/** Seconds that form what frames took "of late", and seconds of calm before a step back up. */
const LATELY = 30;
const CALM = 8;
/** Frame times counted in one second, at most. */
const FRAMES = 256;

/**
 * Keeps recording within its budget: lengthens batches, then halves the rate, then samples, when the recorder's own measured
 * cost is over budget, when coding takes too much of a core or frames come back too late, or when the game's frames take longer than they
 * did of late; gives back one step at a time after some calm seconds (DESIGN.md, "Never in the game's way").
 *
 * @example
 * ```ts
 * const cost = new CostController({ fps: 30, batch: 4, micros: 33 });
 * cost.frame(16.7);                    // every displayed frame
 * if (cost.update(41, { coding: 0.3 })) apply(cost.batch, cost.fps, cost.share); // once a second
 * ```
 */
export class CostController {
  /** 0: all that the budget allows; more: less. */
  level = 0;
  /** The last step down was because the game's frames took longer. */
  governed = false;
  readonly #budget: CostBudget;
  readonly #mostCoding: number;
  readonly #times = new Float64Array(FRAMES);
  #count = 0;
  readonly #recent: number[] = [];
  #slow = 0;
  #calm = 0;
  /** Part of the frames missed, over a second or so of the usual rate. */
  #missed = 0;

  constructor(budget: CostBudget) {
    this.#budget = budget;
    const cores = budget.cores ?? globalThis.navigator?.hardwareConcurrency ?? 2;
    this.#mostCoding = Math.min(MOST_CODING, CODING_CORES * cores);
  }

  /** Frames to be read back together. */
  get batch(): number {
    return Math.max(1, Math.min(LIMITS.framesPerPacket, Math.round(this.#budget.batch * STEPS[this.level].batch)));
  }

  /** Frames to be sampled per second. */
  get fps(): number {
    return this.#budget.fps * STEPS[this.level].rate;
  }

  /** Share of the usual samples that the server may ask for, 0 … 1. */
  get share(): number {
    return STEPS[this.level].share;
  }

  /** Notes how long a displayed frame took, ms. Longer than a quarter of a second is a hidden page, not a slow one. */
  frame(interval: number): void {
    if (interval > 0 && interval < 250) this.#times[this.#count++ % FRAMES] = interval;
  }

  /**
   * Once a second, with the mean µs recording cost per displayed frame since, and what it took elsewhere; true when what to do has
   * changed.
   */
  update(meanMicros: number, { coding = 0, inline = false, missed = 0 }: CostLoad = {}): boolean {
    const median = this.#median();
    if (median === 0 || this.#budget.micros === Number.POSITIVE_INFINITY) return false;
    const usual = this.#recent.length > 0 ? Math.min(...this.#recent) : median;
    this.#recent.push(median);
    if (this.#recent.length > LATELY) this.#recent.shift();
    const slower = median > usual * SLOWER && median > usual + SLOWER_MS;
    this.#slow = slower ? this.#slow + 1 : 0;
    const dear = meanMicros > this.#budget.micros * TOO_MUCH;
    const coded = coding > this.#mostCoding;
    this.#missed += Math.min(1, this.fps / TELLING) * (missed - this.#missed);
    const late = this.#missed > MANY_MISSED && this.level < FEW;
    if (dear || coded || late || this.#slow >= 2) {
      this.#calm = 0;
      this.#slow = 0;
      const atMost = coded || (dear && inline) ? STEPS.length - 1 : WHOLE;
      if (this.level >= atMost) return false;
      // Longer batches would help neither the coder nor a game in trouble.
      this.level = Math.max(slower || coded || late ? FEWER : 0, this.level + 1);
      this.governed = slower;
      return true;
    }
    const atEase = coding < LITTLE_CODING * this.#mostCoding && this.#missed < FEW_MISSED;
    const easy = atEase && meanMicros < this.#budget.micros * EASY && median < usual * RECOVERED;
    this.#calm = easy ? this.#calm + 1 : 0;
    if (this.level === 0 || this.#calm < CALM) return false;
    this.#calm = 0;
    this.level--;
    if (this.level === 0) this.governed = false;
    return true;
  }

  #median(): number {
    const n = Math.min(this.#count, FRAMES);
    this.#count = 0;
    return n === 0 ? 0 : this.#times.slice(0, n).sort()[n >> 1];
  }
}
