import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { SgapsError } from '@sgaps/protocol';
import { fileKey, keyOf, partOf } from '../storage/blobs/blobKeys.js';
import { deleteBlobs } from '../storage/blobs/deleteBlobs.js';
import type { LocalCopies } from '../storage/blobs/LocalCopies.js';
import { storeRecording } from '../storage/blobs/storeRecording.js';
import { noteArchived } from '../storage/noteArchived.js';
import type { RecordingFolder } from '../storage/RecordingFolder.js';
import type { RecordingStore } from '../storage/RecordingStore.js';
import { type Found, found } from './Finding.js';
import type { Case, NamedFile } from './Inventory.js';
import { type FileState, readState, rebuildIndex } from './readWhole.js';

/** Bytes of a journal without records. */
const EMPTY_JOURNAL = 16;
/** ms after which what a server does by itself should be done. */
const SOON = 600_000;
/** ms after which a draft is nobody's any more. */
const FORGOTTEN = 3_600_000;

/** What examining needs. */
export interface Examination {
  readonly recordings: string;
  readonly folder: RecordingFolder;
  readonly store: RecordingStore;
  /** Read every chunk, and fetch what is not here. */
  readonly deep: boolean;
}

/** All that is wrong with one recording. */
export async function examineRecording(one: Case, of: Examination): Promise<Found[]> {
  // Whoever records it sees to it.
  if (one.isLive) return [];
  if (one.isDeleted) return [deletedLeft(one, of)];
  const file = one.files.get('sgaps');
  const drafts = leftDrafts(one, of);
  if (one.files.has('journal') || one.files.has('journal2')) return [...drafts, ...leftOpen(one, of)];
  if (!file) return [...drafts, ...(await withoutFile(one, of))];
  return [...drafts, ...(await withFile(one, file, of))];
}

function deletedLeft({ id }: Case, { folder, store }: Examination): Found {
  return found('deleted-left', id, 'It was deleted, and not all of it is gone.', [
    'Remove the rest of it.',
    async () => {
      await folder.remove(id);
      if (store.copies) await deleteBlobs(store.copies.blobs, id);
    },
  ]);
}

function leftDrafts({ id, files }: Case, { recordings }: Examination): Found[] {
  const all: Found[] = [];
  for (const [ending, { name, mtimeMs }] of files) {
    const path = join(recordings, name);
    const isOld = Date.now() - mtimeMs > FORGOTTEN;
    if (ending.endsWith('.tmp') && isOld)
      all.push(
        found('draft-left', id, `${name} is half of something that nobody works on any more.`, ['Remove it.', () => rm(path)]),
      );
    else if (ending === 'aside' && isOld)
      all.push(
        files.has('sgaps')
          ? found(
              'draft-left',
              id,
              `${name} was taken aside by a process that ended, and there is another file: compare the two.`,
            )
          : found('draft-left', id, `${name} was taken aside by a process that ended.`, [
              'Give it its name back.',
              () => rename(path, join(recordings, `${id}.sgaps`)),
            ]),
      );
    else if (ending === 'stored' && isOld && !files.has('sgaps') && !files.has('aside'))
      all.push(
        found('draft-left', id, `${name} is about a file that is not there.`, ['Remove it.', () => rm(path, { force: true })]),
      );
  }
  return all;
}

/** What a crash has left. */
function leftOpen({ id, files }: Case, { store, folder }: Examination): Found[] {
  const journals = ['journal', 'journal2'].flatMap((ending) => files.get(ending) ?? []);
  if (files.has('sgaps'))
    return [
      found('left-open', id, 'A crash, or a full disk, left it open.', [
        'Close it, with what its journals hold.',
        async () => {
          const { error, status } = await store.recover(id);
          if (status === 'failed') throw error;
        },
      ]),
    ];
  const isEmpty = journals.every(({ bytes }) => bytes <= EMPTY_JOURNAL);
  if (!isEmpty)
    return [found('journal-left', id, 'Its journals hold records, and its file is gone: put that back, and look again.')];
  return [
    found('journal-left', id, 'Its journals are empty, and there is no file.', [
      'Remove them.',
      async () => {
        for (const path of folder.journalPaths(id)) await rm(path, { force: true });
      },
    ]),
  ];
}

