import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import type { ClipFrame } from '@sgaps/server/clips';
import { VideoWriter } from '@sgaps/server/clips';
import type { ClipEntry } from '../clip/listClips.js';
import { loadClipState } from '../clip/loadClipState.js';
import { probeVideo } from '../video/probeVideo.js';
import { readFrames } from '../video/readFrames.js';

/** What the second clip's objects are numbered from: a game does not use an id twice. */
const SECOND_IDS = 1 << 20;

/**
 * A clip that cuts from one 2D clip to another and back every `every` frames, each going on where it was left: what a game with two
 * scenes shows. Written without loss into `folder`, until either ends. Throws `ARGUMENT_INVALID` for clips without state or of different sizes.
 *
 * @example
 * ```ts
 * const clip = await spliceClips(clips[0], clips[1], { folder: tmp, every: 60, frames: 480 });
 * ```
 */
export async function spliceClips(
  first: ClipEntry,
  second: ClipEntry,
  {
    folder,
    every,
    frames = Number.POSITIVE_INFINITY,
  }: { readonly folder: string; readonly every: number; readonly frames?: number },
): Promise<ClipEntry> {
  const name = `${first.name} and ${second.name} in turn`;
  const info = await probeVideo(first.input);
  const other = await probeVideo(second.input);
  if (!first.state || !second.state || info.width !== other.width || info.height !== other.height)
    throw new SgapsError('ARGUMENT_INVALID', `${name}: both need a state and one size.`);
  const states = [loadClipState(first.state), loadClipState(second.state)];
  const input = join(folder, `${name}.mkv`);
  const writer = new VideoWriter(input, info);
  const scenes = [readFrames(first.input, info), readFrames(second.input, info)];
  const taken = [0, 0];
  const perFrame: ClipFrame[] = [];
  try {
    while (perFrame.length < frames) {
      const scene = Math.floor(perFrame.length / every) & 1;
      const { value: rgb, done } = await scenes[scene].next();
      const frame = states[scene].per_frame[taken[scene]++];
      if (done || !frame) break;
      await writer.write(rgb);
      perFrame.push(scene === 0 ? frame : { ...frame, objects: frame.objects?.map((o) => ({ ...o, id: o.id + SECOND_IDS })) });
    }
    await writer.close();
  } finally {
    writer.abort();
    for (const scene of scenes) await scene.return(undefined);
  }
  const state = join(folder, `${name}.json`);
  writeFileSync(state, JSON.stringify({ ...states[0], name, frames: perFrame.length, per_frame: perFrame }));
  return { name, input, state, kind: '2d-cuts', source: '', licence: '' };
}
