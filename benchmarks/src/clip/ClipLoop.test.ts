import type { DecodedFrame } from '@sgaps/core';
import { createSampleSet, type PixelFrame, type SampleRequest, type SampleSet } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { ClipLoop, type LoopParts } from './ClipLoop.js';

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
            samples: frame.samples,
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
  it('answers frame t + latency with what was asked from frame t, and asks for the first frames at join', () => {
    const log: string[] = [];
    const seen: number[] = [];
    const loop = new ClipLoop({
      grid: GRID,
      fps: 30,
      latency: 2,
      parts: plainParts(log),
      onFrame: (frame) => seen.push(frame.frameId),
    });
    for (let t = 0; t < 4; t++) loop.push(columns(100 * (t % 2)), STATE);
    loop.finish();
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

  it('counts each packet with its framing', () => {
    const loop = new ClipLoop({ grid: GRID, fps: 30, latency: 1, parts: plainParts([]), onFrame: () => undefined });
    loop.push(columns(0), STATE);
    expect(loop.totals.bytesUp).toBe('[{"frameId":0,"requestId":0,"rgb":[0,0,0]}]'.length + 8 + 2 + 4);
    expect(loop.totals.bytesDown).toBe(2 * ('[0]'.length + 8 + 2));
  });

  it('plans a batch together once its packet is there', () => {
    const log: string[] = [];
    const loop = new ClipLoop({ grid: GRID, fps: 30, latency: 1, batch: 3, parts: plainParts(log), onFrame: () => undefined });
    for (let t = 0; t < 7; t++) loop.push(columns(0), STATE);
    loop.finish();
    expect(log.slice(0, 3)).toEqual(['plan 0 from -1', 'plan 1 from -1', 'plan 2 from -1']);
    expect(log.slice(3, 9)).toEqual(['0<0:0', '1<1:1', '2<2:2', 'plan 3 from 2', 'plan 4 from 2', 'plan 5 from 2']);
    expect(log.at(-2)).toBe('6<6:6');
    expect(loop.totals.framesWithoutRequest).toBe(0);
  });

  it('refuses a latency or batch that cannot be', () => {
    const make = (latency: number, batch: number) => () =>
      new ClipLoop({ grid: GRID, fps: 30, latency, batch, parts: plainParts([]), onFrame: () => undefined });
    expect(make(0, 1)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
    expect(make(1, 17)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
  });
});
