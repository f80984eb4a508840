import {
  CoordinateCodec,
  createSampleSet,
  type PixelFrame,
  PixelPacketDecoder,
  pixelPacketSpan,
  SampleKind,
  type SampleSet,
} from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { FrameStateBuffer } from '../state/FrameStateBuffer.js';
import { FakeConnection, GRID } from '../testing/fakes.js';
import { BatchBuilder } from './BatchBuilder.js';
import { Courier } from './Courier.js';
import type { PackedRequest } from './FrameBatch.js';

const SHAPE = { grid: GRID, schema: { values: [] }, tierBits: [8, 8, 8, 8] as const };
const POINTS = 16_000;

interface Noise {
  readonly frames: number;
  /** What is asked for in each frame. */
  readonly ask: (frameId: number) => SampleSet;
  /** Values lie in the sampler's own array, with gaps, and are given away. */
  readonly gives?: boolean;
}

/** Answers with noise, which no codec makes smaller. */
function sendNoise({ frames, ask, gives = false }: Noise) {
  const connection = new FakeConnection();
  const codec = new CoordinateCodec(GRID);
  const asked = new Map<number, SampleSet>();
  const decoder = new PixelPacketDecoder({ ...SHAPE, resolve: (id) => asked.get(id) });
  const decoded: PixelFrame[] = [];
  const packets: number[] = [];
  const faults: string[] = [];
  const requests: PackedRequest[] = [];
  connection.sendPixels = (bytes) => {
    packets.push(bytes.length);
    decoded.push(...decoder.decode(bytes));
  };
  const courier = new Courier(
    { connection, ...SHAPE, bufferedBytes: 65_536 },
    { onRequests: (some) => requests.push(...some), onFault: (code) => faults.push(code) },
  );
  const builder = new BatchBuilder();
  const own = new Uint8Array(gives ? 8 << 20 : 0);
  builder.begin(null, gives ? () => own : undefined);
  const truths: Uint8Array[] = [];
  let noise = 1;
  const next = () => {
    noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
    return noise >>> 24;
  };
  let at = 0;
  for (let frameId = 0; frameId < frames; frameId++) {
    const bytes = codec.encode([{ frameId, explicit: ask(frameId), seeded: [] }]).slice();
    const set = codec.expand(codec.decode(bytes)[0]);
    asked.set(frameId, set);
    connection.coordinates(bytes);
    let rgba = Uint8Array.from({ length: 4 * set.count }, () => next());
    truths.push(rgba.filter((_, i) => (i & 3) < 3));
    if (gives) {
      at += 4096;
      own.set(rgba, at);
      rgba = own.subarray(at, at + rgba.length);
      at += rgba.length;
    }
    const flat = { numbers: new Float64Array(64), length: 0 };
    builder.flatten(flat, frameId, frameId, frameId, new FrameStateBuffer());
    builder.add(flat, { frameId, count: set.count, rgba, depth: null });
  }
  const batch = builder.take();
  courier.send(batch);
  return { courier, decoded, packets, faults, truths, requests, isOwn: batch.rgba === own };
}

function points(count: number, frameId = 0, apart = 3): SampleSet {
  const set = createSampleSet(count);
  set.count = count;
  for (let i = 0; i < count; i++) {
    set.u[i] = (apart * i + frameId) % GRID.width;
    set.v[i] = Math.floor((apart * i + frameId) / GRID.width) % GRID.height;
  }
  return set;
}

/** Every block of the grid. */
function lattice(budget: number): SampleSet {
  const set = createSampleSet(40 * 23);
  set.budget = budget;
  for (let v = 0; v < GRID.height; v += 8) {
    for (let u = 0; u < GRID.width; u += 8, set.count++) {
      set.u[set.count] = u;
      set.v[set.count] = v;
      set.kind[set.count] = SampleKind.block0;
    }
  }
  return set;
}

