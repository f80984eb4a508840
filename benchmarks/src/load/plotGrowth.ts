import * as Plot from '@observablehq/plot';
import { COLOURS } from '../plot/colours.js';
import { drawPanel, type Figure, type Panel } from '../plot/drawPanel.js';
import { type CadenceGrowth, carriedAll, type Growth } from './measureGrowth.js';
import type { LoadFigures } from './measureLoad.js';

const CADENCE_COLOURS: Readonly<Record<string, string>> = {
  'every-frame': COLOURS.red,
  'every-nth': COLOURS.violet,
  'on-demand': COLOURS.ours,
};

interface Measure {
  readonly title: string;
  readonly unit: string;
  readonly of: (run: LoadFigures) => number;
  /** A second figure, drawn thin. */
  readonly also?: (run: LoadFigures) => number;
  readonly log?: boolean;
}

const MEASURES: readonly Measure[] = [
  { title: 'CPU of the server', unit: 'per cent of one core', of: (run) => run.serverCpuPercent },
  {
    title: 'Loop and answers, p99',
    unit: 'ms (log): thick, the loop per frame; thin, from a packet to its answer',
    of: (run) => run.loopMs.p99,
    also: (run) => run.roundTripMs.p99,
    log: true,
  },
  { title: 'Memory of the server', unit: 'MB resident', of: (run) => run.rss / 1e6 },
  {
    title: 'Bytes up and down',
    unit: 'MB a second',
    of: (run) => ((run.bytesUp + run.bytesDown) * run.frames) / run.seconds / 1e6,
  },
];

/**
 * Cost as sessions grow: CPU, answers, memory and bytes, a line for each cadence.
 *
 * @example
 * ```ts
 * writeFileSync('load.svg', sheetOf(plotGrowth(growth), 'AMD EPYC, 2 threads'));
 * ```
 */
export function plotGrowth({ seconds, cadences }: Growth): Figure {
  const breaks = cadences.map(({ cadence, breaksAt }) =>
    breaksAt === null
      ? `${cadence} carried all`
      : `${cadence} first not all as it was set at ${breaksAt}${shedOf(cadences, cadence)}`,
  );
  return {
    title: 'One server process as sessions grow',
    note: `320×180, 30 frames a second, nobody watches; ${seconds} s of each. Filled: all carried as it was set; hollow: some late, recorded on demand instead, or refused; dashed: the first of these (${breaks.join('; ')}).`,
    legend: cadences.map(({ cadence }) => ({ label: cadence, colour: CADENCE_COLOURS[cadence] })),
    panels: MEASURES.map((measure) => draw(measure, cadences)),
  };
}

/** What became of the last run's sessions, where not all were carried as asked. */
function shedOf(cadences: readonly CadenceGrowth[], name: string): string {
  const last = cadences.find(({ cadence }) => cadence === name)?.runs.at(-1);
  if (!last || last.lowered + last.refusedJoins === 0) return '';
  return `, of ${last.sessions} sessions ${last.lowered} lowered and ${last.refusedJoins} refused`;
}

function draw({ title, unit, of, also, log = false }: Measure, cadences: readonly CadenceGrowth[]): Panel {
  const marks: Plot.Markish[] = [];
  for (const { cadence, runs, breaksAt } of cadences) {
    const stroke = CADENCE_COLOURS[cadence];
    const points = runs.map((run) => ({
      sessions: run.sessions,
      value: of(run),
      beside: also?.(run),
      fill: carriedAll(run) ? stroke : COLOURS.paper,
    }));
    if (breaksAt !== null) marks.push(Plot.ruleX([breaksAt], { stroke, strokeDasharray: '4 4' }));
    if (also) marks.push(Plot.line(points, { x: 'sessions', y: 'beside', stroke, strokeWidth: 1 }));
    marks.push(
      Plot.line(points, { x: 'sessions', y: 'value', stroke, strokeWidth: 2 }),
      Plot.dot(points, { x: 'sessions', y: 'value', stroke, fill: 'fill', r: 4, strokeWidth: 2 }),
    );
  }
  return drawPanel(title, unit, {
    marginLeft: 52,
    marginBottom: 36,
    x: { label: 'sessions asked for', labelArrow: 'none', labelAnchor: 'center', nice: true, zero: true, ticks: 6 },
    y: {
      type: log ? 'log' : 'linear',
      label: null,
      grid: true,
      nice: true,
      zero: !log,
      ticks: log ? undefined : 5,
      tickFormat: '~s',
    },
    marks,
  });
}
