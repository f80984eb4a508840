import type { SamplerCounters } from './Sampler.js';

/** A finished read waits this long for an idle GPU before it is done anyway: frame starts, or milliseconds if that is sooner. */
const PATIENT_STARTS = 8;
const PATIENT_MS = 150;
/** After a read that had to wait for the GPU, so many times its cost pass before the next such read. */
const FORCED_REST = 10;

/**
 * Decides when reading back is cheap. `getBufferSubData` is a round trip behind all queued work, even after its own fence: so a
 * read is done at the start of a frame and only when the fence of the *newest* displayed frame has been passed too. In a game
 * that keeps the GPU busy all the time that never happens; then a read is forced now and then, at most a tenth of the time.
 *
 * @example
 * ```ts
 * gate.mark(); // end of a displayed frame
 * if (gate.opens(fence)) { read(); gate.done(); } // start of the next
 * ```
 */
export class ReadGate {
  readonly #gl: WebGL2RenderingContext;
  readonly #counters: SamplerCounters;
  #newest: WebGLSync | null = null;
  #starts = 0;
  #since = 0;
  #forcedAt = 0;
  #restUntil = 0;

  constructor(gl: WebGL2RenderingContext, counters: SamplerCounters) {
    this.#gl = gl;
    this.#counters = counters;
  }

  /** Marks the end of the newest displayed frame. */
  mark(): void {
    this.clear();
    this.#newest = this.#gl.fenceSync(this.#gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  }

  /** Forgets the newest frame (nothing waits to be read, or the context is gone). */
  clear(): void {
    if (this.#newest) this.#gl.deleteSync(this.#newest);
    this.#newest = null;
  }

  /** True when what `fence` guards may be read now; say `done` after reading. */
  opens(fence: WebGLSync): boolean {
    if (!this.#passed(fence)) return false;
    this.#forcedAt = 0;
    if (!this.#newest || this.#passed(this.#newest)) return true;
    const now = performance.now();
    if (this.#starts === 0) this.#since = now;
    const patient = this.#starts++ < PATIENT_STARTS && now - this.#since < PATIENT_MS;
    if (patient || now < this.#restUntil) {
      this.#counters.postponed++;
      return false;
    }
    this.#counters.forced++;
    this.#forcedAt = now;
    return true;
  }

  /** The read is done; a forced one is followed by a rest in proportion to what it cost. */
  done(): void {
    this.#starts = 0;
    this.#counters.reads++;
    if (this.#forcedAt === 0) return;
    const now = performance.now();
    this.#restUntil = now + FORCED_REST * (now - this.#forcedAt);
    this.#forcedAt = 0;
  }

  #passed(fence: WebGLSync): boolean {
    return this.#gl.getSyncParameter(fence, this.#gl.SYNC_STATUS) === this.#gl.SIGNALED;
  }
}
