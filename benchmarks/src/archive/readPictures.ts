import { existsSync } from 'node:fs';
import { ARCHIVE, type ArchivePicture } from '@sgaps/core';
import type { CaptureGrid } from '@sgaps/protocol';
import { loadClipState } from '../clip/loadClipState.js';
import { toFrameState } from '../clip/toFrameState.js';
import { readFrames } from '../video/readFrames.js';

/**
 * The pictures of a clip with what the game said of them, in groups as an archive codes them.
 *
 * @example
 * ```ts
 * for await (const group of readPictures('clip.mkv', 'clip.json', { width: 320, height: 180 }, 30)) await encoder.encode(group);
 * ```
 */
export async function* readPictures(
  input: string,
  state: string | undefined,
  grid: CaptureGrid,
  fps: number,
  frames?: number,
): AsyncGenerator<ArchivePicture[]> {
  const said = state && existsSync(state) ? loadClipState(state) : null;
  let group: ArchivePicture[] = [];
  let frameId = 0;
  for await (const bytes of readFrames(input, grid, { frames })) {
    const rgb = new Uint8ClampedArray(bytes.buffer, bytes.byteOffset, bytes.length);
    const time = (1000 * frameId) / fps;
    group.push({ frameId, time, rgb, state: said && toFrameState(grid, said.per_frame[frameId]) });
    frameId++;
    if (group.length < ARCHIVE.groupFrames) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
