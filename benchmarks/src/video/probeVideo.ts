import { SgapsError } from '@sgaps/protocol';
import { startFfmpeg } from '@sgaps/server/clips';
import { assertFile } from './assertFile.js';

/**
 * Size and rate of a clip.
 *
 * @example
 * ```ts
 * const { width, height, fps } = await probeVideo('clip.mkv');
 * ```
 */
export interface VideoInfo {
  readonly width: number;
  readonly height: number;
  /** Frames per second. */
  readonly fps: number;
}

/**
 * Reads size and rate of the first video stream. Throws `NOT_FOUND`, or `BYTES_MALFORMED` where there is no video in the file.
 *
 * @example
 * ```ts
 * const info = await probeVideo('clip.mkv');
 * ```
 */
export async function probeVideo(path: string): Promise<VideoInfo> {
  assertFile(path, 'clip');
  const args = [
    '-v',
    'error',
    '-select_streams',
    'v:0',
    '-show_entries',
    'stream=width,height,r_frame_rate',
    '-of',
    'json',
    path,
  ];
  const run = startFfmpeg(args, ['ignore', 'pipe', 'pipe'], 'ffprobe');
  let text = '';
  run.process.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await run.done;
  const stream = (JSON.parse(text) as { streams?: { width: number; height: number; r_frame_rate: string }[] }).streams?.[0];
  if (!stream) throw SgapsError.malformed(`clip: ${path} holds no video stream`);
  const [over, under] = stream.r_frame_rate.split('/').map(Number);
  return { width: stream.width, height: stream.height, fps: over / (under || 1) };
}
