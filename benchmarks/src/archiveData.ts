import { existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ArchiveEncoder } from '@sgaps/core';
import { Progress } from '@sgaps/server/clips';
import { Command } from 'commander';
import { PairRecorder } from './archive/PairRecorder.js';
import { readPictures } from './archive/readPictures.js';
import { positiveInteger, runCommand } from './cli.js';
import { listClips } from './clip/listClips.js';
import { probeVideo } from './video/probeVideo.js';

/** Quantisers that groups are coded with: from pictures that are nearly exact to poor ones. */
const FINEST = 20;
const COARSEST = 44;

interface Arguments {
  readonly out: string;
  readonly input: string[];
  readonly frames: number;
  readonly again?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export const program = new Command('archive:data')
  .description("Runs clips through the archive's encoder and writes what HST-MAE would be shown of them, for training.")
  .requiredOption('--out <folder>', 'where to write')
  .requiredOption('--input <path...>', 'clips, or folders of clips, with their states beside them')
  .option('--frames <n>', 'at most so many frames of each clip', positiveInteger, 96)
  .option('--again', 'write what is there already once more')
  .option('--quiet', 'tell nothing of how far it is')
  .option('--json', 'one line of JSON last on standard output')
  .action(async (args: Arguments) => {
    mkdirSync(args.out, { recursive: true });
    const clips = args.input.flatMap((path) => (path.endsWith('.mkv') ? [path] : listClips(path).map((clip) => clip.input)));
    const progress = new Progress(process.stderr, args);
    const made: { name: string; pairs: number }[] = [];
    for (const [done, input] of clips.entries()) {
      progress.show({ done, total: clips.length, unit: 'clips', note: basename(input) });
      const name = basename(input, '.mkv');
      if (!args.again && existsSync(join(args.out, `${name}.json`))) continue;
      const { width, height, fps } = await probeVideo(input);
      const grid = { width, height };
      const recorder = new PairRecorder(join(args.out, name));
      let drawn = 7;
      for await (const group of readPictures(input, input.replace(/\.mkv$/, '.json'), grid, fps, args.frames)) {
        // The same quantisers for the same clips, whatever else is there.
        drawn = (drawn * 31 + name.length) % 101;
        const quantiser = FINEST + (drawn % (COARSEST - FINEST + 1));
        const encoder = new ArchiveEncoder({ grid, fps, schema: { values: [] } }, { model: recorder, quantiser });
        await encoder.encode(group);
      }
      const pairs = recorder.finish(name);
      made.push({ name, pairs });
      progress.clear();
      if (!args.json) console.log(`${name}: ${pairs} pairs`);
    }
    progress.clear();
    if (args.json) console.log(JSON.stringify({ out: args.out, made }));
  });

await runCommand(program, import.meta.url);
