import { SgapsError } from '@sgaps/protocol';
import { Command } from 'commander';
import { addCatalogOptions, type CatalogFlags, noteByHand } from '../../catalogCommand.js';
import { orFail } from '../../program/fail.js';
import { RecordingStore } from '../index.js';

/**
 * `sgaps hold`: forbids to delete recordings.
 *
 * @example
 * ```ts
 * program.addCommand(holdCommand());
 * ```
 */
export function holdCommand(): Command {
  return addCatalogOptions(new Command('hold'))
    .description('forbid to delete recordings (legal hold): neither by hand nor by retention, until they are released')
    .argument('<ids...>', 'recordings')
    .requiredOption('--reason <text>', 'why; is shown where they are listed')
    .action(orFail((ids: string[], flags: CatalogFlags & { readonly reason: string }) => hold(ids, flags, flags.reason)));
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
  return addCatalogOptions(new Command('release'))
    .description('allow again to delete recordings that were held')
    .argument('<ids...>', 'recordings')
    .action(orFail((ids: string[], flags: CatalogFlags) => hold(ids, flags, null)));
}

async function hold(ids: readonly string[], { data, database, json }: CatalogFlags, reason: string | null): Promise<void> {
  const store = await RecordingStore.open({ folder: data, database });
  try {
    for (const id of ids) {
      if (!(await store.hold(id, reason))) throw new SgapsError('NOT_FOUND', `There is no recording ${id}.`);
      if (reason === null) await noteByHand(store.catalog, 'recording.release', id);
      else await noteByHand(store.catalog, 'recording.hold', id, { reason });
      const text = `${id}  ${reason === null ? 'released' : 'held'}`;
      process.stdout.write(`${json ? JSON.stringify({ recording: id, held: reason }) : text}\n`);
    }
  } finally {
    await store.close();
  }
}
