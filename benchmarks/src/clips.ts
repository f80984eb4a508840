import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { Command } from 'commander';
import { launchChromium } from './browser/launchChromium.js';
import { positiveInteger, runCommand } from './cli.js';
import { captureGame } from './clips/captureGame.js';

interface Arguments {
  readonly game?: string;
  readonly frames: number;
  readonly seed: number;
  readonly fps: number;
  readonly out: string;
}

const EXAMPLES = join(import.meta.dirname, '../../examples');

const program = new Command('clips')
  .description('Captures lossless 320×180 clips with state from the sample games, played by their bots on a virtual clock.')
  .option('--game <name>', 'one game of examples/ (default: all that are built)')
  .option('--frames <n>', 'frames per clip', positiveInteger, 300)
  .option('--seed <n>', 'seed of the bot and the game', positiveInteger, 7)
  .option('--fps <n>', 'frames per second', positiveInteger, 30)
  .option('--out <dir>', 'folder for the clips', join(import.meta.dirname, '../clips'))
  .action(async ({ game, frames, seed, fps, out }: Arguments) => {
    const games = game ? [game] : readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, 'dist/index.html')));
    if (games.length === 0) throw new SgapsError('NOT_FOUND', `No built game in ${EXAMPLES}; run npm run build first.`);
    const browser = await launchChromium();
    try {
      for (const name of games) {
        const clip = await captureGame(browser, { game: name, root: join(EXAMPLES, name, 'dist'), frames, seed, fps, out });
        console.log(join(out, `${clip.name}.mkv`));
        console.log(join(out, `${clip.name}.json`));
        if (existsSync(join(out, `${clip.name}.depth.mkv`))) console.log(join(out, `${clip.name}.depth.mkv`));
      }
    } finally {
      await browser.close();
    }
  });

await runCommand(() => program.parseAsync());
