import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FoundFrame, FrameFinder, FrameSource, MemoryShelf, RecordingSurvey, type StatePoints } from '@sgaps/core';
import { ChunkKind, type RecordingReader } from '@sgaps/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordingStore } from '../storage/index.js';
import { recordScene, type SceneOptions, sceneHeader } from '../testing/recordScene.js';
import { nodeMachine as machine } from './nodeMachine.js';
import { zstdPacker as packer } from './zstdPacker.js';

const FRAMES = 300;
/** A frame as it comes when the recording is decoded from its start. */
interface Known {
  readonly frameId: number;
  readonly time: number;
  readonly kept: boolean;
  readonly rgb: Buffer;
  readonly uncertainty: Buffer;
  readonly confidence: Buffer;
  readonly sources: Buffer;
}

const bytesOf = (array: ArrayBufferView) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
const copyOf = (array: ArrayBufferView) => Buffer.from(bytesOf(array));

describe('FrameFinder', () => {
  let folder: string;
  let store: RecordingStore;
  const known = new Map<string, readonly Known[]>();

  async function decodeAll(reader: RecordingReader): Promise<Known[]> {
    const source = new FrameSource(reader);
    const frames: Known[] = [];
    while (await source.fill()) {
      const decoded = await source.decode();
      if (!decoded) break;
      const { frame, time } = decoded;
      const { frameId, kept, rgb, uncertainty, confidence } = frame;
      const sources = copyOf(frame.sources());
      frames.push({
        frameId,
        time,
        kept,
        rgb: copyOf(rgb),
        uncertainty: copyOf(uncertainty),
        confidence: copyOf(confidence),
        sources,
      });
    }
    await source.close();
    return frames;
  }

  async function record(
    id: string,
    options: Partial<SceneOptions> & { damage?: (state: Uint8Array) => Uint8Array },
  ): Promise<void> {
    const { damage = (state: Uint8Array) => state, ...scene } = options;
    const writer = await store.create(sceneHeader(id));
    const sink = {
      append: writer.append.bind(writer),
      snapshot: (time: number, frameId: number | null, state: Uint8Array) => writer.snapshot(time, frameId, damage(state)),
    };
    await recordScene(sink, { frames: FRAMES, cuts: [60, 200], snapshotEvery: 2000, ...scene });
    await writer.close();
    known.set(id, await decodeAll(await store.open(id)));
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sgaps-finder-'));
    store = await RecordingStore.open({ folder });
    await record('mixed', { busy: [90, 160] });
    await record('points', { sampling: 'points' });
    // The first packets are slow: frames of the same time, and times that a snapshot alone does not tell.
    await record('late', { late: (packet) => Math.max(0, 1500 - 20 * packet) + (packet % 3) * 60, snapshotEvery: 60 });
    await record('other', { damage: (state) => state.map((byte, i) => (i === 0 ? 250 : byte)) });
  });

  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  function framesOf(id: string): readonly Known[] {
    return known.get(id) ?? [];
  }

  /** The frame shown at a time, by what all of them say. */
  function shownAt(frames: readonly Known[], time: number): Known {
    return frames.findLast((frame) => frame.time <= time + 1) ?? frames[0];
  }

  function expectSame(found: FoundFrame | null, frames: readonly Known[], time: number, layered = false): void {
    const wanted = shownAt(frames, time);
    const next = frames[frames.indexOf(wanted) + 1]?.time ?? null;
    const previous = frames.findLast((frame) => frame.time + 1 < wanted.time)?.time ?? null;
    expect(found && { frameId: found.frameId, time: found.time, previous: found.previous, next: found.next }).toEqual({
      frameId: wanted.frameId,
      time: wanted.time,
      previous,
      next,
    });
    if (!found) return;
    expect(found.kept).toBe(wanted.kept);
    expect(bytesOf(found.rgb).equals(wanted.rgb)).toBe(true);
    expect(bytesOf(found.uncertainty).equals(wanted.uncertainty)).toBe(true);
    expect(bytesOf(found.confidence).equals(wanted.confidence)).toBe(true);
    if (layered) expect(bytesOf(found.sources()).equals(wanted.sources)).toBe(true);
  }

  it('knows both kinds of frames and their changes', () => {
    expect(new Set(framesOf('mixed').map(({ kept }) => kept))).toEqual(new Set([true, false]));
    expect(framesOf('points').some(({ kept }) => kept)).toBe(false);
    expect(framesOf('late').filter(({ time }, i, all) => i > 0 && time === all[i - 1].time).length).toBeGreaterThan(3);
    for (const frames of known.values()) expect(frames).toHaveLength(FRAMES);
  });

  const move = fc.oneof(
    fc.record({ kind: fc.constant('seek' as const), to: fc.double({ min: -0.05, max: 1.05, noNaN: true }) }),
    fc.record({
      kind: fc.constant('play' as const),
      rate: fc.constantFrom(-4, -2, -1, 1, 3, 8),
      frames: fc.integer({ min: 1, max: 15 }),
    }),
    fc.record({ kind: fc.constant('step' as const), by: fc.constantFrom(-1, 1), frames: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ kind: fc.constant('change mind' as const), to: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ kind: fc.constant('layers' as const), on: fc.boolean() }),
    fc.constant({ kind: 'newest' as const }),
  );

  it.each(['mixed', 'points', 'late', 'other'])(
    'finds the frames that decoding one after the other gives, whichever way one goes (%s)',
    async (id) => {
      const frames = framesOf(id);
      const duration = frames[FRAMES - 1].time;
      const shelves = fc.constantFrom<() => MemoryShelf>(
        () => new MemoryShelf({ packer }),
        () => new MemoryShelf(),
        () => new MemoryShelf({ packer, bytes: 300_000 }),
        () => new MemoryShelf({ bytes: 10 }),
      );
      const caches = fc.constantFrom(64 * 2 ** 20, 1_000_000);
      await fc.assert(
        fc.asyncProperty(
          shelves,
          caches,
          fc.boolean(),
          fc.array(move, { minLength: 2, maxLength: 8 }),
          async (makeShelf, cacheBytes, surveyed, moves) => {
            const shelf = makeShelf();
            const reader = await store.open(id);
            if (surveyed) expect(await new RecordingSurvey(reader, { machine, shelf }).run()).toBe(true);
            const finder = new FrameFinder(reader, { machine, shelf, cacheBytes });
            try {
              let time = 0;
              const find = async (to: number) => {
                const found = await finder.find(to);
                expectSame(found, frames, to, finder.layered);
                return found;
              };
              for (const next of moves) {
                if (next.kind === 'layers') finder.layered = next.on;
                else if (next.kind === 'newest') expectSame(await finder.newest(), frames, (time = duration), finder.layered);
                else if (next.kind === 'seek') await find((time = next.to * duration));
                else if (next.kind === 'change mind') {
                  const newer = { aborted: false };
                  const first = finder.find(next.to * duration, newer);
                  setImmediate(() => {
                    newer.aborted = true;
                  });
                  await find((time = (1 - next.to) * duration));
                  await first;
                } else if (next.kind === 'play') {
                  for (let i = 0; i < next.frames; i++)
                    await find((time = Math.min(duration, Math.max(0, time + next.rate * 33.37))));
                } else {
                  for (let i = 0; i < next.frames; i++) {
                    const found = await find(time);
                    time = (next.by < 0 ? found?.previous : found?.next) ?? time;
                  }
                  await find(time);
                }
              }
            } finally {
              await finder.close();
            }
          },
        ),
        { numRuns: 30, interruptAfterTimeLimit: 8_000 },
      );
    },
    120_000,
  );

  it.each(['mixed', 'late'])('finds each frame alone, with the times of its neighbours (%s)', async (id) => {
    const frames = framesOf(id);
    for (const surveyed of [true, false]) {
      const reader = await store.open(id);
      const shelf = new MemoryShelf({ packer });
      if (surveyed) await new RecordingSurvey(reader, { machine, shelf }).run();
      const finder = new FrameFinder(reader, { machine, shelf, cacheBytes: 1 });
      // Far from one another, each once.
      for (let i = 0, at = 0; i < FRAMES / 2; i++, at = (at + 7 * 17) % FRAMES)
        expectSame(await finder.find(frames[at].time), frames, frames[at].time);
      await finder.close();
    }
  });

  it('goes back without beginning anew for each frame, and forth again without decoding', async () => {
    const reader = await store.open('points');
    const shelf = new MemoryShelf({ packer });
    await new RecordingSurvey(reader, { machine, shelf }).run();
    let reads = 0;
    const counted = new Proxy(shelf, {
      get: (target, name) => {
        if (name === 'read') reads++;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const finder = new FrameFinder(reader, { machine, shelf: counted });
    const frames = framesOf('points');
    for (let at = FRAMES - 1; at >= FRAMES - 120; at--) expectSame(await finder.find(frames[at].time), frames, frames[at].time);
    // Four seconds, a place a second; at each a beginning, and at most one more for the frame before the place.
    expect(reads).toBeLessThanOrEqual(16);
    const before = reads;
    for (let at = FRAMES - 120; at < FRAMES - 100; at++) expectSame(await finder.find(frames[at].time), frames, frames[at].time);
    expect(reads - before).toBeLessThanOrEqual(1);
    await finder.close();
  });

  it('tells the importance where the frame is, also of one that it had kept', async () => {
    const finder = new FrameFinder(await store.open('points'), { machine });
    const frames = framesOf('points');
    const importanceAt = async (frame: number) => {
      expectSame(await finder.find(frames[frame].time), frames, frames[frame].time);
      return (await finder.importance())?.slice();
    };
    for (const frame of [120, 190, 120]) expect((await importanceAt(frame))?.some((value) => value > 0)).toBe(true);
    expectSame(await finder.find(frames[120].time), frames, frames[120].time);
    await finder.close();
  });

  it('gives up for a newer question, and finds that', async () => {
    const finder = new FrameFinder(await store.open('other'), { machine });
    const frames = framesOf('other');
    const aborted = AbortSignal.abort();
    expect(await finder.find(5000, aborted)).toBeNull();
    const newer = { aborted: false };
    const answers = [finder.find(9000, newer), finder.find(3000, newer)];
    newer.aborted = true;
    expect(await Promise.all(answers)).toEqual([null, null]);
    expectSame(await finder.find(9000), frames, 9000);
    await finder.close();
  });

  it('follows a recording that grows, frame by frame, and looks elsewhere meanwhile', async () => {
    const writer = await store.create(sceneHeader('growing'));
    const finder = new FrameFinder(await store.open('growing'), { machine, shelf: new MemoryShelf({ packer }) });
    expect(await finder.newest()).toBeNull();
    const seen: { frameId: number; rgb: Buffer }[] = [];
    const look = (found: FoundFrame | null) => found && seen.push({ frameId: found.frameId, rgb: copyOf(found.rgb) });
    await recordScene(writer, {
      frames: FRAMES,
      snapshotEvery: 1000,
      onPacket: async (packet) => {
        if (packet % 3 === 2) return;
        await finder.refresh();
        const after = seen.at(-1)?.frameId;
        look(await finder.newest(after));
        expect(seen.at(-1)?.frameId).toBe(4 * packet + 3);
        expect(await finder.newest(seen.at(-1)?.frameId)).toBeNull();
        if (packet % 10 === 0) look(await finder.find(33 * 3 * packet));
      },
    });
    await writer.close();
    await finder.refresh();
    look(await finder.newest());
    await finder.close();
    const frames = await decodeAll(await store.open('growing'));
    expect(seen.length).toBeGreaterThan(50);
    for (const { frameId, rgb } of seen) expect(rgb.equals(frames[frameId].rgb)).toBe(true);
  });

  it('rejects where the recording is damaged, and finds what lies elsewhere', async () => {
    const writer = await store.create(sceneHeader('damaged'));
    // Sealed now and then, so that there are several chunks.
    const onPacket = (packet: number) => (packet % 8 === 7 ? writer.flush() : undefined);
    await recordScene(writer, { frames: FRAMES, snapshotEvery: 300, onPacket });
    await writer.close();
    const frames = await decodeAll(await store.open('damaged'));
    const index = await store.open('damaged');
    const chunk = index.index.chunks.filter(({ kind }) => kind === ChunkKind.frames)[4];
    await index.close();
    const file = await open(store.filePath('damaged'), 'r+');
    await file.write(new Uint8Array(8).fill(255), 0, 8, chunk.offset + 100);
    await file.close();
    const finder = new FrameFinder(await store.open('damaged'), { machine });
    for (let look = 0; look < 2; look++) {
      await expect(finder.find(chunk.lastTime)).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
      expectSame(await finder.find(1000), frames, 1000);
      expectSame(await finder.find(9500), frames, 9500);
    }
    await finder.close();
  });

  it('finds nothing in a recording without frames', async () => {
    const writer = await store.create(sceneHeader('empty'));
    writer.append('event', 1000, new Uint8Array(3));
    await writer.close();
    const finder = new FrameFinder(await store.open('empty'), { machine });
    for (const time of [0, 500, Number.POSITIVE_INFINITY]) expect(await finder.find(time)).toBeNull();
    expect(await finder.importance()).toBeNull();
    await finder.close();
  });
});

describe('RecordingSurvey', () => {
  it('surveys what is looked at first, lets itself be stopped, and collects each value once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sgaps-survey-'));
    const store = await RecordingStore.open({ folder });
    const writer = await store.create(sceneHeader('a1'));
    await recordScene(writer, { frames: FRAMES, snapshotEvery: 300 });
    await writer.close();
    const reader = await store.open('a1');
    const shelf = new MemoryShelf({ packer });
    const told: number[] = [];
    const options = {
      machine: { ...machine, now: () => count++ },
      shelf,
      lookedAt: () => 7000,
      onPoints: ({ times }: StatePoints) => told.push(...times),
    };
    let count = 0;
    const survey = new RecordingSurvey(reader, options);
    // By a clock that counts its readings, a slice is over after a dozen frames.
    expect(await survey.run({ aborted: true })).toBe(false);
    expect(survey.share).toBeLessThan(0.5);
    const first = Math.min(...survey.series.read().times);
    expect(first).toBeGreaterThan(4000);
    expect(first).toBeLessThanOrEqual(7000);
    expect(await survey.run()).toBe(true);
    expect(survey.share).toBe(1);
    const { times, values } = survey.series.read();
    expect(values[0]).toEqual(Array.from({ length: FRAMES }, (_, i) => i));
    expect([...told].sort((a, b) => a - b)).toEqual(times);
    // A place a second, but for the first, which frames there are before none.
    expect(shelf.figures.places).toBe(Math.ceil(reader.duration / 1000));
    await reader.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
});
