import type { Cadence } from '@sgaps/server';
import { Progress } from '@sgaps/server/clips';
import { Command, Option } from 'commander';
import { positiveInteger, positiveNumber, risingIntegers, runCommand } from './cli.js';
import { formatTable } from './clip/formatTable.js';
import { slopesTable } from './load/growthTable.js';
import { LOAD_HEAD, loadNotes, loadRow } from './load/loadTable.js';
import { GROWN, measureGrowth } from './load/measureGrowth.js';
import { type LoadFigures, measureLoad } from './load/measureLoad.js';
import { measureSoak } from './load/measureSoak.js';
import { plotGrowth } from './load/plotGrowth.js';
import { reportCapacity } from './load/reportCapacity.js';
import { soakTable } from './load/soakTable.js';
import { writeSheet } from './plot/sheet.js';
import { runOrigin } from './report/machine.js';

interface Arguments {
  readonly sessions: number;
  readonly seconds: number;
  readonly cadence?: Cadence;
  readonly cohorts?: number;
  readonly processes?: number;
  readonly guard?: boolean;
  readonly profile?: string;
  readonly grow?: readonly number[];
  readonly soak?: number;
  readonly report?: boolean;
  readonly quick?: boolean;
  readonly out?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Each cadence with so many sessions; the figures of the first, with those of all under their names. */
async function load({ cadence, ...options }: Arguments): Promise<unknown> {
  const runs: LoadFigures[] = [];
  for (const each of cadence ? [cadence] : GROWN) {
    const cohorts = options.cohorts ?? (each === 'on-demand' ? 1 : undefined);
    const figures = await measureLoad({ ...options, cohorts, cadence: each });
    runs.push(figures);
    console.log(formatTable(LOAD_HEAD, [loadRow(figures)]));
    console.log(loadNotes(figures));
  }
  return { ...runs[0], cadences: Object.fromEntries(runs.map((run) => [run.cadence, run])) };
}

async function grow({ grow: counts = [], seconds, processes, out, quiet }: Arguments): Promise<unknown> {
  const progress = new Progress(process.stderr, { quiet });
  let done = 0;
  const told = (run: LoadFigures) => {
    progress.say(loadRow(run).join('  '));
    progress.show({ done: ++done, total: GROWN.length * counts.length, unit: 'runs at least' });
  };
  const growth = await measureGrowth(counts, { seconds, processes, told });
  progress.clear();
  const runs = growth.cadences.flatMap((cadence) => cadence.runs);
  console.log(formatTable(LOAD_HEAD, runs.map(loadRow)));
  console.log(slopesTable(growth));
  if (out) {
    const command = `npm run bench:load -- --grow ${counts.join(',')} --seconds ${seconds}`;
    await writeSheet(out, plotGrowth(growth), runOrigin(command));
    console.error(`wrote ${out}`);
  }
  return growth;
}

async function soak({ soak: minutes = 5, quick, sessions, cadence }: Arguments): Promise<unknown> {
  const figures = await measureSoak({
    minutes,
    sessions: quick ? Math.min(sessions, 8) : undefined,
    cadence,
    told: console.error,
  });
  console.log(soakTable(figures));
  if (!figures.flat) process.exitCode = 1;
  return figures;
}

export const program = new Command('bench:load')
  .description(
    'What a server carries: synthetic recorders (a moving 2D scene, 320×180, 30 frames a second, 4 to a packet) in some processes, a real server in another, real sockets on this machine. Nobody watches.',
  )
  .option('--sessions <n>', 'sessions at once, at most 1000', positiveInteger, 4)
  .option('--seconds <n>', 'seconds measured, after 3 to warm up; at most 300', positiveNumber, 10)
  .addOption(
    new Option(
      '--cadence <name>',
      'when the server makes pictures; every-nth: of every third frame (default: every-frame, then on-demand)',
    ).choices(['every-frame', 'every-nth', 'on-demand']),
  )
  .option(
    '--cohorts <n>',
    'scenes played; sessions of one scene share the bytes that were encoded for one of them (default: 2, on demand 1; at least one for each process)',
    positiveInteger,
  )
  .option('--processes <n>', 'processes of recorders (default: one for each 100 sessions)', positiveInteger)
  .option('--guard', 'the server lowers and refuses sessions when it has too much to do, as `sgaps serve` does')
  .option(
    '--profile <file>',
    "writes a CPU profile of the server's process while it is measured, to be opened in Chromium's DevTools",
  )
  .option(
    '--grow <n,…>',
    'both cadences with ever more sessions, guarded: what a session costs, and where it breaks',
    risingIntegers,
  )
  .option('--out <file>', 'with --grow: a plot of it, SVG or PNG')
  .option(
    '--soak <minutes>',
    'an hour in short: 600 sessions come and go and are watched, archived and deleted meanwhile; ends with 1 where memory, files or timers grow. 5 and more to tell',
    positiveNumber,
  )
  .option('--report', 'all of this, and docs/operations/capacity.md and its plot anew; some 18 minutes on a quiet machine')
  .option('--quick', 'with --report or --soak: shorter, and less sure')
  .option('--quiet', 'tell nothing of how far it is')
  .option('--json', 'one line of JSON last on standard output')
  .action(async (options: Arguments) => {
    const way = options.report ? reportCapacity : options.soak ? soak : options.grow ? grow : load;
    const figures = await way(options);
    if (options.json) console.log(JSON.stringify(figures));
  });

await runCommand(program, import.meta.url);
