const FREE = 0;
/** ms to wait for a turn: one that takes longer hangs. */
const WAIT_MS = 30_000;

/**
 * Lets one thread of the process at a time work on the GPU: ONNX Runtime 1.30 shares one WebGPU device among all sessions and crashes where two
 * of them record commands at once (microsoft/onnxruntime#32561). Threads that wait are blocked; the main thread never waits.
 *
 * @example
 * ```ts
 * const output = await turn.during(() => session.run(feeds));
 * ```
 */
export class GpuTurn {
  readonly #holder: Int32Array;

  /** @param me Id of this thread, at least 1. */
  constructor(
    shared: SharedArrayBuffer,
    private readonly me: number,
  ) {
    this.#holder = new Int32Array(shared);
  }

  /** Rejects, and does nothing, where another thread is not done with its turn within half a minute. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const until = performance.now() + WAIT_MS;
    for (;;) {
      const holder = Atomics.compareExchange(this.#holder, 0, FREE, this.me);
      if (holder === FREE) break;
      const left = until - performance.now();
      if (left <= 0) throw new Error('another thread hangs on the GPU');
      Atomics.wait(this.#holder, 0, holder, left);
    }
    try {
      return await work();
    } finally {
      GpuTurn.release(this.#holder.buffer as SharedArrayBuffer, this.me);
    }
  }

  /** Frees what a thread held when it ended, if it did. */
  static release(shared: SharedArrayBuffer, thread: number): void {
    const holder = new Int32Array(shared);
    if (Atomics.compareExchange(holder, 0, thread, FREE) === thread) Atomics.notify(holder, 0);
  }
}
