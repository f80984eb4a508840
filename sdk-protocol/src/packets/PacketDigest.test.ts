import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoordinateCodec } from '../coordinates/CoordinateCodec.js';
import { isSgapsError } from '../errors.js';
import { DEFAULT_TIER_BITS } from '../pixels/PixelModel.js';
import { createSampleSet, SampleKind, type SampleRequest, type SampleSet } from '../samples/SampleSet.js';
import type { FrameState } from '../state/FrameState.js';
import { PacketDigestReader } from './PacketDigestReader.js';
import { pixelPacketSpan } from './PixelPacket.js';
import { PixelPacketDecoder } from './PixelPacketDecoder.js';
import { PixelPacketEncoder, type SampledFrame } from './PixelPacketEncoder.js';

const grid = { width: 64, height: 40 };
const schema = { values: [] };
const codec = { grid, schema, tierBits: DEFAULT_TIER_BITS };
const coordinates = new CoordinateCodec(grid);

const stateAt = (viewX: number, viewY: number): FrameState => ({
  cameras: [{ id: 0, viewX, viewY, zoom: 1, rotation: 0, x: 0, y: 0, width: 64, height: 40 }],
  cameras3d: [],
  objects: [],
  values: [],
});

/** Blocks at these places, and one point, which no digest tells of. */
function requestFor(
  frameId: number,
  places: readonly (readonly [number, number])[],
  kind: SampleKind = SampleKind.block0,
): SampleRequest {
  const set = createSampleSet(places.length + 1);
  for (const [u, v] of places) {
    set.u[set.count] = u;
    set.v[set.count] = v;
    set.kind[set.count] = kind;
    set.tier[set.count++] = 1;
  }
  set.u[set.count] = 3;
  set.tier[set.count++] = 1;
  set.quantiser = 4;
  return { frameId, explicit: set, seeded: [] };
}

type Picture = (x: number, y: number) => number;

class Stream {
  readonly requests = new Map<number, SampleRequest>();
  readonly sets = new Map<number, SampleSet>();
  readonly encoder: PixelPacketEncoder;
  readonly reader = new PacketDigestReader({ grid, resolve: (id) => this.requests.get(id)?.explicit });
  readonly decoder = new PixelPacketDecoder({ ...codec, resolve: (id) => this.sets.get(id) });

  constructor(digest = true) {
    this.encoder = new PixelPacketEncoder({ ...codec, digest });
  }

  frame(request: SampleRequest, picture: Picture, viewX = 0, viewY = 0): SampledFrame {
    const samples = coordinates.expand(request);
    this.requests.set(request.frameId, request);
    this.sets.set(request.frameId, samples);
    const rgb = new Uint8Array(3 * samples.count);
    for (let i = 0; i < samples.count; i++) rgb.fill(picture(samples.u[i] + viewX, samples.v[i] + viewY), 3 * i, 3 * i + 3);
    const { frameId } = request;
    return { frameId, clientTime: 33.3 * frameId, requestId: frameId, state: stateAt(viewX, viewY), samples, rgb };
  }
}

const grain: Picture = (x, y) => ((x * 31 + y * 17) & 63) + 40;
const places = [
  [0, 0],
  [8, 8],
  [24, 16],
] as const;

