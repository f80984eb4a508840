import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Client, createClient, type Transaction } from '@libsql/client';

/**
 * A lock on a file that the kernel drops when the process that holds it is gone, however it went: SQLite's own, of an empty database. It holds between
 * containers of one machine, and over network file systems that pass locks on (NFS with its lock service).
 *
 * @example
 * ```ts
 * const lock = await ProcessLock.take('./.sgaps-data/processes/recovery.lock');
 * if (lock) try { await recover(); } finally { lock.release(); }
 * ```
 */
export class ProcessLock {
  private constructor(
    private readonly client: Client,
    private readonly transaction: Transaction,
  ) {}

  /** Null where another holds it, of this process or another. Makes the file where it is missing. Rejects where it cannot be made. */
  static async take(path: string): Promise<ProcessLock | null> {
    const client = createClient({ url: pathToFileURL(resolve(path)).href, timeout: 0 });
    try {
      return new ProcessLock(client, await client.transaction('write'));
    } catch (error) {
      client.close();
      if ((error as { code?: unknown }).code === 'SQLITE_BUSY') return null;
      throw error;
    }
  }

  /** Whether somebody holds it; false where there is no such file. */
  static async isHeld(path: string): Promise<boolean> {
    if (!existsSync(path)) return false;
    const lock = await ProcessLock.take(path);
    lock?.release();
    return lock === null;
  }

  release(): void {
    this.transaction.close();
    this.client.close();
  }
}
