import {
  ARCHIVE,
  ArchiveDecoder,
  ArchiveEncoder,
  type ArchiveEncoderOptions,
  type ArchiveModel,
  type ArchivePicture,
} from '@sgaps/core';
import { SgapsError } from '@sgaps/protocol';
import { type Quality, QualityMeter } from '../metrics/QualityMeter.js';
import { quantile } from '../metrics/statistics.js';
import type { VideoInfo } from '../video/probeVideo.js';
import { ModelProbe, type Withheld } from './ModelProbe.js';
import { readPictures } from './readPictures.js';

/** Pixels along a cube's side, and what pictures are padded to multiples of. */
const CUBE = 16;
const PADDING = 32;

/**
 * A clip, and how it is to be coded.
 *
 * @example
 * ```ts
 * const options: CodeOptions = { input: 'clip.mkv', info, model: null, goal: { quality: 38.5 } };
 * ```
 */
export interface CodeOptions {
  readonly input: string;
  readonly state?: string;
  readonly info: VideoInfo;
  readonly frames?: number;
  readonly model: ArchiveModel | null;
  readonly goal: Omit<ArchiveEncoderOptions, 'model'>;
  /** Pictures of a group, 1 … 32. Default 32. */
  readonly groupFrames?: number;
  readonly withheld?: Withheld;
  /** Default true. */
  readonly ssim?: boolean;
  /** Told after every group. */
  readonly onGroup?: (frames: number) => void;
}

/** Milliseconds per frame. */
interface FrameMs {
  readonly p50: number;
  readonly p95: number;
  /** Share of all that went by until the model had answered, 0 … 1. */
  readonly model: number;
}

/**
 * What became of a clip in the archive's codec.
 *
 * @example
 * ```ts
 * const { psnr, bytes, frames } = await codeClip(options);
 * ```
 */
export interface CodeFigures extends Quality {
  readonly frames: number;
  /** Bytes of all groups, pictures and states; without the recording's file around them. */
  readonly bytes: number;
  readonly encode: FrameMs;
  readonly decode: FrameMs;
  /** Share of the cubes that the model draws, 0 … 1, and codebooks of each of them. */
  readonly drawn: number;
  readonly codebooks: number;
  readonly firstFrameHeld: Quality;
  readonly previousFrameHeld: Quality;
}

/**
 * Runs a clip through the archive's encoder and decoder. Throws as `readFrames`, and `BYTES_TRUNCATED` where the decoder gives fewer pictures than were coded.
 *
 * @example
 * ```ts
 * const figures = await codeClip({ input: 'clip.mkv', info, model: null, goal: { quality: 38.5 } });
 * ```
 */
export async function codeClip(options: CodeOptions): Promise<CodeFigures> {
  const { input, info, model, withheld, groupFrames = ARCHIVE.groupFrames } = options;
  const shape = { grid: { width: info.width, height: info.height }, fps: info.fps, schema: { values: [] } };
  const encoding = model && new ModelProbe(model, withheld);
  const decoding = model && new ModelProbe(model, withheld);
  const encoder = new ArchiveEncoder(shape, { ...options.goal, model: encoding });
  const decoder = new ArchiveDecoder(shape, { model: decoding });
  const meter = new QualityMeter({ ...info, ssim: options.ssim });
  const encodeMs: number[] = [];
  const decodeMs: number[] = [];
  const spent = { encode: 0, decode: 0 };
  let bytes = 0;
  let frames = 0;
  const state = withheld?.state ? undefined : options.state;
  for await (const read of readPictures(input, state, shape.grid, info.fps, options.frames))
    for (let at = 0; at < read.length; at += groupFrames) {
      const group = read.slice(at, at + groupFrames);
      const started = performance.now();
      const coded = await encoder.encode(group);
      const ms = performance.now() - started;
      spent.encode += ms;
      encodeMs.push(ms / group.length);
      bytes += coded.length;
      decoder.open(coded);
      for (let at = 0; at < group.length; at += 2) {
        const pair = group.slice(at, at + 2);
        const ms = await decodePair(decoder, pair, meter);
        spent.decode += ms;
        decodeMs.push(ms / pair.length);
      }
      frames += group.length;
      options.onGroup?.(frames);
    }
  const cubes =
    Math.ceil(frames / 2) * Math.ceil(info.width / PADDING) * Math.ceil(info.height / PADDING) * (PADDING / CUBE) ** 2;
  return {
    ...meter.rebuilt(),
    frames,
    bytes,
    encode: { ...spread(encodeMs), model: (encoding?.ms ?? 0) / spent.encode },
    decode: { ...spread(decodeMs), model: (decoding?.ms ?? 0) / spent.decode },
    drawn: decoding ? decoding.cubes / cubes : 0,
    codebooks: decoding ? decoding.codebooks / Math.max(1, decoding.cubes) : 0,
    firstFrameHeld: meter.firstHeld(),
    previousFrameHeld: meter.previousHeld(),
  };
}

/** Decodes a pair's pictures and measures them; gives the decoder's ms. */
async function decodePair(decoder: ArchiveDecoder, truths: readonly ArchivePicture[], meter: QualityMeter): Promise<number> {
  let ms = 0;
  for (const truth of truths) {
    const started = performance.now();
    const picture = await decoder.next();
    ms += performance.now() - started;
    if (picture?.frameId !== truth.frameId) throw SgapsError.truncated('an archive of the bench');
    meter.add(truth.rgb, picture.rgb);
  }
  return ms;
}

const spread = (values: readonly number[]) => ({ p50: quantile(values, 0.5), p95: quantile(values, 0.95) });
