import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveModel } from '@sgaps/core';
import { isSgapsError, SgapsError } from '@sgaps/protocol';
import { Command, InvalidArgumentError, Option } from 'commander';
import { pino } from 'pino';
import { databaseOption, localBytesOption, storeOption } from '../commandLine.js';
import { createInference } from '../inference/createInference.js';
import type { InferenceService } from '../inference/InferenceService.js';
import { exitCodeOf } from '../program/exits.js';
import { tellFailure } from '../program/fail.js';
import { interruptible } from '../program/interruptible.js';
import { Progress } from '../program/Progress.js';
import type { LocalCopies } from '../storage/blobs/LocalCopies.js';
import { openCopies } from '../storage/blobs/openCopies.js';
import { storeRecording } from '../storage/blobs/storeRecording.js';
import { toStorageError } from '../storage/files.js';
import { Catalog } from '../storage/index.js';
import { RecordingFolder } from '../storage/RecordingFolder.js';
import { readAge } from './age.js';
import { type ArchivedRecording, archiveRecording } from './archiveRecording.js';
import { openArchiveModel } from './openArchiveModel.js';

interface ArchiveFlags {
  readonly all?: boolean;
  readonly olderThan?: number;
  readonly keep?: boolean;
  readonly larger?: boolean;
  readonly model?: string;
  readonly bytesPerSecond?: number;
  readonly quality?: number;
  readonly reconstructor?: string;
  readonly provider: 'auto' | 'cuda' | 'webgpu' | 'cpu';
  readonly data: string;
  readonly database?: string;
  readonly store?: string;
  readonly localBytes?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** A recording, and bytes of its file: they say how much work it is. */
interface Task {
  readonly id: string;
  readonly bytes: number;
}

/** Rows read at once. */
const PAGE = 500;
/** ms between two lines that tell of progress. */
const TELL_EVERY = 200;

/**
 * `sgaps archive`: puts archives in the place of finished recordings.
 *
 * @example
 * ```ts
 * program.addCommand(archiveCommand());
 * ```
 */
export function archiveCommand(): Command {
  return new Command('archive')
    .description('rewrite finished recordings so that they take a fraction of their bytes: their pictures stay, their samples go')
    .argument('[ids...]', 'recordings')
    .option('--all', 'all finished recordings that are no archives, the oldest first')
    .option('--older-than <age>', 'with --all: those that ended so long ago: 12h, 7d, 4w', ageOption)
    .option('--keep', 'keep the recording beside the archive, as ID.full.sgaps')
    .option('--model <name>', 'archive model: hst-mae-tiny, or a folder; players need it, too (default: none)')
    .option('--bytes-per-second <number>', 'bytes that a second may take on average', positive)
    .option('--quality <dB>', 'PSNR aimed at (default: 38.5, where half of the bytes are enough for it)', positive)
    .option(
      '--reconstructor <name>',
      "model that fills in what was not sampled, as in sgaps export; 'none' for none (default: sgaps-mae-small)",
    )
    .addOption(new Option('--provider <name>', 'what runs it').choices(['auto', 'cuda', 'webgpu', 'cpu']).default('auto'))
    .option('--larger', 'also where the archive is no smaller than the recording')
    .option('-d, --data <folder>', 'folder of recordings', './.sgaps-data')
    .addOption(databaseOption())
    .addOption(storeOption())
    .addOption(localBytesOption())
    .option('--quiet', 'tell nothing of how far it is')
    .option('--json', 'tell progress and outcome as lines of JSON')
    .action(archive);
}

async function archive(ids: string[], flags: ArchiveFlags): Promise<void> {
  try {
    await interruptible((signal) => new Archiving(flags, signal).run(ids));
  } catch (error) {
    process.exitCode ??= exitCodeOf(error);
    tellFailure(error, flags.json);
  }
}

/** One run of the program. */
class Archiving {
  private readonly line: Progress;
  private toldAt = Number.NEGATIVE_INFINITY;
  private failed = 0;
  /** Fills in what was not sampled. */
  private inference: InferenceService | null = null;

