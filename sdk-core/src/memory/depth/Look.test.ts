import { createSampleSet, NO_DEPTH, type PixelFrame, SampleKind } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { nearnessOf } from './BlockDepth.js';
import { Look } from './Look.js';

describe('Look', () => {
  it('turns to a block and to a point, with and without depth', () => {
    const samples = createSampleSet(65);
    samples.count = 65;
    samples.u.fill(8, 1);
    samples.v.fill(16, 1);
    samples.kind.fill(SampleKind.block0, 1);
    samples.u[0] = 5;
    const rgb = Uint8Array.from({ length: 195 }, (_, k) => k);
    const depth = new Uint16Array(65).fill(NO_DEPTH);
    depth[3] = 491;
    const bits = new Uint8Array(65).fill(4);
    bits[0] = 8;
    const frame: PixelFrame = {
      frameId: 0,
      clientTime: 0,
      requestId: null,
      state: { cameras: [], cameras3d: [], objects: [], values: [] },
      samples,
      values: { rgb, bits, depth },
    };
    const look = new Look();
    look.open(frame, 1, 64);
    expect([look.left, look.top, look.size, look.half]).toEqual([8, 16, 8, 8]);
    expect([look.sample[0], look.sample[63]]).toEqual([0x030405, 0xc0c1c2]);
    expect([look.nearness[0], look.nearness[2]]).toEqual([-1, nearnessOf(491)]);
    look.open({ ...frame, values: { ...frame.values, depth: null } }, 0, 1);
    expect([look.left, look.top, look.size, look.half, look.sample[0], look.nearness[0]]).toEqual([5, 0, 1, 0.5, 0x000102, -1]);
  });
});
