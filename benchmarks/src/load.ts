import type { Cadence } from '@sgaps/server';
import { Command, Option } from 'commander';
import { positiveInteger, positiveNumber, runCommand } from './cli.js';
import { formatTable } from './clip/formatTable.js';
import { LOAD_HEAD, loadNotes, loadRow } from './load/loadTable.js';
import { measureLoad } from './load/measureLoad.js';

interface Arguments {
  readonly sessions: number;
  readonly seconds: number;
  readonly cadence: Cadence;
  readonly cohorts?: number;
  readonly profile?: string;
  readonly json?: boolean;
}

const program = new Command('bench:load')
  .description(
    'What a server carries: synthetic recorders (a moving 2D scene, 320×180, 30 frames a second, 4 to a packet) in one process, a real server in another, real sockets on this machine. Nobody watches.',
  )
  .option('--sessions <n>', 'sessions at once, at most 256', positiveInteger, 4)
  .option('--seconds <n>', 'seconds measured, after 3 to warm up; at most 300', positiveNumber, 10)
  .addOption(
    new Option('--cadence <name>', 'when the server makes pictures; every-nth: of every third frame')
      .choices(['every-frame', 'every-nth', 'on-demand'])
      .default('every-frame'),
  )
  .option(
    '--cohorts <n>',
    'scenes played; sessions of one scene share the bytes that were encoded for one of them (default: 2)',
    positiveInteger,
  )
  .option(
    '--profile <file>',
    "writes a CPU profile of the server's process while it is measured, to be opened in Chromium's DevTools",
  )
  .option('--json', 'one line of JSON last on standard output')
  .action(async ({ json, ...options }: Arguments) => {
    const figures = await measureLoad(options);
    console.log(formatTable(LOAD_HEAD, [loadRow(figures)]));
    console.log(loadNotes(figures));
    if (json) console.log(JSON.stringify(figures));
  });

await runCommand(() => program.parseAsync());
