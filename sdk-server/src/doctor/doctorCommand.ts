import { Command } from 'commander';
import { databaseOption, storeOption } from '../commandLine.js';
import { tellFailure } from '../program/fail.js';
import { Progress } from '../program/Progress.js';
import { runDoctor } from './runDoctor.js';

interface DoctorFlags {
  readonly data: string;
  readonly database?: string;
  readonly store?: string;
  readonly repair?: boolean;
  readonly deep?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What the shell is told: something was found that is not repaired; it could not be looked. */
const FOUND = 1;
const NOT_LOOKED = 2;

/**
 * `sgaps doctor`: checks that catalog, data folder and store agree, and that recordings are whole.
 *
 * @example
 * ```ts
 * program.addCommand(doctorCommand());
 * ```
 */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'check that catalog, data folder and store agree and that recordings are whole; ends with 0 where all is well, 1 where something is not, 2 where it could not look',
    )
    .option('-d, --data <folder>', 'folder of recordings', './.sgaps-data')
    .addOption(databaseOption())
    .addOption(storeOption())
    .option('--deep', 'read every chunk of every recording, and fetch those that only the store has')
    .option('--repair', 'put right what can be; never removes the only copy of a recording')
    .option('--quiet', 'tell nothing of how far it is')
    .option('--json', 'tell it as lines of JSON')
    .action(doctor);
}

async function doctor(flags: DoctorFlags): Promise<void> {
  const { json = false, repair = false } = flags;
  const line = new Progress(process.stderr, { quiet: flags.quiet });
  try {
    const { found, repaired, ...counts } = await runDoctor({
      ...flags,
      onRecording: (done, total, id) => line.show({ done, total, unit: 'recordings', note: id }),
      onFinding: (finding, { repaired: isRepaired, error }) => {
        const { kind, recording, message, remedy } = finding;
        line.clear();
        const failure = error && { code: error.code, message: error.message };
        if (json) return tell({ state: 'finding', ...finding, repaired: isRepaired, error: failure });
        const what = `${recording === null ? '' : `${recording}  `}${kind}: ${message}`;
        const outcome = isRepaired
          ? 'Repaired: '
          : isRepaired === false
            ? `Not repaired (${error?.message}): `
            : 'With --repair: ';
        process.stdout.write(`${what}${remedy === null ? '' : `\n  ${outcome}${remedy}`}\n`);
      },
    });
    line.clear();
    if (json) tell({ state: 'done', ...counts, found, repaired });
    else {
      const { rows, files, objects } = counts;
      const outcome = found === 0 ? 'all is well' : `${found} found${repair ? `, ${repaired} repaired` : ''}`;
      process.stdout.write(`${rows} rows, ${files} files, ${objects} objects: ${outcome}\n`);
    }
    if (found > repaired) process.exitCode = FOUND;
  } catch (error) {
    line.clear();
    process.exitCode = NOT_LOOKED;
    tellFailure(error, json);
  }
}

function tell(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
