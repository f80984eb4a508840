import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { positiveInteger, runCommand } from './cli.js';
import { formatTable } from './clip/formatTable.js';
import { FAULT_HEAD, faultRow, isWell, withFaultRows } from './faults/faultTable.js';
import { FAULTS, measureFaults } from './faults/measureFaults.js';

interface Arguments {
  readonly only: string[];
  readonly points: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

const names = FAULTS.map(({ name }) => name).join(', ');
export const program = new Command('bench:faults')
  .description(
    'What a server loses when things go wrong: real servers, recorders over real sockets, all on this machine. Ends with 1 when anything acknowledged was lost.',
  )
  .option('--only <name...>', `faults, of: ${names} (default: all)`, (name: string, all: string[]) => [...all, name], [])
  .option('--points <n>', 'random points, for faults that have them', positiveInteger, 200)
  .option('--seed <n>', 'of the random numbers', positiveInteger, 1)
  .option('--out <file>', 'writes the rows into the table of this page; those that were not run stay as they are')
  .option('--json', 'one line of JSON last on standard output')
  .action(async ({ json, out, ...options }: Arguments) => {
    const measured = await measureFaults({ ...options, say: (line) => console.error(line) });
    console.log(formatTable(FAULT_HEAD, measured.rows.map(faultRow)));
    for (const { fault, broken } of measured.rows) for (const line of broken) console.log(`${fault}: ${line}`);
    for (const { fault, why } of measured.skipped) console.log(`${fault}: not run here: ${why}`);
    if (out !== undefined) writeFileSync(out, withFaultRows(readFileSync(out, 'utf8'), measured.rows));
    if (json) console.log(JSON.stringify(measured));
    if (!measured.rows.every(isWell)) process.exitCode = 1;
  });

await runCommand(program, import.meta.url);
