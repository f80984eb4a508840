import { SessionReplica } from '@sgaps/core';
import {
  CoordinateDecoder,
  createSampleSet,
  DEFAULT_TIER_BITS,
  type FrameState,
  PixelPacketEncoder,
  type SampleRequest,
} from '@sgaps/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { SessionLoop } from './SessionLoop.js';

const shape = { grid: { width: 64, height: 36 }, schema: { values: [] }, tierBits: DEFAULT_TIER_BITS } as const;
const state: FrameState = { cameras: [], cameras3d: [], objects: [], values: [] };

interface Stored {
  readonly kind: string;
  readonly time: number;
  readonly bytes: Uint8Array;
  readonly frames: readonly (number | undefined)[];
}

let stored: Stored[];
let full: boolean;
let now: number;
let shown: number[];
let loop: SessionLoop;
let encoder: PixelPacketEncoder;
let requests: SampleRequest[];
const coordinates = new CoordinateDecoder(shape.grid);

beforeEach(() => {
  stored = [];
  full = false;
  now = 0;
  shown = [];
  encoder = new PixelPacketEncoder(shape);
  const keep = (kind: string, time: number, bytes: Uint8Array, first?: number, last?: number): boolean => {
    if (!full) stored.push({ kind, time, bytes: bytes.slice(), frames: [first, last] });
    return !full;
  };
  loop = new SessionLoop({
    shape,
    sink: { append: keep, snapshot: (time, _frameId, bytes) => keep('snapshot', time, bytes) },
    clock: () => now,
    snapshotEvery: 500,
    onFrame: ({ frameId }) => shown.push(frameId),
  });
  requests = coordinates.decode(loop.start());
});

/** A packet of the next frames, with the samples asked for; every pixel has the colour of its frame. */
function packet(first: number, count = 4): Uint8Array {
  const frames = Array.from({ length: count }, (_, i) => {
    const frameId = first + i;
    const request = requests.find((candidate) => candidate.frameId === frameId);
    const samples = request ? coordinates.expand(request) : createSampleSet(0);
    const rgb = new Uint8Array(3 * samples.count).fill(40 + (frameId & 63));
    return { frameId, clientTime: frameId * 33.3, requestId: request ? frameId : null, state, samples, rgb };
  });
  return encoder.encode(frames);
}

function play(packets: number): void {
  for (let i = 0; i < packets; i++) {
    now += 133;
    const answer = loop.accept(packet(4 * i));
    if (answer) requests.push(...coordinates.decode(answer));
  }
}

