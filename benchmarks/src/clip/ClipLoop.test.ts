import type { DecodedFrame } from '@sgaps/core';
import { createSampleSet, type PixelFrame, type SampleRequest, type SampleSet } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import type { Network } from '../network/networks.js';
import { ClipLoop } from './ClipLoop.js';
import type { LoopParts } from './LoopParts.js';

const GRID = { width: 16, height: 16 };
const STATE = { cameras: [], cameras3d: [], objects: [], values: [] };
const toBytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const fromBytes = <T>(bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as T;

/** Parts that say in plain JSON what crosses the wire: one point per request, whose column is the request's frame. */
function plainParts(log: string[]): LoopParts {
  const expand = (request: SampleRequest): SampleSet => {
    const set = createSampleSet(1);
    set.count = 1;
    set.u[0] = request.frameId % GRID.width;
    return set;
  };
  const decode = (bytes: Uint8Array) =>
    fromBytes<number[]>(bytes).map((frameId): SampleRequest => ({ frameId, explicit: createSampleSet(0), seeded: [] }));
  let newest = -1;
  return {
    client: {
      coordinates: { decode, expand },
      pixels: {
        encode: (frames) => toBytes(frames.map(({ frameId, requestId, rgb }) => ({ frameId, requestId, rgb: [...rgb] }))),
      },
    },
    server: {
      coordinates: { encode: (requests) => toBytes(requests.map((request) => request.frameId)), decode, expand },
      createPixels: (resolve) => ({
        decode: (bytes) =>
          fromBytes<{ frameId: number; requestId: number | null; rgb: number[] }[]>(bytes).map((frame): PixelFrame => {
            const samples = frame.requestId === null ? createSampleSet(0) : resolve(frame.requestId);
            if (!samples) throw new Error(`request ${frame.requestId} is not known`);
            return {
              ...frame,
              clientTime: 0,
              state: STATE,
              samples,
              values: { rgb: Uint8Array.from(frame.rgb), bits: new Uint8Array(1).fill(8) },
            };
          }),
      }),
      session: {
        decode: (frame: PixelFrame): DecodedFrame => {
          newest = frame.frameId;
          log.push(`${frame.frameId}<${frame.requestId}:${frame.values.rgb[0]}`);
          return {
            frameId: frame.frameId,
            time: 0,
            rgb: new Uint8ClampedArray(0),
            uncertainty: new Float32Array(0),
            confidence: new Uint8Array(0),
            kept: false,
            frame,
            samples: frame.samples,
            state: frame.state,
            sources: () => new Uint8Array(0),
          };
        },
      },
      planner: {
        plan: (frameId) => {
          log.push(`plan ${frameId} from ${newest}`);
          return { frameId, explicit: createSampleSet(0), seeded: [] };
        },
        feedback: () => undefined,
      },
    },
  };
}

/** A picture whose columns hold their own number plus `add`. */
const columns = (add: number) => Uint8Array.from({ length: 3 * 256 }, (_, i) => (Math.floor(i / 3) % 16) + add);

describe('ClipLoop', () => {
  it('answers frame t + latency with what was asked from frame t, and asks for the first frames at join', async () => {
    const log: string[] = [];
    const seen: number[] = [];
    const loop = new ClipLoop({
      grid: GRID,
      fps: 30,
      latency: 2,
      parts: plainParts(log),
      onFrame: (frame) => seen.push(frame.frameId),
    });
    for (let t = 0; t < 4; t++) await loop.push(columns(100 * (t % 2)), STATE);
    await loop.finish();
    expect(log).toEqual([
      'plan 0 from -1',
      'plan 1 from -1',
      '0<0:0',
      'plan 2 from 0',
      '1<1:101',
      'plan 3 from 1',
      '2<2:2',
      'plan 4 from 2',
      '3<3:103',
      'plan 5 from 3',
    ]);
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(loop.totals).toMatchObject({ frames: 4, samples: 4, framesWithoutRequest: 0 });
    expect(loop.totals.ms).toHaveLength(4);
  });

  it('counts each packet with its framing', async () => {
    const loop = new ClipLoop({ grid: GRID, fps: 30, latency: 1, parts: plainParts([]), onFrame: () => undefined });
    await loop.push(columns(0), STATE);
    expect(loop.totals.bytesUp).toBe('[{"frameId":0,"requestId":0,"rgb":[0,0,0]}]'.length + 8 + 2 + 4);
    expect(loop.totals.bytesDown).toBe(2 * ('[0]'.length + 8 + 2));
  });

  it('plans a batch together once its packet is there', async () => {
    const log: string[] = [];
    const loop = new ClipLoop({ grid: GRID, fps: 30, latency: 1, batch: 3, parts: plainParts(log), onFrame: () => undefined });
    for (let t = 0; t < 7; t++) await loop.push(columns(0), STATE);
    await loop.finish();
    expect(log.slice(0, 3)).toEqual(['plan 0 from -1', 'plan 1 from -1', 'plan 2 from -1']);
    expect(log.slice(3, 9)).toEqual(['0<0:0', '1<1:1', '2<2:2', 'plan 3 from 2', 'plan 4 from 2', 'plan 5 from 2']);
    // Frame 7 was planned with the batch before.
    expect(log.at(-1)).toBe('6<6:6');
    expect(loop.totals.framesWithoutRequest).toBe(0);
  });

  it('decodes late what arrives late, plans for the measured delay, and plans no frame twice', async () => {
    const log: string[] = [];
    // Nothing arrives at the server between 100 and 200 ms; frames are 10 ms apart, the answer takes 15 ms.
    const network: Network = { up: (sent) => (sent >= 100 && sent < 200 ? 200 : sent), down: (sent) => sent + 15 };
    const trips: number[] = [];
    const compensation = {
      observe: (rttMs: number) => void trips.push(Math.round(rttMs)),
      lead: () => (trips.length > 15 ? 12 : 2),
    };
    const seen: number[] = [];
    const loop = new ClipLoop({
      grid: GRID,
      fps: 100,
      latency: 2,
      parts: plainParts(log),
      link: { network, compensation },
      onFrame: (frame) => seen.push(frame.frameId),
    });
    for (let t = 0; t < 40; t++) {
      await loop.push(columns(0), STATE);
      if (t === 15) expect(seen.at(-1)).toBe(9);
    }
    await loop.finish();
    expect(seen).toEqual(Array.from({ length: 40 }, (_, t) => t));
    expect(trips.slice(0, 3)).toEqual([15, 15, 15]);
    expect(Math.max(...trips)).toBe(115);
    const planned = log.flatMap((line) => (line.startsWith('plan') ? [Number(line.split(' ')[1])] : []));
    expect(planned.slice(0, 9)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(new Set(planned).size).toBe(planned.length);
    // Asked at join for eight frames; the stall leaves frames 12 … 20 or so without a request of their own.
    expect(loop.totals.framesLate).toBeGreaterThanOrEqual(8);
    expect(loop.totals.framesLate).toBeLessThanOrEqual(22);
    expect(planned.at(-1)).toBe(39 + 12);
  });

  it('refuses a latency or batch that cannot be', async () => {
    const make = (latency: number, batch: number) => () =>
      new ClipLoop({ grid: GRID, fps: 30, latency, batch, parts: plainParts([]), onFrame: () => undefined });
    expect(make(0, 1)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
    expect(make(1, 17)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
  });
});
