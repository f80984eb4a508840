import type { Cadence } from '@sgaps/server';
import { fitLine, type Line } from '../metrics/fitLine.js';
import { type LoadFigures, measureLoad } from './measureLoad.js';

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
    const runs: LoadFigures[] = [];
    for (const sessions of counts) {
      const run = await measureLoad({ sessions, seconds, cadence, processes, cohorts: 1, guard: true });
      told?.(run);
      runs.push(run);
    }
    cadences.push(growthOf(cadence, runs));
  }
  return { seconds, cadences };
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
  // A run that was disturbed from outside counts; one that did other work than was asked for does not.
  const whole = runs.filter(({ refusedJoins, lowered, full }) => refusedJoins === 0 && lowered === 0 && full.length === 0);
  const through = whole.length > 1 ? whole : runs.slice(0, 2);
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
