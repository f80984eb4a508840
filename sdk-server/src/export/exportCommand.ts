import { resolve } from 'node:path';
import { type OverlayLayer, type RecordingReader, SgapsError } from '@sgaps/protocol';
import { Command, InvalidArgumentError, Option } from 'commander';
import { pino } from 'pino';
import { ArchiveModels } from '../archive/ArchiveModels.js';
import { archiveModelsOption, localBytesOption, storeOption } from '../commandLine.js';
import { findRecording } from '../finetune/findRecording.js';
import { createInference } from '../inference/createInference.js';
import type { InferenceService } from '../inference/InferenceService.js';
import { exitCodeOf } from '../program/exits.js';
import { tellFailure } from '../program/fail.js';
import { interruptible } from '../program/interruptible.js';
import { Progress } from '../program/Progress.js';
import { openCopies } from '../storage/blobs/openCopies.js';
import { openRecording } from '../storage/openRecording.js';
import { exportName } from './exportName.js';
import { planExport } from './exportPlan.js';
import { type ExportProgress, type ExportResult, exportReplay } from './exportReplay.js';
import { EXPORT_FORMATS, type ExportFormat, hasPictures, readExportRequest } from './exportRequest.js';

interface ExportFlags {
  readonly format?: ExportFormat;
  readonly out?: string;
  readonly from?: number;
  readonly to?: number;
  readonly at?: number;
  readonly fps?: number;
  readonly scale?: number;
  readonly overlay?: OverlayLayer[];
  readonly data: string;
  readonly store?: string;
  readonly localBytes?: number;
  readonly model?: string;
  readonly provider: 'auto' | 'cuda' | 'webgpu' | 'cpu';
  readonly archiveModels: string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
}

interface Done extends ExportResult {
  readonly path: string;
  /** Null: none, by choice or because none is installed. */
  readonly model: string | null;
}

/** ms between two lines that tell of progress. */
const TELL_EVERY = 200;

/**
 * `sgaps export`: a film, pictures, the game's state or splats of a recording.
 *
 * @example
 * ```ts
 * program.addCommand(exportCommand());
 * ```
 */
export function exportCommand(): Command {
  return new Command('export')
    .description('make a film, pictures, lines of JSON or splats (ply) of a recording')
    .argument('<recording>', 'its id, or a .sgaps file')
    .addOption(new Option('--format <name>', 'what to make (default: mp4; png with --at)').choices(EXPORT_FORMATS))
    .option('-o, --out <file>', 'where to; several pictures (png) go to a folder, or to an archive if it ends with .zip')
    .option('--from <seconds>', 'first moment', number)
    .option('--to <seconds>', 'moment at which it ends', number)
    .addOption(new Option('--at <seconds>', 'this one moment, as png').argParser(number).conflicts(['from', 'to']))
    .option('--fps <number>', "pictures a second (default: the recording's; gif: at most 15)", number)
    .option('--scale <number>', 'times its size (1 … 8), or pixels wide', number)
    .option('--overlay <names>', 'overlays to burn in, separated by commas', (text: string) => text.split(','))
    .option('-d, --data <folder>', 'folder of recordings', './.sgaps-data')
    .addOption(storeOption())
    .addOption(localBytesOption())
    .option('--model <name>', "model that fills in, as in sgaps serve; 'none' for none (default: sgaps-mae-small)")
    .addOption(new Option('--provider <name>', 'what runs the model').choices(['auto', 'cuda', 'webgpu', 'cpu']).default('auto'))
    .addOption(archiveModelsOption())
    .option('--quiet', 'tell nothing but the outcome')
    .option('--json', 'tell progress and outcome as lines of JSON')
    .action(runExport);
}

async function runExport(recording: string, flags: ExportFlags): Promise<void> {
  const line = new Progress(process.stderr, { quiet: flags.quiet });
  const show = (at: ExportProgress): void => line.show({ ...at, unit: 'frames' });
  try {
    const done = await interruptible((signal) => exportTo(recording, flags, signal, flags.json ? jsonProgress() : show));
    line.clear();
    tellDone(done, flags);
  } catch (error) {
    line.clear();
    process.exitCode ??= exitCodeOf(error);
    tellFailure(error, flags.json);
  }
}

/** Exports, and says where to and by which model, if any. */
async function exportTo(
  recording: string,
  flags: ExportFlags,
  signal: AbortSignal,
  onProgress: (progress: ExportProgress) => void,
): Promise<Done> {
  const { from, to, at, fps, scale, overlay } = flags;
  const { format = at === undefined ? 'mp4' : 'png' } = flags;
  if (at !== undefined && format !== 'png')
    throw new SgapsError('ARGUMENT_INVALID', '--at is one picture, a png; give a range with --from and --to.');
  const request = readExportRequest({ format, from: at ?? from, to: at ?? to, fps, scale, overlays: overlay });
  const copies = await openCopies(flags);
  const found = await findRecording(recording, flags.data, copies).finally(() => copies?.blobs.close());
  const beside = found.path.replace(/\.sgaps$/, '');
  const reader = await openRecording(found.path, [`${beside}.journal`, `${beside}.journal2`], `recording ${found.name}`);
  let inference: InferenceService | null = null;
  const archiveModels = new ArchiveModels({ models: flags.archiveModels });
  try {
    // What cannot be exported is told before a model is loaded for it.
    const plan = planExport(reader, request);
    // Of an archive, that was done before it was made.
    inference = !hasPictures(format) || reader.header.archive ? null : await openInference(flags, reader);
    const path = resolve(flags.out ?? exportName(reader.header, plan));
    // Nobody waits for a picture.
    const model = inference?.open({ lateAfterMs: Number.POSITIVE_INFINITY }) ?? null;
    const archiveModel = archiveModels.get;
    const result = await exportReplay(reader, { ...request, out: path, model, archiveModel, signal, onProgress });
    return { ...result, path, model: model?.id ?? (reader.header.archive?.modelId || null) };
  } finally {
    await inference?.close();
    await archiveModels.close();
    await reader.close();
  }
}

async function openInference({ model, provider }: ExportFlags, { header }: RecordingReader): Promise<InferenceService | null> {
  if (model === 'none') return null;
  return createInference({ model, provider, warmUp: header.grid }, pino({ level: 'silent' }));
}

function jsonProgress(): (progress: ExportProgress) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return ({ done, total, progress }) => {
    const now = performance.now();
    if (now - toldAt < TELL_EVERY) return;
    toldAt = now;
    tell({ state: 'running', progress, done, total });
  };
}

function tellDone({ path, model, bytes, frames, size, seconds }: Done, { json, quiet }: ExportFlags): void {
  if (json) {
    tell({ state: 'done', file: path, bytes, frames, ...size, seconds, model });
    return;
  }
  const pixels = size ? `, ${size.width}×${size.height}, ${model ? `with ${model}` : 'without a model'}` : '';
  if (process.stderr.isTTY && !quiet)
    process.stderr.write(`  ${frames} frames, ${seconds.toFixed(1)} s, ${(bytes / 1e6).toFixed(2)} MB${pixels}\n`);
  process.stdout.write(`${path}\n`);
}

function tell(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('That is no number.');
  return value;
}
