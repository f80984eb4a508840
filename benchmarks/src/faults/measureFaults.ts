import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSgapsError, SgapsError } from '@sgaps/protocol';
import { clients } from './clients.js';
import { clock } from './clock.js';
import { corrupted } from './corrupted.js';
import { delays } from './delays.js';
import { descriptors } from './descriptors.js';
import type { Fault, FaultFigures } from './Fault.js';
import { fullDisk } from './fullDisk.js';
import { killed } from './killed.js';
import { model } from './model.js';
import { bothDown, hangs, postgresDown, redisDown, storeDown } from './outages.js';
import { readOnly } from './readOnly.js';
import { renderer } from './renderer.js';

/**
 * All faults, in the order of the table.
 *
 * @example
 * ```ts
 * const names = FAULTS.map(({ name }) => name);
 * ```
 */
export const FAULTS: readonly Fault[] = [
  killed,
  fullDisk,
  readOnly,
  storeDown,
  redisDown,
  postgresDown,
  bothDown,
  ...hangs,
  clients,
  clock,
  delays,
  corrupted,
  model,
  renderer,
  descriptors,
];

/**
 * Options of `measureFaults`.
 *
 * @example
 * ```ts
 * const options: MeasureFaultsOptions = { only: ['killed'], points: 5 };
 * ```
 */
export interface MeasureFaultsOptions {
  /** Names of faults; default all. */
  readonly only?: readonly string[];
  /** Random points of those that have them; default 200. */
  readonly points?: number;
  readonly seed?: number;
  /** Runs the built program; default true. */
  readonly built?: boolean;
  readonly say?: (line: string) => void;
}

/**
 * What `bench:faults` prints.
 *
 * @example
 * ```ts
 * const { rows, skipped }: FaultsMeasured = await measureFaults({ only: ['killed'], points: 5 });
 * ```
 */
export interface FaultsMeasured {
  readonly seed: number;
  readonly rows: readonly FaultFigures[];
  /** Faults that this machine cannot have, and why. */
  readonly skipped: readonly { readonly fault: string; readonly why: string }[];
}

/**
 * Lets faults happen to a server, one after the other, and says what each lost. Rejects with `ARGUMENT_INVALID` for a fault that there is none of.
 *
 * @example
 * ```ts
 * const { rows } = await measureFaults({ only: ['full-disk'] });
 * ```
 */
export async function measureFaults(options: MeasureFaultsOptions = {}): Promise<FaultsMeasured> {
  const { only = [], points = 200, seed = 1, built = true, say = () => undefined } = options;
  for (const name of only) {
    if (FAULTS.some((fault) => fault.name === name)) continue;
    throw new SgapsError('ARGUMENT_INVALID', `There is no fault ${name}: ${FAULTS.map((fault) => fault.name).join(', ')}.`);
  }
  const rows: FaultFigures[] = [];
  const skipped: { fault: string; why: string }[] = [];
  const root = mkdtempSync(join(tmpdir(), 'sgaps-faults-'));
  try {
    for (const fault of FAULTS.filter(({ name }) => only.length === 0 || only.includes(name))) {
      const folder = join(root, fault.name);
      mkdirSync(folder);
      say(fault.title);
      try {
        rows.push(...(await fault.run({ folder, points, random: randomFrom(seed), built, say })));
      } catch (error) {
        if (!isSgapsError(error) || error.code !== 'UNSUPPORTED') throw error;
        skipped.push({ fault: fault.name, why: error.message });
      }
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return { seed, rows, skipped };
}

/** Numbers from 0 to 1, the same for a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
