import type { SampleSet } from '@sgaps/protocol';
import { packSample } from './gatherShader.js';
import type { LoadedSamples } from './Sampler.js';

/**
 * A ring of packed sample coordinates in a GL buffer, with a copy here to fill the buffer again after a context loss. Sets are
 * uploaded when they arrive, many at once, and drawn later by their place.
 *
 * @example
 * ```ts
 * const store = new CoordinateStore(65_536);
 * const [loaded] = store.load([set]);
 * store.upload(gl, buffer);
 * gl.drawArrays(gl.POINTS, store.vertexOf(loaded), set.count);
 * ```
 */
export class CoordinateStore {
  readonly #ring: Uint32Array;
  /** Samples loaded so far, and of these uploaded; places are taken modulo the ring's length. */
  #loaded = 0;
  #uploaded = 0;

  constructor(readonly capacity: number) {
    this.#ring = new Uint32Array(capacity);
  }

  load(sets: readonly SampleSet[]): LoadedSamples[] {
    return sets.map((set) => {
      const left = this.capacity - (this.#loaded % this.capacity);
      // A set never wraps: its vertices must lie in one run.
      if (set.count > left) this.#loaded += left;
      const start = this.#loaded;
      const at = start % this.capacity;
      for (let i = 0; i < set.count; i++) this.#ring[at + i] = packSample(set.u[i], set.v[i], set.kind[i]);
      this.#loaded += set.count;
      return { set, start };
    });
  }

  /** False once later sets have overwritten it. */
  holds(loaded: LoadedSamples): boolean {
    return this.#loaded - loaded.start <= this.capacity;
  }

  /** First vertex of a set. */
  vertexOf(loaded: LoadedSamples): number {
    return loaded.start % this.capacity;
  }

  /** A new, empty buffer is to be filled. */
  forget(): void {
    this.#uploaded = Math.max(0, this.#loaded - this.capacity);
  }

  /** Writes what is new into the buffer, with one call, or two where the ring wraps. */
  upload(gl: WebGL2RenderingContext, buffer: WebGLBuffer): void {
    const count = Math.min(this.#loaded - this.#uploaded, this.capacity);
    if (count === 0) return;
    const bound = gl.getParameter(gl.COPY_WRITE_BUFFER_BINDING) as WebGLBuffer | null;
    const from = (this.#loaded - count) % this.capacity;
    const run = Math.min(count, this.capacity - from);
    gl.bindBuffer(gl.COPY_WRITE_BUFFER, buffer);
    gl.bufferSubData(gl.COPY_WRITE_BUFFER, 4 * from, this.#ring, from, run);
    if (count > run) gl.bufferSubData(gl.COPY_WRITE_BUFFER, 0, this.#ring, 0, count - run);
    gl.bindBuffer(gl.COPY_WRITE_BUFFER, bound);
    this.#uploaded = this.#loaded;
  }
}
