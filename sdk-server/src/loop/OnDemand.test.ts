import { SessionReplica } from '@sgaps/core';
import {
  CoordinateDecoder,
  createSampleSet,
  DEFAULT_TIER_BITS,
  type FrameState,
  PixelPacketEncoder,
  type SampleRequest,
} from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { glimpse } from '../rooms/glimpse.js';
import { DeferredRecords } from './DeferredRecords.js';
import { SessionLoop } from './SessionLoop.js';

const shape = { grid: { width: 64, height: 36 }, schema: { values: [] }, tierBits: DEFAULT_TIER_BITS } as const;
const coordinates = new CoordinateDecoder(shape.grid);

const stateAt = (viewX: number): FrameState => ({
  cameras: [{ id: 0, viewX, viewY: 0, zoom: 1, rotation: 0, x: 0, y: 0, width: 64, height: 36 }],
  cameras3d: [],
  objects: [],
  values: [],
});

/** A session on demand with a recorder that scrolls over a pattern; everything stored is kept. */
class Session {
  readonly stored: { kind: string; time: number; bytes: Uint8Array }[] = [];
  readonly shown: { frameId: number; rgb: number[] }[] = [];
  readonly encoder = new PixelPacketEncoder({ ...shape, digest: true });
  readonly loop: SessionLoop;
  now = 0;
  #requests: SampleRequest[];
  #frameId = 0;

  constructor() {
    const append = (kind: string, time: number, bytes: Uint8Array) => this.stored.push({ kind, time, bytes: bytes.slice() }) > 0;
    this.loop = new SessionLoop({
      shape,
      sink: { append, snapshot: () => true },
      clock: () => this.now,
      onDemand: true,
      onFrame: ({ frameId, rgb }) => this.shown.push({ frameId, rgb: [...rgb] }),
    });
    this.#requests = coordinates.decode(this.loop.start());
  }

  packet(): Uint8Array {
    const frames = Array.from({ length: 4 }, () => {
      const frameId = this.#frameId++;
      const request = this.#requests.filter((candidate) => candidate.frameId <= frameId).at(-1);
      this.#requests = this.#requests.filter((candidate) => candidate.frameId > frameId);
      const samples = request ? coordinates.expand(request) : createSampleSet(0);
      const rgb = Uint8Array.from({ length: 3 * samples.count }, (_, i) => {
        const s = Math.floor(i / 3);
        return 40 + (((samples.u[s] + frameId) * 7 + samples.v[s] * 13) & 127) + (samples.v[s] < 4 ? frameId & 31 : 0);
      });
      return { frameId, clientTime: frameId * 33.3, requestId: request?.frameId ?? null, state: stateAt(frameId), samples, rgb };
    });
    return this.encoder.encode(frames);
  }

  play(packets: number): void {
    for (let i = 0; i < packets; i++) this.accept(this.packet());
  }

  accept(bytes: Uint8Array): void {
    this.now += 133;
    const answer = this.loop.accept(bytes);
    if (answer) this.#requests.push(...coordinates.decode(answer));
  }

  /** What a decoder shows that had every record at once. */
  truth(): { frameId: number; rgb: number[] } {
    const replica = new SessionReplica(shape);
    let newest = { frameId: -1, rgb: [] as number[] };
    for (const { kind, time, bytes } of this.stored) {
      if (kind === 'coordinates') replica.coordinates(bytes);
      else if (kind === 'pixels') {
        for (const { frame } of replica.pixels(bytes, time)) {
          const { frameId, rgb } = replica.decode(frame);
          newest = { frameId, rgb: [...rgb] };
        }
      }
    }
    return newest;
  }
}

describe('a loop on demand', () => {
  it('gives the pictures of immediate decoding whenever it is asked for them, and goes on from there', () => {
    const session = new Session();
    session.play(12);
    expect(session.shown).toEqual([]);
    expect(session.loop.behind).toBe(48);
    while (!session.loop.catchUp(0));
    expect(session.shown).toEqual([session.truth()]);
    session.play(3);
    expect(session.shown.map(({ frameId }) => frameId)).toEqual([47, ...Array.from({ length: 12 }, (_, i) => 48 + i)]);
    expect(session.shown.at(-1)).toEqual(session.truth());
  });

  it('keeps asking ahead, within its budget, and hears of misses', () => {
    const session = new Session();
    session.play(30);
    const { bytesUp, fps } = session.loop.figures.read(session.now);
    expect(bytesUp / fps).toBeLessThan(2560);
    expect(session.loop.latency.hitRate).toBeGreaterThan(0.5);
    expect(session.loop.figures.frames).toBe(120);
  });

  it('needs a fresh start to catch up with what takes long, and then decodes from there', () => {
    const session = new Session();
    session.play(40);
    session.encoder.reset();
    session.play(2);
    expect(session.loop.behind).toBe(8);
    while (!session.loop.catchUp(0));
    expect(session.shown.at(-1)?.frameId).toBe(167);
  });

  it('stores what it refuses, and passes over what turns out not to decode', () => {
    const session = new Session();
    session.play(2);
    const packet = session.packet();
    session.accept(packet);
    expect(() => session.accept(packet)).toThrow(expect.objectContaining({ code: 'OUT_OF_ORDER' }));
    expect(() => session.accept(Uint8Array.of(1, 4, 200, 1, 0, 0, 0))).toThrow();
    const pixels = session.stored.filter(({ kind }) => kind === 'pixels');
    expect(pixels).toHaveLength(5);
    expect(session.loop.figures.rejected).toBe(2);
    while (!session.loop.catchUp(0));
    expect(session.shown.at(-1)?.frameId ?? 11).toBe(11);
    session.encoder.reset();
    session.play(1);
    expect(session.shown.at(-1)?.frameId).toBe(15);
  });
});

describe('a session whose records can never be decoded', () => {
  /** Digest packets that do not read, until all that was held had to be let go. */
  function flooded(): Session {
    const session = new Session();
    while (session.loop.startable) {
      const junk = new Uint8Array(65_000);
      junk.set([2, 4]);
      expect(() => session.loop.accept(junk)).toThrow();
    }
    return session;
  }

  it('ends, and takes the next packet that tells no digest', async () => {
    const { loop } = flooded();
    await glimpse(loop, 5000);
    const plain = new PixelPacketEncoder(shape).encode([
      { frameId: 0, clientTime: 0, requestId: null, state: stateAt(0), samples: createSampleSet(0), rgb: new Uint8Array(0) },
    ]);
    loop.accept(plain);
    expect(loop.deferring).toBe(false);
    expect(loop.newest?.frameId).toBe(0);
  });
});

describe('DeferredRecords', () => {
  it('lets go of everything where nobody starts afresh, and can be read again after the next start', () => {
    const records = new DeferredRecords();
    for (let i = 0; i < 80; i++) records.pixels(i, new Uint8Array(60_000).fill(0xff));
    expect(records.cut).toBe(true);
    expect(records.startable).toBe(false);
    const start = new PixelPacketEncoder(shape).encode([
      { frameId: 100, clientTime: 0, requestId: null, state: stateAt(0), samples: createSampleSet(0), rgb: new Uint8Array(0) },
    ]);
    records.coordinates(99, new Uint8Array(10), 101);
    records.pixels(100, start);
    records.trim(150);
    expect(records.startable).toBe(true);
    expect(records.shift()?.kind).toBe('coordinates');
    expect(records.shift()?.firstFrame).toBe(100);
    expect(records.empty).toBe(true);
  });
});
