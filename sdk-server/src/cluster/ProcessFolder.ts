import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { toStorageError } from '../storage/files.js';
import { ProcessLock } from './ProcessLock.js';

/** ms. */
const LOOK_EVERY = 50;
const ENDING = '.process';

/**
 * The processes that record into one data folder, each with a file in `processes/` that it holds a lock on for as long as it lives: who starts, or looks again,
 * knows which recordings nobody writes any more.
 *
 * @example
 * ```ts
 * const processes = await ProcessFolder.join('./.sgaps-data');
 * const dead = (await processes.others()).filter(async (id) => !(await processes.isHeld(id)));
 * ```
 */
export class ProcessFolder {
  private constructor(
    private readonly path: string,
    /** This process: host, number and chance, so that no later one is taken for it. */
    readonly id: string,
    /** Of the data folder, the same for all who use it. */
    readonly folderId: string,
    private readonly own: ProcessLock,
  ) {}

  /** Says that this process uses the data folder. Rejects with `STORAGE_FULL` or `STORAGE_FAILED`. */
  static async join(data: string): Promise<ProcessFolder> {
    const path = join(data, 'processes');
    try {
      await mkdir(path, { recursive: true });
      const id = `${hostname()
        .replace(/[^A-Za-z0-9-]/g, '-')
        .slice(0, 40)}.${process.pid}.${randomBytes(4).toString('hex')}`;
      const own = await ProcessLock.take(join(path, id + ENDING));
      if (!own) throw new Error(`${id} is locked`);
      return new ProcessFolder(path, id, await folderIdOf(path), own);
    } catch (error) {
      throw toStorageError(error, `joining the processes of ${data}`);
    }
  }

  /** Ids of all others that use it or did. */
  async others(): Promise<string[]> {
    const names = await readdir(this.path);
    const ids = names.filter((name) => name.endsWith(ENDING)).map((name) => name.slice(0, -ENDING.length));
    return ids.filter((id) => id !== this.id);
  }

  /** Whether it uses the data folder, or did and was not forgotten. */
  isKnown(id: string): boolean {
    return existsSync(join(this.path, id + ENDING));
  }

  /** Whether a process lives, as far as the kernel knows of its lock. */
  async isHeld(id: string): Promise<boolean> {
    if (id === this.id) return true;
    // Ids come from the catalog too.
    return /^[A-Za-z0-9.-]+$/.test(id) && ProcessLock.isHeld(join(this.path, id + ENDING));
  }

  /** Does what only one process may at a time; null where another is at it and is not done `within` ms. */
  async alone<T>(what: 'opening' | 'recovery', work: () => Promise<T>, within = 0): Promise<T | null> {
    const path = join(this.path, `${what}.lock`);
    let lock = await ProcessLock.take(path);
    for (const end = performance.now() + within; !lock && performance.now() < end; ) {
      await wait(LOOK_EVERY);
      lock = await ProcessLock.take(path);
    }
    if (!lock) return null;
    try {
      return await work();
    } finally {
      lock.release();
    }
  }

  /** Forgets a process that is dead and has left nothing. */
  async forget(id: string): Promise<void> {
    await rm(join(this.path, id + ENDING), { force: true });
  }

  /** Takes leave. `known`: it has left something, and is to be found as one that is dead. */
  async leave({ known = false } = {}): Promise<void> {
    if (!known) await this.forget(this.id).catch(() => undefined);
    this.own.release();
  }
}

async function folderIdOf(path: string): Promise<string> {
  const file = join(path, 'folder-id');
  await writeFile(file, randomUUID(), { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  for (let tries = 0; tries < 100; tries++) {
    const text = (await readFile(file, 'utf8')).trim();
    if (text !== '') return text;
    // Another process has made it and is about to write it.
    await wait(10);
  }
  throw new Error(`${file} is empty; delete it`);
}
