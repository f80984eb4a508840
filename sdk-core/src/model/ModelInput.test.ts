import { BlockCoding, createSampleSet, SampleKind } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOTION_PARTS } from '../memory/depth/BackwardMotion.js';
import { InnovationLog } from '../memory/InnovationLog.js';
import { view } from '../testing/worlds.js';
import { FrameEvidence } from './FrameEvidence.js';
import { MODEL_PLANES, ModelInput } from './ModelInput.js';

const GRID = { width: 24, height: 17 };
const SIZE = GRID.width * GRID.height;

const plane = ({ planes }: ModelInput, name: (typeof MODEL_PLANES)[number]) => {
  const p = MODEL_PLANES.indexOf(name);
  return planes.subarray(p * SIZE, (p + 1) * SIZE);
};

/** A frame of one block at (u, v), coded by a motion in quarters of a pixel, seen by a camera at (viewX, viewY). */
function blockFrame(frameId: number, u: number, v: number, motion: readonly [number, number], viewX = 0, viewY = 0) {
  const samples = createSampleSet(64);
  for (let k = 0; k < 64; k++) {
    samples.u[k] = Math.min(GRID.width - 1, u + (k & 7));
    samples.v[k] = Math.min(GRID.height - 1, v + (k >> 3));
    samples.kind[k] = SampleKind.block0;
  }
  samples.count = 64;
  const blocks = {
    count: 1,
    how: Uint8Array.of(BlockCoding.motion),
    step: Uint16Array.of(32),
    motionX: Int16Array.of(motion[0]),
    motionY: Int16Array.of(motion[1]),
  };
  const values = { rgb: new Uint8Array(192), bits: new Uint8Array(64).fill(6), blocks };
  return { frameId, clientTime: 0, requestId: 0, state: view(viewX, viewY, [], GRID), samples, values };
}

const noise = (seed: number, length: number) =>
  Uint8Array.from({ length }, (_, i) => Math.imul(i + seed * 7919 + 1, 0x9e3779b1) >>> 24);

function decodedOf(seed: number) {
  const rgb = new Uint8ClampedArray(noise(seed, 3 * SIZE));
  return { rgb, confidence: noise(seed + 1, SIZE) };
}

/** The picture before at a place between pixels, in whole numbers; what is outside of it throws. */
function sampled(channel: Uint8Array, x16: number, y16: number): number {
  const read = (x: number, y: number) => {
    if (x < 0 || y < 0 || x >= GRID.width || y >= GRID.height) throw new Error(`read at (${x}, ${y})`);
    return channel[y * GRID.width + x];
  };
  let sum = 0;
  const [x0, y0] = [Math.floor(x16 / MOTION_PARTS), Math.floor(y16 / MOTION_PARTS)];
  for (const y of [y0, y0 + 1]) {
    for (const x of [x0, x0 + 1]) {
      const share = (MOTION_PARTS - Math.abs(x16 - MOTION_PARTS * x)) * (MOTION_PARTS - Math.abs(y16 - MOTION_PARTS * y));
      if (share > 0) sum += share * read(x, y);
    }
  }
  return Math.floor(sum / MOTION_PARTS ** 2 + 0.5);
}

/** Holds the planes of the frame before to the slow sampler. */
function holdAligned(input: ModelInput, previous: Uint8Array, rgb: Uint8ClampedArray): void {
  for (const [c, name] of (['previousRed', 'previousGreen', 'previousBlue'] as const).entries()) {
    const got = plane(input, name);
    const channel = previous.subarray(c * SIZE, (c + 1) * SIZE);
    for (let y = 0, at = 0; y < GRID.height; y++) {
      for (let x = 0; x < GRID.width; x++, at++) {
        const known = input.motionKnown[at] !== 0;
        const wanted = known
          ? sampled(channel, MOTION_PARTS * x + input.motionX[at], MOTION_PARTS * y + input.motionY[at])
          : rgb[3 * at + c];
        if (got[at] !== wanted) expect(`${name} at (${x}, ${y}): ${got[at]}`).toBe(`${wanted}`);
      }
    }
  }
}

