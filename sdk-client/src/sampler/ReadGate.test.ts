import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReadGate } from './ReadGate.js';
import type { SamplerCounters } from './Sampler.js';

/** The four calls the gate makes; a fence is passed once it is in `passed`. */
class FakeGl {
  readonly SYNC_GPU_COMMANDS_COMPLETE = 1;
  readonly SYNC_STATUS = 2;
  readonly SIGNALED = 3;
  readonly passed = new Set<object>();
  readonly made: object[] = [];
  deleted = 0;
  fenceSync(): object {
    this.made.push({});
    return this.made[this.made.length - 1];
  }
  deleteSync(): void {
    this.deleted++;
  }
  getSyncParameter(fence: object): number {
    return this.passed.has(fence) ? this.SIGNALED : 0;
  }
}

let now = 0;
beforeEach(() => {
  now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

function setUp() {
  const gl = new FakeGl();
  const counters: SamplerCounters = { skipped: 0, postponed: 0, forced: 0, lost: 0, reads: 0 };
  const gate = new ReadGate(gl as unknown as WebGL2RenderingContext, counters);
  const fence = {} as WebGLSync;
  return { gl, counters, gate, fence };
}

describe('ReadGate', () => {
  it('opens only when both the read and the newest frame are through the GPU', () => {
    const { gl, counters, gate, fence } = setUp();
    gate.mark();
    expect(gate.opens(fence)).toBe(false);
    gl.passed.add(fence);
    expect(gate.opens(fence)).toBe(false);
    gl.passed.add(gl.made[0]);
    expect(gate.opens(fence)).toBe(true);
    gate.done();
    expect(counters).toMatchObject({ postponed: 1, forced: 0, reads: 1 });
  });

  it('forces a read after 150 ms or eight frames of waiting, then rests ten times its cost', () => {
    const { gl, counters, gate, fence } = setUp();
    gl.passed.add(fence);
    gate.mark();
    for (let i = 0; i < 8; i++) expect(gate.opens(fence)).toBe(false);
    expect(gate.opens(fence)).toBe(true);
    now += 20;
    gate.done();
    expect(counters.forced).toBe(1);
    for (; now < 1220; now += 10) expect(gate.opens(fence)).toBe(false);
    expect(gate.opens(fence)).toBe(true);
    gate.done();
    expect(gate.opens(fence)).toBe(false);
    now += 151;
    expect(gate.opens(fence)).toBe(true);
  });

  it('deletes every fence it makes but the newest', () => {
    const { gl, gate } = setUp();
    for (let i = 0; i < 10; i++) gate.mark();
    expect([gl.made.length, gl.deleted]).toEqual([10, 9]);
    gate.clear();
    gate.clear();
    expect(gl.deleted).toBe(10);
  });
});
