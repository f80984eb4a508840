import { type Bar, drawBars } from '../plot/bars.js';
import { COLOURS } from '../plot/colours.js';
import type { Figure } from '../plot/drawPanel.js';
import type { ClientFigures, StageFigures, VariantFigures } from './ClientFigures.js';
import { STAGE_TITLES } from './clientTable.js';
import { type StageName, VARIANT_IDS, VARIANTS, type VariantId } from './variants.js';

/** Some three digits. */
function short(value: number): string {
  if (Math.abs(value) >= 1000) return `${short(value / 1000)}k`;
  return (Math.abs(value) >= 10 ? value.toFixed(0) : value.toFixed(1)).replace('-', '−');
}
const colourOf = (id: VariantId) => (id.startsWith('sgaps') ? COLOURS.ours : COLOURS.other);

/**
 * What each way of recording adds to a game: for each stage the CPU of all processes, and the time of the main thread.
 *
 * @example
 * ```ts
 * writeFileSync('client.svg', sheetOf(plotClient(figures), origin));
 * ```
 */
export function plotClient({ stages, seconds, sliceSeconds }: ClientFigures): Figure {
  const panels = (Object.entries(stages) as [StageName, StageFigures][]).flatMap(([name, stage]) => {
    const shown = VARIANT_IDS.flatMap((id) => {
      const figures = id === 'bare' ? undefined : stage.variants[id];
      return figures ? [{ id, figures }] : [];
    });
    const gpu = stage.hardwareGpu ? 'GPU' : 'software GPU, counted';
    return [
      drawBars(STAGE_TITLES[name], `CPU of all processes added, ms per frame (${gpu})`, shown.map(cpuBar)),
      drawBars(STAGE_TITLES[name], 'main thread, µs per frame: p50 … p99 (log)', shown.map(mainBar), { log: true }),
    ];
  });
  return {
    title: 'What recording costs a game',
    note: `Less is better. All ways take turns in one run, ${seconds} s of each in slices of ${sliceSeconds} s. Frames asked for a second: 30, worker sampler 10, canvas2d sampler 5.`,
    legend: [
      { label: 'SGAPS', colour: COLOURS.ours },
      { label: 'other ways to the pictures', colour: COLOURS.other },
    ],
    panels,
  };
}

interface Shown {
  readonly id: VariantId;
  readonly figures: VariantFigures;
}

function cpuBar({ id, figures: { cpuOverBare, cpuOverBareError } }: Shown): Bar {
  const error = cpuOverBareError === null ? '' : ` ± ${short(cpuOverBareError)}`;
  return { label: VARIANTS[id].label, value: cpuOverBare, said: `${short(cpuOverBare)}${error}`, colour: colourOf(id) };
}

function mainBar({ id, figures: { p50, p99 } }: Shown): Bar {
  return { label: VARIANTS[id].label, value: p50, whisker: p99, said: `${short(p50)} … ${short(p99)}`, colour: colourOf(id) };
}
