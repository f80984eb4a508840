import sharp from 'sharp';
import { type CadenceGrowth, carriedAll, type Growth } from './measureGrowth.js';
import type { LoadFigures } from './measureLoad.js';

const WIDTH = 1100;
const HEIGHT = 820;
const PANEL = { width: 420, height: 250 };
const LEFT = 90;
const TOP = 90;
const ACROSS = 120;
const DOWN = 110;
const COLOURS: Readonly<Record<string, string>> = { 'every-frame': '#b4552d', 'every-nth': '#7a6a9b', 'on-demand': '#1a7f64' };
const TICKS = 5;

interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly of: (run: LoadFigures) => number;
  /** A second figure, drawn thin. */
  readonly also?: (run: LoadFigures) => number;
  readonly log?: boolean;
  /** Says beside each point how many sessions were lowered and refused. */
  readonly tellsShed?: boolean;
}

const PANELS: readonly Panel[] = [
  { title: 'CPU of the server', unit: 'per cent of one core', of: (run) => run.serverCpuPercent, tellsShed: true },
  {
    title: 'Loop and answers, p99',
    unit: 'ms, log: thick, the loop per frame; thin, from a packet to its answer',
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

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const round = (value: number) => Math.round(10 * value) / 10;
const text = (x: number, y: number, content: string, attributes = '') =>
  `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped(content)}</text>`;
const short = (value: number) => String(Number(value.toPrecision(3)));

/** A round number at or above `most`. */
function roundAbove(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 1.5, 2, 3, 4, 5, 7.5, 10].find((step) => step * power >= most) ?? 10) * power;
}

