import {
  BlockCoding,
  type CodedBlocks,
  createSampleSet,
  type FrameState,
  type PixelFrame,
  SampleKind,
  type SampleSet,
} from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KNOWN, MOTION_PARTS } from '../memory/depth/BackwardMotion.js';
import type { LayeredMemory } from '../memory/LayeredMemory.js';
import { view } from '../testing/worlds.js';
import { FrameEvidence, LOOKED } from './FrameEvidence.js';

const GRID = { width: 40, height: 28 };
const SIZE = GRID.width * GRID.height;
const at = (u: number, v: number) => v * GRID.width + u;

interface Block {
  readonly u: number;
  readonly v: number;
  readonly how: BlockCoding;
  /** In levels. */
  readonly step?: number;
  readonly motionX?: number;
  readonly motionY?: number;
  readonly kind?: number;
}
interface Point {
  readonly u: number;
  readonly v: number;
  readonly bits: number;
  readonly kind?: number;
}

/** A frame as a decoder gives it: blocks of 64 samples that repeat the grid's edge, then points. */
function frameOf(state: FrameState, blocks: readonly Block[] = [], points: readonly Point[] = [], told = true): PixelFrame {
  const samples: SampleSet = createSampleSet(64 * blocks.length + points.length);
  const bits = new Uint8Array(samples.u.length).fill(5);
  for (const { u, v, kind = SampleKind.block0 } of blocks) {
    for (let k = 0; k < 64; k++) {
      const i = samples.count++;
      samples.u[i] = Math.min(GRID.width - 1, u + (k & 7));
      samples.v[i] = Math.min(GRID.height - 1, v + (k >> 3));
      samples.kind[i] = kind;
    }
  }
  for (const { u, v, bits: precision, kind = SampleKind.point } of points) {
    const i = samples.count++;
    samples.u[i] = u;
    samples.v[i] = v;
    samples.kind[i] = kind;
    bits[i] = precision;
  }
  const coded: CodedBlocks = {
    count: blocks.length,
    how: Uint8Array.from(blocks, ({ how }) => how),
    step: Uint16Array.from(blocks, ({ step = 1 }) => 8 * step),
    motionX: Int16Array.from(blocks, ({ motionX = 0 }) => motionX),
    motionY: Int16Array.from(blocks, ({ motionY = 0 }) => motionY),
  };
  const values = { rgb: new Uint8Array(3 * samples.count), bits, ...(told && blocks.length > 0 ? { blocks: coded } : {}) };
  return { frameId: 0, clientTime: 0, requestId: 0, state, samples, values };
}

const still = view(0, 0, [], GRID);

function evidenceOf(...frames: PixelFrame[]): FrameEvidence {
  const evidence = new FrameEvidence(GRID);
  for (const frame of frames) evidence.take(frame);
  return evidence;
}

describe('how precise a pixel is', () => {
  it('starts as a guess, which nobody looked at', () => {
    const { step, age, looked, motionKnown } = evidenceOf(frameOf(still));
    expect([...new Set([...step, ...age])]).toEqual([255]);
    expect([...new Set([...looked, ...motionKnown])]).toEqual([0]);
  });

  it.each([
    [0.5, 1],
    [1, 1],
    [2, 31],
    [4, 61],
    [16, 121],
    [215, 233],
  ])('is 30 a doubling of the step: %d levels are %d', (step, code) => {
    const { step: codes } = evidenceOf(frameOf(still, [{ u: 8, v: 8, how: BlockCoding.mean, step }]));
    expect(codes[at(8, 8)]).toBe(code);
    expect(codes[at(7, 8)]).toBe(255);
  });

  it.each([
    [8, 0],
    [7, 31],
    [5, 91],
    [3, 151],
  ])('is, of a point of %d bits, that of its quantisation cell: %d', (bits, code) => {
    const { step, looked, age, phase } = evidenceOf(frameOf(still, [], [{ u: 3, v: 4, bits }]));
    expect([step[at(3, 4)], looked[at(3, 4)], age[at(3, 4)], phase[at(3, 4)]]).toEqual([code, LOOKED.exact, 0, 0]);
    expect([step[at(4, 4)], looked[at(4, 4)]]).toEqual([255, LOOKED.none]);
  });

  it('is not told by means nor by blocks of means', () => {
    const mean = { u: 0, v: 0, bits: 8, kind: SampleKind.mean2 };
    const { step, looked } = evidenceOf(frameOf(still, [{ u: 0, v: 0, how: BlockCoding.mean, kind: SampleKind.block1 }], [mean]));
    expect(Math.min(...step)).toBe(255);
    expect(Math.max(...looked)).toBe(0);
  });

  it('goes by the entry of its own block where others lie between', () => {
    const { step, looked } = evidenceOf(
      frameOf(still, [
        { u: 0, v: 0, how: BlockCoding.mean, step: 2 },
        { u: 0, v: 0, how: BlockCoding.mean, step: 99, kind: SampleKind.block1 },
        { u: 16, v: 8, how: BlockCoding.exact, step: 4 },
      ]),
    );
    expect([step[at(0, 0)], looked[at(0, 0)]]).toEqual([31, LOOKED.coded]);
    expect([step[at(16, 8)], looked[at(16, 8)]]).toEqual([0, LOOKED.exact]);
  });

  it('is unknown where the decoder does not tell of its blocks', () => {
    const { step } = evidenceOf(frameOf(still, [{ u: 0, v: 0, how: BlockCoding.mean, step: 2 }], [], false));
    expect(Math.min(...step)).toBe(255);
  });
});

