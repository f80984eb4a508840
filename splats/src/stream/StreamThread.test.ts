import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import { makeStream } from '../synthetic/makeStream.js';
import { SplatStream } from './SplatStream.js';
import { StreamThread } from './StreamThread.js';

const root = mkdtempSync(join(tmpdir(), 'sgaps-stream-thread-'));
const folder = join(root, 'made');
const copied = ({ count, degree, ...arrays }: SplatCloud) => ({
  count,
  degree,
  arrays: Object.entries(arrays).map(([name, values]) => [name, [...(values as Float32Array)]]),
});
const truth: ReturnType<typeof copied>[] = [];
let thread: StreamThread;

beforeAll(async () => {
  await makeStream(folder, { gaussians: 40, frames: 8, added: 3 });
  const stream = await SplatStream.open(folder);
  for (let frame = 0; frame < 8; frame++) truth.push(copied(await stream.frame(frame)));
});
afterAll(() => rmSync(root, { recursive: true }));
afterEach(() => thread?.dispose());

describe('StreamThread', () => {
  it('gives the frames that a stream gives, whatever was made ahead', async () => {
    thread = await StreamThread.open(folder);
    expect(thread.manifest.frames).toBe(8);
    for (const frame of [0, 1, 2, 7, 3, 3, 2, 6]) {
      expect(copied(await thread.frame(frame))).toEqual(truth[frame]);
      thread.ahead(frame + 1);
      thread.ahead(frame - 1);
    }
  });

  it('leaves a cloud alone until something else is asked for, and then uses its memory again', async () => {
    thread = await StreamThread.open(folder);
    const first = await thread.frame(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(copied(first)).toEqual(truth[1]);
    thread.ahead(2);
    // It went to the thread.
    await expect.poll(() => first.positions.buffer.byteLength).toBe(0);
    const second = await thread.frame(2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(copied(second)).toEqual(truth[2]);
  });

  it('tells what a stream tells, and goes on', async () => {
    await expect(StreamThread.open(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    thread = await StreamThread.open(folder);
    thread.ahead(8);
    await expect(thread.frame(8)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    expect(copied(await thread.frame(7))).toEqual(truth[7]);
  });

  it('tries again what failed ahead, and tells of it then', async () => {
    const torn = join(root, 'torn');
    await makeStream(torn, { gaussians: 4, frames: 4 });
    thread = await StreamThread.open(torn);
    rmSync(join(torn, 'frames', '000002.ntc'));
    thread.ahead(2);
    await expect(thread.frame(2)).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'There is no frame 2 of the stream.' });
    await makeStream(torn, { gaussians: 4, frames: 4 });
    expect((await thread.frame(2)).count).toBe(4);
  });

  it('is closed once disposed, for whoever waits as well', async () => {
    thread = await StreamThread.open(folder);
    const waiting = thread.frame(7);
    const outcome = waiting.then(
      () => 'given',
      (error: { code: string }) => error.code,
    );
    await thread.dispose();
    expect(['given', 'CLOSED']).toContain(await outcome);
    await expect(thread.frame(0)).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
