import { COLOURS, PLOT_STYLE } from '../plot/colours.js';
import type { Figure } from '../plot/drawPanel.js';
import type { Chapter, ReportTable } from './chapters.js';
import { markdownTable } from './markdownTable.js';
import { type Measured, originOf } from './measured.js';

/**
 * What the report is about.
 *
 * @example
 * ```ts
 * const about: ReportAbout = { date: '2026-11-30', version: '0.1.0', machine: 'AMD EPYC', quick: true, clips: [], chapters };
 * ```
 */
export interface ReportAbout {
  readonly date: string;
  readonly version: string;
  readonly machine: string;
  readonly quick: boolean;
  readonly clips: readonly {
    readonly name: string;
    readonly kind: string;
    readonly frames: number;
    readonly seed: number | null;
  }[];
  readonly chapters: readonly Chapter[];
}

const STEP_HEAD = ['step', 'begun', 'took', 'others used before, after', 'load', 'version', 'came to'];
const CLIP_HEAD = ['clip', 'kind', 'frames', 'seed'];

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

function stepRow({ command, startedAt, seconds, busyBefore, busyAfter, load, version, error }: Measured): string[] {
  return [
    command,
    startedAt.slice(0, 16).replace('T', ' '),
    `${seconds.toFixed(0)} s`,
    `${percent(busyBefore)}, ${percent(busyAfter)}`,
    load.toFixed(1),
    version,
    error === null ? 'measured' : 'failed',
  ];
}

/** What every reader should know first. */
function facts({ date, version, machine, quick, chapters }: ReportAbout): string[] {
  const busiest = Math.max(0, ...chapters.flatMap(({ measured }) => measured.map(({ busyBefore }) => busyBefore)));
  return [
    `Made by \`npm run report\` on ${date}; SGAPS ${version}. Machine: ${machine}.`,
    ...(quick
      ? ['**Quick**: short runs, fewer points, less sure. `npm run report` without `--quick` takes longer and says more.']
      : []),
    `Before each step the machine was looked at while nothing of the report ran: other programs used up to ${percent(busiest)} of all cores. Times and loads of a busy machine are worse than those of a quiet one; PSNR and bytes are the same.`,
    'The clips are those of `npm run clips`: the sample games, played by their bots, on a virtual clock. PSNR is per frame over 8-bit RGB, capped at 60 dB, averaged; steady leaves out the first 2 s.',
  ];
}

/**
 * The report as Markdown; plots lie beside it, in `plots/NAME.svg`.
 *
 * @example
 * ```ts
 * writeFileSync('report/report.md', reportMarkdown(about));
 * ```
 */
export function reportMarkdown(about: ReportAbout): string {
  const lines = ['# Report', '', ...facts(about).flatMap((line) => [line, ''])];
  for (const { name, title, said, figure, tables, measured, missing } of about.chapters) {
    lines.push(`## ${title}`, '');
    for (const why of missing) lines.push(`_${why}_`, '');
    for (const line of said) lines.push(line, '');
    if (figure) lines.push(`![${figure.title}](plots/${name}.svg)`, '', figure.note, '', `_${originOf(measured)}_`, '');
    for (const table of tables) lines.push(`### ${table.title}`, '', markdownTable(table.head, table.rows), '');
  }
  const steps = about.chapters.flatMap(({ measured }) => measured.map(stepRow));
  lines.push('## How it was measured', '', markdownTable(STEP_HEAD, steps), '');
  lines.push('### Clips', '', markdownTable(CLIP_HEAD, clipRows(about)), '');
  return lines.join('\n');
}