describe('how long ago a pixel was sent', () => {
  it('counts frames, up to 255, and begins again when it is', () => {
    const block = { u: 8, v: 8, how: BlockCoding.place, step: 4 };
    const evidence = evidenceOf(frameOf(still, [block]));
    expect(evidence.age[at(8, 8)]).toBe(0);
    for (let n = 1; n <= 300; n++) {
      evidence.take(frameOf(still));
      expect(evidence.age[at(8, 8)]).toBe(Math.min(255, n));
    }
    evidence.take(frameOf(still, [block]));
    expect(evidence.age[at(8, 8)]).toBe(0);
  });

  it('goes on, with its precision, where a block is the same', () => {
    const { age, step, looked } = evidenceOf(
      frameOf(still, [{ u: 8, v: 8, how: BlockCoding.mean, step: 2 }]),
      frameOf(still, [{ u: 8, v: 8, how: BlockCoding.same, step: 16 }]),
    );
    expect([age[at(8, 8)], step[at(8, 8)], looked[at(8, 8)]]).toEqual([1, 31, LOOKED.same]);
  });

  it('is forgotten by clear', () => {
    const evidence = evidenceOf(frameOf(still, [{ u: 8, v: 8, how: BlockCoding.mean }]));
    evidence.clear();
    evidence.take(frameOf(still));
    expect(Math.min(...evidence.age, ...evidence.step)).toBe(255);
    expect(Math.max(...evidence.motionKnown)).toBe(KNOWN.nowhere);
  });
});

describe('a block', () => {
  it('numbers its columns and rows from 1 to 8', () => {
    const { phase } = evidenceOf(frameOf(still, [{ u: 5, v: 3, how: BlockCoding.mean }]));
    for (let y = 0; y < 8; y++) for (let x = 0; x < 8; x++) expect(phase[at(5 + x, 3 + y)]).toBe(16 * (y + 1) + x + 1);
    expect(phase.filter((p) => p !== 0).length).toBe(64);
  });

  it.each([
    ['right and lower', 36, 25, 4, 3],
    ['right', 39, 0, 1, 8],
    ['lower', 0, 27, 8, 1],
  ])('is cut by the %s edge, and nothing beside it is touched', (_, u, v, columns, rows) => {
    const { looked, step } = evidenceOf(frameOf(still, [{ u, v, how: BlockCoding.motion, motionX: 1, motionY: -2 }]));
    const inside = (p: number) => {
      const [x, y] = [p % GRID.width, Math.floor(p / GRID.width)];
      return x >= u && x < u + columns && y >= v && y < v + rows;
    };
    expect(looked).toEqual(looked.map((_, p) => (inside(p) ? LOOKED.coded : LOOKED.none)));
    expect(step).toEqual(step.map((_, p) => (inside(p) ? 1 : 255)));
  });
});