describe('SessionLoop', () => {
  it('asks for the first frames before it knows anything, then two frames ahead of the newest', () => {
    expect(requests.map(({ frameId }) => frameId)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    play(3);
    expect(requests.at(-1)?.frameId).toBe(11 + 2 + 3);
    expect(new Set(requests.map(({ frameId }) => frameId)).size).toBe(requests.length);
    expect(shown).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('asks early enough for the round trip, in frames of the length that the client takes them', () => {
    play(3);
    const before = requests.at(-1)?.frameId as number;
    expect(before).toBe(11 + 2 + 3);
    loop.roundTrip(190);
    expect(loop.latency.lead).toBe(6);
    now += 133;
    requests.push(...coordinates.decode(loop.accept(packet(12)) as Uint8Array));
    expect(requests.at(-1)?.frameId).toBe(15 + 6 + 3);
    // Half the frames are twice as long.
    loop.allowance = { share: 1, pace: 0.5 };
    expect(loop.latency.lead).toBe(3);
    for (const pace of [0, -1, Number.NaN, 1e-9, 5]) {
      loop.allowance = { share: 1, pace };
      expect(loop.latency.frameMs).toBeGreaterThan(33);
      expect(loop.latency.frameMs).toBeLessThan(600);
    }
  });

  it('takes a quality to keep instead of spending its bytes, and refuses one that makes no sense', () => {
    const open = (quality: number) =>
      new SessionLoop({ shape, sink: { append: () => true, snapshot: () => true }, clock: () => now, quality });
    expect(coordinates.decode(open(38).start())).toHaveLength(8);
    expect(() => open(70)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
  });

  it('stores a packet before it looks at it, also one that does not decode', () => {
    const rubbish = new Uint8Array([1, 0x10, 200, 1, 2, 3]);
    expect(() => loop.accept(rubbish)).toThrow();
    expect(stored.at(-1)).toMatchObject({ kind: 'pixels', bytes: rubbish });
    expect(loop.figures.rejected).toBe(1);
    encoder.reset();
    expect(() => play(2)).not.toThrow();
  });

  it('names the frames of a packet where it stores it', () => {
    play(2);
    expect(stored.filter(({ kind }) => kind === 'pixels').map(({ frames }) => frames)).toEqual([
      [0, 3],
      [4, 7],
    ]);
  });

  it('stops with a typed error when a packet cannot be stored, without decoding it', () => {
    play(1);
    const before = shown.length;
    full = true;
    expect(() => loop.accept(packet(4))).toThrow(expect.objectContaining({ code: 'STORAGE_FAILED' }));
    expect(shown.length).toBe(before);
  });

  it('refuses frames that were there already', () => {
    play(2);
    encoder.reset();
    requests.length = 0;
    expect(() => loop.accept(packet(4))).toThrow(expect.objectContaining({ code: 'OUT_OF_ORDER' }));
  });

  it('keeps its step when a packet comes twice, and names no frames where it stores that', () => {
    play(2);
    const twice = stored.filter(({ kind }) => kind === 'pixels');
    for (const { bytes } of twice) {
      expect(() => loop.accept(bytes)).toThrow(expect.objectContaining({ code: 'OUT_OF_ORDER' }));
      expect(stored.at(-1)).toMatchObject({ kind: 'pixels', bytes, frames: [undefined, undefined] });
    }
    // Not started afresh: the codec has not moved.
    const answer = loop.accept(packet(8));
    expect(answer).not.toBeNull();
    expect(shown).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('does not hold the frames of a cut against the client that comes back', () => {
    play(10);
    const { lead } = loop.latency;
    encoder.reset();
    requests.push(...coordinates.decode(loop.start()));
    for (let first = 300; first < 380; first += 4) {
      now += 133;
      const answer = loop.accept(packet(first));
      if (answer) requests.push(...coordinates.decode(answer));
    }
    expect(loop.latency.lead).toBe(lead);
    expect(loop.latency.hitRate).toBe(1);
    expect(loop.unanswered).toBe(0);
  });

  it('counts the frames in a row that used no request', () => {
    play(3);
    expect(loop.unanswered).toBe(0);
    requests.length = 0;
    for (let first = 12; first < 24; first += 4) loop.accept(packet(first));
    expect(loop.unanswered).toBe(12);
  });

  it('writes snapshots from which the same pictures follow', () => {
    play(8);
    const at = stored.findIndex(({ kind }) => kind === 'snapshot');
    expect(at).toBeGreaterThan(0);
    const whole = new SessionReplica(shape);
    const resumed = new SessionReplica(shape);
    resumed.restore(stored[at].bytes);
    const feed = (replica: SessionReplica, records: readonly Stored[]): Uint8ClampedArray[] => {
      const pictures: Uint8ClampedArray[] = [];
      for (const { kind, bytes, time } of records) {
        if (kind === 'coordinates') replica.coordinates(bytes);
        else if (kind === 'pixels')
          for (const { frame } of replica.pixels(bytes, time)) pictures.push(replica.decode(frame).rgb.slice());
      }
      return pictures;
    };
    const all = feed(whole, stored);
    const tail = feed(resumed, stored.slice(at + 1));
    expect(tail.length).toBeGreaterThan(0);
    expect(tail).toEqual(all.slice(-tail.length));
    expect(all.at(-1)).toEqual(loop.newest?.rgb);
  });

  it('counts bytes, frames and samples', () => {
    play(4);
    const figures = loop.figures.read(now);
    expect(figures.frames).toBe(16);
    expect(figures.bytesUp).toBeGreaterThan(0);
    expect(figures.bytesDown).toBeGreaterThan(0);
    expect(figures.samples).toBeGreaterThan(1);
  });
});
