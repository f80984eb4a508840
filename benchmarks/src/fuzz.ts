import { Progress } from '@sgaps/server/clips';
import { Command } from 'commander';
import { positiveInteger, positiveNumber, runCommand } from './cli.js';
import { fuzzTable } from './fuzz/fuzzTable.js';
import { measureFuzz } from './fuzz/measureFuzz.js';
import { measureServer } from './fuzz/server/measureServer.js';
import { isWell, serverTable } from './fuzz/server/serverTable.js';

interface Arguments {
  readonly cases: number;
  readonly seed?: number;
  readonly only?: string;
  readonly bytes?: string;
  readonly minutes?: number;
  readonly threads?: number;
  readonly server?: boolean;
  readonly effort: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export const program = new Command('bench:fuzz')
  .description(
    'Feeds every decoder of untrusted bytes random and changed input, in threads: each case must end with a value or an SgapsError, in time and within memory. Ends with status 1 where one does not, and tells the input.',
  )
  .option('--cases <n>', 'cases in all', positiveInteger, 1_000_000)
  .option('--seed <n>', 'cases follow from it (default: another each time)', positiveInteger)
  .option('--only <name>', 'one target')
  .option('--bytes <hex>', 'with --only: this input, as a finding tells it')
  .option('--minutes <n>', 'end after so many', positiveNumber)
  .option('--threads <n>', 'threads (default: one for each processor)', positiveInteger)
  .option('--server', 'attack a whole server instead, over sockets of this machine, while an honest session goes on')
  .option('--effort <n>', 'with --server: how often each attack is made over', positiveInteger, 4)
  .option('--quiet', 'tell nothing of how far it is')
  .option('--json', 'one line of JSON last on standard output')
  .action(async ({ quiet, json, server, effort, seed = 1 + Math.floor(Math.random() * 0x7ffffffe), ...options }: Arguments) => {
    const progress = new Progress(process.stderr, { quiet });
    if (server) {
      const figures = await measureServer({ seed, effort, only: options.only, onProgress: (name) => progress.say(name) });
      console.log(serverTable(figures));
      if (json) console.log(JSON.stringify(figures));
      if (!isWell(figures)) process.exitCode = 1;
      return;
    }
    const onProgress = (done: number, total: number) => progress.show({ done, total, unit: 'cases' });
    const figures = await measureFuzz({ ...options, seed, onProgress });
    progress.clear();
    console.log(fuzzTable(figures));
    if (json) console.log(JSON.stringify(figures));
    if (figures.findings.length > 0) process.exitCode = 1;
  });

await runCommand(program, import.meta.url);