describe('where a pixel was', () => {
  it('is told in sixteenths, from a motion in quarters of a pixel and the scrolling', () => {
    const { motionX, motionY, motionKnown } = evidenceOf(
      frameOf(still),
      frameOf(view(3, -2, [], GRID), [{ u: 16, v: 8, how: BlockCoding.motion, motionX: 5, motionY: -3 }]),
    );
    expect([motionX[at(16, 8)], motionY[at(16, 8)]]).toEqual([16 * 3 + 4 * 5, 16 * -2 - 4 * 3]);
    expect([motionX[at(15, 8)], motionY[at(15, 8)], motionKnown[at(15, 8)]]).toEqual([48, -32, KNOWN.coded]);
  });

  it('is a guess in a block that its mean tells more of', () => {
    const { motionKnown } = evidenceOf(frameOf(still), frameOf(still, [{ u: 16, v: 8, how: BlockCoding.mean }]));
    expect([motionKnown[at(16, 8)], motionKnown[at(15, 8)]]).toEqual([KNOWN.guessed, KNOWN.coded]);
  });

  it('is nowhere where the motion leaves the screen, pixel by pixel', () => {
    const { motionKnown } = evidenceOf(
      frameOf(still),
      frameOf(still, [{ u: 0, v: 8, how: BlockCoding.motion, motionX: -14, motionY: 0 }]),
    );
    // 3.5 pixels to the left: columns 0 … 3 were beyond the edge.
    expect(Array.from({ length: 8 }, (_, x) => motionKnown[at(x, 8)])).toEqual([0, 0, 0, 0, 255, 255, 255, 255]);
  });

  it('is nowhere in the first frame and after a cut by more than the grid, whatever its blocks were coded by', () => {
    const moved = [{ u: 16, v: 8, how: BlockCoding.motion, motionX: 4 }];
    expect(Math.max(...evidenceOf(frameOf(still, moved)).motionKnown)).toBe(KNOWN.nowhere);
    const { motionKnown } = evidenceOf(frameOf(still), frameOf(view(GRID.width, 0, [], GRID), moved));
    expect(Math.max(...motionKnown)).toBe(KNOWN.nowhere);
  });

  it('is not asked of memory in the first frame after a seek, which knows another frame before', () => {
    let asked = 0;
    const memory = { traceBack: () => asked++ } as unknown as LayeredMemory;
    const evidence = new FrameEvidence(GRID);
    evidence.take(frameOf(still), memory);
    expect(asked).toBe(0);
    evidence.take(frameOf(still), memory);
    evidence.clear();
    evidence.take(frameOf(still), memory);
    expect(asked).toBe(1);
  });
});

describe('a camera that scrolls by whole pixels', () => {
  it('carries what is known, brings in guesses, and forgets all when it jumps further than the grid', () => {
    const offset = fc.record({
      dx: fc.integer({ min: -GRID.width - 2, max: GRID.width + 2 }),
      dy: fc.integer({ min: -GRID.height - 2, max: GRID.height + 2 }),
      u: fc.nat(GRID.width - 1),
      v: fc.nat(GRID.height - 1),
    });
    fc.assert(
      fc.property(offset, ({ dx, dy, u, v }) => {
        const first = Array.from({ length: 20 }, (_, b) => ({
          u: 8 * (b % 5),
          v: 8 * Math.floor(b / 5),
          how: BlockCoding.mean,
          step: b + 1,
        }));
        const after = evidenceOf(frameOf(view(7, 9, [], GRID), first, [{ u, v, bits: 8 }]));
        const was = after.step.slice();
        after.take(frameOf(view(7 + dx, 9 + dy, [], GRID)));
        const cut = Math.abs(dx) >= GRID.width || Math.abs(dy) >= GRID.height;
        const from = Int32Array.from({ length: SIZE }, (_, p) => {
          const [x, y] = [(p % GRID.width) + dx, Math.floor(p / GRID.width) + dy];
          return !cut && x >= 0 && x < GRID.width && y >= 0 && y < GRID.height ? at(x, y) : -1;
        });
        expect(after.step).toEqual(was.map((_, p) => (from[p] < 0 ? 255 : was[from[p]])));
        expect(after.age).toEqual(was.map((_, p) => (from[p] < 0 ? 255 : 1)));
        expect(after.motionKnown).toEqual(was.map((_, p) => (from[p] < 0 ? KNOWN.nowhere : KNOWN.coded)));
        const known = [...from.keys()].filter((p) => from[p] >= 0);
        expect(known.every((p) => after.motionX[p] === MOTION_PARTS * dx && after.motionY[p] === MOTION_PARTS * dy)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});
