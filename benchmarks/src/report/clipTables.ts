import { formatNumber } from '../clip/formatTable.js';
import type { ClipEntry } from '../clip/listClips.js';
import type { ClipFigures } from '../clip/measureClip.js';
import type { Quality } from '../metrics/QualityMeter.js';
import { mean } from '../metrics/statistics.js';

/**
 * A clip and what was measured on it.
 *
 * @example
 * ```ts
 * const measured: MeasuredClip = { clip, figures };
 * ```
 */
export interface MeasuredClip {
  readonly clip: ClipEntry;
  readonly figures: ClipFigures;
}

const HEAD = ['clip', '', 'PSNR', 'PSNR steady', 'p5', 'SSIM', 'SSIM steady', 'samples', 'B up', 'B down', 'ms p50', 'ms p95'];

type Cell = (of: (figures: ClipFigures) => number | undefined, digits: number) => string;

function rowsOf(name: string, cell: Cell): string[][] {
  const quality = (of: (figures: ClipFigures) => Quality | undefined) => [
    cell((f) => of(f)?.psnr, 2),
    cell((f) => of(f)?.psnrSteady, 2),
    cell((f) => of(f)?.psnrP5, 2),
    cell((f) => of(f)?.ssim, 4),
    cell((f) => of(f)?.ssimSteady, 4),
  ];
  const costs = [
    cell((f) => f.samplesPerFrame, 0),
    cell((f) => f.bytesUp, 0),
    cell((f) => f.bytesDown, 0),
    cell((f) => f.msPerFrame.p50, 1),
    cell((f) => f.msPerFrame.p95, 1),
  ];
  const none = costs.map(() => '');
  return [
    [`**${name}**`, '**rebuilt**', ...quality((f) => f), ...costs],
    ['', 'first frame held', ...quality((f) => f.firstFrameHeld), ...none],
    ['', 'previous frame held', ...quality((f) => f.previousFrameHeld), ...none],
  ];
}

/**
 * A Markdown table with three rows per clip (rebuilt, first frame held, previous frame held) and, from two 2D clips on, their means.
 *
 * @example
 * ```ts
 * const text = clipTable(measured);
 * ```
 */
export function clipTable(measured: readonly MeasuredClip[]): string {
  const rows: string[][] = [];
  for (const { clip, figures } of measured) rows.push(...rowsOf(clip.name, (of, digits) => formatNumber(of(figures), digits)));
  const flat = measured.filter(({ clip }) => clip.kind.startsWith('2d'));
  if (flat.length > 1) {
    const average: Cell = (of, digits) => formatNumber(mean(flat.map(({ figures }) => of(figures) ?? Number.NaN)), digits);
    rows.push(...rowsOf(`mean of ${flat.length} 2D clips`, average));
  }
  return [
    `| ${HEAD.join(' | ')} |`,
    `|${HEAD.map((_, i) => (i < 2 ? '---' : '---:')).join('|')}|`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
}

/**
 * A Markdown table of what depth costs, a row for each clip that has it; '' where none has.
 *
 * @example
 * ```ts
 * const text = depthTable(measuredWithDepth, measured);
 * ```
 */
export function depthTable(measured: readonly MeasuredClip[], without: readonly MeasuredClip[]): string {
  const rows = measured.flatMap(({ clip, figures: { depth, ...figures } }) =>
    depth
      ? [
          [
            clip.name,
            formatNumber(depth.samplesPerFrame, 0),
            formatNumber(figures.bytesUp, 0),
            formatNumber(figures.psnrSteady, 2),
            formatNumber(without.find((plain) => plain.clip.name === clip.name)?.figures.psnrSteady, 2),
          ],
        ]
      : [],
  );
  if (rows.length === 0) return '';
  return [
    '| clip | samples with depth | B up in all | PSNR steady | without depth |',
    '|---|---:|---:|---:|---:|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
}

/**
 * A Markdown list of where the clips come from.
 *
 * @example
 * ```ts
 * const text = clipSources(measured);
 * ```
 */
export function clipSources(measured: readonly MeasuredClip[]): string {
  return measured
    .map(
      ({ clip, figures }) =>
        `- ${clip.name} (${clip.kind || 'no state'}, ${figures.frames} frames): ${clip.source || 'no source given'}; ${clip.licence || 'no licence given'}`,
    )
    .join('\n');
}
