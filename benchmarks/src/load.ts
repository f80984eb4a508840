import type { Cadence } from '@sgaps/server';
import { Command, Option } from 'commander';
import { positiveInteger, positiveNumber, runCommand } from './cli.js';
import { formatTable } from './clip/formatTable.js';
import { LOAD_HEAD, loadRow } from './load/loadTable.js';
import { measureLoad } from './load/measureLoad.js';

interface Arguments {
  readonly sessions: number;
  readonly seconds: number;
  readonly cadence: Cadence;
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
  .option('--json', 'one line of JSON last on standard output')
  .action(async ({ sessions, seconds, cadence, json }: Arguments) => {
    const figures = await measureLoad({ sessions, seconds, cadence });
    console.log(formatTable(LOAD_HEAD, [loadRow(figures)]));
    const { packetMs, eventLoopMs, samplesPerFrame, refused, closed, recordersCpuPercent } = figures;
    console.log(
      `cadence ${cadence}; ${samplesPerFrame.toFixed(0)} samples per frame; per packet p50 ${packetMs.p50.toFixed(1)} ms, p99 ${packetMs.p99.toFixed(1)} ms; ` +
        `event loop kept waiting p50 ${eventLoopMs.p50.toFixed(1)} ms, p99 ${eventLoopMs.p99.toFixed(1)} ms; ${refused} packets refused, ${closed} sessions closed; ` +
        `recorders used ${recordersCpuPercent.toFixed(0)} % of a core`,
    );
    if (json) console.log(JSON.stringify(figures));
  });

await runCommand(() => program.parseAsync());
