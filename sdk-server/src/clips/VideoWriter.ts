import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { SgapsError } from '@sgaps/protocol';
import { type FfmpegRun, startFfmpeg } from './ffmpeg.js';

/**
 * Pixel formats of raw frames: 8-bit RGB, and 10-bit grey for depth.
 *
 * @example
 * ```ts
 * const format: RawFormat = 'gray10le';
 * ```
 */
export type RawFormat = 'rgb24' | 'gray10le';

/**
 * Bytes of one raw pixel.
 *
 * @example
 * ```ts
 * const frameBytes = width * height * BYTES_PER_PIXEL.rgb24;
 * ```
 */
export const BYTES_PER_PIXEL: Readonly<Record<RawFormat, number>> = { rgb24: 3, gray10le: 2 };

/** Lossless RGB, as the clips are stored. */
const LOSSLESS_RGB = ['-c:v', 'libx264rgb', '-crf', '0', '-preset', 'veryfast', '-pix_fmt', 'rgb24'] as const;
/**
 * Lossless 10-bit grey, as the depth clips are stored; the frames are given as gray10le.
 *
 * @example
 * ```ts
 * const writer = new VideoWriter('clip.depth.mkv', info, LOSSLESS_DEPTH, 'gray10le');
 * ```
 */
export const LOSSLESS_DEPTH = ['-c:v', 'ffv1', '-level', '3', '-g', '1', '-pix_fmt', 'gray10le'] as const;
/**
 * H.264 that every browser plays.
 *
 * @example
 * ```ts
 * const writer = new VideoWriter('recon.mp4', info, PLAYABLE_H264);
 * ```
 */
export const PLAYABLE_H264 = [
  '-c:v',
  'libx264',
  '-crf',
  '14',
  '-preset',
  'veryfast',
  '-pix_fmt',
  'yuv420p',
  '-movflags',
  '+faststart',
] as const;

/** No dates, versions or random ids in the file: the same frames give the same bytes. */
const REPEATABLE = ['-fflags', '+bitexact', '-flags:v', '+bitexact', '-map_metadata', '-1'];

/**
 * Writes raw RGB (or 10-bit grey) frames into a video file through ffmpeg: lossless by default. The file is there once it is whole.
 *
 * @example
 * ```ts
 * const writer = new VideoWriter('recon.mkv', { width: 320, height: 180, fps: 30 });
 * await writer.write(rgb);
 * await writer.close();
 * ```
 */
export class VideoWriter {
  private readonly run: FfmpegRun;
  private readonly input: Writable;
  private readonly frameBytes: number;
  private failure: unknown;
  private isOver = false;
  private readonly unfinished: string;
  private readonly remove = (): void => rmSync(this.unfinished, { force: true });

  /** `args` are ffmpeg's output options (default `LOSSLESS_RGB`), `format` is that of the frames given. Missing folders are made. */
  constructor(
    readonly path: string,
    info: { readonly width: number; readonly height: number; readonly fps: number },
    args: readonly string[] = LOSSLESS_RGB,
    format: RawFormat = 'rgb24',
  ) {
    mkdirSync(dirname(path), { recursive: true });
    // ffmpeg goes by the ending.
    this.unfinished = join(dirname(path), `.unfinished-${basename(path)}`);
    process.once('exit', this.remove);
    this.frameBytes = info.width * info.height * BYTES_PER_PIXEL[format];
    const input = [
      '-f',
      'rawvideo',
      '-pix_fmt',
      format,
      '-s',
      `${info.width}x${info.height}`,
      '-r',
      String(info.fps),
      '-i',
      'pipe:0',
    ];
    this.run = startFfmpeg(['-v', 'error', '-y', ...input, ...args, ...REPEATABLE, this.unfinished], ['pipe', 'ignore', 'pipe']);
    if (!this.run.process.stdin) throw new SgapsError('UNSUPPORTED', 'ffmpeg took no input stream.');
    this.input = this.run.process.stdin;
    // The reason of a broken pipe is told by ffmpeg's exit status, which `close` reports.
    this.input.on('error', (error) => {
      this.failure = error;
    });
  }

  /** Appends one frame of 3·width·height bytes (2 for grey); the buffer may be reused once this resolves. */
  async write(rgb: Uint8Array | Uint8ClampedArray): Promise<void> {
    if (rgb.length !== this.frameBytes)
      throw new SgapsError('ARGUMENT_INVALID', `A frame has ${rgb.length} bytes, ${this.frameBytes} are needed.`);
    if (this.failure) await this.run.done;
    const copy = Buffer.from(rgb);
    if (!this.input.write(copy)) await Promise.race([once(this.input, 'drain'), this.run.done]);
  }

  /** Gives up: ends ffmpeg and removes what it wrote. Does nothing after `close`. */
  abort(): void {
    if (this.isOver) return;
    this.isOver = true;
    const forget = (): void => {
      this.remove();
      process.off('exit', this.remove);
    };
    this.run.done.then(forget, forget);
    // ffmpeg heeds the signal only when it has something to read, if but the end.
    this.input.destroy();
    this.run.process.kill();
  }

  /** Ends the file and waits until ffmpeg has written it. */
  async close(): Promise<void> {
    this.input.end();
    try {
      await this.run.done;
      renameSync(this.unfinished, this.path);
    } finally {
      this.isOver = true;
      this.remove();
      process.off('exit', this.remove);
    }
  }
}