/** Its file is not here. */
async function withoutFile(one: Case, of: Examination): Promise<Found[]> {
  const { id, row, newest, objects } = one;
  const { store, deep } = of;
  const { catalog, copies } = store;
  if (newest && copies) {
    if (!row)
      return [
        found('object-without-row', id, 'The store has it, the catalog does not know it.', [
          'Fetch it, and add its row.',
          async () => {
            await copies.ensureLocal(id);
            await adopt(id, store);
            await catalog.update(id, { storedAt: newest.modifiedAt });
          },
        ]),
      ];
    const all: Found[] = [];
    if (row.storedAt === null) all.push(storedUnnoted(one, store));
    const { archivedAt = null } = partOf(newest.key) ?? {};
    if (!isDeepStrictEqual(archivedAt, row.archivedAt) || (row.archivedTo !== null && row.archivedTo !== newest.bytes))
      all.push(rowDiffers(one, of, 'is in the store'));
    all.push(...oldObjects(one, newest.key, of));
    if (deep) all.push(...(await fetched(one, of)));
    return all;
  }
  if (!row) return objects.size === 0 ? [] : [foreignRest(one, of)];
  if (row.storedAt !== null && !copies) return []; // Told once for all.
  if (row.status === 'failed' && row.frames === 0) return [];
  const gone = 'Its file is neither here nor in a store';
  if (catalog.shared && row.storedAt === null)
    return [found('not-here', id, `${gone}: another machine has it, or nobody. Run this on those that record.`)];
  if (row.status === 'failed') return [found('lost', id, `${gone}: put it back from a backup, or delete it.`)];
  return [
    found('lost', id, `${gone}: put it back from a backup.`, [
      'Say in the catalog that it failed.',
      () => catalog.update(id, { status: 'failed', storedAt: null }),
    ]),
  ];
}

/** A thumbnail, say, of a recording that is gone. */
function foreignRest({ id, objects }: Case, { store }: Examination): Found {
  return found('old-object', id, `The store has ${[...objects.keys()].join(', ')} of a recording that is gone.`, [
    'Remove it from the store.',
    async () => {
      for (const key of objects.keys()) await store.copies?.blobs.delete(key);
    },
  ]);
}

/** Fetches it, as it was put there, reads it whole, and lets it go again. */
async function fetched({ id }: Case, { store, folder }: Examination): Promise<Found[]> {
  try {
    await store.ensureLocal(id);
    const { error } = await readState(folder.filePath(id), true);
    await store.copies?.evict(id);
    if (error) throw error;
    return [];
  } catch (error) {
    return [found('broken', id, `What the store has of it cannot be read whole: ${messageOf(error)} Put it back from a backup.`)];
  }
}

async function withFile(one: Case, file: NamedFile, of: Examination): Promise<Found[]> {
  const { id, row, newest, files } = one;
  const { folder, store, deep } = of;
  const path = folder.filePath(id);
  const state = await readState(path, deep);
  if (state.header && !state.hasFooter) return [noIndex(one, of)];
  if (state.error) return [broken(one, state, of)];
  if (!state.indexIsRight)
    return [
      found('wrong-index', id, 'Its index does not say what its chunks hold.', ['Build it anew.', () => rebuildIndex(path)]),
    ];
  if (!row)
    return [
      found('file-without-row', id, 'Its file is here, the catalog does not know it.', [
        'Read it, and add its row.',
        () => adopt(id, store),
      ]),
    ];
  const all: Found[] = [];
  if (row.status === 'recording')
    all.push(
      found('row-differs', id, 'Its row says that it is being recorded, and nobody does.', [
        'Read it, and correct the row.',
        () => adopt(id, store),
      ]),
    );
  const archivedAt = state.header?.archive?.madeAt ?? null;
  if (row.archivedAt !== archivedAt || (row.archivedTo !== null && row.archivedTo !== file.bytes))
    all.push(rowDiffers(one, of, 'is here'));
  else if (files.has('archived'))
    all.push(
      found('archive-unnoted', id, 'It was archived, and the catalog may not have been told.', [
        'Tell it.',
        () => noteArchived(id, folder, store.catalog),
      ]),
    );
  const { copies } = store;
  if (!copies || row.status === 'recording') return all;
  const key = fileKey(id, archivedAt);
  const object = one.objects.get(key);
  const put: [string, () => Promise<unknown>] = ['Upload it.', () => upload(id, of)];
  const isNew = Date.now() - file.mtimeMs < SOON;
  const note = await copies.notes.get(id);
  if (!object) {
    if (row.storedAt !== null && newest === null)
      all.push(found('missing-in-store', id, 'The catalog says that the store has it, which it has not.', put));
    // A copy of what it was before an archive took its place elsewhere.
    else if (note && newest && note.key !== newest.key) all.push(oldCopy(one, copies));
    else if (!isNew) all.push(found('not-stored', id, 'It is not in the store.', put));
  } else if (object.bytes !== file.bytes) {
    all.push(copyDiffers(one, of));
  } else if (row.storedAt === null) {
    if (!isNew) all.push(storedUnnoted(one, store));
  } else if (!note) {
    all.push(
      found('copy-unnoted', id, 'It is not noted here that the store has it, so that it never goes.', [
        'Compare the two, and note it.',
        () => compared(id, key, of),
      ]),
    );
  } else if (files.has('webp') && !one.objects.has(keyOf({ id, kind: 'preview', archivedAt: null })))
    all.push(found('not-stored', id, 'Its thumbnail is not in the store.', put));
  if (object && object.bytes === file.bytes) all.push(...oldObjects(one, key, of));
  return all;
}

