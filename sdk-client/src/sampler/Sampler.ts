import type { SampleSet } from '@sgaps/protocol';

/**
 * The rectangle the engine last gave to `gl.viewport`, canvas pixels. Samplers restore it; asking GL for it would stall.
 *
 * @example
 * ```ts
 * const viewport: Viewport = { x: 0, y: 0, width: 1280, height: 720 };
 * ```
 */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A sample set that lies on the sampler's side already, so that issuing it costs no upload.
 *
 * @example
 * ```ts
 * const [loaded] = sampler.load([set]);
 * ```
 */
export interface LoadedSamples {
  readonly set: SampleSet;
  /** Place in the sampler's store; only the sampler gives it meaning. */
  readonly start: number;
}

/**
 * One sampled frame, as it comes back. Objects and arrays are reused: use them before the next call to the sampler.
 *
 * @example
 * ```ts
 * for (const frame of sampler.beginFrame()) use(frame.frameId, frame.rgb);
 * ```
 */
export interface SampledFrame {
  readonly frameId: number;
  /** `null` for a frame that asked for nothing. */
  readonly samples: SampleSet | null;
  /** 3 × count bytes (the array may be longer). */
  readonly rgb: Uint8Array;
}

/**
 * What a sampler counts about itself; it never resets.
 *
 * @example
 * ```ts
 * if (sampler.counters.lost > 0) console.log('context losses cost', sampler.counters.lost, 'frames');
 * ```
 */
export interface SamplerCounters {
  /** Frames not taken because the batch before had not come back. */
  skipped: number;
  /** Frame starts at which a read was put off because the GPU was still busy. */
  postponed: number;
  /** Reads done although the GPU was busy, because they had waited too long. */
  forced: number;
  /** Frames issued and lost (context loss). */
  lost: number;
  reads: number;
}

/**
 * Takes named samples out of finished frames (S1). Results come several frames later, in order; nothing here waits for
 * the GPU on purpose. Implementations: `WebGL2Sampler`; others (WebGPU, worker, canvas) follow the same calls.
 *
 * @example
 * ```ts
 * const [loaded] = sampler.load([set]);   // when a coordinate packet arrives
 * sampler.endFrame(frameId, loaded, vp);  // in the task that drew the frame
 * const frames = sampler.beginFrame();    // start of every displayed frame
 * ```
 */
export interface Sampler {
  readonly counters: SamplerCounters;
  /** Frames that can be under way at once: issued and not yet returned. */
  readonly depth: number;
  /** Uploads sets in one go. A set stays usable until `capacity` further samples have been loaded (see `holds`). */
  load(sets: readonly SampleSet[]): LoadedSamples[];
  /** False when a loaded set has been overwritten by later ones. */
  holds(loaded: LoadedSamples): boolean;
  /** Start of a displayed frame, before the engine queues work: what has come back, oldest first, possibly nothing. */
  beginFrame(): readonly SampledFrame[];
  /** End of a displayed frame that is to be sampled. False when it was not taken (buffers in flight, context lost). */
  endFrame(frameId: number, samples: LoadedSamples | null, viewport: Viewport): boolean;
  /** End of a displayed frame that is not sampled. */
  skipFrame(): void;
  /** Ends the current batch early, for example before a pause. */
  flush(): void;
  /** Flushes, then waits for everything under way; each call returns the next batch, an empty list at the end. Blocks: only when recording stops. */
  drain(): readonly SampledFrame[];
  /** The grid picture of the frame just drawn (3 × width × height bytes, top row first). Blocks: debugging and benches only. */
  readTruth(out?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
  dispose(): void;
}
