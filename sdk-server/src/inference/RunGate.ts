const RUNNING = 0;
const STOPPED = 1;
/** ms the process waits at its end for what runs to finish. */
const EXIT_MS = 5_000;

/** Gates of the threads there are. */
const open = new Set<RunGate>();

/** Node waits for its threads before it ends: with one that hangs in native code it would stay for ever, so that this is where it ends. */
function stopAll(): void {
  const until = performance.now() + EXIT_MS;
  const stopped = [...open].map((gate) => gate.stop(Math.max(0, until - performance.now())));
  if (stopped.includes(false)) process.kill(process.pid, 'SIGKILL');
}

/**
 * Keeps a thread from being ended inside ONNX Runtime: onnxruntime-node 1.30 then throws through native code, which aborts the whole process. Not only
 * `Worker.terminate` ends threads, but also `process.exit`, which therefore waits for what runs, and kills the process where that hangs.
 *
 * @example
 * ```ts
 * const gate = RunGate.open();
 * if (gate.stop(0)) await worker.terminate();
 * ```
 */
export class RunGate {
  readonly #state: Int32Array;

  /** In the thread. */
  constructor(readonly shared: SharedArrayBuffer) {
    this.#state = new Int32Array(shared);
  }

  /** Of a thread that is about to be started. */
  static open(): RunGate {
    const gate = new RunGate(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
    if (open.size === 0) process.on('exit', stopAll);
    open.add(gate);
    return gate;
  }

  /** Does the work; nothing ever again once the gate is stopped. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    Atomics.store(this.#state, RUNNING, 1);
    try {
      if (Atomics.load(this.#state, STOPPED) === 0) return await work();
    } finally {
      Atomics.store(this.#state, RUNNING, 0);
      Atomics.notify(this.#state, RUNNING);
    }
    return new Promise<never>(() => undefined);
  }

  /** Lets no more work begin, and blocks until none is done any more, at most `ms`. True when the thread may be ended. */
  stop(ms: number): boolean {
    Atomics.store(this.#state, STOPPED, 1);
    if (Atomics.load(this.#state, RUNNING) === 1) Atomics.wait(this.#state, RUNNING, 1, ms);
    return Atomics.load(this.#state, RUNNING) === 0;
  }

  /** The thread has ended. */
  close(): void {
    open.delete(this);
    if (open.size === 0) process.off('exit', stopAll);
  }
}
