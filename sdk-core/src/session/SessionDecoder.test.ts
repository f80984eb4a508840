import { createSampleSet, type FrameState, type PixelFrame, SgapsError } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SamplingPlanner } from '../plan/SamplingPlanner.js';
import { SessionDecoder } from './SessionDecoder.js';

const grid = { width: 64, height: 48 };

/** A world of coloured stripes under a moving camera, with one sprite walking over it. */
function truthAt(frame: number): { state: FrameState; pixel: (u: number, v: number) => [number, number, number] } {
  const viewX = frame * 1.5;
  const spriteX = 20 + frame;
  const sprite = {
    id: 7,
    texture: 'hero',
    frame: '',
    x: spriteX + viewX,
    y: 20,
    width: 8,
    height: 8,
    originX: 0,
    originY: 0,
    rotation: 0,
  };
  const look = {
    flipX: false,
    flipY: false,
    alpha: 1,
    tint: 0xffffff,
    scrollFactorX: 1,
    scrollFactorY: 1,
    tileX: 0,
    tileY: 0,
    tag: 0,
  };
  return {
    state: {
      cameras: [{ id: 0, viewX, viewY: 0, zoom: 1, rotation: 0, x: 0, y: 0, ...grid }],
      cameras3d: [],
      objects: [{ ...sprite, ...look }],
      values: [],
    },
    pixel: (u, v) => {
      if (u >= spriteX && u < spriteX + 8 && v >= 20 && v < 28) return [250, 40, (u - spriteX) * 20];
      const x = Math.floor((u + Math.floor(viewX)) / 6);
      return [(x * 53) & 255, (x * 91 + v) & 255, 128];
    },
  };
}

function run(
  frames: number,
  onFrame?: (decoder: SessionDecoder, input: PixelFrame, rgb: Uint8ClampedArray) => void,
): PixelFrame[] {
  const decoder = new SessionDecoder({ grid });
  const planner = new SamplingPlanner({ grid, decoder, rate: 0.1 });
  const inputs: PixelFrame[] = [];
  const requests = [planner.plan(0), planner.plan(1)];
  for (let t = 0; t < frames; t++) {
    const { state, pixel } = truthAt(t);
    const samples = requests[t].explicit;
    const rgb = new Uint8Array(3 * samples.count);
    for (let i = 0; i < samples.count; i++) {
      const side = 1 << samples.kind[i];
      const sum = [0, 0, 0];
      let n = 0;
      for (let v = samples.v[i]; v < Math.min(grid.height, samples.v[i] + side); v++) {
        for (let u = samples.u[i]; u < Math.min(grid.width, samples.u[i] + side); u++, n++)
          pixel(u, v).forEach((value, c) => (sum[c] += value));
      }
      for (let c = 0; c < 3; c++) rgb[3 * i + c] = Math.round(sum[c] / n);
    }
    const input: PixelFrame = {
      frameId: t,
      clientTime: t * 33,
      requestId: t,
      state,
      samples,
      values: { rgb, bits: new Uint8Array(samples.count).fill(8) },
    };
    inputs.push(input);
    const decoded = decoder.decode(input);
    requests.push(planner.plan(t + 2));
    onFrame?.(decoder, input, decoded.rgb);
  }
  return inputs;
}

function hash(rgb: Uint8ClampedArray): number {
  return rgb.reduce((h, value) => (Math.imul(h, 31) + value) | 0, 7);
}

describe('SessionDecoder', () => {
  it('gives the same frames for the same input, with and without a planner beside it', () => {
    const live: number[] = [];
    const inputs = run(40, (_, __, rgb) => live.push(hash(rgb)));
    const decoder = new SessionDecoder({ grid });
    expect(inputs.map((input) => hash(decoder.decode(input).rgb))).toEqual(live);
  });

  it('gives the same frames when those between were only taken in', () => {
    const live: number[] = [];
    const inputs = run(40, (_, __, rgb) => live.push(hash(rgb)));
    const decoder = new SessionDecoder({ grid });
    inputs.forEach((input, i) => {
      if (i % 7 !== 6) decoder.observe(input);
      else expect(hash(decoder.decode(input).rgb)).toBe(live[i]);
    });
    expect(decoder.frameId).toBe(39);
  });

  it('goes on from a snapshot exactly as if it had decoded everything', () => {
    let snapshot: Uint8Array = new Uint8Array();
    const live: number[] = [];
    const inputs = run(40, (decoder, input, rgb) => {
      live.push(hash(rgb));
      if (input.frameId === 20) snapshot = decoder.save();
    });
    const decoder = new SessionDecoder({ grid });
    decoder.restore(snapshot);
    expect(inputs.slice(21).map((input) => hash(decoder.decode(input).rgb))).toEqual(live.slice(21));
  });

  it('rebuilds a scrolling world with a sprite from a tenth of its pixels', () => {
    let error = 0;
    let pixels = 0;
    run(60, (_, input, rgb) => {
      if (input.frameId < 30) return;
      const { pixel } = truthAt(input.frameId);
      for (let v = 0; v < grid.height; v++) {
        for (let u = 0; u < grid.width; u++, pixels++) {
          const truth = pixel(u, v);
          for (let c = 0; c < 3; c++) error += (rgb[3 * (v * grid.width + u) + c] - truth[c]) ** 2;
        }
      }
    });
    const psnr = 10 * Math.log10((255 * 255 * 3 * pixels) / error);
    expect(psnr).toBeGreaterThan(20);
  });

  it('refuses mutated snapshots with a typed error or takes them, and never crashes', () => {
    let snapshot: Uint8Array = new Uint8Array();
    run(12, (decoder) => {
      snapshot = decoder.save();
    });
    fc.assert(
      fc.property(fc.nat(Math.min(snapshot.length - 1, 4000)), fc.nat(255), fc.nat(snapshot.length), (at, value, length) => {
        const bytes = snapshot.slice(0, at % 3 === 0 ? length : undefined);
        if (at < bytes.length) bytes[at] = value;
        try {
          new SessionDecoder({ grid }).restore(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(SgapsError);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('answers a frame without samples from memory', () => {
    const decoder = new SessionDecoder({ grid });
    const { state } = truthAt(0);
    const empty = { rgb: new Uint8Array(), bits: new Uint8Array() };
    const decoded = decoder.decode({
      frameId: 0,
      clientTime: 0,
      requestId: null,
      state,
      samples: createSampleSet(0),
      values: empty,
    });
    expect(decoded.rgb).toHaveLength(3 * 64 * 48);
    expect(decoded.uncertainty[0]).toBe(1);
  });
});
