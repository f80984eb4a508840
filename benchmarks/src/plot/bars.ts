import * as Plot from '@observablehq/plot';
import { COLOURS } from './colours.js';
import { drawPanel, type Panel } from './drawPanel.js';

const ROW = 20;
const CHARACTER = 6.9;
/** Room right of the longest bar for its figure. */
const FIGURE_ROOM = 80;

/**
 * A bar that lies, with its name left of it and its figure at its end.
 *
 * @example
 * ```ts
 * const bar: Bar = { label: 'MediaRecorder', value: 3.2, said: '3.2 ± 0.4', colour: COLOURS.other };
 * ```
 */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The figure in words. */
  readonly said: string;
  readonly colour: string;
  /** Where a thin line from the bar's end goes to. */
  readonly whisker?: number;
}

/**
 * Bars below each other, from 0 (or, on a logarithmic scale, from 1). Those that go below 0 go left.
 *
 * @example
 * ```ts
 * const panel = drawBars('Phaser 4', 'CPU added, ms per frame', bars);
 * ```
 */
export function drawBars(
  title: string,
  unit: string,
  bars: readonly Bar[],
  { log = false }: { readonly log?: boolean } = {},
): Panel {
  const from = log ? 1 : 0;
  const ends = bars.map(({ value, whisker }) => Math.max(value, whisker ?? value, from));
  const data = bars.map((bar, i) => ({ ...bar, value: Math.max(log ? 1 : bar.value, bar.value), end: ends[i] }));
  const longest = Math.max(...bars.map(({ label }) => label.length));
  return drawPanel(title, unit, {
    height: bars.length * ROW + 46,
    marginLeft: Math.min(254, longest * CHARACTER + 12),
    marginRight: FIGURE_ROOM,
    marginBottom: 30,
    marginTop: 4,
    x: {
      type: log ? 'log' : 'linear',
      grid: true,
      label: null,
      ticks: log ? [1, 100, 1e4] : 4,
      tickFormat: log ? '~s' : undefined,
      nice: true,
    },
    y: { domain: bars.map(({ label }) => label), label: null, tickSize: 0, padding: 0.35 },
    marks: [
      Plot.barX(data, { x1: from, x2: 'value', y: 'label', fill: 'colour' }),
      Plot.ruleY(
        data.filter(({ whisker }) => whisker !== undefined),
        { x1: 'value', x2: 'whisker', y: 'label', stroke: COLOURS.faint },
      ),
      Plot.text(data, { x: 'end', y: 'label', text: 'said', textAnchor: 'start', dx: 5, fill: COLOURS.ink }),
      Plot.ruleX([from], { stroke: COLOURS.faint }),
    ],
  });
}
