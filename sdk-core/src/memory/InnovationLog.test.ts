import { createSampleSet, type FrameState, type PixelFrame } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { LayeredMemory } from './LayeredMemory.js';

const grid = { width: 64, height: 48 };
const state: FrameState = { cameras: [], cameras3d: [], objects: [], values: [] };

function look(frameId: number, value: number, bits = 8, kind = 0): PixelFrame {
  const samples = createSampleSet(2);
  samples.count = 2;
  samples.u.set([5, 40]);
  samples.v.set([6, 30]);
  samples.kind.fill(kind);
  const rgb = new Uint8Array(6).fill(value);
  const values = { rgb, bits: new Uint8Array(2).fill(bits) };
  return { frameId, clientTime: 0, requestId: frameId, state, samples, values };
}

describe('InnovationLog', () => {
  it('notes what samples said against memory, before it learnt from them', () => {
    const memory = new LayeredMemory(grid);
    memory.observe(look(0, 100));
    expect([...memory.innovations.confidence.subarray(0, 2)]).toEqual([0, 0]);
    memory.observe(look(1, 100));
    expect(memory.innovations.count).toBe(2);
    expect(memory.innovations.squaredError[0]).toBe(0);
    memory.observe(look(2, 140));
    expect(memory.innovations.squaredError[0]).toBeCloseTo(1600, -1);
    expect([memory.innovations.u[1], memory.innovations.v[1]]).toEqual([40, 30]);
    memory.observe(look(3, 140));
    expect(memory.innovations.squaredError[0]).toBeLessThan(30);
  });

  it('counts nothing that lies within the cell a coarse sample stands for, and passes means over', () => {
    const memory = new LayeredMemory(grid);
    memory.observe(look(0, 100));
    memory.observe(look(1, 110, 3));
    expect(memory.innovations.squaredError[0]).toBe(0);
    memory.observe(look(2, 110, 8, 2));
    expect(memory.innovations.count).toBe(0);
  });
});
