import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { noteByHand } from '../catalogCommand.js';
import { readStoreAddress } from '../storage/blobs/storeAddress.js';
import { Catalog } from '../storage/catalog/index.js';
import { toStorageError } from '../storage/files.js';
import { RecordingFolder } from '../storage/RecordingFolder.js';
import { RecordingStore } from '../storage/RecordingStore.js';
import { type Examination, examineRecording } from './examineRecording.js';
import { examineSurroundings } from './examineSurroundings.js';
import { type Finding, type Found, found } from './Finding.js';
import { Inventory } from './Inventory.js';

/** Rounds of repairs of one recording: each makes room for what else is wrong with it. */
const ROUNDS = 4;

/**
 * What `runDoctor` looks at, and how.
 *
 * @example
 * ```ts
 * const options: DoctorOptions = { data: './.sgaps-data', onFinding: (finding) => console.log(finding.message) };
 * ```
 */
export interface DoctorOptions {
  readonly data: string;
  readonly database?: string;
  readonly store?: string;
  /** Puts right what can be. */
  readonly repair?: boolean;
  /** Reads every chunk of every recording, also of those that only the store has. */
  readonly deep?: boolean;
  /** Told of each recording before it is looked at: how many were, of how many. */
  readonly onRecording?: (done: number, total: number, id: string) => void;
  /** `repaired`: null where nothing was tried. */
  readonly onFinding?: (
    finding: Finding,
    outcome: { readonly repaired: boolean | null; readonly error: SgapsError | null },
  ) => void;
}

/**
 * What there was.
 *
 * @example
 * ```ts
 * const { found, repaired }: Diagnosis = await runDoctor({ data: './.sgaps-data' });
 * ```
 */
export interface Diagnosis {
  readonly rows: number;
  readonly files: number;
  readonly objects: number;
  readonly found: number;
  readonly repaired: number;
}

/**
 * Checks that catalog, data folder and store agree, and that recordings are whole. Changes nothing without `repair`, and with it never removes the only copy of a recording.
 *
 * @throws SgapsError where it cannot look: `NOT_FOUND` for a folder that is not there, `VERSION_UNSUPPORTED` for a catalog of another version, `STORAGE_FAILED` where catalog or store do not answer, `ARGUMENT_INVALID`.
 *
 * @example
 * ```ts
 * const { found } = await runDoctor({ data: './.sgaps-data', store: 's3://replays' });
 * ```
 */
export async function runDoctor(options: DoctorOptions): Promise<Diagnosis> {
  const { database, repair = false, deep = false } = options;
  const data = resolve(options.data);
  const recordings = join(data, 'recordings');
  if (options.store) readStoreAddress(options.store);
  if (!existsSync(recordings))
    throw new SgapsError('NOT_FOUND', `There are no recordings at ${data}: name their folder with --data.`);
  const isMissing = !database && !existsSync(join(data, 'catalog.sqlite'));
  // Looking makes nothing: an empty catalog elsewhere stands for the one that is missing.
  const elsewhere = isMissing && !repair ? await mkdtemp(join(tmpdir(), 'sgaps-doctor-')) : null;
  try {
    const catalog = await Catalog.open(elsewhere ?? data, { url: database });
    const store = await RecordingStore.open({ folder: data, catalog, store: options.store });
    try {
      const ahead = (await store.copies?.blobs.check()) ?? null;
      const inventory = await Inventory.take({ recordings, catalog, blobs: store.copies?.blobs ?? null });
      const visit = new Visit(options, catalog);
      if (isMissing) await visit.tell(catalogMissing(data));
      for (const wrong of await examineSurroundings({ recordings, store, ahead, inventory })) await visit.tell(wrong);
      const folder = await RecordingFolder.open(recordings);
      const examination = { recordings, folder, store, deep };
      const ids = [...inventory.ids()];
      for (const [done, id] of ids.entries()) {
        options.onRecording?.(done, ids.length, id);
        await visit.see(id, inventory, examination);
      }
      return { ...inventory.figures, found: visit.found, repaired: visit.repaired };
    } finally {
      await store.close();
    }
  } finally {
    if (elsewhere) await rm(elsewhere, { recursive: true, force: true });
  }
}

function catalogMissing(data: string): Found {
  const remedy = ['Make one of what is there.', async () => undefined] as const;
  return found('catalog-missing', null, `There is no catalog in ${data}.`, remedy);
}

/** Tells of findings, and repairs them where that is wanted. */
class Visit {
  found = 0;
  repaired = 0;

  constructor(
    private readonly options: DoctorOptions,
    private readonly catalog: Catalog,
  ) {}

  async tell({ repair, ...finding }: Found): Promise<boolean> {
    const { onFinding } = this.options;
    this.found++;
    if (!this.options.repair || !repair) {
      onFinding?.(finding, { repaired: null, error: null });
      return false;
    }
    try {
      await repair();
      await noteByHand(this.catalog, 'doctor.repair', finding.recording ?? '', { kind: finding.kind });
      this.repaired++;
      onFinding?.(finding, { repaired: true, error: null });
      return true;
    } catch (error) {
      onFinding?.(finding, { repaired: false, error: toStorageError(error, 'repairing it') });
      return false;
    }
  }

  async see(id: string, inventory: Inventory, of: Examination): Promise<void> {
    const told = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      let isRepaired = false;
      for (const wrong of await examineRecording(inventory.case(id), of)) {
        const name = `${wrong.kind} ${wrong.message}`;
        if (told.has(name)) continue;
        told.add(name);
        isRepaired = (await this.tell(wrong)) || isRepaired;
      }
      if (!isRepaired) return;
      await inventory.renew(id);
    }
  }
}
