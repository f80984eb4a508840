import { CoordinateCodec, createSampleSet, type PixelFrame, PixelPacketDecoder, type SampleSet } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { FrameStateBuffer } from '../state/FrameStateBuffer.js';
import { FakeConnection, GRID } from '../testing/fakes.js';
import { BatchBuilder } from './BatchBuilder.js';
import { Courier } from './Courier.js';
import type { PackedRequest } from './FrameBatch.js';

const SHAPE = { grid: GRID, schema: { values: [] }, tierBits: [8, 8, 8, 8] as const };
const POINTS = 16_000;

/** Asks for many points a frame, and answers with noise, which no codec makes smaller. */
function sendNoise(frames: number) {
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
  builder.begin(null);
  const truths: Uint8Array[] = [];
  let noise = 1;
  const next = () => {
    noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
    return noise >>> 24;
  };
  for (let frameId = 0; frameId < frames; frameId++) {
    const explicit = createSampleSet(POINTS);
    explicit.count = POINTS;
    for (let i = 0; i < POINTS; i++) {
      explicit.u[i] = (3 * i + frameId) % GRID.width;
      explicit.v[i] = Math.floor((3 * i + frameId) / GRID.width) % GRID.height;
    }
    const bytes = codec.encode([{ frameId, explicit, seeded: [] }]).slice();
    asked.set(frameId, codec.expand(codec.decode(bytes)[0]));
    connection.coordinates(bytes);
    const rgba = Uint8Array.from({ length: 4 * POINTS }, () => next());
    truths.push(rgba.filter((_, i) => (i & 3) < 3));
    const flat = { numbers: new Float64Array(64), length: 0 };
    builder.flatten(flat, frameId, frameId, frameId, new FrameStateBuffer());
    builder.add(flat, { frameId, count: POINTS, rgba, depth: null });
  }
  courier.send(builder.take());
  return { courier, decoded, packets, faults, truths, requests };
}

describe('Courier', () => {
  it('sends what is too much for one packet in several, and all of it arrives', () => {
    const { courier, decoded, packets, faults, truths, requests } = sendNoise(5);
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
});