  constructor(
    private readonly flags: ArchiveFlags,
    private readonly signal: AbortSignal,
  ) {
    this.line = new Progress(process.stderr, { quiet: flags.quiet });
  }

  async run(ids: readonly string[]): Promise<void> {
    const { data, database, model, json } = this.flags;
    this.assertFlags(ids);
    const folder = await RecordingFolder.open(join(data, 'recordings'));
    const catalog = await Catalog.open(data, { url: database });
    let copies: LocalCopies | null = null;
    let archiveModel: ArchiveModel | null = null;
    try {
      copies = await openCopies(this.flags);
      const tasks = await this.tasks(ids, folder, catalog, copies !== null);
      if (tasks.length > 0) {
        archiveModel = await openArchiveModel(model);
        this.inference = await this.openInference();
      }
      const total = tasks.length;
      const work = tasks.reduce((sum, { bytes }) => sum + bytes, 0) || 1;
      let worked = 0;
      for (const [done, { id, bytes }] of tasks.entries()) {
        const onProgress = (frames: number, all: number): void =>
          this.progress(id, { done, total, progress: Math.min(1, (worked + (bytes * frames) / Math.max(1, all)) / work) });
        onProgress(0, 1);
        await this.one(id, { folder, catalog, copies, archiveModel, onProgress });
        if (this.signal.aborted) return;
        worked += bytes;
      }
      if (this.failed > 0) process.exitCode ??= 1;
      if (json) tell({ state: 'done', total, failed: this.failed });
    } finally {
      await archiveModel?.close();
      await this.inference?.close();
      copies?.blobs.close();
      await catalog.close();
    }
  }

  private assertFlags(ids: readonly string[]): void {
    const { all, olderThan, quality, bytesPerSecond } = this.flags;
    const several = all === true || olderThan !== undefined;
    if (several ? ids.length > 0 : ids.length === 0)
      throw new SgapsError('ARGUMENT_INVALID', 'Name recordings, or all with --all, perhaps --older-than.');
    if (quality !== undefined && quality > 100) throw new SgapsError('ARGUMENT_INVALID', '--quality is in dB: 38.5, say.');
    if (bytesPerSecond !== undefined && bytesPerSecond < 100)
      throw new SgapsError('ARGUMENT_INVALID', '--bytes-per-second is at least 100.');
  }

  private async tasks(ids: readonly string[], folder: RecordingFolder, catalog: Catalog, stored: boolean): Promise<Task[]> {
    const { all, olderThan } = this.flags;
    const sized = (id: string): Task => ({ id, bytes: statSync(folder.filePath(id), { throwIfNoEntry: false })?.size ?? 0 });
    if (!all && olderThan === undefined) return [...new Set(ids)].map(sized);
    const endedBefore = Date.now() - (olderThan ?? 0);
    const found: (Task & { readonly endedAt: number })[] = [];
    for (const id of await folder.fileIds()) {
      const row = await catalog.get(id);
      const stats = statSync(folder.filePath(id), { throwIfNoEntry: false });
      // One that the catalog does not know ended when it was last written.
      if (!stats || row?.archivedAt) continue;
      const endedAt = row?.endedAt ?? stats.mtimeMs;
      if (endedAt < endedBefore) found.push({ id, bytes: stats.size, endedAt });
    }
    const here = new Set(await folder.fileIds());
    for (let offset = 0; stored; offset += PAGE) {
      const { items } = await catalog.list({ stored: true, archived: false, endedBefore, order: 'oldest', limit: PAGE, offset });
      for (const { id, bytes, endedAt } of items) if (!here.has(id)) found.push({ id, bytes, endedAt: endedAt ?? 0 });
      if (items.length < PAGE) break;
    }
    return found.sort((a, b) => a.endedAt - b.endedAt);
  }