describe('Courier', () => {
  it('sends what is too much for one packet in several, and all of it arrives', () => {
    const { courier, decoded, packets, faults, truths, requests } = sendNoise({
      frames: 5,
      ask: (frameId) => points(POINTS, frameId),
    });
    expect(faults).toEqual([]);
    expect(requests.map(({ count }) => count)).toEqual([POINTS, POINTS, POINTS, POINTS, POINTS]);
    expect(packets.length).toBeGreaterThan(1);
    expect(Math.max(...packets)).toBeLessThanOrEqual(64 * 1024);
    expect(decoded.map(({ frameId }) => frameId)).toEqual([0, 1, 2, 3, 4]);
    decoded.forEach(({ values }, i) => {
      expect(values.rgb).toEqual(truths[i]);
    });
    expect(courier.figures).toMatchObject({ taken: 1, sent: 5, dropped: 0 });
    expect(courier.figures.bytesUp).toBe(packets.reduce((sum, bytes) => sum + bytes, 0));
  });

  it('takes colours where the sampler has them, without a copy', () => {
    const { decoded, faults, truths, isOwn } = sendNoise({ frames: 3, ask: (frameId) => points(2000, frameId), gives: true });
    expect({ isOwn, faults }).toEqual({ isOwn: true, faults: [] });
    decoded.forEach(({ values }, i) => {
      expect(values.rgb).toEqual(truths[i]);
    });
  });

  it('sends every block of several frames, however hard they are to code', () => {
    const { courier, decoded, packets, faults, requests } = sendNoise({ frames: 3, ask: () => lattice(6000), gives: true });
    expect(faults).toEqual([]);
    expect(requests[0].words.length).toBeLessThan(1100);
    expect(decoded.map(({ samples }) => samples.count)).toEqual([58_880, 58_880, 58_880]);
    expect(Math.max(...packets)).toBeLessThanOrEqual(64 * 1024);
    expect(courier.figures).toMatchObject({ sent: 3, dropped: 0 });
  });

  it('codes what keeps a whole picture as the server reads it, and tells how well it came out', () => {
    const ask = () => Object.assign(lattice(3000), { keeps: true });
    const { decoded, faults } = sendNoise({ frames: 4, ask });
    expect(faults).toEqual([]);
    expect(decoded).toHaveLength(4);
    for (const { values } of decoded) expect(values.psnr).toBeGreaterThan(5);
  });

  it('codes a frame coarser that no packet can take, and without samples if that is no help', () => {
    const blocks = sendNoise({ frames: 1, ask: () => lattice(60_000) });
    expect(blocks.faults).toEqual([]);
    expect(blocks.decoded.map(({ samples }) => samples.count)).toEqual([58_880]);
    expect(blocks.packets[0]).toBeLessThanOrEqual(64 * 1024);
    const single = sendNoise({ frames: 1, ask: () => points(57_600, 0, 1) });
    expect(single.faults).toEqual([]);
    expect(single.decoded).toMatchObject([{ frameId: 0, requestId: null }]);
  });
});

it('begins and ends to tell what changed with a fresh start, as a server with too much to do asks it to', () => {
  const connection = new FakeConnection();
  const spans: unknown[] = [];
  connection.sendPixels = (bytes) => spans.push(pixelPacketSpan(bytes));
  const courier = new Courier(
    { connection, ...SHAPE, bufferedBytes: 65_536 },
    { onRequests: () => undefined, onFault: (code) => expect.unreachable(code) },
  );
  const builder = new BatchBuilder();
  const send = (frameId: number) => {
    builder.begin(null);
    const flat = { numbers: new Float64Array(64), length: 0 };
    builder.flatten(flat, frameId, frameId, -1, new FrameStateBuffer());
    builder.add(flat, { frameId, count: 0, rgba: new Uint8Array(0), depth: null });
    courier.send(builder.take());
  };
  send(0);
  connection.reset(true);
  send(1);
  send(2);
  connection.reset();
  send(3);
  connection.reset(false);
  send(4);
  expect(spans).toMatchObject([
    { reset: true, digest: false },
    { reset: true, digest: true },
    { reset: false, digest: true },
    { reset: true, digest: true },
    { reset: true, digest: false },
  ]);
});