interface Scale {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

function linear(most: number, length: number): Scale {
  const end = roundAbove(Math.max(most, 1e-9));
  return { place: (value) => (length * value) / end, ticks: Array.from({ length: TICKS + 1 }, (_, i) => (end * i) / TICKS) };
}

function logarithmic(least: number, most: number, length: number): Scale {
  const [from, to] = [Math.floor(Math.log10(Math.max(0.1, least))), Math.ceil(Math.log10(Math.max(1, most)))];
  const span = Math.max(1, to - from);
  const place = (value: number) => (length * (Math.log10(Math.max(value, 10 ** from)) - from)) / span;
  return { place, ticks: Array.from({ length: span + 1 }, (_, i) => 10 ** (from + i)) };
}

/** What was not carried as asked, beside its point. */
function shedLabel({ lowered, refusedJoins, sessions }: LoadFigures, x: number, y: number, colour: string): string {
  if (lowered + refusedJoins === 0) return '';
  const said = `${sessions}: ${lowered} lowered, ${refusedJoins} refused`;
  return text(x - 6, y - 10, said, `text-anchor="end" font-size="11" style="fill:${colour}"`);
}

function line(growth: CadenceGrowth, panel: Panel, x: Scale, y: Scale, left: number, bottom: number): string[] {
  const colour = COLOURS[growth.cadence];
  const at = growth.runs.map((run) => [left + x.place(run.sessions), bottom - y.place(panel.of(run))] as const);
  const { also } = panel;
  const thin = also
    ? growth.runs.map((run) => `${round(left + x.place(run.sessions))},${round(bottom - y.place(also(run)))}`)
    : [];
  return [
    ...(also ? [`<polyline points="${thin.join(' ')}" fill="none" stroke="${colour}" stroke-width="1"/>`] : []),
    `<polyline points="${at.map(([px, py]) => `${round(px)},${round(py)}`).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...growth.runs.map((run, i) => {
      // Filled where all was carried as asked, hollow where some was shed or late.
      const fill = carriedAll(run) ? colour : '#fff';
      const place = `<circle cx="${round(at[i][0])}" cy="${round(at[i][1])}" r="4" fill="${fill}" stroke="${colour}" stroke-width="2"/>`;
      return panel.tellsShed ? place + shedLabel(run, at[i][0], at[i][1], colour) : place;
    }),
  ];
}

function draw(panel: Panel, growth: Growth, left: number, top: number): string[] {
  const { width, height } = PANEL;
  const runs = growth.cadences.flatMap((cadence) => cadence.runs);
  const values = [...runs.map(panel.of), ...(panel.also ? runs.map(panel.also) : [])];
  const x = linear(Math.max(...runs.map((run) => run.sessions)), width);
  const y = panel.log ? logarithmic(Math.min(...values), Math.max(...values), height) : linear(Math.max(...values), height);
  const bottom = top + height;
  const parts = [
    text(left - 60, top - 28, panel.title, 'class="title"'),
    text(left - 60, top - 11, panel.unit, 'class="unit"'),
    `<path d="M${left} ${top}V${bottom}H${left + width}" stroke="#333" fill="none"/>`,
    text(left + width / 2, bottom + 38, 'sessions asked for', 'text-anchor="middle" class="unit"'),
  ];
  for (const tick of y.ticks) {
    const at = bottom - y.place(tick);
    parts.push(
      `<path d="M${left} ${round(at)}H${left + width}" stroke="#e3e6ea"/>`,
      text(left - 8, at + 4, short(tick), 'text-anchor="end"'),
    );
  }
  for (const tick of x.ticks) parts.push(text(left + x.place(tick), bottom + 18, short(tick), 'text-anchor="middle"'));
  for (const cadence of growth.cadences) {
    if (cadence.breaksAt !== null) {
      const at = left + x.place(cadence.breaksAt);
      const colour = COLOURS[cadence.cadence];
      parts.push(`<path d="M${round(at)} ${top}V${bottom}" stroke="${colour}" stroke-dasharray="4 4"/>`);
    }
    parts.push(...line(cadence, panel, x, y, left, bottom));
  }
  return parts;
}

/**
 * Cost as sessions grow, as an SVG picture: CPU, answers, memory and bytes, a line for each cadence. Hollow points: not all was carried as asked; a dashed line: the first of these.
 *
 * @example
 * ```ts
 * writeFileSync('load.svg', plotGrowth(growth, 'AMD EPYC, 2 threads'));
 * ```
 */
export function plotGrowth(growth: Growth, machine: string): string {
  const parts: string[] = [];
  PANELS.forEach((panel, i) => {
    const left = LEFT + (i % 2) * (PANEL.width + ACROSS);
    const top = TOP + 50 + Math.floor(i / 2) * (PANEL.height + DOWN);
    parts.push(...draw(panel, growth, left, top));
  });
  let at = 30;
  for (const { cadence, breaksAt } of growth.cadences) {
    const said = `${cadence}: ${breaksAt === null ? 'carried all that was asked for' : `first not all carried as asked at ${breaksAt} ${breaksAt === 1 ? 'session' : 'sessions'} (dashed)`}`;
    parts.push(`<path d="M30 ${at + 28}h30" stroke="${COLOURS[cadence]}" stroke-width="3"/>`, text(68, at + 32, said));
    at += 18;
  }
  const legend = 'filled: all carried as it was set; hollow: some late, recorded on demand instead, or refused';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="DejaVu Sans, Liberation Sans, sans-serif" font-size="12">`,
    '<style>text{fill:#333}.title{font-size:16px;font-weight:600}.unit{fill:#667}</style>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(
      30,
      34,
      `One server process as sessions grow: 320×180, 30 frames a second, nobody watches; ${growth.seconds} s of each`,
      'class="title"',
    ),
    text(500, 62, legend, 'class="unit"'),
    text(500, 80, machine, 'class="unit"'),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/**
 * The same as PNG, twice as large.
 *
 * @example
 * ```ts
 * writeFileSync('docs/images/load.png', await paintGrowth(growth, describeMachine()));
 * ```
 */
export async function paintGrowth(growth: Growth, machine: string): Promise<Uint8Array> {
  return sharp(Buffer.from(plotGrowth(growth, machine)), { density: 144 })
    .png({ compressionLevel: 9, palette: true })
    .toBuffer();
}
