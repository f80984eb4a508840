import type { FuzzRandom } from '../FuzzRandom.js';

/** Where a server listens, all on this machine. */
export interface AttackedServer {
  /** Rooms and HTTP. */
  readonly port: number;
  /** Viewers' transport. */
  readonly viewingPort: number;
  readonly url: string;
}

/** One way to be hostile. */
export interface Attack {
  readonly name: string;
  /** Does it, `effort` times over where it can be done more than once; resolves to how many requests, messages or connections that were. Throws for what the server may not do. */
  run(server: AttackedServer, random: FuzzRandom, effort: number): Promise<number>;
}

/**
 * Throws where something does not hold.
 *
 * @example
 * ```ts
 * insist(status < 500, `${path} was answered with ${status}`);
 * ```
 */
export function insist(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

/** Runs so many at once, to the end of all. */
export async function inTurns<T>(items: readonly T[], atOnce: number, run: (item: T) => Promise<void>): Promise<number> {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return items.length;
}
