import { createSampleSet, type SampleSet } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { CoordinateStore } from './CoordinateStore.js';

function setOf(count: number, u: number): SampleSet {
  const set = createSampleSet(count);
  set.u.fill(u);
  set.count = count;
  return set;
}

/** What the buffer on the GPU would hold. */
class FakeBuffer {
  readonly COPY_WRITE_BUFFER = 1;
  readonly COPY_WRITE_BUFFER_BINDING = 2;
  readonly words: Uint32Array;
  calls = 0;
  constructor(size: number) {
    this.words = new Uint32Array(size);
  }
  getParameter(): null {
    return null;
  }
  bindBuffer(): void {
    // One buffer is all there is.
  }
  bufferSubData(_: number, offset: number, data: Uint32Array, from: number, length: number): void {
    this.calls++;
    this.words.set(data.subarray(from, from + length), offset / 4);
  }
}

describe('CoordinateStore', () => {
  it('keeps every held set in one run of the buffer, whatever came before', () => {
    const store = new CoordinateStore(100);
    const gl = new FakeBuffer(100);
    const loaded: ReturnType<CoordinateStore['load']> = [];
    for (let round = 1; round < 60; round++) {
      loaded.push(...store.load([setOf((round * 7) % 23, round), setOf((round * 5) % 17, round + 500)]));
      store.upload(gl as unknown as WebGL2RenderingContext, {} as WebGLBuffer);
      for (const one of loaded.filter((candidate) => store.holds(candidate))) {
        const first = store.vertexOf(one);
        expect(first + one.set.count).toBeLessThanOrEqual(100);
        for (let i = 0; i < one.set.count; i++) expect(gl.words[first + i]).toBe(one.set.u[0]);
      }
    }
    expect(loaded.filter((one) => store.holds(one)).length).toBeLessThan(loaded.length);
    expect(gl.calls).toBeLessThanOrEqual(2 * 59);
  });

  it('fills a new buffer again', () => {
    const store = new CoordinateStore(100);
    const [one] = store.load([setOf(30, 7)]);
    store.upload(new FakeBuffer(100) as unknown as WebGL2RenderingContext, {} as WebGLBuffer);
    const fresh = new FakeBuffer(100);
    store.upload(fresh as unknown as WebGL2RenderingContext, {} as WebGLBuffer);
    expect(fresh.calls).toBe(0);
    store.forget();
    store.upload(fresh as unknown as WebGL2RenderingContext, {} as WebGLBuffer);
    expect(fresh.words[store.vertexOf(one)]).toBe(7);
  });
});