describe('the digest of a pixel packet', () => {
  it('tells what changed by how much since it was last looked at, without a pixel', () => {
    const stream = new Stream();
    const off =
      (by: number): Picture =>
      (x, y) =>
        grain(x, y) + (x >= 8 && x < 16 ? by : 0);
    const told: unknown[] = [];
    const pictures = [grain, grain, off(1), off(3), off(40), off(40)];
    pictures.forEach((picture, i) => {
      const bytes = stream.encoder.encode([stream.frame(requestFor(i, places), picture)]);
      expect(pixelPacketSpan(bytes)?.digest).toBe(true);
      const [{ frameId, requestId, clientTime, changes }] = stream.reader.read(bytes);
      expect({ frameId, requestId, clientTime }).toEqual({ frameId: i, requestId: i, clientTime: Math.round(333 * i) / 10 });
      told.push([...changes]);
    });
    // New blocks count as much as they have detail; then changes of 1², 2² and 37² in the second.
    expect(told).toEqual([
      [6, 6, 6],
      [0, 0, 0],
      [0, 2, 0],
      [0, 3, 0],
      [0, 7, 0],
      [0, 0, 0],
    ]);
  });

  it('follows a camera: what scrolls unchanged did not change', () => {
    const stream = new Stream();
    const first = stream.encoder.encode([stream.frame(requestFor(0, [[16, 8]]), grain, 0, 0)]);
    const second = stream.encoder.encode([stream.frame(requestFor(1, [[11, 10]]), grain, 5, -2)]);
    stream.reader.read(first);
    const [{ scrollX, scrollY, changes }] = stream.reader.read(second);
    expect([scrollX, scrollY, ...changes]).toEqual([5, -2, 0]);
  });

  it('covers frames without pixels, several frames a packet, and a fresh start', () => {
    const stream = new Stream();
    const one = stream.frame(requestFor(3, places), grain);
    const none: SampledFrame = { ...one, frameId: 4, requestId: null, samples: createSampleSet(0) };
    const again = stream.frame(requestFor(6, places), grain);
    const read = stream.reader.read(stream.encoder.encode([one, none, again]));
    expect(read.map(({ frameId, requestId, changes }) => [frameId, requestId, changes.length])).toEqual([
      [3, 3, 3],
      [4, null, 0],
      [6, 6, 3],
    ]);
    stream.encoder.reset();
    const afresh = stream.encoder.encode([stream.frame(requestFor(7, places), grain)]);
    expect([...stream.reader.read(afresh)[0].changes]).toEqual([6, 6, 6]);
  });

  it('begins and ends with a fresh start, where that is wanted', () => {
    const stream = new Stream(false);
    const next = (frameId: number) => stream.encoder.encode([stream.frame(requestFor(frameId, places), grain)]);
    expect(pixelPacketSpan(next(0))).toMatchObject({ reset: true, digest: false });
    stream.encoder.reset(true);
    const told = [next(1), next(2)];
    expect(told.map((bytes) => pixelPacketSpan(bytes))).toMatchObject([
      { reset: true, digest: true },
      { reset: false, digest: true },
    ]);
    expect(told.map((bytes) => [...stream.reader.read(bytes)[0].changes])).toEqual([
      [6, 6, 6],
      [0, 0, 0],
    ]);
    stream.encoder.reset();
    expect(pixelPacketSpan(next(3))).toMatchObject({ reset: true, digest: true });
    stream.encoder.reset(false);
    expect(pixelPacketSpan(next(4))).toMatchObject({ reset: true, digest: false });
  });

  it('leaves the body as it is: the same frames come out of both', () => {
    const [plain, told] = [new Stream(false), new Stream()];
    for (let i = 0; i < 5; i++) {
      const request = requestFor(i, places, i === 2 ? SampleKind.block1 : SampleKind.block0);
      const frames = [plain, told].map((stream) => stream.frame(request, (x, y) => grain(x + i, y)));
      const bytes = [plain.encoder.encode([frames[0]]), told.encoder.encode([frames[1]])];
      expect(told.decoder.decode(bytes[1])).toEqual(plain.decoder.decode(bytes[0]));
      expect(told.reader.read(bytes[1])[0].changes).toHaveLength(3);
      expect(codeOf(() => plain.reader.read(bytes[0]))).toBe('UNSUPPORTED');
    }
  });
});

describe('a digest that nobody should trust', () => {
  const packet = () => {
    const stream = new Stream();
    const frames = [0, 1, 2].map((i) => stream.frame(requestFor(i, places), (x, y) => grain(x, y + i)));
    return { stream, bytes: stream.encoder.encode(frames) };
  };

  it('is refused with a typed error or read, whatever the bytes are, and never read on from', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        (edits, cut) => {
          const { stream, bytes } = packet();
          const next = stream.encoder.encode([stream.frame(requestFor(3, places), grain)]);
          const bad = bytes.slice(0, bytes.length - (cut % 4));
          for (const [at, value] of edits) bad[at % bad.length] = value;
          const code = codeOf(() => stream.reader.read(bad));
          expect([
            'none',
            'BYTES_MALFORMED',
            'BYTES_TRUNCATED',
            'VERSION_UNSUPPORTED',
            'OUT_OF_ORDER',
            'UNSUPPORTED',
            'LIMIT_EXCEEDED',
          ]).toContain(code);
          if (code !== 'none') expect(codeOf(() => stream.reader.read(next))).toBe('OUT_OF_ORDER');
        },
      ),
    );
  });

  it('may not answer what was never asked', () => {
    const { stream, bytes } = packet();
    stream.requests.delete(1);
    expect(codeOf(() => stream.reader.read(bytes))).toBe('OUT_OF_ORDER');
  });
});

function codeOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return isSgapsError(error) ? error.code : error;
  }
  return 'none';
}
