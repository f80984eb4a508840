import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';

/**
 * A running ffmpeg or ffprobe with the tail of what it said on stderr, and `done`, which fails with a typed error
 * (`UNSUPPORTED` where the program is missing, `STORAGE_FAILED` where it ended badly).
 *
 * @example
 * ```ts
 * const run = startFfmpeg(['-v', 'error', '-i', 'clip.mkv', '-f', 'null', '-'], ['ignore', 'ignore', 'pipe']);
 * await run.done;
 * ```
 */
export interface FfmpegRun {
  readonly process: ChildProcess;
  readonly done: Promise<void>;
}

/**
 * Starts ffmpeg (or ffprobe, `program`). `SGAPS_FFMPEG` names another binary than the one in PATH; ffprobe is then looked for beside it.
 *
 * @example
 * ```ts
 * startFfmpeg(['-version'], ['ignore', 'pipe', 'pipe']);
 * ```
 */
export function startFfmpeg(args: readonly string[], stdio: StdioOptions, program: 'ffmpeg' | 'ffprobe' = 'ffmpeg'): FfmpegRun {
  const binary = binaryOf(program);
  const child = spawn(binary, args, { stdio });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  const done = new Promise<void>((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'ENOENT' ? `${binary} was not found; install ffmpeg (Debian: apt-get install ffmpeg).` : cause.message;
      reject(new SgapsError('UNSUPPORTED', why, { cause }));
    });
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new SgapsError('STORAGE_FAILED', `${program} ended with ${signal ?? `status ${code}`}: ${said.trim()}`));
    });
  });
  // Whoever needs the outcome awaits `done`; a reader that stops early on purpose does not.
  done.catch(() => undefined);
  return { process: child, done };
}

function binaryOf(program: 'ffmpeg' | 'ffprobe'): string {
  const named = process.env.SGAPS_FFMPEG;
  if (!named) return program;
  if (program === 'ffmpeg') return named;
  const beside = join(dirname(named), basename(named).replace('ffmpeg', 'ffprobe'));
  return existsSync(beside) ? beside : program;
}
