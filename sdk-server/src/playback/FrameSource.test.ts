import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FrameSource } from '@sgaps/core';
import {
  CoordinateDecoder,
  createSampleSet,
  DEFAULT_TIER_BITS,
  type FrameState,
  levelOf,
  PixelPacketEncoder,
  type RecordingHeader,
  type SampleRequest,
  type SampleSet,
} from '@sgaps/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SessionLoop } from '../loop/SessionLoop.js';
import { RecordingStore } from '../storage/index.js';

const FRAMES = 160;
const header: RecordingHeader = {
  recordingId: 'a1',
  game: 'platformer',
  grid: { width: 64, height: 36 },
  fps: 30,
  schema: { values: [] },
  tierBits: DEFAULT_TIER_BITS,
  protocolVersion: 1,
  modelId: 'diffusion@1',
  engine: 'phaser',
  startedAt: 0,
  meta: {},
};

/** Tiles under a camera that scrolls, and a lamp on the screen that goes on and off. */
function stateOf(t: number): FrameState {
  const camera = { id: 0, viewX: t, viewY: 0, zoom: 1, rotation: 0, x: 0, y: 0, ...header.grid };
  return { cameras: [camera], cameras3d: [], objects: [], values: [] };
}

function colourAt(t: number, u: number, v: number): readonly number[] {
  if (u < 8 && v < 8) return t % 40 < 20 ? [250, 240, 200] : [20, 20, 30];
  const tile = ((u + t) >> 3) * 5 + (v >> 3) * 3;
  return [(tile * 37) % 256, (tile * 91) % 256, (tile * 53) % 256];
}

function sample(t: number, { count, u, v, kind }: SampleSet): Uint8Array {
  const rgb = new Uint8Array(3 * count);
  for (let i = 0; i < count; i++) {
    const half = (1 << levelOf(kind[i])) >> 1;
    rgb.set(colourAt(t, u[i] + half, v[i] + half), 3 * i);
  }
  return rgb;
}

describe('FrameSource', () => {
  let folder: string;
  let store: RecordingStore;
  /** Every frame, each rebuilt. */
  const pictures: Uint8Array[] = [];

  /** Records the game with a snapshot now and then, which `damage` may change. */
  async function record(recordingId: string, damage: (state: Uint8Array) => Uint8Array = (state) => state): Promise<void> {
    const writer = await store.create({ ...header, recordingId });
    let now = 0;
    const loop = new SessionLoop({
      shape: header,
      sink: {
        append: (kind, time, bytes, first, last) => writer.append(kind, time, bytes, first, last),
        snapshot: (time, frameId, state, preview) => writer.snapshot(time, frameId, damage(state), preview),
      },
      clock: () => now,
      snapshotEvery: 500,
    });
    const encoder = new PixelPacketEncoder(header);
    const coordinates = new CoordinateDecoder(header.grid);
    const requests = new Map<number, SampleRequest>();
    const ask = (bytes: Uint8Array | null) => {
      for (const request of bytes ? coordinates.decode(bytes) : []) requests.set(request.frameId, request);
    };
    ask(loop.start());
    for (let first = 0; first < FRAMES; first += 4) {
      const frames = [0, 1, 2, 3].map((i) => {
        const frameId = first + i;
        const request = requests.get(frameId);
        const samples = request ? coordinates.expand(request) : createSampleSet(0);
        const rgb = sample(frameId, samples);
        const state = stateOf(frameId);
        return { frameId, clientTime: frameId * 33, requestId: request ? frameId : null, state, samples, rgb };
      });
      now = (first + 3) * 33;
      ask(loop.accept(encoder.encode(frames)));
    }
    await writer.close();
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sgaps-frames-'));
    store = await RecordingStore.open({ folder });
    await record('a1');
    await record('b2', (state) => state.map((byte, i) => (i === 0 ? 250 : byte)));
    const source = new FrameSource(await store.open('a1'));
    for (let next = await rebuild(source); next; next = await rebuild(source)) pictures.push(next);
    await source.close();
  });

  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function rebuild(source: FrameSource): Promise<Uint8Array | null> {
    await source.fill();
    const next = await source.decode();
    return next && Uint8Array.from(next.frame.rgb);
  }

  it('rebuilds a frame alike, whether those before it were rebuilt or only taken in', async () => {
    expect(pictures).toHaveLength(FRAMES);
    expect(new Set(pictures.map((rgb) => rgb.join())).size).toBe(FRAMES);
    for (const every of [2, 9, FRAMES]) {
      const source = new FrameSource(await store.open('a1'));
      for (let frame = 1; frame <= FRAMES; frame++) {
        await source.fill();
        const time = source.nextTime;
        if (frame % every !== 0) expect(source.skip()).toBe(time);
        else expect([frame, await rebuild(source)]).toEqual([frame, pictures[frame - 1]]);
        expect(source.frameId).toBe(frame - 1);
      }
      expect(await source.fill()).toBe(false);
      expect(source.skip()).toBeNull();
      await source.close();
    }
  });

  it('looks ahead to the frame after the next, and at the end finds none', async () => {
    const source = new FrameSource(await store.open('a1'));
    expect(await source.fill(2)).toBe(true);
    expect([source.nextTime, source.timeAfter]).toEqual([0, 33]);
    while (await source.fill(2)) source.skip();
    expect([source.nextTime, source.timeAfter, source.ended]).toEqual([33 * (FRAMES - 1), null, false]);
    source.skip();
    expect(source.ended).toBe(true);
    await source.close();
  });

  it('goes on from a snapshot, and from the start where the snapshot is of another version', async () => {
    for (const [id, restores] of [
      ['a1', true],
      ['b2', false],
    ] as const) {
      const reader = await store.open(id);
      const source = new FrameSource(reader);
      const snapshot = await reader.nearestSnapshot(reader.duration);
      expect(snapshot?.time).toBeGreaterThan(1000);
      expect(await source.restart(snapshot)).toBe(restores);
      let passed = 0;
      for (; (await source.fill(2)) && source.frameId < FRAMES - 2; passed++) source.skip();
      expect(passed).toBe(restores ? FRAMES - 2 - (snapshot?.frameId ?? 0) : FRAMES - 1);
      expect(await rebuild(source)).toEqual(pictures[FRAMES - 1]);
      expect(source.figures.rejected).toBe(0);
      await source.close();
    }
  });
});
