import { existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Progress } from '@sgaps/server/clips';
import { Command, Option } from 'commander';
import { positiveInteger, runCommand } from './cli.js';
import { listClips } from './clip/listClips.js';
import { openBackend } from './clip/openBackend.js';
import { exportRecords } from './training/exportRecords.js';
import { TRAINING_SETTINGS, type TrainingSetting } from './training/settings.js';

const NAMES = Object.keys(TRAINING_SETTINGS) as TrainingSetting[];

interface Arguments {
  readonly out: string;
  readonly input: string[];
  readonly settings: TrainingSetting[];
  readonly frames: number;
  readonly model?: string;
  readonly again?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export const program = new Command('training:data')
  .description('Runs clips through the real loop and writes what a model is shown of them, with the truth, for training.')
  .requiredOption('--out <folder>', 'where to write')
  .requiredOption('--input <path...>', 'clips, or folders of clips, with their states beside them')
  .addOption(
    new Option('--settings <name...>', 'how the sessions are run')
      .choices(NAMES)
      .default(['whole', 'samples', 'points', 'sparse']),
  )
  .option('--frames <n>', 'at most so many frames of each clip', positiveInteger, 150)
  .option('--model <folder>', 'let the doubt of this model choose the samples, as it will in use (default: as without one)')
  .option('--again', 'write what is there already once more')
  .option('--quiet', 'tell nothing of how far it is')
  .option('--json', 'one line of JSON last on standard output')
  .action(async (args: Arguments) => {
    const model = args.model === undefined ? null : await openBackend('sgaps-mae', args.model);
    mkdirSync(args.out, { recursive: true });
    const inputs = args.input.flatMap((path) => (path.endsWith('.mkv') ? [path] : listClips(path).map((clip) => clip.input)));
    const progress = new Progress(process.stderr, args);
    const total = inputs.length * args.settings.length;
    const made: { name: string; frames: number; psnr: number }[] = [];
    for (const [at, input] of inputs.entries()) {
      const state = input.replace(/\.mkv$/, '.json');
      for (const [within, setting] of args.settings.entries()) {
        progress.show({ done: at * args.settings.length + within, total, unit: 'records', note: basename(input) });
        const name = `${basename(input, '.mkv')}@${setting}`;
        if (!args.again && existsSync(join(args.out, `${name}.json`))) continue;
        const options = {
          input,
          state: existsSync(state) ? state : undefined,
          frames: args.frames,
          model: model?.backend,
          ...TRAINING_SETTINGS[setting],
        };
        const { frames, psnr } = await exportRecords(options, args.out, name);
        made.push({ name, frames, psnr });
        progress.clear();
        if (!args.json) console.log(`${name}: ${frames} frames, steady ${psnr.toFixed(2)} dB without a model`);
      }
    }
    progress.clear();
    await model?.close();
    if (args.json) console.log(JSON.stringify({ out: args.out, made }));
  });

await runCommand(program, import.meta.url);
