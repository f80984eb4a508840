import { formatNumber } from '../clip/formatTable.js';
import { mean } from '../metrics/statistics.js';
import type { MeasuredClip } from './clipTables.js';

/**
 * Quality at fixed sample rates beside the byte-driven one, as a Markdown table: a row per rate, means over the clips. Bits are those of
 * whole packets, framing and state included.
 *
 * @example
 * ```ts
 * rateTable([{ label: '1 %', clips: measured }]);
 * ```
 */
export function rateTable(rows: readonly { readonly label: string; readonly clips: readonly MeasuredClip[] }[]): string {
  const lines = [
    '| samples per frame | PSNR steady | p5 | B up | B down | bits per sample | bits per coordinate |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  ];
  for (const { label, clips } of rows) {
    const figures = clips.map((clip) => clip.figures);
    const average = (pick: (figure: (typeof figures)[number]) => number, digits: number) =>
      formatNumber(mean(figures.map(pick)), digits);
    const samples = formatNumber(mean(figures.map((figure) => figure.samplesPerFrame)), 0);
    lines.push(
      `| ${label} (${samples}) | ${average((f) => f.psnrSteady, 2)} | ${average((f) => f.psnrP5, 2)} | ${average((f) => f.bytesUp, 0)} | ${average((f) => f.bytesDown, 0)} | ${average((f) => (8 * f.bytesUp) / f.samplesPerFrame, 2)} | ${average((f) => (8 * f.bytesDown) / f.samplesPerFrame, 2)} |`,
    );
  }
  return lines.join('\n');
}
