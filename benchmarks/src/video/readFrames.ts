import { SgapsError } from '@sgaps/protocol';
import { BYTES_PER_PIXEL, type RawFormat, startFfmpeg } from '@sgaps/server/clips';
import { assertFile } from './assertFile.js';

/**
 * Streams the frames of a clip as raw bytes, each in a buffer of its own, decoded by ffmpeg. Never holds more than a few.
 * `filter` is an ffmpeg filter graph run on each before it is turned into `format`. Throws `NOT_FOUND`, `UNSUPPORTED` (no ffmpeg) or
 * `STORAGE_FAILED` (ffmpeg failed).
 *
 * @example
 * ```ts
 * for await (const rgb of readFrames('clip.mkv', { width: 320, height: 180 })) measure(rgb);
 * ```
 */
export async function* readFrames(
  path: string,
  size: { readonly width: number; readonly height: number },
  options: { readonly format?: RawFormat; readonly frames?: number; readonly filter?: string } = {},
): AsyncGenerator<Uint8Array> {
  assertFile(path, 'clip');
  const format = options.format ?? 'rgb24';
  const frameBytes = size.width * size.height * BYTES_PER_PIXEL[format];
  const limit = options.frames === undefined ? [] : ['-frames:v', String(options.frames)];
  const args = [
    '-v',
    'error',
    '-i',
    path,
    '-map',
    '0:v:0',
    '-fps_mode',
    'passthrough',
    ...limit,
    ...(options.filter === undefined ? [] : ['-vf', options.filter]),
    '-f',
    'rawvideo',
    '-pix_fmt',
    format,
    'pipe:1',
  ];
  const run = startFfmpeg(args, ['ignore', 'pipe', 'pipe']);
  const stdout = run.process.stdout;
  if (!stdout) throw new SgapsError('UNSUPPORTED', 'ffmpeg gave no output stream.');
  let frame = new Uint8Array(frameBytes);
  let filled = 0;
  try {
    for await (const chunk of stdout as AsyncIterable<Buffer>) {
      let at = 0;
      while (at < chunk.length) {
        const take = Math.min(chunk.length - at, frameBytes - filled);
        frame.set(chunk.subarray(at, at + take), filled);
        filled += take;
        at += take;
        if (filled === frameBytes) {
          yield frame;
          frame = new Uint8Array(frameBytes);
          filled = 0;
        }
      }
    }
    await run.done;
  } finally {
    run.process.kill();
  }
  if (filled > 0) throw SgapsError.truncated(`the last frame of ${path}`);
}
