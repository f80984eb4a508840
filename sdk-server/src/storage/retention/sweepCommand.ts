import { Command } from 'commander';
import { pino } from 'pino';
import { addCatalogOptions, type CatalogFlags } from '../../catalogCommand.js';
import { storeOption } from '../../commandLine.js';
import { orFail } from '../../program/fail.js';
import { RecordingStore } from '../index.js';
import { type Removal, Retention } from './Retention.js';
import { keepOptions } from './retentionOptions.js';

interface SweepFlags extends CatalogFlags {
  readonly keepDays?: number;
  readonly keepBytes?: number;
  readonly keepRecordings?: number;
  readonly dryRun?: boolean;
  readonly store?: string;
}

/**
 * `sgaps sweep`: removes recordings that are not to be kept, as the server does every hour.
 *
 * @example
 * ```ts
 * program.addCommand(sweepCommand());
 * ```
 */
export function sweepCommand(): Command {
  const command = addCatalogOptions(new Command('sweep'))
    .description(
      'delete recordings that are too old or too many, by these bounds and those of games, and finish deletions that were interrupted; never one that is held',
    )
    .option('--dry-run', 'only tell what would go')
    .addOption(storeOption())
    .action(orFail(sweep));
  for (const option of keepOptions()) command.addOption(option);
  return command;
}

async function sweep(flags: SweepFlags): Promise<void> {
  const { keepDays, keepBytes, keepRecordings, dryRun = false, data, database, json } = flags;
  const store = await RecordingStore.open({ folder: data, database, store: flags.store });
  try {
    const log = pino({ level: 'silent' });
    const retention = new Retention({ store, log, policy: { keepDays, keepBytes, keepRecordings } });
    const { removed, failed } = await retention.sweep({ dryRun, onRemoval: (removal) => tellRemoval(removal, dryRun, json) });
    for (const { id, message } of failed) {
      if (json) tell({ state: 'failed', recording: id, message });
      else process.stderr.write(`sgaps: ${id}: ${message}\n`);
    }
    const bytes = removed.reduce((sum, removal) => sum + removal.bytes, 0);
    if (json) tell({ state: 'done', removed: removed.length, bytes, failed: failed.length, dryRun });
    else process.stdout.write(`${removed.length} recordings ${dryRun ? 'would go' : 'are gone'}, ${bytes} bytes\n`);
    if (failed.length > 0) process.exitCode = 1;
  } finally {
    await store.close();
  }
}

function tellRemoval({ id, game, bytes, reason }: Removal, dryRun: boolean, json = false): void {
  if (json) tell({ state: dryRun ? 'would go' : 'removed', recording: id, game, bytes, reason });
  else process.stdout.write(`${id}  ${game}, ${bytes} bytes, for its ${reason === 'age' ? 'age' : `room (${reason})`}\n`);
}

function tell(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
