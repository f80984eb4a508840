/**
 * What the page measured in one slice of one variant. Flat and plain, for the way from the page to Node.
 *
 * @example
 * ```ts
 * const slice = (await page.evaluate('sgapsBench.measure(2000)')) as SliceFigures;
 * ```
 */
export interface SliceFigures {
  /** Main thread spent on the variant in each displayed frame, µs: its work in the frame and messages handled since the last. */
  readonly micros: readonly number[];
  /** From each displayed frame to the next, ms. */
  readonly frameMs: readonly number[];
  /** Milliseconds measured. */
  readonly ms: number;
}

/**
 * What a variant counted over a slice and the moments around it.
 *
 * @example
 * ```ts
 * const counts = (await page.evaluate('sgapsBench.collect()')) as SliceCounts;
 * ```
 */
export interface SliceCounts {
  /** Frames taken, and frames lost (skipped, dropped, or refused by a queue that is full). */
  readonly taken: number;
  readonly lost: number;
  /** Bytes that left, or would leave: encoded video, packets up and down. */
  readonly bytes: number;
  /** Milliseconds counted. */
  readonly countedMs: number;
  /** Only SGAPS: what its own stop watch says, since the slice's recording began. */
  readonly recorder: RecorderSlice | null;
}

/**
 * The recorder's own word, of one slice.
 *
 * @example
 * ```ts
 * const { read } = slice.recorder.micros;
 * ```
 */
export interface RecorderSlice {
  readonly sampler: string;
  readonly thread: string;
  readonly micros: Readonly<Record<'state' | 'issue' | 'read' | 'send' | 'total', { p50: number; p99: number; mean: number }>>;
  readonly samplesPerFrame: number;
  readonly latencyFrames: number;
  readonly stalls: number;
  readonly postponed: number;
  readonly faults: number;
  /** Steps that its cost control has taken back. */
  readonly costLevel: number;
}

/**
 * What a page says of itself once its game draws.
 *
 * @example
 * ```ts
 * const { gpu } = (await page.evaluate('sgapsBench.ready')) as PageFacts;
 * ```
 */
export interface PageFacts {
  /** As WEBGL_debug_renderer_info or the WebGPU adapter names it. */
  readonly gpu: string;
  readonly crossOriginIsolated: boolean;
  /** Smallest step of `performance.now`, µs. */
  readonly timerMicros: number;
  readonly canvas: readonly [number, number];
  readonly userAgent: string;
}
