import { statSync } from 'node:fs';
import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { startFfmpeg } from '@sgaps/server/clips';
import { type Quality, QualityMeter } from '../metrics/QualityMeter.js';
import type { VideoInfo } from '../video/probeVideo.js';
import { readFrames } from '../video/readFrames.js';
import type { Peer } from './encoders.js';
import { searchRate } from './searchRate.js';

/**
 * What to measure an encoder on.
 *
 * @example
 * ```ts
 * const options: PeerOptions = { input: 'clip.mkv', info, bytes: 2560, folder: '/tmp/x' };
 * ```
 */
export interface PeerOptions {
  readonly input: string;
  readonly info: VideoInfo;
  /** Bytes per frame that the encoder may make. */
  readonly bytes: number;
  /** Where its files may lie. */
  readonly folder: string;
  readonly frames?: number;
  /** Default true. */
  readonly ssim?: boolean;
}

/**
 * Quality of an encoder at the bytes it made.
 *
 * @example
 * ```ts
 * const { psnrSteady, bytes } = await measurePeer(PEERS[0], options);
 * ```
 */
export interface PeerFigures extends Quality {
  readonly id: Peer['id'];
  readonly label: string;
  readonly opponent: boolean;
  /** Bytes per frame made: those of the codec, without a container or packets. */
  readonly bytes: number;
  /** Bits per second that it was told. */
  readonly rate: number;
  /** The same bytes with chroma interpolated on its way back to RGB; no SSIM. */
  readonly smooth: Quality;
}

/**
 * BT.601 in limited range both ways. Chroma is always filtered on its way down. On its way up it is repeated as ffmpeg and most software does
 * unless told otherwise ("plain"), or interpolated ("smooth"), which is all that can be had of the same bytes.
 */
const CAREFUL = 'flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp';
const TO_YUV = `scale=in_range=full:out_range=limited:out_color_matrix=bt601:${CAREFUL}`;
const TO_RGB = {
  plain: 'scale=in_range=limited:out_range=full:in_color_matrix=bt601,format=rgb24',
  smooth: `scale=in_range=limited:out_range=full:in_color_matrix=bt601:${CAREFUL},format=gbrp`,
} as const;

/** Bytes of an IVF file's header, and of each frame's. */
const IVF = { file: 32, frame: 12 } as const;

/**
 * Encodes a clip at the rate that gives `bytes` per frame, decodes it and measures it as `bench:clip` measures us.
 *
 * @example
 * ```ts
 * const figures = await measurePeer(PEERS[1], { input: 'clip.mkv', info, bytes: 2560, folder: '/tmp/x' });
 * ```
 */
export async function measurePeer(peer: Peer, options: PeerOptions): Promise<PeerFigures> {
  const { input, info, bytes: target, folder, frames } = options;
  const count = frames ?? (await countFrames(input, info));
  const fileAt = (rate: number) => join(folder, `${peer.id}-${rate}.${peer.form}`);
  const { rate, bytes } = await searchRate({
    target,
    start: Math.round(8 * target * info.fps),
    trial: async (tried) => {
      const file = fileAt(tried);
      await encode(peer, options, tried, file);
      const headers = peer.form === 'ivf' ? IVF.file + IVF.frame * count : 0;
      return (statSync(file).size - headers) / count;
    },
  });
  const meters = {
    plain: new QualityMeter({ ...info, ssim: options.ssim, held: false }),
    smooth: new QualityMeter({ ...info, ssim: false, held: false }),
  };
  const decoded = {
    plain: readFrames(fileAt(rate), info, { filter: TO_RGB.plain }),
    smooth: readFrames(fileAt(rate), info, { filter: TO_RGB.smooth }),
  };
  try {
    for await (const truth of readFrames(input, info, { frames })) {
      for (const chroma of ['plain', 'smooth'] as const) {
        const { value, done } = await decoded[chroma].next();
        if (done) throw SgapsError.truncated(`what ${peer.label} made of ${input}`);
        meters[chroma].add(truth, value);
      }
    }
  } finally {
    for (const frames of Object.values(decoded)) await frames.return(undefined);
  }
  const { id, label, opponent } = peer;
  return { id, label, opponent, bytes, rate, ...meters.plain.rebuilt(), smooth: meters.smooth.rebuilt() };
}

async function encode(peer: Peer, { input, info, frames }: PeerOptions, rate: number, file: string): Promise<void> {
  const limit = frames === undefined ? [] : ['-frames:v', `${frames}`];
  // Frames are counted, not timed: what the clip's clock rounds must not make the encoder drop or repeat one.
  const filter = `setpts=N/(${info.fps}*TB),${TO_YUV},format=${peer.pixels}`;
  const picture = [
    '-map',
    '0:v:0',
    '-vf',
    filter,
    '-fps_mode',
    'passthrough',
    '-enc_time_base',
    `1:${Math.round(info.fps)}`,
    ...limit,
  ];
  const args = ['-v', 'error', '-y', '-i', input, ...picture, ...peer.options(rate), '-f', peer.form, file];
  await startFfmpeg(args, ['ignore', 'ignore', 'pipe']).done;
}

async function countFrames(input: string, info: VideoInfo): Promise<number> {
  let count = 0;
  for await (const frame of readFrames(input, info)) if (frame.length > 0) count++;
  return count;
}
