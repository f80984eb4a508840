import { type Bar, drawBars } from '../plot/bars.js';
import { COLOURS } from '../plot/colours.js';
import type { Figure } from '../plot/drawPanel.js';
import { ABLATION_GROUPS, type AblationGroup, type AblationRow } from './ablationTable.js';

/**
 * What `bench:ablation --json` prints, as far as it is shown.
 *
 * @example
 * ```ts
 * const { groups } = lastJson<AblationFigures>(output);
 * ```
 */
export interface AblationFigures {
  readonly groups: Readonly<Partial<Record<AblationGroup, readonly AblationRow[]>>>;
  readonly clips: readonly { readonly clip: string; readonly group: AblationGroup }[];
}

/**
 * What each part of the loop is worth: the change of steady PSNR where it is switched off, a panel for each group of clips.
 *
 * @example
 * ```ts
 * writeFileSync('ablation.svg', sheetOf(plotAblation(figures), origin));
 * ```
 */
export function plotAblation({ groups, clips }: AblationFigures): Figure {
  const panels = (Object.keys(ABLATION_GROUPS) as AblationGroup[]).flatMap((group) => {
    const rows = (groups[group] ?? []).filter(({ variant }) => variant !== 'all' && variant !== 'limited');
    if (rows.length === 0) return [];
    const count = new Set(clips.filter((clip) => clip.group === group).map(({ clip }) => clip)).size;
    return [
      drawBars(
        ABLATION_GROUPS[group],
        `change of steady PSNR, dB; mean of ${count} ${count === 1 ? 'clip' : 'clips'}`,
        rows.map(bar),
      ),
    ];
  });
  return {
    title: 'What each part of the loop is worth',
    note: 'Each part is switched off in turn, all others stay on. Left of 0: it is worse without, the part earns its place. Whole pictures (blocks, replenish, tiers, points) are compared with all on; the others at 8,064 samples a frame, where memory draws the rest.',
    legend: [
      { label: 'worse without', colour: COLOURS.ours },
      { label: 'better without', colour: COLOURS.red },
    ],
    panels,
  };
}

function bar({ variant, psnrChange }: AblationRow): Bar {
  const isLoss = psnrChange < 0;
  const digits = Math.abs(psnrChange).toFixed(2);
  const said = digits === '0.00' ? digits : `${isLoss ? '−' : '+'}${digits}`;
  return {
    label: variant === 'points' ? 'all but points' : variant,
    value: psnrChange,
    said,
    colour: isLoss ? COLOURS.ours : COLOURS.red,
  };
}
