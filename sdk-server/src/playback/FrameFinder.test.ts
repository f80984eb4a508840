import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FoundFrame, FrameFinder, FrameSource, MemoryShelf, RecordingSurvey, type StatePacker } from '@sgaps/core';
import type { RecordingReader } from '@sgaps/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordingStore, zstdCompressor } from '../storage/index.js';
import { recordScene, type SceneOptions, sceneHeader } from '../testing/recordScene.js';
import { nodeMachine as machine } from '@sgaps/pipeline';

const FRAMES = 300;
const packer: StatePacker = {
  pack: (bytes) => zstdCompressor.compress(bytes),
  unpack: (bytes, length) => zstdCompressor.decompress(bytes, length),
};

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
        { numRuns: 30, interruptAfterTimeLimit: 12_000 },
      );
    },
    120_000,
  );
});
