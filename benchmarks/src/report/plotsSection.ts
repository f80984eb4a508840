import type { ChapterName } from './steps.js';

/** What stands for the plot where it is not shown. */
const SHOWN = {
  rates: 'Steady PSNR against bytes per frame, SGAPS beside H.264, VP8 and VP9, a panel for each sample game',
  ablation: 'Change of PSNR where a part of the loop is switched off, a bar for each part',
  archive: 'PSNR of archives beside H.264 and AV1 at the same bytes, a row for each sample game',
} as const satisfies Partial<Record<ChapterName, string>>;

/**
 * A plot of `npm run report -- --docs`, as the pages of the documentation show it. The figures it shows and when they were taken stand in it.
 *
 * @example
 * ```ts
 * const lines = plotLines('rates');
 * ```
 */
export function plotLines(name: keyof typeof SHOWN): string[] {
  return [
    `![${SHOWN[name]}](images/report/${name}.svg)`,
    '',
    `_Drawn by \`npm run report -- --docs\` on clips of the sample games alone, so its figures are not those of the tables; what they were measured on stands below it._`,
    '',
  ];
}
