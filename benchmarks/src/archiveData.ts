import { existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ArchiveEncoder } from '@sgaps/core';
import { Command } from 'commander';
import { PairRecorder } from './archive/PairRecorder.js';
import { readPictures } from './archive/readPictures.js';
import { positiveInteger, runCommand } from './cli.js';
import { listClips } from './clip/listClips.js';
import { probeVideo } from './video/probeVideo.js';

/** Quantisers that groups are coded with: from pictures that are nearly exact to poor ones. */
const FINEST = 20;
const COARSEST = 44;

const program = new Command('archive:data')
  .description("Runs clips through the archive's encoder and writes what HST-MAE would be shown of them, for training.")
  .requiredOption('--out <folder>', 'where to write')
  .requiredOption('--input <path...>', 'clips, or folders of clips, with their states beside them')
  .option('--frames <n>', 'at most so many frames of each clip', positiveInteger, 96)
  .option('--again', 'write what is there already once more')
  .action(async (args: { out: string; input: string[]; frames: number; again?: boolean }) => {
    mkdirSync(args.out, { recursive: true });
    const clips = args.input.flatMap((path) => (path.endsWith('.mkv') ? [path] : listClips(path).map((clip) => clip.input)));
    for (const input of clips) {
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
      console.log(`${name}: ${recorder.finish(name)} pairs`);
    }
  });

await runCommand(() => program.parseAsync());
