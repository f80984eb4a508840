import { existsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ByteSource, type Compressor, planRecovery, type RecordingHeader } from '@sgaps/protocol';
import { fileSource, syncFolder, writeAll } from './files.js';

/**
 * Closes a recording that a crash left open: cuts a torn tail, seals what its journals hold, writes the footer, removes the
 * journals. Begun anew after a crash of its own it does the rest. Throws a `SgapsError` and leaves the journals where they are.
 *
 * @example
 * ```ts
 * await recoverRecording('/data/a1.sgaps', ['/data/a1.journal', '/data/a1.journal2'], zstdCompressor);
 * ```
 */
export async function recoverRecording(
  path: string,
  journals: readonly string[],
  compressor: Compressor,
): Promise<{ header: RecordingHeader; recoveredRecords: number; cutBytes: number }> {
  const sources: ByteSource[] = [];
  try {
    const source = await fileSource(path);
    sources.push(source);
    for (const journal of journals) if (existsSync(journal)) sources.push(await fileSource(journal));
    const plan = await planRecovery(source, sources.slice(1), compressor);
    if (!plan.alreadyClosed) await apply(path, plan.keepBytes, plan.sealed, plan.footer);
    for (const journal of journals) await rm(journal, { force: true });
    await syncFolder(dirname(path));
    return { header: plan.header, recoveredRecords: plan.recoveredRecords, cutBytes: plan.cutBytes };
  } finally {
    for (const source of sources) await source.close?.();
  }
}

async function apply(path: string, keepBytes: number, sealed: readonly Uint8Array[], footer: Uint8Array | null): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(keepBytes);
    let end = keepBytes;
    for (const group of sealed) {
      await writeAll(file, group, end);
      end += group.length;
    }
    await file.datasync();
    if (footer === null) return;
    await writeAll(file, footer, end);
    await file.datasync();
  } finally {
    await file.close();
  }
}
