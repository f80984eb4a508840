import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VideoWriter } from '@sgaps/server/clips';
import { afterAll, expect, it } from 'vitest';
import type { ClipEntry } from '../clip/listClips.js';
import { loadClipState } from '../clip/loadClipState.js';
import { readFrames } from '../video/readFrames.js';
import { spliceClips } from './spliceClips.js';

const folder = mkdtempSync(join(tmpdir(), 'sgaps-splice-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const object = { id: 1, name: 'ship', x: 0, y: 0, w: 4, h: 4, z: 0, cx: 2, cy: 2, dw: 4, dh: 4, ox: 0.5, oy: 0.5 };

/** A clip whose frame n is all of brightness `light` + n. */
async function clipOf(name: string, light: number, frames: number, width = 32): Promise<ClipEntry> {
  const input = join(folder, `${name}.mkv`);
  const writer = new VideoWriter(input, { width, height: 16, fps: 30 });
  for (let t = 0; t < frames; t++) await writer.write(new Uint8Array(3 * width * 16).fill(light + t));
  await writer.close();
  const state = join(folder, `${name}.json`);
  const per_frame = Array.from({ length: frames }, (_, t) => ({ viewX: light + t, viewY: 0, objects: [object] }));
  writeFileSync(state, JSON.stringify({ name, width, height: 16, fps: 30, frames, per_frame }));
  return { name, input, state, kind: '2d-static', source: '', licence: '' };
}

it('cuts from one clip to the other and back, each going on where it was left, with its own state', async () => {
  const clip = await spliceClips(await clipOf('day', 10, 8), await clipOf('night', 100, 9), { folder, every: 3 });
  const shown: number[] = [];
  for await (const rgb of readFrames(clip.input, { width: 32, height: 16 })) shown.push(rgb[0]);
  expect(shown).toEqual([10, 11, 12, 100, 101, 102, 13, 14, 15, 103, 104, 105, 16, 17]);
  const { per_frame, frames } = loadClipState(clip.state as string);
  expect(frames).toBe(14);
  expect(per_frame.map(({ viewX }) => viewX)).toEqual(shown);
  expect(per_frame[0].objects?.[0].id).not.toBe(per_frame[3].objects?.[0].id);
});

it('refuses clips of different sizes', async () => {
  const day = await clipOf('small', 10, 2);
  const night = await clipOf('wide', 100, 2, 64);
  await expect(spliceClips(day, night, { folder, every: 1 })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
});