describe('what a model is shown of a frame', () => {
  it('is its colours, what is known of each pixel, its place in its block, and what memory was off by', () => {
    const evidence = new FrameEvidence(GRID);
    evidence.take(blockFrame(0, 8, 3, [0, 0]));
    const decoded = decodedOf(1);
    const innovations = new InnovationLog();
    innovations.add(5, 6, 200, 10 ** 2);
    innovations.add(7, 6, 200, 500 ** 2);
    const input = new ModelInput(GRID);
    input.take(decoded, evidence, innovations);
    for (let at = 0; at < SIZE; at++) {
      expect([plane(input, 'red')[at], plane(input, 'green')[at], plane(input, 'blue')[at]]).toEqual([
        ...decoded.rgb.subarray(3 * at, 3 * at + 3),
      ]);
    }
    expect(plane(input, 'confidence')).toEqual(decoded.confidence);
    expect(plane(input, 'step')).toEqual(evidence.step);
    expect(plane(input, 'age')).toEqual(evidence.age);
    expect(plane(input, 'looked')).toEqual(evidence.looked);
    const last = 10 * GRID.width + 15;
    expect([plane(input, 'column')[last], plane(input, 'row')[last], plane(input, 'column')[0]]).toEqual([224, 224, 0]);
    expect([...plane(input, 'innovation')].filter((value) => value > 0)).toEqual([20, 255]);
    expect(plane(input, 'innovation')[6 * GRID.width + 5]).toBe(20);
    input.take(decoded, evidence, null);
    expect(Math.max(...plane(input, 'innovation'))).toBe(0);
  });

  it('has the frame itself for the frame before where there is none', () => {
    const evidence = new FrameEvidence(GRID);
    evidence.take(blockFrame(0, 8, 3, [0, 0]));
    evidence.take(blockFrame(1, 8, 3, [0, 0]));
    const input = new ModelInput(GRID);
    input.take(decodedOf(1), evidence, null);
    input.align(noise(3, 3 * SIZE));
    expect(plane(input, 'previousKnown')).toEqual(evidence.motionKnown);
    input.align(null);
    expect(plane(input, 'previousGreen')).toEqual(plane(input, 'green'));
    expect(Math.max(...plane(input, 'previousKnown'))).toBe(0);
  });

  it('has the frame before where this one shows it, never from outside of the picture, for all motion that evidence knows', () => {
    const quarter = fc.integer({ min: -4 * 30, max: 4 * 30 });
    const frame = fc.record({
      u: fc.nat(GRID.width - 1),
      v: fc.nat(GRID.height - 1),
      motion: fc.tuple(quarter, quarter),
      viewX: fc.integer({ min: -30, max: 30 }),
      viewY: fc.integer({ min: -20, max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(frame, { minLength: 2, maxLength: 4 }), fc.nat(999), (frames, seed) => {
        const evidence = new FrameEvidence(GRID);
        const input = new ModelInput(GRID);
        frames.forEach(({ u, v, motion, viewX, viewY }, frameId) => {
          const decoded = decodedOf(seed + 2 * frameId);
          const previous = noise(seed + 99 + frameId, 3 * SIZE);
          evidence.take(blockFrame(frameId, u, v, motion, viewX, viewY));
          input.take(decoded, evidence, null);
          input.align(previous);
          holdAligned(input, previous, decoded.rgb);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('has it to a sixteenth of a pixel, to the last row and column', () => {
    const evidence = new FrameEvidence(GRID);
    evidence.take(blockFrame(0, 0, 0, [0, 0]));
    evidence.take(blockFrame(1, 0, 0, [0, 0]));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 9, maxLength: 9 }), fc.nat(99), (targets, seed) => {
        // As a 3D camera's motion has it: any place within the picture, its edges often.
        for (let y = 0, at = 0; y < GRID.height; y++) {
          for (let x = 0; x < GRID.width; x++, at++) {
            const [a, b] = targets[at % targets.length];
            const edge = at % 3;
            const lastX = MOTION_PARTS * (GRID.width - 1);
            const lastY = MOTION_PARTS * (GRID.height - 1);
            evidence.motionX[at] = (edge === 1 ? lastX : (a + at) % (lastX + 1)) - MOTION_PARTS * x;
            evidence.motionY[at] = (edge === 2 ? lastY : (b + 7 * at) % (lastY + 1)) - MOTION_PARTS * y;
            evidence.motionKnown[at] = 255;
          }
        }
        const input = new ModelInput(GRID);
        const decoded = decodedOf(seed);
        const previous = noise(seed + 5, 3 * SIZE);
        input.take(decoded, evidence, null);
        input.align(previous);
        holdAligned(input, previous, decoded.rgb);
      }),
      { numRuns: 30 },
    );
  });
});
