import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GameFigures, startServer } from '@sgaps/server';
import { Command } from 'commander';
import { destination, pino } from 'pino';
import { launchChromium } from './browser/launchChromium.js';
import { positiveNumber, runCommand } from './cli.js';
import { formatNumber, formatTable } from './clip/formatTable.js';
import { openBackend } from './clip/openBackend.js';
import { EXAMPLES, exampleGames } from './games/exampleGames.js';
import { FigureBook } from './games/FigureBook.js';
import { measureGame } from './games/measureGame.js';
import { takeCover } from './games/takeCover.js';
import { busyness } from './report/busyness.js';
import { formatMarkdown } from './report/formatMarkdown.js';
import { describeMachine, describeVersion } from './report/machine.js';

interface Arguments {
  readonly game?: string;
  readonly seconds: number;
  readonly figures: boolean;
  readonly covers: boolean;
  readonly json?: boolean;
}

/** Part of the machine that others may have before it counts as busy. */
const QUIET = 0.15;

const round = (value: number, digits: number) => Number(value.toFixed(digits));

export const program = new Command('bench:games')
  .description(
    'What each sample game costs and how well it is rebuilt, and a picture of it: figures.json, the table of examples/README.md, and public/cover.webp of each game, which the next build takes along.',
  )
  .option('--game <name>', 'only this one (default: all of games.json)')
  .option('--seconds <n>', 'how long each is recorded', positiveNumber, 20)
  .option('--no-figures', 'pictures only')
  .option('--no-covers', 'figures only')
  .option('--json', 'one line of JSON last on standard output')
  .action(async ({ game: only, seconds, figures: wantsFigures, covers, json }: Arguments) => {
    const games = exampleGames(only);
    const book = new FigureBook(EXAMPLES, formatMarkdown);
    const data = mkdtempSync(join(tmpdir(), 'sgaps-games-data-'));
    const log = pino({ name: 'sgaps', level: 'warn' }, destination(2));
    const opened = wantsFigures ? await openBackend('auto') : null;
    const server = await startServer({ port: 0, data, examples: EXAMPLES, log, model: opened && {} });
    const measured: Record<string, GameFigures> = {};
    try {
      if (covers) {
        const browser = await launchChromium();
        try {
          for (const { name, coverAt } of games) {
            await takeCover(browser, `${server.url}/examples/${name}/`, coverAt, join(EXAMPLES, name, 'public/cover.webp'));
            console.error(`${name}: picture taken at ${coverAt} s`);
          }
        } finally {
          await browser.close();
        }
      }
      for (const { name } of wantsFigures ? games : []) {
        const busy = (await busyness(2000)) > QUIET;
        const found = await measureGame({ server, game: name, seconds, model: opened?.backend ?? null, cost: !busy });
        measured[name] = {
          ...{
            date: new Date().toISOString().slice(0, 10),
            version: describeVersion(),
            machine: describeMachine(),
            busy,
            seconds,
          },
          ...{
            frames: found.frames,
            psnr: round(found.psnr, 3),
            psnrSteady: round(found.psnrSteady, 3),
            ssim: round(found.ssim, 5),
          },
          ...{ bytesUp: round(found.bytesUp, 1), bytesDown: round(found.bytesDown, 1), samples: round(found.samples, 1) },
          ...(found.micros !== undefined && { micros: round(found.micros, 1) }),
        };
        book.put(name, measured[name]);
        // After each: whoever stops it keeps what there is.
        book.save(exampleGames().map(({ name: each }) => each));
        console.error(`${name}: measured${busy ? ', less the client: the machine is busy' : ''}`);
      }
      const rows = Object.entries(measured).map(([name, f]) => [
        ...[name, formatNumber(f.psnr, 2), formatNumber(f.psnrSteady, 2), formatNumber(f.ssim, 4)],
        ...[formatNumber(f.bytesUp, 0), formatNumber(f.bytesDown, 0), formatNumber(f.micros, 0)],
      ]);
      if (rows.length > 0) console.log(formatTable(['game', 'PSNR', 'steady', 'SSIM', 'B up', 'B down', 'client, µs'], rows));
      if (json) console.log(JSON.stringify({ games: measured }));
    } finally {
      await server.close();
      await opened?.close();
      rmSync(data, { recursive: true, force: true });
    }
  });

await runCommand(program, import.meta.url);