function clipRows({ clips }: ReportAbout): string[][] {
  return clips.map(({ name, kind, frames, seed }) => [name, kind, String(frames), seed === null ? '' : String(seed)]);
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
/** The little Markdown that the sentences hold. */
const inline = (text: string) =>
  escaped(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>');

function htmlTable({ title, head, rows }: ReportTable): string {
  const row = (cells: readonly string[], tag: 'th' | 'td') =>
    `<tr>${cells.map((cell, i) => `<${tag}${i === 0 && tag === 'td' ? ' class="name"' : ''}>${inline(cell)}</${tag}>`).join('')}</tr>`;
  return `<figure class="table"><figcaption>${inline(title)}</figcaption><div class="scroll" tabindex="0" role="region" aria-label="${escaped(title)}"><table><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody></table></div></figure>`;
}

function htmlFigure({ title, note, legend, panels }: Figure, origin: string): string {
  const keys = legend.map(
    ({ label, colour, dashed }) =>
      `<li><svg width="24" height="8" aria-hidden="true"><path d="M0 4h24" stroke="${colour}" stroke-width="3"${dashed ? ' stroke-dasharray="4 3"' : ''}/></svg>${escaped(label)}</li>`,
  );
  const drawn = panels.map(
    (panel) => `<div class="panel"><h4>${escaped(panel.title)}</h4><p>${escaped(panel.unit)}</p>${panel.svg}</div>`,
  );
  return `<figure aria-label="${escaped(title)}"><p class="note">${inline(note)}</p><ul class="legend">${keys.join('')}</ul><div class="panels">${drawn.join('')}</div><figcaption>${escaped(origin)}</figcaption></figure>`;
}

const STYLE = `
:root { color-scheme: light dark; --paper: ${COLOURS.paper}; --ink: ${COLOURS.ink}; --faint: ${COLOURS.faint}; --line: ${COLOURS.grid}; --mark: ${COLOURS.ours}; }
@media screen and (prefers-color-scheme: dark) { :root { --paper: #15191e; --ink: #e4e8ec; --faint: #a3adb8; --line: #313941; --mark: #42c49d; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 62rem; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 0.75rem; } h2 { margin: 3rem 0 0.5rem; padding-top: 0.75rem; border-top: 2px solid var(--line); font-size: 1.4rem; }
h4 { margin: 0; font-size: 1rem; } p { margin: 0.5rem 0; max-width: 46rem; } code { font-size: 0.9em; }
a { color: var(--mark); } nav ul, .legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; list-style: none; margin: 0.75rem 0; padding: 0; }
.legend li { display: flex; align-items: center; gap: 0.45rem; font-size: 0.9rem; }
figure { margin: 1rem 0; } figcaption { color: var(--faint); font-size: 0.85rem; max-width: 46rem; } .note { color: var(--faint); font-size: 0.95rem; }
.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.5rem; margin: 1rem 0; }
.panel { min-width: 0; break-inside: avoid; } .panel p { margin: 0 0 0.25rem; color: var(--faint); font-size: 0.85rem; } .panel svg { display: block; width: 100%; max-width: 34rem; height: auto; }
.table figcaption { font-weight: 600; color: var(--ink); font-size: 0.95rem; margin: 1.25rem 0 0.35rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 0.82rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.55rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; } th { color: var(--faint); font-weight: 600; vertical-align: bottom; }
th:first-child, td.name { text-align: left; } .missing { border-left: 4px solid ${COLOURS.red}; padding-left: 0.75rem; overflow-wrap: anywhere; }
details > summary { cursor: pointer; font-weight: 600; margin: 1rem 0; }
@media print { body { max-width: none; font-size: 11pt; padding: 0; } nav { display: none; } .scroll { overflow: visible; } table { font-size: 6.5pt; } th, td { padding: 1pt 3pt; } h2 { break-after: avoid; } }
`;

/**
 * The report as one HTML file that needs nothing else: plots inline, for light and dark screens, phones and paper.
 *
 * @example
 * ```ts
 * writeFileSync('report/index.html', reportHtml(about));
 * ```
 */
export function reportHtml(about: ReportAbout): string {
  const contents = about.chapters.map(({ name, title }) => `<li><a href="#${name}">${escaped(title)}</a></li>`);
  const chapters = about.chapters.map(({ name, title, said, figure, tables, measured, missing }) =>
    [
      `<section id="${name}"><h2>${escaped(title)}</h2>`,
      ...missing.map((why) => `<p class="missing">${inline(why)}</p>`),
      ...said.map((line) => `<p>${inline(line)}</p>`),
      figure ? htmlFigure(figure, originOf(measured)) : '',
      tables.length > 0
        ? `<details${figure ? '' : ' open'}><summary>All figures</summary>${tables.map(htmlTable).join('')}</details>`
        : '',
      '</section>',
    ].join('\n'),
  );
  const steps = about.chapters.flatMap(({ measured }) => measured.map(stepRow));
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    '<title>SGAPS report</title>',
    `<style>${STYLE}${PLOT_STYLE}</style></head><body>`,
    '<h1>SGAPS report</h1>',
    ...facts(about).map((line) => `<p>${inline(line)}</p>`),
    `<nav aria-label="Chapters"><ul>${contents.join('')}<li><a href="#how">How it was measured</a></li></ul></nav>`,
    ...chapters,
    '<section id="how"><h2>How it was measured</h2>',
    htmlTable({ title: 'Steps', head: STEP_HEAD, rows: steps }),
    htmlTable({ title: 'Clips', head: CLIP_HEAD, rows: clipRows(about) }),
    '</section></body></html>',
    '',
  ].join('\n');
}
