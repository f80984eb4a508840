import { isSgapsError } from '@sgaps/protocol';
import { Command } from 'commander';
import { databaseOption, storeOption } from '../commandLine.js';
import { runDoctor } from './runDoctor.js';

interface DoctorFlags {
  readonly data: string;
  readonly database?: string;
  readonly store?: string;
  readonly repair?: boolean;
  readonly deep?: boolean;
  readonly json?: boolean;
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
    .option('--json', 'tell it as lines of JSON')
    .action(doctor);
}

async function doctor(flags: DoctorFlags): Promise<void> {
  const { json = false, repair = false } = flags;
  try {
    const { found, repaired, ...counts } = await runDoctor({
      ...flags,
      onFinding: (finding, { repaired: isRepaired, error }) => {
        const { kind, recording, message, remedy } = finding;
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
    if (json) tell({ state: 'done', ...counts, found, repaired });
    else {
      const { rows, files, objects } = counts;
      const outcome = found === 0 ? 'all is well' : `${found} found${repair ? `, ${repaired} repaired` : ''}`;
      process.stdout.write(`${rows} rows, ${files} files, ${objects} objects: ${outcome}\n`);
    }
    if (found > repaired) process.exitCode = FOUND;
  } catch (error) {
    process.exitCode = NOT_LOOKED;
    if (!isSgapsError(error)) throw error;
    const { code, message } = error;
    if (json) tell({ state: 'failed', error: { code, message } });
    else process.stderr.write(`sgaps: ${code}: ${message}\n`);
  }
}

function tell(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
