import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { MODEL_PLANES, type ModelOutput } from '@sgaps/core';
import type { CaptureGrid } from '@sgaps/protocol';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { pino } from 'pino';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Fixture, fixtureFile, makeModelFolder, removeModelFolders } from './fixtures/modelFolders.js';
import type { InferenceOptions } from './InferenceOptions.js';
import { InferenceService } from './InferenceService.js';

const GRID: CaptureGrid = { width: 48, height: 32 };
/** The fixture `slow` takes tens of milliseconds for a frame of it. */
const LARGE: CaptureGrid = { width: 640, height: 360 };
const services: InferenceService[] = [];

/** With all the time in the world, unless told otherwise. */
async function start(name: Fixture, options: Partial<InferenceOptions> = {}): Promise<InferenceService> {
  const folder = await makeModelFolder(name);
  const service = await InferenceService.start({
    folder,
    provider: 'cpu',
    threads: 1,
    warmUp: GRID,
    lateAfterMs: 20_000,
    ...options,
  });
  services.push(service);
  return service;
}

function input(seed: number, { width, height }: CaptureGrid = GRID): Uint8Array {
  const planes = new Uint8Array(MODEL_PLANES.length * width * height);
  return planes.map((_, at) => Math.imul((at + 1) * (2 * seed + 1), 2654435761) >>> 24);
}

/** What ONNX Runtime makes of each frame, without the service. */
async function direct(
  name: Fixture,
  frames: readonly Uint8Array[],
  { width, height }: CaptureGrid = GRID,
): Promise<ModelOutput[]> {
  const session = await InferenceSession.create(fixtureFile(name), { intraOpNumThreads: 1 });
  const outputs: ModelOutput[] = [];
  for (const planes of frames) {
    const feeds = { planes: new Tensor('uint8', planes, [1, MODEL_PLANES.length, height, width]) };
    const { frame, logVariance, gap } = await session.run(feeds);
    outputs.push({ frame: frame.data, logVariance: logVariance.data, gap: gap.data } as ModelOutput);
  }
  await session.release();
  return outputs;
}

