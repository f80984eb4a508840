/** Frames one slice may have. */
const BUFFER = 65_536;

/**
 * Main-thread time of a variant per displayed frame: its calls in the frame, bracketed from outside, and the messages it handles
 * between two frames.
 *
 * @example
 * ```ts
 * const timer = new FrameTimer();
 * timer.enter(); variant.end(); timer.leave(); timer.frameOver();
 * ```
 */
export class FrameTimer {
  readonly #micros = new Float32Array(BUFFER);
  readonly #intervals = new Float32Array(BUFFER);
  #count = 0;
  #spent = 0;
  #enteredAt = 0;
  #lastOver = 0;

  /** Before the variant's part of a frame. */
  readonly enter = (): void => {
    this.#enteredAt = performance.now();
  };

  /** After it. */
  readonly leave = (): void => {
    this.#spent += performance.now() - this.#enteredAt;
  };

  /** Adds time spent elsewhere on the variant's account, ms. */
  readonly add = (ms: number): void => {
    this.#spent += ms;
  };

  /** Runs a callback of the variant's on its account. */
  readonly run = <T>(work: () => T): T => {
    const start = performance.now();
    try {
      return work();
    } finally {
      this.add(performance.now() - start);
    }
  };

  /** A displayed frame is over. */
  readonly frameOver = (): void => {
    const now = performance.now();
    if (this.#lastOver > 0 && this.#count < BUFFER) {
      this.#micros[this.#count] = 1000 * this.#spent;
      this.#intervals[this.#count] = now - this.#lastOver;
      this.#count++;
    }
    this.#lastOver = now;
    this.#spent = 0;
  };

  /** Forgets what was measured; the next frame only starts the clock. */
  reset(): void {
    this.#count = 0;
    this.#lastOver = 0;
    this.#spent = 0;
  }

  /** µs of each displayed frame. */
  get micros(): number[] {
    return Array.from(this.#micros.subarray(0, this.#count), (value) => Math.round(10 * value) / 10);
  }

  /** ms from each displayed frame to the next. */
  get frameMs(): number[] {
    return Array.from(this.#intervals.subarray(0, this.#count), (value) => Math.round(100 * value) / 100);
  }
}

/**
 * Books what handlers of messages from workers and sockets take to a timer: all of them on this page are the variants'.
 *
 * @example
 * ```ts
 * bookMessages(timer.add);
 * ```
 */
export function bookMessages(add: (ms: number) => void): void {
  for (const { prototype } of [Worker, WebSocket] as { prototype: object }[]) {
    const own = Object.getOwnPropertyDescriptor(prototype, 'onmessage') as PropertyDescriptor;
    Object.defineProperty(prototype, 'onmessage', {
      ...own,
      set(handler: ((this: unknown, event: MessageEvent) => void) | null) {
        const booked = handler && bookedHandler(handler, add);
        own.set?.call(this, booked);
      },
    });
  }
}

function bookedHandler(handler: (this: unknown, event: MessageEvent) => void, add: (ms: number) => void) {
  return function (this: unknown, event: MessageEvent): void {
    const start = performance.now();
    try {
      handler.call(this, event);
    } finally {
      add(performance.now() - start);
    }
  };
}
