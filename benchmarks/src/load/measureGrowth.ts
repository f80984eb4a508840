import type { Cadence } from '@sgaps/server';
import { fitLine, type Line } from '../metrics/fitLine.js';
import { type LoadFigures, measureLoad } from './measureLoad.js';

/** Runs that a line should go through. */
const ENOUGH = 4;

/** The two ends of what a session costs. */
export const GROWN: readonly Cadence[] = ['every-frame', 'on-demand'];

/**
 * What a session more costs, by the runs in which nothing was short of time.
 *
 * @example
 * ```ts
 * const { cpuPercent, rss }: GrowthSlopes = growth['on-demand'].slopes;
 * ```
 */
export interface GrowthSlopes {
  /** Runs that the lines go through. */
  readonly runs: number;
  /** Per cent of a core; resident bytes; bytes a second up, down and written to disk; open files and sockets. Each by session. */
  readonly cpuPercent: Line;
  readonly rss: Line;
  readonly up: Line;
  readonly down: Line;
  readonly written: Line;
  readonly openFiles: Line;
}

/**
 * Runs of one cadence with ever more sessions.
 *
 * @example
 * ```ts
 * const { runs, breaksAt }: CadenceGrowth = growth['every-frame'];
 * ```
 */
export interface CadenceGrowth {
  readonly cadence: Cadence;
  readonly runs: readonly LoadFigures[];
  readonly slopes: GrowthSlopes;
  /** Sessions asked for at which the server first did not keep up, lowered some or refused some; null: it carried all. */
  readonly breaksAt: number | null;
}

/**
 * What growing came to.
 *
 * @example
 * ```ts
 * const growth: Growth = await measureGrowth([1, 10, 50], { seconds: 5 });
 * ```
 */
export interface Growth {
  readonly seconds: number;
  readonly cadences: readonly CadenceGrowth[];
}

/**
 * Measures a server with ever more sessions, in both cadences, each time a new one; it is guarded against overload, as `sgaps serve` is. Rejects as
 * `measureLoad` does.
 *
 * @example
 * ```ts
 * const growth = await measureGrowth([1, 10, 50, 100, 200], { seconds: 8 });
 * ```
 */
export async function measureGrowth(
  counts: readonly number[],
  options: { readonly seconds: number; readonly processes?: number; readonly told?: (run: LoadFigures) => void },
): Promise<Growth> {
  const { seconds, processes, told } = options;
  const cadences: CadenceGrowth[] = [];
  for (const cadence of GROWN) {
    const measure = async (sessions: number): Promise<LoadFigures> => {
      const run = await measureLoad({ sessions, seconds, cadence, processes, cohorts: 1, guard: true });
      told?.(run);
      return run;
    };
    const runs: LoadFigures[] = [];
    for (const sessions of counts) runs.push(await measure(sessions));
    for (const sessions of between(runs)) runs.push(await measure(sessions));
    cadences.push(
      growthOf(
        cadence,
        runs.sort((a, b) => a.sessions - b.sessions),
      ),
    );
  }
  return { seconds, cadences };
}

/** Where few runs did what was asked, so that a line through them would say little: two numbers of sessions more, between the last that did and the first that did not. */
function between(runs: readonly LoadFigures[]): readonly number[] {
  const broken = runs.findIndex((run) => !isWhole(run));
  if (broken < 1 || runs.filter(isWhole).length >= ENOUGH) return [];
  const [from, to] = [runs[broken - 1].sessions, runs[broken].sessions];
  const inner = [1, 2].map((third) => Math.round(from + ((to - from) * third) / 3));
  return [...new Set(inner)].filter((sessions) => sessions > from && sessions < to);
}

/** Did what it was asked for, if not always in time: what it cost is the cost of that. */
function isWhole({ refusedJoins, lowered, full }: LoadFigures): boolean {
  return refusedJoins === 0 && lowered === 0 && full.length === 0;
}

/** Whether the server carried all as it was set to. */
export function carriedAll({ keptUp, refusedJoins, lowered, full }: LoadFigures): boolean {
  return keptUp && refusedJoins === 0 && lowered === 0 && !full.includes('server');
}

/**
 * Draws the lines through the runs.
 *
 * @example
 * ```ts
 * const { slopes } = growthOf('on-demand', runs);
 * ```
 */
export function growthOf(cadence: Cadence, runs: readonly LoadFigures[]): CadenceGrowth {
  const through = runs.filter(isWhole);
  const sessions = through.map((run) => run.sessions);
  const line = (of: (run: LoadFigures) => number) => fitLine(sessions, through.map(of));
  const perSecond = ({ frames, seconds }: LoadFigures) => frames / seconds;
  const slopes: GrowthSlopes = {
    runs: through.length,
    cpuPercent: line((run) => run.serverCpuPercent),
    rss: line((run) => run.rss),
    up: line((run) => run.bytesUp * perSecond(run)),
    down: line((run) => run.bytesDown * perSecond(run)),
    written: line((run) => run.writtenPerSecond ?? Number.NaN),
    openFiles: line((run) => run.openFiles ?? Number.NaN),
  };
  return { cadence, runs, slopes, breaksAt: runs.find((run) => !carriedAll(run))?.sessions ?? null };
}
