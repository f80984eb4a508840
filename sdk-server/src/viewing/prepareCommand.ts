import { statSync } from 'node:fs';
import { join } from 'node:path';
import { isSgapsError, SgapsError } from '@sgaps/protocol';
import { Command } from 'commander';
import { pino } from 'pino';
import { localBytesOption, seekCacheOption, storeOption } from '../commandLine.js';
import { type Prepared, prepareRecording } from '../playback/prepareRecording.js';
import { SeekCache } from '../playback/SeekCache.js';
import { exitCodeOf } from '../program/exits.js';
import { tellFailure } from '../program/fail.js';
import { interruptible } from '../program/interruptible.js';
import { Progress } from '../program/Progress.js';
import type { LocalCopies } from '../storage/blobs/LocalCopies.js';
import { openCopies } from '../storage/blobs/openCopies.js';
import { RecordingFolder } from '../storage/RecordingFolder.js';

interface PrepareFlags {
  readonly all?: boolean;
  readonly data: string;
  readonly store?: string;
  readonly localBytes?: number;
  readonly seekCache: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** A recording, and bytes of its file: they say how much work it is. */
interface Task {
  readonly id: string;
  readonly bytes: number;
}

/**
 * `sgaps prepare`: surveys recordings, so that any place of them is quick to go to from their first opening on.
 *
 * @example
 * ```ts
 * program.addCommand(prepareCommand());
 * ```
 */
export function prepareCommand(): Command {
  return new Command('prepare')
    .description('make any place of finished recordings quick to go to, from their first opening on')
    .argument('[ids...]', 'recordings')
    .option('--all', 'all finished recordings, the newest first')
    .option('-d, --data <folder>', 'folder of recordings', './.sgaps-data')
    .addOption(storeOption())
    .addOption(localBytesOption())
    .addOption(seekCacheOption())
    .option('--quiet', 'tell nothing of how far it is')
    .option('--json', 'tell progress and outcome as lines of JSON')
    .action(prepare);
}

async function prepare(ids: string[], flags: PrepareFlags): Promise<void> {
  let copies: LocalCopies | null = null;
  try {
    copies = await openCopies(flags);
    const tasks = await tasksOf(ids, flags);
    await interruptible((signal) => prepareAll(tasks, flags, copies, signal));
  } catch (error) {
    process.exitCode ??= exitCodeOf(error);
    tellFailure(error, flags.json);
  } finally {
    copies?.blobs.close();
  }
}

async function tasksOf(ids: readonly string[], { all, data, seekCache }: PrepareFlags): Promise<Task[]> {
  if (all ? ids.length > 0 : ids.length === 0) throw new SgapsError('ARGUMENT_INVALID', 'Name recordings, or all with --all.');
  if (seekCache === 0) throw new SgapsError('ARGUMENT_INVALID', 'With --seek-cache 0 nothing is kept.');
  const folder = await RecordingFolder.open(join(data, 'recordings'));
  const found = (all ? await folder.fileIds() : [...new Set(ids)]).map((id) => {
    const stats = statSync(folder.filePath(id), { throwIfNoEntry: false });
    return { id, bytes: stats?.size ?? 0, madeAt: stats?.mtimeMs ?? 0 };
  });
  return all ? found.sort((a, b) => b.madeAt - a.madeAt) : found;
}

async function prepareAll(
  tasks: readonly Task[],
  flags: PrepareFlags,
  copies: LocalCopies | null,
  signal: AbortSignal,
): Promise<void> {
  const recordings = join(flags.data, 'recordings');
  const cache = new SeekCache({ recordings, bytes: flags.seekCache * 2 ** 20, log: pino({ level: 'silent' }) });
  await cache.tidy();
  const line = new Progress(process.stderr, { quiet: flags.quiet });
  const total = tasks.length;
  const work = tasks.reduce((sum, { bytes }) => sum + bytes, 0) || 1;
  const keep = new Set<string>();
  let failed = 0;
  let worked = 0;
  for (const [done, { id, bytes }] of tasks.entries()) {
    const onProgress = (share: number): void => {
      const progress = (worked + share * bytes) / work;
      if (flags.json) tell({ state: 'running', recording: id, progress, done, total });
      else line.show({ done, total, progress, unit: 'recordings', note: id });
    };
    const begunAt = performance.now();
    try {
      onProgress(0);
      const prepared = await prepareRecording(id, { recordings, copies, cache, signal, keep, onProgress });
      line.clear();
      tellPrepared(id, prepared, (performance.now() - begunAt) / 1000, flags.json);
    } catch (error) {
      line.clear();
      if (!isSgapsError(error)) throw error;
      if (error.code === 'CLOSED' && signal.aborted) return;
      // Of all, those that are being recorded are none of them.
      if (error.code === 'OUT_OF_ORDER' && flags.all) continue;
      // The next would not fit either, or push out what was just prepared.
      if (error.code === 'STORAGE_FULL') throw error;
      failed++;
      tellFailed(id, error, flags.json);
    }
    keep.add(id);
    worked += bytes;
  }
  if (failed > 0) process.exitCode ??= 1;
  if (flags.json) tell({ state: 'done', total, failed });
}

function tellPrepared(id: string, { isNew, isArchive, places, bytes }: Prepared, seconds: number, json = false): void {
  if (isArchive) {
    if (json) tell({ state: 'ready', recording: id, places, bytes, archive: true });
    else process.stdout.write(`${id}  is archived: nothing to prepare, any place of it is quick to go to\n`);
    return;
  }
  if (json) {
    tell({ state: isNew ? 'prepared' : 'ready', recording: id, places, bytes, ...(isNew ? { seconds } : {}) });
    return;
  }
  const how = isNew ? `prepared in ${seconds.toFixed(1)} s` : 'was prepared';
  process.stdout.write(`${id}  ${how}, ${places} places, ${(bytes / 1e6).toFixed(1)} MB\n`);
}

function tellFailed(id: string, { code, message }: SgapsError, json = false): void {
  if (json) tell({ state: 'failed', recording: id, error: { code, message } });
  else process.stderr.write(`sgaps: ${id}: ${code}: ${message}\n`);
}

function tell(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
