import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordingStore } from '@sgaps/server';
import { Progress } from '@sgaps/server/clips';
import { Command, Option } from 'commander';
import { positiveNumber, runCommand } from './cli.js';
import { formatTable } from './clip/formatTable.js';
import type { RecordingKind } from './seek/makeRecording.js';
import { measureSeek, type SeekFigures } from './seek/measureSeek.js';
import { seekTable } from './seek/seekTable.js';

interface Arguments {
  readonly minutes: number;
  readonly kind: RecordingKind | 'both';
  readonly data?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Where the states of each kind are kept: those of points are too large for memory. */
const SHELVES = { kept: ['file'], points: ['memory', 'file'] } as const;

export const program = new Command('bench:seek')
  .description(
    'How quickly any frame of a recording is found (FrameFinder): a moving 2D scene, 320×180, 30 frames a second, recorded by the real loop as fast as it goes.',
  )
  .option('--minutes <n>', 'length of the recordings', positiveNumber, 30)
  .addOption(
    new Option('--kind <name>', 'kept: as a server records by default; points: single pixels, drawn by memory')
      .choices(['kept', 'points', 'both'])
      .default('both'),
  )
  .option('--data <folder>', 'where recordings are kept, and found again another time (default: nowhere)')
  .option('--quiet', 'tell nothing of how far it is')
  .option('--json', 'one line of JSON last on standard output')
  .action(async ({ minutes, kind, data, quiet, json }: Arguments) => {
    const folder = data ?? (await mkdtemp(join(tmpdir(), 'sgaps-seek-')));
    const store = await RecordingStore.open({ folder });
    try {
      const all: SeekFigures[] = [];
      const progress = new Progress(process.stderr, { quiet });
      const kinds = (['kept', 'points'] as const).filter((each) => kind === 'both' || kind === each);
      const runs = kinds.flatMap((each) => SHELVES[each].map((shelf) => ({ each, shelf })));
      for (const [done, { each, shelf }] of runs.entries()) {
        progress.show({ done, total: runs.length, unit: 'runs', note: `${each}, states in ${shelf}` });
        all.push(await measureSeek(store, each, shelf, minutes));
      }
      progress.clear();
      console.log(formatTable(...seekTable(all)));
      if (json) console.log(JSON.stringify(all));
    } finally {
      await store.close();
      if (!data) await rm(folder, { recursive: true, force: true });
    }
  });

await runCommand(program, import.meta.url);
