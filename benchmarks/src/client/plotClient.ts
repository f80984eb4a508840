import type { ClientFigures, StageFigures, VariantFigures } from './ClientFigures.js';
import { STAGE_TITLES } from './clientTable.js';
import { type StageName, VARIANT_IDS, VARIANTS, type VariantId } from './variants.js';

const WIDTH = 1000;
const ROW = 22;
const BAR = 12;
const LABELS = 290;
const GAP = 40;
const PANEL = (WIDTH - LABELS - 2 * GAP) / 2;
const HEAD = 62;
const FOOT = 34;
/** Ends of the main thread's logarithmic scale, µs. */
const LEAST = 1;
const MOST = 1_000_000;

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const round = (value: number) => Math.round(10 * value) / 10;

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped(content)}</text>`;
}

function bar(x: number, y: number, width: number, kind: string): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(Math.max(width, 1))}" height="${BAR}" class="${kind}"/>`;
}

const kindOf = (id: VariantId) => (id.startsWith('sgaps') ? 'ours' : 'other');
const short = (value: number) => (Math.abs(value) >= 10 ? value.toFixed(0) : value.toFixed(1));

/** The place of a time on the logarithmic scale, 0 … 1. */
function onScale(micros: number): number {
  const within = Math.min(MOST, Math.max(LEAST, micros));
  return Math.log(within / LEAST) / Math.log(MOST / LEAST);
}

function row(id: VariantId, figures: VariantFigures, y: number, mostCpu: number): string[] {
  const { cpuOverBare, cpuOverBareError, p50, p99 } = figures;
  const left = LABELS + GAP / 2;
  const right = left + PANEL + GAP;
  const middle = y + BAR / 2;
  const parts = [text(LABELS, y + BAR - 2, VARIANTS[id].label, 'text-anchor="end"')];
  const width = (0.8 * PANEL * Math.max(0, cpuOverBare)) / mostCpu;
  const error = cpuOverBareError !== null ? ` ± ${short(cpuOverBareError)}` : '';
  parts.push(bar(left, y, width, kindOf(id)), text(left + width + 5, y + BAR - 2, `${short(cpuOverBare)}${error}`));
  const [at50, at99] = [PANEL * 0.8 * onScale(p50), PANEL * 0.8 * onScale(p99)];
  parts.push(
    bar(right, y, at50, kindOf(id)),
    `<path d="M${round(right + at50)} ${middle}H${round(right + at99)}M${round(right + at99)} ${y + 2}V${y + BAR - 2}" class="whisker"/>`,
    text(right + Math.max(at50, at99) + 5, y + BAR - 2, `${short(p50)} … ${short(p99)}`),
  );
  return parts;
}

function panel(name: StageName, stage: StageFigures, top: number): { readonly parts: string[]; readonly height: number } {
  const ids = VARIANT_IDS.filter((id) => id !== 'bare' && stage.variants[id] !== undefined);
  const all = ids.map((id) => stage.variants[id] as VariantFigures);
  const mostCpu = Math.max(0.001, ...all.map(({ cpuOverBare }) => cpuOverBare));
  const bare = stage.variants.bare;
  const left = LABELS + GAP / 2;
  const gpu = stage.hardwareGpu ? stage.gpu : `software GPU, on the CPU: ${stage.gpu}`;
  const game = `the bare game: ${bare?.cpuPerFrameMs.toFixed(1)} ms of CPU per frame, ${bare?.fps.toFixed(0)} frames/s`;
  const parts = [
    text(10, top + 18, STAGE_TITLES[name], 'class="title"'),
    text(10, top + 34, `${game}; ${gpu.slice(0, 110)}`),
    text(left, top + 54, 'CPU of all processes added, ms per displayed frame', 'class="head"'),
    text(left + PANEL + GAP, top + 54, 'main thread, µs per displayed frame: p50 … p99 (log)', 'class="head"'),
  ];
  for (const [i, id] of ids.entries()) parts.push(...row(id, all[i], top + HEAD + i * ROW, mostCpu));
  return { parts, height: HEAD + ids.length * ROW + 14 };
}

/**
 * The figures as an SVG picture: for each stage, what every variant adds in CPU, and what it takes of the main thread.
 *
 * @example
 * ```ts
 * writeFileSync('bench-client.svg', plotClient(figures));
 * ```
 */
export function plotClient(figures: ClientFigures): string {
  const parts: string[] = [];
  let top = 0;
  for (const [name, stage] of Object.entries(figures.stages) as [StageName, StageFigures][]) {
    const { parts: own, height } = panel(name, stage, top);
    parts.push(...own);
    top += height;
  }
  const note = `npm run bench:client; ${figures.seconds} s of each in slices of ${figures.sliceSeconds} s, all in one run. Frames taken per second: 30, worker sampler 10, canvas2d sampler 5.`;
  parts.push(text(10, top + 18, note));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top + FOOT}" font-family="system-ui, sans-serif" font-size="11">`,
    '<title>CPU and main thread added by each way of recording</title>',
    '<style>text{fill:#333}.title{font-size:15px;font-weight:600}.head{font-weight:600}.ours{fill:#1a7f64}.other{fill:#9aa5b1}.whisker{stroke:#333;fill:none}</style>',
    `<rect width="${WIDTH}" height="${top + FOOT}" fill="#fff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