  private async one(
    id: string,
    parts: Pick<Parameters<typeof archiveRecording>[1], 'folder' | 'catalog' | 'copies' | 'archiveModel' | 'onProgress'>,
  ): Promise<void> {
    const { keep, larger, bytesPerSecond, quality, json } = this.flags;
    const { signal } = this;
    const begunAt = performance.now();
    try {
      // Nobody waits for a picture.
      const model = this.inference?.open({ lateAfterMs: Number.POSITIVE_INFINITY }) ?? null;
      const done = await archiveRecording(id, { ...parts, model, keep, larger, bytesPerSecond, quality, signal });
      this.line.clear();
      tellArchived(id, done, (performance.now() - begunAt) / 1000, json);
      await this.store(id, parts);
    } catch (error) {
      this.line.clear();
      if (!isSgapsError(error)) throw error;
      if (error.code === 'CLOSED' && signal.aborted) return;
      // The next would not fit either.
      if (error.code === 'STORAGE_FULL') throw error;
      this.fail(id, error);
    }
  }

  /** A server does it otherwise, within a minute: a store that is away does not undo an archive. */
  private async store(
    id: string,
    { folder, catalog, copies }: Pick<Parameters<typeof archiveRecording>[1], 'folder' | 'catalog' | 'copies'>,
  ): Promise<void> {
    const row = copies && (await catalog.get(id));
    if (!row) return;
    try {
      await storeRecording(row, { folder, catalog, copies, signal: this.signal });
      await copies.makeRoom();
    } catch (error) {
      const { code, message } = toStorageError(error, `storing the archive of ${id}`);
      process.stderr.write(`sgaps: ${id}: archived, but not stored yet: ${code}: ${message}\n`);
    }
  }

  private fail(id: string, { code, message }: SgapsError): void {
    const { all, olderThan, json } = this.flags;
    const several = all === true || olderThan !== undefined;
    // Of all, those that are being recorded, that are archived by now, or that would not get smaller are none of them.
    const isPassedOver = several && (code === 'OUT_OF_ORDER' || code === 'UNSUPPORTED');
    if (!isPassedOver) this.failed++;
    if (json) tell({ state: isPassedOver ? 'left' : 'failed', recording: id, error: { code, message } });
    else process.stderr.write(`sgaps: ${id}: ${code}: ${message}\n`);
  }

  private async openInference(): Promise<InferenceService | null> {
    const { reconstructor, provider } = this.flags;
    return reconstructor === 'none' ? null : createInference({ model: reconstructor, provider }, pino({ level: 'silent' }));
  }

  private progress(recording: string, at: { readonly done: number; readonly total: number; readonly progress: number }): void {
    if (!this.flags.json) return this.line.show({ ...at, unit: 'recordings', note: recording });
    const now = performance.now();
    if (now - this.toldAt < TELL_EVERY) return;
    this.toldAt = now;
    tell({ state: 'running', recording, ...at });
  }
}

function tellArchived(id: string, done: ArchivedRecording, took: number, json = false): void {
  const { from, bytes, frames, seconds, psnr, modelId } = done;
  if (json) {
    const decibels = Number.isFinite(psnr) ? psnr : null;
    tell({ state: 'archived', recording: id, from, bytes, frames, seconds, psnr: decibels, model: modelId || null, took });
    return;
  }
  const size = `${megabytes(from)} → ${megabytes(bytes)} MB (${Math.round((100 * bytes) / from)} %)`;
  const rate = `${Math.round(bytes / Math.max(1, seconds))} bytes/s`;
  const quality = Number.isFinite(psnr) ? `${psnr.toFixed(2)} dB` : 'the same pictures';
  process.stdout.write(
    `${id}  ${size}, ${rate}, ${frames} frames, ${quality}, ${modelId || 'no model'}, in ${took.toFixed(1)} s\n`,
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(2);
}

function tell(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('A number above 0.');
  return value;
}

/** An age as an option, ms. */
export function ageOption(text: string): number {
  const age = readAge(text);
  if (age === null) throw new InvalidArgumentError('An age is a number with m, h, d or w behind it: 12h, 7d.');
  return age;
}
