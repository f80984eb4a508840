import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { isSgapsError, SgapsError } from '@sgaps/protocol';
import { busyness } from './busyness.js';
import { lastJson } from './lastJson.js';
import { describeMachine, describeVersion } from './machine.js';
import { runBench } from './runBench.js';
import { commandOf, type Step } from './steps.js';

/**
 * What a step came to: its figures, or why there are none; when, where and how undisturbed.
 *
 * @example
 * ```ts
 * const { figures, error }: Measured = readMeasured('report/data', 'client') ?? missing;
 * ```
 */
export interface Measured {
  readonly step: string;
  readonly command: string;
  readonly quick: boolean;
  readonly startedAt: string;
  readonly seconds: number;
  /** Share of all cores that other programs used, looked at right before and right after. */
  readonly busyBefore: number;
  readonly busyAfter: number;
  /** Load average of the last minute, before. */
  readonly load: number;
  readonly machine: string;
  readonly version: string;
  readonly figures: unknown;
  readonly error: string | null;
}

const LOOK_MS = 1500;
/** What JSON has no word for, by name: what was not measured, and what nobody can tell. */
const NOT_A_NUMBER = new Set(['ssim', 'ssimSteady', 'ssimChange', 'slope', 'intercept', 'pearson', 'spearman']);
const revive = (name: string, value: unknown): unknown => {
  if (value !== null) return value;
  if (name === 'slopeError') return Number.POSITIVE_INFINITY;
  return NOT_A_NUMBER.has(name) ? Number.NaN : value;
};

const fileOf = (folder: string, step: string) => join(folder, `${step}.json`);

/**
 * What is kept of a step; undefined where it was not measured. Throws `BYTES_MALFORMED` for a file that is none of ours.
 *
 * @example
 * ```ts
 * const kept = readMeasured('report/data', 'load');
 * ```
 */
export function readMeasured(folder: string, step: string): Measured | undefined {
  const file = fileOf(folder, step);
  if (!existsSync(file)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'), revive);
  } catch (cause) {
    throw new SgapsError('BYTES_MALFORMED', `${file} holds no JSON; remove it, and it is measured anew.`, { cause });
  }
  if (typeof value !== 'object' || value === null || !('command' in value) || !('figures' in value))
    throw new SgapsError('BYTES_MALFORMED', `${file} holds no figures of the report; remove it, and they are measured anew.`);
  return value as Measured;
}

/**
 * Measures a step and keeps what it came to. A failed one is told in `error`; rejects with `CLOSED` alone, where it was stopped.
 *
 * @example
 * ```ts
 * const measured = await measureStep(step, { folder: 'report/data', quick: true });
 * ```
 */
export async function measureStep(
  step: Step,
  options: {
    readonly folder: string;
    readonly quick: boolean;
    readonly onLine?: (line: string) => void;
    readonly signal?: AbortSignal;
  },
): Promise<Measured> {
  const { folder, quick, onLine, signal } = options;
  const startedAt = new Date().toISOString();
  const load = loadavg()[0];
  const busyBefore = await busyness(LOOK_MS);
  const begun = performance.now();
  let figures: unknown = null;
  let error: string | null = null;
  try {
    figures = lastJson<object>(await runBench(step.file, [...step.args, '--json'], { onLine, signal }));
  } catch (cause) {
    if (signal?.aborted || !isSgapsError(cause)) throw cause;
    error = `${cause.code}: ${cause.message}`;
  }
  const seconds = (performance.now() - begun) / 1000;
  const busyAfter = await busyness(LOOK_MS);
  const where = { machine: describeMachine(), version: describeVersion() };
  const about = { step: step.id, command: commandOf(step), quick, startedAt, seconds, busyBefore, busyAfter, load, ...where };
  const measured: Measured = { ...about, figures, error };
  const file = fileOf(folder, step.id);
  mkdirSync(dirname(file), { recursive: true });
  // Whole or not at all, whenever it is stopped.
  writeFileSync(`${file}.tmp`, `${JSON.stringify(measured)}\n`);
  renameSync(`${file}.tmp`, file);
  return readMeasured(folder, step.id) ?? measured;
}

/**
 * Where figures come from, in a sentence that stands under their plot.
 *
 * @example
 * ```ts
 * sheetOf(figure, originOf([measured]));
 * ```
 */
export function originOf(measured: readonly Measured[]): string {
  const [first] = measured;
  const commands = [...new Set(measured.map(({ command }) => command.split(' -- ')[0]))].join(', ');
  const busiest = Math.max(...measured.flatMap(({ busyBefore, busyAfter }) => [busyBefore, busyAfter]));
  const quick = measured.some((one) => one.quick) ? 'QUICK: short runs, less sure. ' : '';
  return `${quick}${commands} by npm run report, ${first.startedAt.slice(0, 10)}; SGAPS ${first.version}; ${first.machine}. Other programs used up to ${(100 * busiest).toFixed(0)} % of the machine right before or after.`;
}
