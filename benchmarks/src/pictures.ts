import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { launchChromium } from './browser/launchChromium.js';
import { runCommand } from './cli.js';
import { captureGame } from './clips/captureGame.js';
import { captionOf, withCaptions } from './pictures/captions.js';
import { lookAtFrame } from './pictures/lookAtFrame.js';
import { writeFigure } from './pictures/writeFigure.js';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/how-it-works.md');
/** Samples a frame of a client that has little time, as everywhere in the benchmarks. */
const FEW = 8064;
const SEED = 7;
const FPS = 30;

/** The games, and the frame of each that shows most: something moves, and something has just come into sight. */
const GAMES = [
  { name: 'phaser-arena', frame: 100, hasDepth: false },
  { name: 'babylon-arena', frame: 100, hasDepth: true },
] as const;

interface Arguments {
  readonly out: string;
  readonly clips: string;
  readonly fresh?: boolean;
  readonly json?: boolean;
}

export const program = new Command('docs:pictures')
  .description(
    'Makes the pictures of docs/how-it-works.md and their captions: one frame of a 2D and a 3D game as each part of the loop sees it.',
  )
  .option('--out <dir>', 'folder for the pictures', join(ROOT, 'docs/images/how'))
  .option('--clips <dir>', 'folder of clips; what is missing there is captured', join(ROOT, 'benchmarks/clips'))
  .option('--fresh', 'capture the clips anew')
  .option('--json', 'one line of JSON last on standard output')
  .action(async ({ out, clips, fresh, json }: Arguments) => {
    mkdirSync(out, { recursive: true });
    const captions: Record<string, string> = {};
    const all: Record<string, object> = {};
    for (const { name, frame, hasDepth } of GAMES) {
      const input = join(clips, `${name}.mkv`);
      if (fresh || !existsSync(input)) await capture(name, frame + 1, clips);
      const state = join(clips, `${name}.json`);
      const depth = hasDepth ? join(clips, `${name}.depth.mkv`) : undefined;
      // Whole pictures go without depth, as live play does by default; where memory draws a 3D game it is what carries it.
      for (const [way, look] of Object.entries({ whole: {}, few: { samples: FEW, depth } })) {
        const sight = await lookAtFrame({ input, state, frame, ...look });
        const picture = join(out, `${name}-${way}.webp`);
        await writeFigure(picture, sight);
        captions[`${name}-${way}`] = captionOf(name, sight.figures);
        all[`${name}-${way}`] = sight.figures;
        console.log(`${picture} (${Math.round(statSync(picture).size / 1000)} kB)\n  ${captions[`${name}-${way}`]}`);
      }
    }
    writeFileSync(PAGE, withCaptions(readFileSync(PAGE, 'utf8'), captions));
    if (json) console.log(JSON.stringify(all));
  });

async function capture(game: string, frames: number, out: string): Promise<void> {
  const browser = await launchChromium();
  try {
    await captureGame(browser, { game, root: join(ROOT, 'examples', game, 'dist'), frames, seed: SEED, fps: FPS, out });
  } finally {
    await browser.close();
  }
}

await runCommand(program, import.meta.url);
