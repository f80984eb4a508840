import { userInfo } from 'node:os';
import { SgapsError } from '@sgaps/protocol';
import { Command } from 'commander';
import { databaseOption, runCommand } from '../../commandLine.js';
import { RecordingStore } from '../index.js';

interface HoldFlags {
  readonly reason?: string;
  readonly data: string;
  readonly database?: string;
}

/**
 * `sgaps hold`: forbids to delete recordings.
 *
 * @example
 * ```ts
 * program.addCommand(holdCommand());
 * ```
 */
export function holdCommand(): Command {
  return withPlace(
    new Command('hold')
      .description('forbid to delete recordings (legal hold): neither by hand nor by retention, until they are released')
      .requiredOption('--reason <text>', 'why; is shown where they are listed'),
  ).action((ids: string[], flags: HoldFlags) => runCommand({}, () => hold(ids, flags, flags.reason ?? '')));
}

/**
 * `sgaps release`: allows again to delete recordings that were held.
 *
 * @example
 * ```ts
 * program.addCommand(releaseCommand());
 * ```
 */
export function releaseCommand(): Command {
  return withPlace(new Command('release').description('allow again to delete recordings that were held')).action(
    (ids: string[], flags: HoldFlags) => runCommand({}, () => hold(ids, flags, null)),
  );
}

function withPlace(command: Command): Command {
  return command
    .argument('<ids...>', 'recordings')
    .option('-d, --data <folder>', 'folder of recordings', './.sgaps-data')
    .addOption(databaseOption());
}

async function hold(ids: readonly string[], { data, database }: HoldFlags, reason: string | null): Promise<void> {
  const store = await RecordingStore.open({ folder: data, database });
  try {
    for (const id of ids) {
      if (!(await store.hold(id, reason))) throw new SgapsError('NOT_FOUND', `There is no recording ${id}.`);
      const action = reason === null ? 'recording.release' : 'recording.hold';
      const entry = {
        at: Date.now(),
        actor: `command line: ${userInfo().username}`,
        action,
        target: id,
        address: '',
        requestId: '',
      };
      await store.catalog.audit.add({ ...entry, detail: reason === null ? {} : { reason } });
      process.stdout.write(`${id}  ${reason === null ? 'released' : 'held'}\n`);
    }
  } finally {
    await store.close();
  }
}
