import { Command, Option } from 'commander';
import { positiveInteger, runCommand } from './cli.js';
import { formatNumber, formatTable } from './clip/formatTable.js';
import { type ClipChoice, gatherClips } from './clip/gatherClips.js';
import { openBackend } from './clip/openBackend.js';
import { MODEL_SETTINGS, type ModelRow, type ModelSetting, measureModel } from './model/measureModel.js';

interface Arguments extends ClipChoice {
  readonly frames: number;
  readonly model?: string;
  readonly settings: ModelSetting[];
  readonly json?: boolean;
}

const HEAD = [
  'clip',
  'setting',
  'diffusion dB',
  'model dB',
  'gain',
  'SSIM',
  'model',
  'B up',
  'B up',
  'spread alone',
  'same samples',
  'spearman',
  'AUSE',
  'told off dB',
  'without',
  'ms p95',
];

function cells(row: ModelRow): string[] {
  const { diffusion, model, analytic } = row;
  return [
    row.name,
    row.setting,
    formatNumber(diffusion.psnrSteady, 2),
    formatNumber(model.psnrSteady, 2),
    formatNumber(model.psnrSteady - diffusion.psnrSteady, 2),
    formatNumber(diffusion.ssimSteady, 4),
    formatNumber(model.ssimSteady, 4),
    formatNumber(diffusion.bytesUp, 0),
    formatNumber(model.bytesUp, 0),
    formatNumber(row.spread.psnrSteady - diffusion.psnrSteady, 2),
    formatNumber(analytic.psnrSteady - diffusion.psnrSteady, 2),
    formatNumber(row.spearman, 3),
    formatNumber(row.ause, 3),
    formatNumber(row.toldError, 2),
    formatNumber(row.toldErrorDiffusion, 2),
    formatNumber(model.msPerFrame.p95, 1),
  ];
}

const program = new Command('bench:model')
  .description('What the model is worth beside diffusion at the same bytes, and how true its doubt is, on clips.')
  .option('--clips <dir>', 'folder of clips (default: shared/clips/train if there, else those of npm run clips)')
  .option('--only <names>', 'clip names, separated by commas')
  .option('--kind <prefix>', 'kinds of clips: 2d, 3d or all', 'all')
  .option('--frames <n>', 'at most so many frames each', positiveInteger, 300)
  .option('--model <path>', 'folder of the model (default: the one shipped)')
  .addOption(new Option('--settings <name...>', 'how the sessions are run').choices(MODEL_SETTINGS).default([...MODEL_SETTINGS]))
  .option('--json', 'one line of JSON last on standard output')
  .action(async (args: Arguments) => {
    const opened = await openBackend('sgaps-mae', args.model);
    if (!opened) return;
    const rows: ModelRow[] = [];
    try {
      for (const clip of gatherClips(args))
        for (const setting of args.settings) {
          rows.push(await measureModel(clip, setting, opened.backend, args.frames));
          console.error(cells(rows[rows.length - 1]).join('  '));
        }
    } finally {
      await opened.close();
    }
    console.log(formatTable(HEAD, rows.map(cells)));
    for (const setting of args.settings) {
      const of = rows.filter((row) => row.setting === setting);
      const gain = of.reduce((sum, { model, diffusion }) => sum + model.psnrSteady - diffusion.psnrSteady, 0) / of.length;
      console.log(`${setting}: mean gain ${gain.toFixed(2)} dB`);
    }
    if (args.json) console.log(JSON.stringify(rows));
  });

await runCommand(() => program.parseAsync());