/** A log and the messages written to it so far. */
function recordingLog() {
  const lines: { msg: string; [key: string]: unknown }[] = [];
  return { lines, log: pino({ level: 'trace' }, { write: (line: string) => lines.push(JSON.parse(line)) }) };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const seeds = (count: number) => Array.from({ length: count }, (_, seed) => seed);

afterEach(() => Promise.all(services.splice(0).map((service) => service.close())));
afterAll(removeModelFolders);

describe('batches', () => {
  it('are made of frames that come together, and each frame gets what ONNX Runtime makes of it alone', async () => {
    const service = await start('tint', { maxBatch: 8, maxWaitMs: 2 });
    const inputs = seeds(8).map((seed) => input(seed));
    const outputs = await Promise.all(inputs.map((planes) => service.run(GRID, planes)));
    expect(outputs).toEqual(await direct('tint', inputs));
    expect(service.figures()).toMatchObject({
      model: 'tint@1',
      provider: 'cpu',
      batches: 1,
      frames: 8,
      late: 0,
      failed: 0,
      invalid: 0,
      waiting: 0,
      batchSizes: { 8: 1 },
    });
    expect(service.figures().ms.p95).toBeGreaterThan(0);
  });

  it('are written to the arrays of outputs that nobody needs any more, each once, whatever is given back', async () => {
    const service = await start('tint', { maxBatch: 4, maxWaitMs: 2 });
    const frames = seeds(3).map((seed) => input(seed));
    const expected = await direct('tint', frames);
    const [first, other] = await Promise.all(frames.slice(0, 2).map((planes) => service.run(GRID, planes)));
    const buffers = [first?.gap.buffer, other?.gap.buffer];
    const again = await Promise.all(frames.map((planes, at) => service.run(GRID, planes, at < 2 ? other : null)));
    expect(again).toEqual(expected);
    // Moved to the thread and back, a buffer is another object with the same bytes: the one given up is empty.
    expect(buffers.map((buffer) => buffer?.byteLength)).toEqual([11 * GRID.width * GRID.height, 0]);
    const small = { frame: new Uint8Array(3), logVariance: new Float32Array(1), gap: new Float32Array(1) };
    for (const unfit of [other, small, null]) expect(await service.run(GRID, frames[2], unfit)).toEqual(expected[2]);
    expect(first).toEqual(expected[0]);
    expect(service.figures()).toMatchObject({ failed: 0, invalid: 0, late: 0 });
  });

  it('are as large as allowed, and the rest follows', async () => {
    const service = await start('tint', { maxBatch: 4, maxWaitMs: 2 });
    const inputs = seeds(10).map((seed) => input(seed));
    const outputs = await Promise.all(inputs.map((planes) => service.run(GRID, planes)));
    expect(outputs).toEqual(await direct('tint', inputs));
    expect(service.figures().batchSizes).toEqual({ 4: 2, 2: 1 });
  });

  it('wait for others no longer than they may, and not at all when full', async () => {
    const service = await start('tint', { maxBatch: 2, maxWaitMs: 400 });
    const began = performance.now();
    await Promise.all([service.run(GRID, input(1)), service.run(GRID, input(2))]);
    expect(performance.now() - began).toBeLessThan(300);
    const lone = performance.now();
    await service.run(GRID, input(3));
    expect(performance.now() - lone).toBeGreaterThan(350);
  });

  it('have one grid each', async () => {
    const service = await start('tint', { maxWaitMs: 5, maxBatch: 32 });
    const other = { width: 33, height: 21 }; // Sides with which nothing is aligned.
    const inputs = seeds(3).map((seed) => [input(seed), input(seed, other)] as const);
    const outputs = await Promise.all(
      inputs.map(([own, others]) => Promise.all([service.run(GRID, own), service.run(other, others)])),
    );
    expect(outputs.map(([output]) => output)).toEqual(await direct('tint', inputs.map(([own]) => own))); // biome-ignore format: one line each
    expect(outputs.map(([, output]) => output)).toEqual(await direct('tint', inputs.map(([, own]) => own), other)); // biome-ignore format: one line each
    expect(service.figures().batchSizes).toEqual({ 3: 2 });
  });

  it('fill while another runs', async () => {
    const service = await start('slow', { maxBatch: 32 });
    const inputs = seeds(5).map((seed) => input(seed, LARGE));
    const first = service.run(LARGE, inputs[0]);
    await pause(2); // It runs now.
    const rest: Promise<ModelOutput | null>[] = [];
    for (const planes of inputs) {
      rest.push(service.run(LARGE, planes));
      await pause(0);
    }
    const outputs = await Promise.all([first, ...rest]);
    expect(outputs.every((output) => output !== null)).toBe(true);
    expect(service.figures().batchSizes).toEqual({ 1: 1, 5: 1 });
  });

  it('are halved where memory runs out, which is remembered', async () => {
    const { lines, log } = recordingLog();
    const service = await start('hungry', { maxBatch: 8, log });
    const inputs = seeds(8).map((seed) => input(seed));
    const run = () => Promise.all(inputs.map((planes) => service.run(GRID, planes)));
    expect(await run()).toEqual(await direct('hungry', inputs));
    expect(service.figures()).toMatchObject({ frames: 8, failed: 0, outOfMemory: 2, batchSizes: { 8: 1 } });
    expect(lines.filter(({ level }) => level === 40)).toHaveLength(1);
    expect(await run()).toEqual(await direct('hungry', inputs));
    expect(service.figures()).toMatchObject({ frames: 16, outOfMemory: 2, batchSizes: { 8: 1, 2: 4 } });
  });
});

describe('back-pressure', () => {
  it('answers with null what would come too late, at once, and counts it', async () => {
    const service = await start('slow', { warmUp: LARGE, maxBatch: 1 });
    const planes = input(1, LARGE);
    for (let i = 0; i < 5; i++) await service.run(LARGE, planes);
    const frameMs = service.figures().batchMs.mean;
    const lateAfterMs = 6 * frameMs;
    const done = await Promise.all(
      seeds(60).map(async () => {
        const began = performance.now();
        const output = await service.open({ lateAfterMs }).run(LARGE, planes);
        return { output, ms: performance.now() - began };
      }),
    );
    const { frames, late, failed, invalid } = service.figures();
    const served = done.filter(({ output }) => output !== null).length;
    expect(frames).toBe(5 + served);
    expect(served).toBeGreaterThan(0);
    expect(late).toBe(60 - served);
    expect(failed + invalid).toBe(0);
    // Most know at once; nobody waits for longer than the picture is worth anything.
    expect(done.filter(({ ms }) => ms < lateAfterMs / 2).length).toBeGreaterThan(40);
    for (const { ms } of done) expect(ms).toBeLessThan(lateAfterMs + 100);
  });

  it('lets no more frames wait than allowed', async () => {
    const service = await start('slow', { maxWaiting: 3, maxBatch: 1 });
    const planes = input(1, LARGE);
    const running = [service.run(LARGE, planes), service.run(LARGE, planes)];
    await pause(5); // Both are with the thread.
    const waiting = seeds(5).map(() => service.run(LARGE, planes));
    expect(service.figures()).toMatchObject({ waiting: 3, late: 2 });
    const outputs = await Promise.all([...running, ...waiting]);
    expect(outputs.map((output) => output !== null)).toEqual([true, true, true, true, true, false, false]);
  });

  it('leaves a session one frame that waits', async () => {
    const service = await start('slow', { maxBatch: 1 });
    const planes = input(1, LARGE);
    const running = [service.run(LARGE, planes), service.run(LARGE, planes)];
    await pause(5); // Both are with the thread.
    const backend = service.open();
    expect(backend.id).toBe('slow@1');
    const asked = seeds(3).map(() => backend.run(LARGE, planes));
    expect(service.figures()).toMatchObject({ waiting: 1, late: 2 });
    const outputs = await Promise.all([...running, ...asked]);
    expect(outputs.map((output) => output !== null)).toEqual([true, true, true, false, false]);
  });

  describe('serves rooms in turn', () => {
    const FRAMES = 60;
    const COMMON: CaptureGrid = { width: 160, height: 96 };

    /** Rooms that ask until so many frames are made, and how many each then has of them. A greedy one asks all the time, the others once they are answered. */
    async function share(service: InferenceService, rooms: readonly { grid: CaptureGrid; greedy: boolean }[]): Promise<number[]> {
      const made = rooms.map(() => 0);
      const done = () => made.reduce((sum, frames) => sum + frames, 0) >= FRAMES;
      await Promise.all(
        rooms.map(async ({ grid, greedy }, room) => {
          const backend = service.open();
          const planes = input(room, grid);
          const ask = async () => {
            if (await backend.run(grid, planes)) made[room]++;
          };
          while (!done()) {
            if (greedy) void ask();
            else await ask();
            await pause(0);
          }
        }),
      );
      return made;
    }

    it('however often some of them ask', async () => {
      const service = await start('slow', { maxBatch: 1, maxWaiting: 2, lateAfterMs: 120_000 });
      const rooms = [true, true, true, false, false, false].map((greedy) => ({ grid: COMMON, greedy }));
      const made = await share(service, rooms);
      expect(service.figures().late).toBeGreaterThan(FRAMES / 2);
      expect(Math.min(...made)).toBeGreaterThanOrEqual(FRAMES / rooms.length / 2);
    });

    it.each([
      ['small', { width: 80, height: 48 }],
      ['large', { width: 320, height: 180 }],
    ])('also one of another size than all the others, which fill batches without it: a %s one', async (_, grid) => {
      for (const maxWaiting of [3, 128]) {
        const service = await start('slow', { maxBatch: 2, maxWaiting, lateAfterMs: 120_000 });
        const rooms = [...seeds(8).map(() => ({ grid: COMMON, greedy: true })), { grid, greedy: false }];
        const made = await share(service, rooms);
        expect(made.at(-1)).toBeGreaterThanOrEqual(FRAMES / rooms.length / 2);
      }
    });
  });

  it('keeps for a patient session what it asked for, however late', async () => {
    const service = await start('slow', { lateAfterMs: 1, maxBatch: 1 });
    const planes = input(1, LARGE);
    const patient = seeds(6).map(() => service.open({ lateAfterMs: Number.POSITIVE_INFINITY }).run(LARGE, planes));
    const hasty = service.run(LARGE, planes);
    expect(await hasty).toBeNull();
    expect((await Promise.all(patient)).every((output) => output !== null)).toBe(true);
    expect(service.figures()).toMatchObject({ frames: 6, late: 1 });
  });

  it('tries a model that was too slow again', async () => {
    const service = await start('slow', { lateAfterMs: 1, warmUp: LARGE });
    const planes = input(1, LARGE);
    expect(await service.run(LARGE, planes)).toBeNull();
    expect(await service.run(LARGE, planes)).toBeNull();
    await pause(1_100);
    expect(await service.run(LARGE, planes)).toBeNull();
    await service.close(); // Answers what runs first.
    expect(service.figures()).toMatchObject({ late: 3, batches: 2 });
  });

  it('refuses planes of another size', async () => {
    const service = await start('tint');
    await expect(service.run(GRID, new Uint8Array(5))).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await expect(service.run({ width: 1e6, height: 1e6 }, new Uint8Array(5))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});

describe('outputs that are no numbers', () => {
  it('are no picture, and those beside them in the batch are', async () => {
    const { lines, log } = recordingLog();
    const service = await start('not-a-number', { maxBatch: 4, log });
    const size = GRID.width * GRID.height;
    const inputs = seeds(4).map((seed) => input(seed));
    for (const [red, blue] of [[1, 1], [255, 1], [1, 255], [255, 255]].entries()) // biome-ignore format: a table
      [inputs[red][0], inputs[red][2 * size]] = blue;
    const outputs = await Promise.all(inputs.map((planes) => service.run(GRID, planes)));
    const [good, nan, alsoGood, infinite] = outputs;
    expect([nan, infinite]).toEqual([null, null]);
    expect([good, alsoGood]).toEqual(await direct('not-a-number', [inputs[0], inputs[2]]));
    expect(service.figures()).toMatchObject({ frames: 2, invalid: 2 });
    for (let i = 0; i < 10; i++) expect(await service.run(GRID, inputs[1])).toBeNull();
    expect(service.figures()).toMatchObject({ frames: 2, invalid: 12 });
    expect(lines.filter(({ level }) => level === 40)).toHaveLength(1); // At most one a second.
  });
});

describe('swap', () => {
  it('loses no frame under load, and each is of the one model or the other', async () => {
    const service = await start('tint', { maxBatch: 4 });
    const planes = input(1);
    const [[old], [fresh]] = await Promise.all([direct('tint', [planes]), direct('tint-back', [planes])]);
    expect(old).not.toEqual(fresh);
    const backends = seeds(3).map(() => service.open());
    let swapped = false;
    const loads = backends.map(async (backend) => {
      const outputs: (ModelOutput | null)[] = [];
      for (let after = 0; after < 20; after += swapped ? 1 : 0) outputs.push(await backend.run(GRID, planes));
      return outputs;
    });
    await service.swap(await makeModelFolder('tint-back'));
    expect(service.id).toBe('tint-back@1');
    expect(backends[0].id).toBe('tint-back@1');
    swapped = true;
    for (const outputs of await Promise.all(loads)) {
      const first = outputs.findIndex(
        (output) => output?.frame[0] !== old.frame[0] || output.logVariance[0] !== old.logVariance[0],
      );
      expect(first).toBeGreaterThan(0);
      for (const [at, output] of outputs.entries()) expect(output).toEqual(at < first ? old : fresh);
    }
    expect(service.figures()).toMatchObject({ swaps: 1, crashes: 0, failed: 0, late: 0 });
  });

  it('leaves the old model where the new one is bad', async () => {
    const service = await start('tint');
    await expect(service.swap(await makeModelFolder('four-channels'))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    await expect(service.swap('/nowhere')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    expect(service.id).toBe('tint@1');
    expect(await service.run(GRID, input(1))).not.toBeNull();
    expect(service.figures()).toMatchObject({ swaps: 0, crashes: 0 });
  });
});

/** The threads started from now on, the newest last. */
function watchThreads(): Worker[] {
  const threads: Worker[] = [];
  const add = (thread: Worker) => threads.push(thread);
  process.on('worker', add);
  afterThis.push(() => process.off('worker', add));
  return threads;
}
const afterThis: (() => void)[] = [];
afterEach(() => {
  for (const undo of afterThis.splice(0)) undo();
});

describe('a thread that ends by itself', () => {
  it('is replaced; what it was given is answered with null, what waits is run', async () => {
    const threads = watchThreads();
    const { lines, log } = recordingLog();
    const service = await start('slow', { maxBatch: 1, log });
    const planes = input(1, LARGE);
    const answers = seeds(8).map(() => service.run(LARGE, planes));
    await pause(0);
    // The thread has two frames already. It gets the third when it is done with the first, behind this, which lacks all that a run needs.
    threads[0].postMessage({ kind: 'run' });
    const outputs = await Promise.all(answers);
    expect(outputs.map((output) => output !== null).slice(0, 3)).toEqual([true, true, false]);
    expect(outputs.at(-1)).not.toBeNull();
    const { crashes, failed, frames } = service.figures();
    expect({ crashes, answered: failed + frames }).toEqual({ crashes: 1, answered: 8 });
    expect(failed).toBeLessThanOrEqual(2);
    expect(lines.filter(({ level }) => level === 50)).toHaveLength(1);
  });

  it('is not replaced for ever, until another model is swapped in', async () => {
    const threads = watchThreads();
    const { lines, log } = recordingLog();
    const service = await start('tint', { log });
    for (let crash = 1; crash <= 4; crash++) {
      threads.at(-1)!.postMessage({ kind: 'run' });
      await expect
        .poll(() => lines.filter(({ msg }) => /inference is (ready|down)/.test(msg)).length, { timeout: 10_000 })
        .toBe(crash + 1);
    }
    expect(threads).toHaveLength(4);
    expect(await service.run(GRID, input(1))).toBeNull();
    expect(service.figures()).toMatchObject({ crashes: 4, failed: 1 });
    await service.swap(await makeModelFolder('tint-back'));
    expect(await service.run(GRID, input(1))).not.toBeNull();
  });
});

describe('a thread that hangs', () => {
  const HANG_MS = 1_000;
  /** A frame for which the fixture `hangs` stays in ONNX Runtime for long, the more so the larger `times`. */
  const hanging = (times: number) => {
    const planes = input(1);
    [planes[0], planes[GRID.width * GRID.height]] = [255, times];
    return planes;
  };

  /** One for which it stays there some five times as long as it may on this machine: it cannot be ended, and must come out before the tests do. */
  async function longEnough(service: InferenceService): Promise<Uint8Array> {
    const began = performance.now();
    await service.open({ lateAfterMs: 60_000 }).run(GRID, hanging(1));
    return hanging(Math.min(255, Math.ceil((5 * HANG_MS) / (performance.now() - began))));
  }

  it('is replaced; what it was given is answered with null, what waits is run, and nothing that it comes back with', async () => {
    const threads = watchThreads();
    const { lines, log } = recordingLog();
    const service = await start('hangs', { maxBatch: 1, hangAfterMs: HANG_MS, lateAfterMs: 60_000, log });
    const calm = input(1);
    const answers = [await longEnough(service), calm, calm, calm].map((planes) => service.run(GRID, planes));
    const outputs = await Promise.all(answers);
    // The thread had two of them.
    expect(outputs.slice(0, 2)).toEqual([null, null]);
    expect(outputs.slice(2)).toEqual(await direct('hangs', [calm, calm]));
    const counted = { hangs: 1, crashes: 0, failed: 2, frames: 3, late: 0 };
    expect(service.figures()).toMatchObject(counted);
    expect(lines.filter(({ level }) => level === 50)).toMatchObject([{ msg: 'the inference thread hangs', model: 'hangs@1' }]);
    if (threads[0].threadId >= 0) await once(threads[0], 'exit');
    expect(service.figures()).toMatchObject(counted);
    expect(await service.run(GRID, calm)).not.toBeNull();
  }, 120_000);

  it('is not replaced for ever, and frames are answered at once while nobody knows', async () => {
    const threads = watchThreads();
    const { lines, log } = recordingLog();
    const service = await start('hangs', { maxBatch: 1, hangAfterMs: HANG_MS, lateAfterMs: 100, log });
    const late = () => service.figures().late;
    const planes = await longEnough(service);
    for (let hang = 1; hang <= 4; hang++) {
      expect(await service.open().run(GRID, planes)).toBeNull();
      const before = late();
      // As soon as the model is overdue.
      await expect.poll(() => [service.open().run(GRID, input(1)), late() - before > 0].at(-1), { timeout: 10_000 }).toBe(true);
      await expect
        .poll(() => lines.filter(({ msg }) => /inference is (ready|down)/.test(msg)).length, { timeout: 60_000 })
        .toBe(hang + 1);
    }
    expect(threads).toHaveLength(4);
    expect(service.figures()).toMatchObject({ hangs: 4, crashes: 0 });
    expect(await service.run(GRID, input(1))).toBeNull();
    expect(lines.filter(({ msg }) => msg.startsWith('inference is down'))).toHaveLength(1);
    await Promise.all(threads.map((thread) => thread.threadId >= 0 && once(thread, 'exit')));
  }, 120_000);

  it('keeps no process from ending', async () => {
    const program = `
      const { InferenceService } = await import(${JSON.stringify(new URL('./InferenceService.ts', import.meta.url).href)});
      const service = await InferenceService.start({ folder: ${JSON.stringify(await makeModelFolder('hangs'))}, provider: 'cpu', threads: 1, hangAfterMs: 500 });
      service.run({ width: 48, height: 32 }, Uint8Array.from(${JSON.stringify([...hanging(255)])}));
      setTimeout(() => process.exit(7), 1_000);
    `;
    const args = ['--conditions=sgaps-source', '--import', 'tsx', '--input-type=module', '--eval', program];
    expect(spawnSync(process.execPath, args, { cwd: import.meta.dirname, timeout: 60_000 }).signal).toBe('SIGKILL');
  }, 120_000);
});

describe('close', () => {
  it('answers what waits with null and what runs with its picture, and everything after with null', async () => {
    const service = await start('slow', { maxBatch: 1 });
    const planes = input(1, LARGE);
    const answers = seeds(4).map(() => service.run(LARGE, planes));
    await pause(5);
    await service.close();
    expect((await Promise.all(answers)).map((output) => output !== null)).toEqual([true, true, false, false]);
    expect(await service.run(LARGE, planes)).toBeNull();
    expect(service.figures()).toMatchObject({ frames: 2, failed: 3, crashes: 0 });
    await expect(service.swap(await makeModelFolder('tint'))).rejects.toMatchObject({ code: 'CLOSED' });
    await service.close();
  });

  it('is not needed before the process ends, which waits for what runs', async () => {
    const program = `
      const { MODEL_PLANES } = await import('@sgaps/core');
      const { InferenceService } = await import(${JSON.stringify(new URL('./InferenceService.ts', import.meta.url).href)});
      const service = await InferenceService.start({ folder: ${JSON.stringify(await makeModelFolder('slow'))}, provider: 'cpu', threads: 1, maxBatch: 8, lateAfterMs: 60_000 });
      for (let i = 0; i < 8; i++) service.run({ width: 640, height: 360 }, new Uint8Array(MODEL_PLANES.length * 640 * 360));
      setTimeout(() => process.exit(7), 60);
    `;
    const args = ['--conditions=sgaps-source', '--import', 'tsx', '--input-type=module', '--eval', program];
    const { status, signal } = spawnSync(process.execPath, args, { cwd: import.meta.dirname });
    expect({ status, signal }).toEqual({ status: 7, signal: null });
  });

  it('ends a swap that is under way', async () => {
    const service = await start('tint');
    const swapping = service.swap(await makeModelFolder('tint-back'));
    const refused = expect(swapping).rejects.toMatchObject({ code: 'CLOSED' });
    await service.close();
    await refused;
  });
});
