import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { Progress } from '@sgaps/server/clips';
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
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = join(import.meta.dirname, '../../examples');

export const program = new Command('clips')
  .description('Captures lossless 320×180 clips with state from the sample games, played by their bots on a virtual clock.')
  .option('--game <name>', 'one game of examples/ (default: all that are built)')
  .option('--frames <n>', 'frames per clip', positiveInteger, 300)
  .option('--seed <n>', 'seed of the bot and the game', positiveInteger, 7)
  .option('--fps <n>', 'frames per second', positiveInteger, 30)
  .option('--out <dir>', 'folder for the clips', join(import.meta.dirname, '../clips'))
  .option('--quiet', 'tell nothing of how far it is')
  .option('--json', 'one line of JSON last on standard output')
  .action(async ({ game, frames, seed, fps, out, quiet, json }: Arguments) => {
    const listed = JSON.parse(readFileSync(join(EXAMPLES, 'games.json'), 'utf8')) as { readonly name: string }[];
    const built = listed.map(({ name }) => name).filter((name) => existsSync(join(EXAMPLES, name, 'dist/index.html')));
    const games = game ? [game] : built;
    if (games.length === 0) throw new SgapsError('NOT_FOUND', `No built game in ${EXAMPLES}; run npm run build first.`);
    const progress = new Progress(process.stderr, { quiet });
    const browser = await launchChromium();
    const files: string[] = [];
    try {
      for (const [done, name] of games.entries()) {
        const onFrame = (frame: number) =>
          progress.show({ done: done * frames + frame, total: games.length * frames, unit: 'frames', note: name });
        const root = join(EXAMPLES, name, 'dist');
        const clip = await captureGame(browser, { game: name, root, frames, seed, fps, out, onFrame });
        progress.clear();
        const made = ['mkv', 'json', 'depth.mkv']
          .map((ending) => join(out, `${clip.name}.${ending}`))
          .filter((file) => existsSync(file));
        if (!json) for (const file of made) console.log(file);
        files.push(...made);
      }
      if (json) console.log(JSON.stringify({ files }));
    } finally {
      progress.clear();
      await browser.close();
    }
  });

await runCommand(program, import.meta.url);
