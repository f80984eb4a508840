import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
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

  it('gives a frame up that nobody waits for any more, asked for or made ahead, and goes on', async () => {
    thread = await StreamThread.open(folder);
    const stop = new AbortController();
    const asked = thread.frame(7, stop.signal);
    stop.abort();
    await expect(asked).rejects.toMatchObject({ code: 'CLOSED' });
    expect(copied(await thread.frame(2))).toEqual(truth[2]);
    const late = new AbortController();
    thread.ahead(6);
    const next = thread.frame(6, late.signal);
    late.abort();
    await expect(next).rejects.toMatchObject({ code: 'CLOSED' });
    thread.ahead(7);
    expect(copied(await thread.frame(5))).toEqual(truth[5]);
  });

  it('stops a long way in the middle of it', async () => {
    const long = join(root, 'long');
    await makeStream(long, { gaussians: 2000, frames: 200 });
    thread = await StreamThread.open(long);
    const send = vi.spyOn(Worker.prototype, 'postMessage');
    const stop = new AbortController();
    const asked = thread.frame(199, stop.signal);
    await expect.poll(() => send.mock.calls.length, { interval: 1 }).toBe(1);
    send.mockRestore();
    stop.abort();
    await expect(asked).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('begins anew where its thread died, and where it was not heard it waits for nothing', async () => {
    thread = await StreamThread.open(folder);
    const send = vi.spyOn(Worker.prototype, 'postMessage');
    try {
      await thread.frame(3);
      const worker = send.mock.contexts[0] as Worker;
      await worker.terminate();
      expect(copied(await thread.frame(4))).toEqual(truth[4]);
      // While a frame is made, too; one that was never made by a thread ends the next as well.
      send.mockImplementationOnce(function (this: Worker) {
        void this.terminate();
      });
      expect(copied(await thread.frame(5))).toEqual(truth[5]);
      await thread.frame(6);
      const dies = function (this: Worker) {
        void this.terminate();
      };
      send.mockImplementationOnce(dies).mockImplementationOnce(dies);
      await expect(thread.frame(7)).rejects.toMatchObject({ code: 'CLOSED' });
      expect(copied(await thread.frame(7))).toEqual(truth[7]);
      const last = send.mock.contexts.at(-1) as Worker;
      const unref = vi.spyOn(last, 'unref');
      send.mockImplementationOnce(() => {
        throw new Error('not cloned');
      });
      await expect(thread.frame(1)).rejects.toThrow('not cloned');
      expect(unref).toHaveBeenCalledTimes(1);
      expect(copied(await thread.frame(1))).toEqual(truth[1]);
    } finally {
      send.mockRestore();
    }
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
