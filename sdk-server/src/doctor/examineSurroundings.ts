import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingStore } from '../storage/RecordingStore.js';
import { type Found, found } from './Finding.js';
import type { Inventory } from './Inventory.js';

/** Bytes below which a disk is nearly full. */
const LITTLE = 2 ** 30;
/** ms by which clocks may differ: S3 refuses at fifteen minutes. */
const SKEW = 60_000;
/** ms after which an upload that is not done was broken off. */
const BROKEN_OFF = 86_400_000;
/** Names that are told. */
const MOST_NAMES = 3;

/** What is wrong with what recordings lie in. `ahead`: ms by which the store's clock is. */
export async function examineSurroundings(of: {
  readonly recordings: string;
  readonly store: RecordingStore;
  readonly ahead: number | null;
  readonly inventory: Inventory;
}): Promise<Found[]> {
  const { recordings, store, ahead, inventory } = of;
  const all: Found[] = [];
  const why = await whyNotWritable(recordings);
  if (why !== null)
    all.push(
      found(
        'permission',
        null,
        `Nothing can be written in ${recordings} (${why}): give this user the folder, or the disk more room.`,
      ),
    );
  const { freeBytes } = await store.disk();
  if (freeBytes < LITTLE)
    all.push(
      found('disk-nearly-full', null, `The disk of ${recordings} has ${Math.floor(freeBytes / 2 ** 20)} MiB left: free some.`),
    );
  if (ahead !== null && Math.abs(ahead) > SKEW)
    all.push(
      found('clock', null, `This machine's clock and the store's differ by ${Math.round(Math.abs(ahead) / 1000)} s: set it.`),
    );
  if (inventory.latestStart > Date.now() + SKEW)
    all.push(
      found(
        'clock',
        null,
        'The catalog has a recording that begins in the future: this machine’s clock, or that of another one, is or was wrong.',
      ),
    );
  const { copies } = store;
  const stored = inventory.storedRows;
  if (!copies) {
    if (stored > 0)
      all.push(found('store-not-named', null, `${stored} recordings are in a store, which was not named: name it with --store.`));
    return all;
  }
  const { blobs } = copies;
  if (inventory.foreign.length > 0) {
    const names = inventory.foreign.slice(0, MOST_NAMES).map(({ key }) => key);
    const more = inventory.foreign.length > MOST_NAMES ? ' and others' : '';
    all.push(
      found(
        'foreign-object',
        null,
        `The store has what is none of ours: ${names.join(', ')}${more}. Give SGAPS a prefix of its own.`,
      ),
    );
  }
  const before = Date.now() - BROKEN_OFF;
  const left = await blobs.removeParts(before, 'look');
  if (left > 0)
    all.push(
      found('upload-left', null, `The store keeps parts of ${left} uploads that were broken off.`, [
        'Remove them.',
        () => blobs.removeParts(before),
      ]),
    );
  return all;
}

/** Tries it: what a user may do is no matter of bits alone. */
async function whyNotWritable(folder: string): Promise<string | null> {
  const path = join(folder, `.doctor-${process.pid}.tmp`);
  try {
    await writeFile(path, 'x');
    await rm(path);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
