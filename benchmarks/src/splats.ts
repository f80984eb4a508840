import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Progress } from '@sgaps/server/clips';
import { Command, InvalidArgumentError } from 'commander';
import { positiveInteger, runCommand } from './cli.js';
import { formatNumber, formatTable } from './clip/formatTable.js';
import { writeStrip } from './picture/writeStrip.js';
import { measureSplats, type SplatFigures, type SplatView } from './splats/measureSplats.js';
import { recordYard } from './splats/recordYard.js';

interface Arguments {
  readonly seconds: number;
  readonly seed: number;
  readonly data?: string;
  readonly picture?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const GRID = { width: 320, height: 180 };

export const program = new Command('bench:splats')
  .description(
    'Splats of a recording of the Babylon sample game, built from the recorded bytes alone, against the still world as the game itself draws it: at frames held back between used ones, in a stretch never used, and at places beside the way.',
  )
  .option('--seconds <n>', 'length of the recording, 10 to 40', seconds, 30)
  .option('--seed <n>', 'of the game', positiveInteger, 7)
  .option('--data <folder>', 'where the recording is kept, and found again another time (default: nowhere)')
  .option('--picture <file>', 'writes the typical place of each kind beside what is true there, as a PNG')
  .option('--quiet', 'tell nothing of how far it is')
  .option('--json', 'one line of JSON last on standard output')
  .action(async ({ seconds: length, seed, data, picture, quiet, json }: Arguments) => {
    const folder = data ?? (await mkdtemp(join(tmpdir(), 'sgaps-splats-')));
    try {
      const examples = fileURLToPath(new URL('../../examples', import.meta.url));
      const yard = await recordYard({ folder, examples, seconds: length, seed });
      const views: SplatView[] = [];
      const progress = new Progress(process.stderr, { quiet });
      const figures = await measureSplats(yard, folder, (view) => {
        views.push(view);
        progress.show({ done: views.length, total: null, unit: 'places' });
      });
      progress.clear();
      console.log(table(figures));
      if (picture) await writeStrip(picture, GRID, typical(views), { columns: 2 });
      if (json) console.log(JSON.stringify(figures));
    } finally {
      if (!data) await rm(folder, { recursive: true, force: true });
    }
  });

function seconds(text: string): number {
  const value = positiveInteger(text);
  if (value < 10 || value > 40) throw new InvalidArgumentError('10 to 40 are needed.');
  return value;
}

function table({ kinds, frames, splats, sky, buildSeconds, plyBytes }: SplatFigures): string {
  const rows = Object.entries(kinds).flatMap(([kind, { places, coverage, ...pictures }]) =>
    Object.entries(pictures).map(([name, likeness]) => [
      `${kind} (${places}), ${name}`,
      ...[likeness.psnr, likeness.psnrMedian].map((value) => formatNumber(value, 2)),
      formatNumber(likeness.ssim, 3),
      name === 'splats' ? formatNumber(100 * coverage, 1) : '',
    ]),
  );
  const built = `${frames} frames → ${splats} splats (${sky} of the sky), built in ${buildSeconds.toFixed(1)} s, ${(plyBytes / 1e6).toFixed(1)} MB of PLY`;
  return `${built}\n\n${formatTable(['places', 'PSNR', 'median', 'SSIM', 'cover %'], rows)}`;
}

/** Of each kind the place that came out as the median, true and as splats. */
function typical(views: readonly SplatView[]) {
  return (['held', 'stretch', 'beside'] as const).flatMap((kind) => {
    const sorted = views.filter(({ truth }) => truth.kind === kind).sort((a, b) => a.psnr - b.psnr);
    const view = sorted[sorted.length >> 1];
    if (!view) return [];
    const { truth, rgb, psnr } = view;
    return [
      { label: `${kind}: true`, rgb: truth.still },
      { label: `splats, ${psnr.toFixed(1)} dB`, rgb },
    ];
  });
}

await runCommand(program, import.meta.url);
