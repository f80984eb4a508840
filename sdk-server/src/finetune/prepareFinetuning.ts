import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import type { LocalCopies } from '../storage/blobs/LocalCopies.js';
import { type FoundRecording, findRecording } from './findRecording.js';
import type { TruthCount } from './readTruth.js';
import { type TruthClip, writeTruthClips } from './writeTruthClips.js';

/**
 * What is to be fine-tuned on.
 *
 * @example
 * ```ts
 * const options: FinetuneOptions = { recordings: ['a1', 'b2'], data: './.sgaps-data', out: './fine' };
 * ```
 */
interface FinetuneOptions {
  /** Ids in the data folder, or .sgaps files. Of several, the last is only judged by. */
  readonly recordings: readonly string[];
  readonly data: string;
  /** Fetches those that are not there. */
  readonly copies?: LocalCopies | null;
  /** Folder for all that is made; `clips` in it must not hold any. */
  readonly out: string;
  /** Told of each recording as it is done. */
  readonly onRecording?: (name: string, count: TruthCount) => void;
  /** Told of the frames of a recording that were looked at so far. */
  readonly onFrame?: (name: string, frames: number) => void;
  /** Gives up where it is aborted, and leaves no clip that is not whole. */
  readonly signal?: AbortSignal;
}

/**
 * What is there to train with.
 *
 * @example
 * ```ts
 * const { clips, game }: PreparedClips = await prepareFinetuning(options);
 * ```
 */
export interface PreparedClips {
  readonly out: string;
  readonly clips: readonly TruthClip[];
  /** Game of the first recording. */
  readonly game: string;
}

/**
 * Writes the near-true frames of recordings as clips with their states, for a model to be fine-tuned on.
 *
 * @throws SgapsError `NOT_FOUND`, `ARGUMENT_INVALID` for a recording named twice or a folder that holds clips; `UNSUPPORTED` for a recording without
 *   whole pictures that are good enough, and where ffmpeg is missing.
 *
 * @example
 * ```ts
 * const prepared = await prepareFinetuning({ recordings: ['a1'], data: './.sgaps-data', out: './fine' });
 * ```
 */
export async function prepareFinetuning(options: FinetuneOptions): Promise<PreparedClips> {
  const { recordings, data, copies, out, onRecording, onFrame, signal } = options;
  const found: FoundRecording[] = [];
  for (const given of recordings) found.push(await findRecording(given, data, copies));
  const names = found.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new SgapsError('ARGUMENT_INVALID', `Two of the recordings are called ${twice}; name each once.`);
  const folder = join(resolve(out), 'clips');
  if (existsSync(folder) && readdirSync(folder).some((file) => file.endsWith('.mkv')))
    throw new SgapsError('ARGUMENT_INVALID', `${folder} holds clips already; remove it, or name another folder with --out.`);
  mkdirSync(folder, { recursive: true });
  const clips: TruthClip[] = [];
  let game = '';
  for (const [at, recording] of found.entries()) {
    const purpose = found.length === 1 ? 'split' : at === found.length - 1 ? 'judge' : 'train';
    const made = await writeTruthClips(recording, folder, purpose, {
      signal,
      onFrame: (frames) => onFrame?.(recording.name, frames),
    });
    onRecording?.(recording.name, made.count);
    clips.push(...made.clips);
    game ||= made.game;
  }
  return { out: resolve(out), clips, game };
}