function noIndex({ id, newest }: Case, of: Examination): Found {
  return found('no-index', id, 'Its file has no index at its end: opening it takes long, and what is damaged is passed over.', [
    newest ? 'Fetch it from the store, or build the index anew from its chunks.' : 'Build the index anew from its chunks.',
    async () => {
      const isFetched =
        newest !== null &&
        (await inPlace(id, of).then(
          () => true,
          () => false,
        ));
      if (isFetched) return;
      const { error, status } = await of.store.recover(id);
      if (status === 'failed') throw error;
    },
  ]);
}

function broken({ id, newest }: Case, { error, records }: FileState, of: Examination): Found {
  const readable = records > 0 ? `, only its first ${records} records can` : '';
  const what = `Its file cannot be read whole${readable}: ${messageOf(error)}`;
  const { copies } = of.store;
  if (!newest || !copies) return found('broken', id, `${what} Put it back from a backup.`);
  return found('broken', id, what, ['Fetch it from the store, where that has it whole.', () => inPlace(id, of)]);
}

/** The store's file takes the place of the one here, once it has been read whole; else that stays. */
async function inPlace(id: string, { folder, store }: Examination): Promise<void> {
  const path = folder.filePath(id);
  const aside = `${path}.damaged`;
  await rename(path, aside);
  try {
    await store.ensureLocal(id);
    const { error, hasFooter } = await readState(path, true);
    if (error || !hasFooter) throw error ?? SgapsError.truncated(`what the store has of ${id}`);
  } catch (error) {
    await rename(aside, path);
    throw error;
  }
  await rm(aside);
}

function rowDiffers({ id }: Case, { store, folder }: Examination, where: string): Found {
  return found('row-differs', id, `Its row does not say what ${where}: whether it is an archive, of when, or its size.`, [
    'Read it, and correct the row.',
    async () => {
      await store.ensureLocal(id);
      const stored = (await store.catalog.get(id))?.storedAt ?? null;
      await noteArchived(id, folder, store.catalog);
      // The file is what it was.
      await store.catalog.update(id, { storedAt: stored });
    },
  ]);
}

function storedUnnoted({ id, newest }: Case, { catalog }: RecordingStore): Found {
  return found('stored-unnoted', id, 'The store has it, which the catalog does not say.', [
    'Say so.',
    () => catalog.update(id, { storedAt: newest?.modifiedAt ?? Date.now() }),
  ]);
}

function copyDiffers({ id, newest }: Case, of: Examination): Found {
  return found('copy-differs', id, 'Its file here and in the store are not the same.', [
    'Read both, and take the one that is whole: this one, where both are.',
    async () => {
      const { error } = await readState(of.folder.filePath(id), true);
      if (!error) await upload(id, of);
      else if (newest) await inPlace(id, of);
    },
  ]);
}

/** Only the same bytes are noted: else one of the two is wrong. */
async function compared(id: string, key: string, of: Examination): Promise<void> {
  const { copies } = of.store;
  const info = await copies?.blobs.head(key);
  if (!copies || !info) throw new SgapsError('NOT_FOUND', `${key} is not in the store any more.`);
  const { error } = await readState(of.folder.filePath(id), true);
  if (error) return inPlace(id, of);
  await upload(id, of);
}

function oldCopy({ id }: Case, copies: LocalCopies): Found {
  return found('copy-differs', id, 'Its file here is a copy of what the store had before it was archived.', [
    'Remove the copy.',
    () => copies.evict(id),
  ]);
}

/** What its file was before. */
function oldObjects({ id, objects }: Case, key: string, { store }: Examination): Found[] {
  return [...objects.keys()]
    .filter((other) => other !== key && partOf(other)?.kind === 'file')
    .map((other) =>
      found('old-object', id, `The store has ${other} still, which ${key} took the place of.`, [
        'Remove it from the store.',
        async () => {
          // What it was replaced by must be there.
          if (await store.copies?.blobs.head(key)) await store.copies?.blobs.delete(other);
        },
      ]),
    );
}

async function upload(id: string, { store, folder }: Examination): Promise<void> {
  const { catalog, copies } = store;
  const row = await catalog.get(id);
  if (row && copies) await storeRecording(row, { folder, catalog, copies });
}

async function adopt(id: string, store: RecordingStore): Promise<void> {
  const { error, status } = await store.adopt(id);
  if (status === 'failed') throw error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
