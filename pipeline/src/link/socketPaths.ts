import { mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SgapsError } from '@sgaps/protocol';

/** What the system takes for the path of a socket, with its closing zero (macOS has 104, Linux 108). */
const LONGEST_PATH = 103;
const WRITABLE_BY_ALL = 0o002;

/**
 * The two sockets in a folder (P1).
 *
 * @throws SgapsError `ARGUMENT_INVALID` for a path that is too long for a socket.
 * @example
 * ```ts
 * const { camera, video } = socketPaths('/run/sgaps');
 * ```
 */
export function socketPaths(folder: string): { readonly camera: string; readonly video: string } {
  const at = resolve(folder);
  const camera = join(at, 'camera.sock');
  if (Buffer.byteLength(camera) > LONGEST_PATH)
    throw new SgapsError('ARGUMENT_INVALID', `${camera} is too long for a socket's path: choose a folder with a shorter one.`);
  return { camera, video: join(at, 'video.sock') };
}

/**
 * Makes the folder of the sockets, for this user only, where there is none.
 *
 * @throws SgapsError `ARGUMENT_INVALID` for a folder in which anybody may put sockets of their own.
 */
export function makeSocketFolder(folder: string): void {
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (made === undefined && statSync(folder).mode & WRITABLE_BY_ALL)
    throw new SgapsError('ARGUMENT_INVALID', `Everybody may write to ${folder}: choose a folder of your own for the sockets.`);
}
