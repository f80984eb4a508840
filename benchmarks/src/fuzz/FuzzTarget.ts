import { deserialize, serialize } from 'node:v8';
import type { FuzzRandom } from './FuzzRandom.js';
import { mutateBytes } from './mutateBytes.js';
import { mutateText, mutateValue } from './mutateValue.js';

/** What a case may take where a target says nothing else: ms, and bytes of heap and buffers. */
const BOUNDS = { ms: 1000, bytes: 64 * 1024 * 1024 } as const;

/**
 * A decoder under test. It must end with a value or an `SgapsError`, within bounds, whatever it is given.
 *
 * @example
 * ```ts
 * const target: FuzzTarget = bytesTarget('kept', ['decodeKept'], [encodeKept([])], decodeKept);
 * ```
 */
export interface FuzzTarget {
  readonly name: string;
  /** Decoders that it runs, by the names of their exports. */
  readonly runs: readonly string[];
  /** Its part of the cases beside those of others, which have 1: less for slow ones. */
  readonly share: number;
  readonly most: { readonly ms: number; readonly bytes: number };
  /** Made once a thread: samples come from the real encoders. */
  open(): OpenTarget | Promise<OpenTarget>;
}

/** A target that is ready. */
export interface OpenTarget {
  /** The input of a case, as bytes: what is printed of a finding, and repeats it. */
  make(random: FuzzRandom): Uint8Array;
  run(input: Uint8Array): unknown;
  close?(): Promise<void> | void;
}

/** What targets may say beside what they run. */
export interface TargetOptions {
  readonly share?: number;
  readonly ms?: number;
  readonly bytes?: number;
}

/** Samples, or what makes them. */
type Samples<T> = readonly T[] | (() => readonly T[] | Promise<readonly T[]>);

/**
 * A target that reads bytes. `repair` puts checksums right after the changes, so that what lies behind them is reached too; it is left out for one case in four.
 *
 * @example
 * ```ts
 * bytesTarget('kept', ['decodeKept'], [encodeKept(records)], decodeKept);
 * ```
 */
export function bytesTarget(
  name: string,
  runs: readonly string[],
  samples: Samples<Uint8Array>,
  run: (bytes: Uint8Array) => unknown,
  options: TargetOptions & { readonly repair?: (bytes: Uint8Array) => void } = {},
): FuzzTarget {
  const { repair } = options;
  return target(name, runs, options, async () => {
    const list = await listOf(samples);
    const make = (random: FuzzRandom) => {
      const bytes = mutateBytes(list, random);
      if (repair && random.chance(0.75)) repair(bytes);
      return bytes;
    };
    return { make, run };
  });
}

/**
 * A target that reads values as msgpack or JSON bring them. Its inputs are in the serialisation of `node:v8`.
 *
 * @example
 * ```ts
 * valueTarget('figures', ['parseNumbers'], [{ frames: 30 }], parseNumbers);
 * ```
 */
export function valueTarget(
  name: string,
  runs: readonly string[],
  samples: Samples<unknown>,
  run: (value: unknown) => unknown,
  options: TargetOptions = {},
): FuzzTarget {
  return target(name, runs, options, async () => {
    const list = await listOf(samples);
    return { make: (random) => serialize(mutateValue(list, random)), run: (input) => run(deserialize(input)) };
  });
}

/**
 * A target that reads text, mostly JSON.
 *
 * @example
 * ```ts
 * textTarget('model card', ['parseModelCard'], [card], (text) => parseModelCard(text));
 * ```
 */
export function textTarget(
  name: string,
  runs: readonly string[],
  samples: Samples<unknown>,
  run: (text: string) => unknown,
  options: TargetOptions = {},
): FuzzTarget {
  return target(name, runs, options, async () => {
    const list = await listOf(samples);
    return { make: (random) => Buffer.from(mutateText(list, random)), run: (input) => run(Buffer.from(input).toString()) };
  });
}

/** A target whose inputs are made in a way of its own. */
export function target(name: string, runs: readonly string[], options: TargetOptions, open: FuzzTarget['open']): FuzzTarget {
  const { share = 1, ms = BOUNDS.ms, bytes = BOUNDS.bytes } = options;
  return { name, runs, share, most: { ms, bytes }, open };
}

async function listOf<T>(samples: Samples<T>): Promise<readonly T[]> {
  return typeof samples === 'function' ? samples() : samples;
}
