import { SgapsError } from '@sgaps/protocol';

/**
 * A wire between client and server: when what is sent at a time arrives, ms. Each direction keeps its order; both are asked in the order of sending.
 *
 * @example
 * ```ts
 * const network: Network = new JitteryNetwork({ seed: 7, least: 50, most: 250 });
 * const arrives = network.up(33.3);
 * ```
 */
export interface Network {
  /** Arrival at the server. */
  up(sentMs: number): number;
  /** Arrival at the client. */
  down(sentMs: number): number;
}

/**
 * Uniform numbers 0 … 1 that a seed alone decides (mulberry32).
 *
 * @example
 * ```ts
 * const random = seededRandom(7);
 * random() === seededRandom(7)(); // true
 * ```
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Always the same delay, all of it on the way down; the loop cannot tell where it lies.
 *
 * @example
 * ```ts
 * new SteadyNetwork(2 * frameMs).down(100);
 * ```
 */
export class SteadyNetwork implements Network {
  /** `roundTrip` ms ≥ 0. */
  constructor(private readonly roundTrip: number) {
    if (!(roundTrip >= 0)) throw new SgapsError('ARGUMENT_INVALID', `A round trip of ${roundTrip} ms cannot be.`);
  }

  up(sentMs: number): number {
    return sentMs;
  }

  down(sentMs: number): number {
    return sentMs + this.roundTrip;
  }
}

/**
 * Each packet is delayed by a random time of its own, evenly between half of `least` and half of `most` each way, and none overtakes another.
 *
 * @example
 * ```ts
 * new JitteryNetwork({ seed: 7, least: 50, most: 250 });
 * ```
 */
export class JitteryNetwork implements Network {
  private readonly random: () => number;
  private lastUp = 0;
  private lastDown = 0;

  /** `least` and `most` are round trips, ms. */
  constructor(private readonly options: { readonly seed: number; readonly least: number; readonly most: number }) {
    if (!(options.least >= 0 && options.most >= options.least))
      throw new SgapsError('ARGUMENT_INVALID', `Round trips from ${options.least} to ${options.most} ms cannot be.`);
    this.random = seededRandom(options.seed);
  }

  up(sentMs: number): number {
    this.lastUp = Math.max(this.lastUp, sentMs + this.delay());
    return this.lastUp;
  }

  down(sentMs: number): number {
    this.lastDown = Math.max(this.lastDown, sentMs + this.delay());
    return this.lastDown;
  }

  private delay(): number {
    const { least, most } = this.options;
    return (least + (most - least) * this.random()) / 2;
  }
}

/**
 * A steady delay, but every few seconds nothing arrives in either direction for a while, and then everything at once.
 *
 * @example
 * ```ts
 * new BurstyNetwork({ seed: 7, roundTrip: 60, stall: [200, 400], every: [2000, 4000] });
 * ```
 */
export class BurstyNetwork implements Network {
  private readonly random: () => number;
  private readonly stalls: { readonly from: number; readonly to: number }[] = [];

  /** `roundTrip` ms between stalls; `stall` and `every` are the least and the most ms of a stall, and from the end of one to the next. */
  constructor(
    private readonly options: {
      readonly seed: number;
      readonly roundTrip: number;
      readonly stall: readonly [number, number];
      readonly every: readonly [number, number];
    },
  ) {
    if (!(options.every[0] > 0 && options.stall[0] >= 0))
      throw new SgapsError('ARGUMENT_INVALID', 'Stalls must last and lie apart.');
    this.random = seededRandom(options.seed);
  }

  up(sentMs: number): number {
    return this.through(sentMs + this.options.roundTrip / 2);
  }

  down(sentMs: number): number {
    return this.through(sentMs + this.options.roundTrip / 2);
  }

  /** The time itself, or the end of the stall it falls into. */
  private through(time: number): number {
    const { stalls } = this;
    const between = ([least, most]: readonly [number, number]) => least + (most - least) * this.random();
    while ((stalls.at(-1)?.to ?? 0) <= time) {
      const from = (stalls.at(-1)?.to ?? 0) + between(this.options.every);
      stalls.push({ from, to: from + between(this.options.stall) });
    }
    return stalls.find(({ from, to }) => time >= from && time < to)?.to ?? time;
  }
}

/** The networks that `bench:latency` knows beside steady delays. */
export type NetworkName = 'jittery' | 'bursts';

/** What each is, for the tables. */
export const NETWORKS: Readonly<Record<NetworkName, string>> = {
  jittery: 'jittery, round trips of 50 … 250 ms',
  bursts: '60 ms, with stalls of 200 … 400 ms every 2 … 4 s',
};

/**
 * A network by its name; the same seed gives the same delays.
 *
 * @example
 * ```ts
 * const network = createNetwork('bursts', 7);
 * ```
 */
export function createNetwork(name: NetworkName, seed: number): Network {
  if (name === 'jittery') return new JitteryNetwork({ seed, least: 50, most: 250 });
  return new BurstyNetwork({ seed, roundTrip: 60, stall: [200, 400], every: [2000, 4000] });
}
