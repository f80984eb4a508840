import { statSync } from 'node:fs';
import { startFfmpeg } from '@sgaps/server/clips';
import type { VideoInfo } from '../video/probeVideo.js';

/**
 * A video encoder as ffmpeg is told of it.
 *
 * @example
 * ```ts
 * const coding: Coding = { pixels: 'yuv420p', form: 'ivf', options: ['-c:v', 'libsvtav1', '-crf', '35'] };
 * ```
 */
export interface Coding {
  /** How the picture is handed to the encoder: colour at half or at full resolution. */
  readonly pixels: 'yuv420p' | 'yuv444p';
  /** ffmpeg's name for the form in which its bytes are counted. */
  readonly form: 'h264' | 'ivf';
  readonly options: readonly string[];
}

const CAREFUL = 'flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp';
const TO_YUV = `scale=in_range=full:out_range=limited:out_color_matrix=bt601:${CAREFUL}`;

/**
 * BT.601 in limited range both ways. Chroma is always filtered on its way down. On its way up it is repeated as ffmpeg and most software does
 * unless told otherwise ("plain"), or interpolated ("smooth"), which is all that can be had of the same bytes.
 *
 * @example
 * ```ts
 * readFrames('coded.h264', info, { filter: TO_RGB.smooth });
 * ```
 */
export const TO_RGB = {
  plain: 'scale=in_range=limited:out_range=full:in_color_matrix=bt601,format=rgb24',
  smooth: `scale=in_range=limited:out_range=full:in_color_matrix=bt601:${CAREFUL},format=gbrp`,
} as const;

/** Bytes of an IVF file's header, and of each frame's. */
const IVF = { file: 32, frame: 12 } as const;

/**
 * Encodes a clip into `file` and gives the codec's bytes of all its frames, of which there are `count`, without a container. Throws as `startFfmpeg`.
 *
 * @example
 * ```ts
 * const bytes = await transcode('clip.mkv', info, coding, 'coded.ivf', 300);
 * ```
 */
export async function transcode(
  input: string,
  info: VideoInfo,
  { pixels, form, options }: Coding,
  file: string,
  count: number,
): Promise<number> {
  // Frames are counted, not timed: what the clip's clock rounds must not make the encoder drop or repeat one.
  const filter = `setpts=N/(${info.fps}*TB),${TO_YUV},format=${pixels}`;
  const clock = ['-fps_mode', 'passthrough', '-enc_time_base', `1:${Math.round(info.fps)}`];
  const picture = ['-map', '0:v:0', '-vf', filter, ...clock, '-frames:v', `${count}`];
  const args = ['-v', 'error', '-y', '-i', input, ...picture, ...options, '-f', form, file];
  await startFfmpeg(args, ['ignore', 'ignore', 'pipe']).done;
  return statSync(file).size - (form === 'ivf' ? IVF.file + IVF.frame * count : 0);
}
