import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isSgapsError } from '@sgaps/protocol';
import type { FuzzTarget, OpenTarget } from './FuzzTarget.js';

/** Something that may not happen. */
export interface Finding {
  readonly target: string;
  /** What kind: an error of another class, too slow, too large, one that hangs, heap that is kept. */
  readonly kind: 'error' | 'slow' | 'large' | 'hangs' | 'grows' | 'dies';
  readonly message: string;
  readonly seed: number;
  readonly index: number;
  /** The input, hexadecimal, as `--only NAME --bytes HEX` takes it. Empty for what is no single case. */
  readonly bytes: string;
}

/** What the cases of a target came to. */
export interface Tally {
  cases: number;
  accepted: number;
  /** Refusals by the code of their error. */
  readonly refused: Record<string, number>;
  /** ms in decoders. */
  ms: number;
  worstMs: number;
  /** Heap and buffers that a case has taken, bytes. */
  worstBytes: number;
}

/** Slow cases are run this many times again: another program may have had the processor. */
const AGAIN = 3;

export function emptyTally(): Tally {
  return { cases: 0, accepted: 0, refused: {}, ms: 0, worstMs: 0, worstBytes: 0 };
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Heap and buffers after a collection, bytes, at least `unless` where they are not below that soon: buffers are let go of some time after it. */
export async function settledBytes(unless = 0): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let wait = 1; wait < 500 && least > unless; wait *= 3) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, wait));
    least = Math.min(least, takenBytes());
  }
  return least;
}

function takenBytes(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

/**
 * Runs cases of one target and judges each.
 *
 * @example
 * ```ts
 * const runner = new CaseRunner(target, await target.open());
 * const finding = await runner.run(bytes, 7, 0, tally);
 * ```
 */
export class CaseRunner {
  constructor(
    private readonly target: FuzzTarget,
    private readonly opened: OpenTarget,
  ) {}

  /** What is wrong with it, null where nothing is. */
  async run(input: Uint8Array, seed: number, index: number, tally: Tally): Promise<Finding | null> {
    const { name, most } = this.target;
    const finding = (kind: Finding['kind'], message: string): Finding => ({
      ...{ target: name, kind, message, seed, index },
      bytes: Buffer.from(input).toString('hex'),
    });
    // A decoder that writes to what it is given would otherwise be judged by another case.
    const { error, ms, bytes } = await this.once(new Uint8Array(input));
    tally.cases++;
    tally.ms += ms;
    tally.worstBytes = Math.max(tally.worstBytes, bytes);
    if (error === null) tally.accepted++;
    else if (isSgapsError(error)) tally.refused[error.code] = (tally.refused[error.code] ?? 0) + 1;
    else return finding('error', error instanceof Error ? (error.stack ?? error.message) : String(error));
    if (bytes > most.bytes) return finding('large', `It took ${bytes} bytes, ${most.bytes} are allowed.`);
    let quickest = ms;
    for (let i = 0; quickest > most.ms && i < AGAIN; i++)
      quickest = Math.min(quickest, (await this.once(new Uint8Array(input))).ms);
    tally.worstMs = Math.max(tally.worstMs, quickest);
    return quickest > most.ms ? finding('slow', `It took ${quickest.toFixed(0)} ms, ${most.ms} are allowed.`) : null;
  }

  private async once(input: Uint8Array): Promise<{ error: unknown; ms: number; bytes: number }> {
    let error: unknown = null;
    const before = takenBytes();
    const start = performance.now();
    try {
      const result = this.opened.run(input);
      if (result instanceof Promise) await result;
    } catch (thrown) {
      error = thrown ?? new Error('It threw nothing.');
    }
    const ms = performance.now() - start;
    return { error, ms, bytes: Math.max(0, takenBytes() - before) };
  }
}
