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
 * A rectangle of the canvas that nobody may see: whole canvas pixels from the top left, rounded outward.
 *
 * @example
 * ```ts
 * const chat: MaskRect = { x: 0, y: 600, width: 400, height: 120 };
 * ```
 */
export interface MaskRect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * What every channel of a masked pixel shows: mid grey.
 *
 * @example
 * ```ts
 * context.fillStyle = `rgb(${MASK_LEVEL},${MASK_LEVEL},${MASK_LEVEL})`;
 * ```
 */
export const MASK_LEVEL = 128;

/**
 * The samples of one request as a GPU takes them, in the request's order: a word is `u | v << 10 | level << 20`, of a single sample or
 * of the top left one of a block of 64.
 *
 * @example
 * ```ts
 * const set: PackedSamples = { words: Uint32Array.of(packSample(12, 40, 0)), count: 1 };
 * const all: PackedSamples = { words: lattice, count: 64 * 920, runs: [0, 64 * 920] };
 * ```
 */
export interface PackedSamples {
  readonly words: Uint32Array;
  readonly count: number;
  /**
   * Samples of its runs, single ones first, then blocks, then single ones and so on, `MOST_RUNS` at most. The words of each run begin at a
   * multiple of `RUN_ALIGNMENT`. Absent: single samples only.
   */
  readonly runs?: readonly number[];
}

/**
 * A run of a loaded set: single samples, or blocks.
 *
 * @example
 * ```ts
 * const blocks: SampleRun = { isBlocks: true, word: 0, at: 0, count: 64 * 920, depthAt: 0, depths: 920 };
 * ```
 */
export interface SampleRun {
  readonly isBlocks: boolean;
  /** Its first word, counted from the set's. */
  readonly word: number;
  /** Its first sample, and how many there are. */
  readonly at: number;
  readonly count: number;
  /** Its first depth, and how many there are: one of each single sample, one of each block. */
  readonly depthAt: number;
  readonly depths: number;
}

/**
 * A set that lies on the sampler's side already, so that issuing it costs no upload.
 *
 * @example
 * ```ts
 * const [loaded] = sampler.load([set]);
 * ```
 */
export interface LoadedSamples {
  readonly count: number;
  /** Place in the sampler's store; only the sampler gives it meaning. */
  readonly start: number;
  readonly runs: readonly SampleRun[];
  /** Depths of all runs together. */
  readonly depths: number;
}

/**
 * Packs a sample: u and v in 10 bits each, then the kind (0 a point, 1 … 4 the mean of a 2^kind square).
 *
 * @example
 * ```ts
 * const word = packSample(319, 179, 0);
 * ```
 */
export function packSample(u: number, v: number, kind: number): number {
  return u | (v << 10) | (kind << 20);
}

/**
 * One sampled frame, as it comes back. Objects and arrays are reused: use them before the next call to the sampler.
 *
 * @example
 * ```ts
 * for (const frame of sampler.beginFrame()) use(frame.frameId, frame.rgba.subarray(0, 4 * frame.count));
 * ```
 */
export interface SampledFrame {
  readonly frameId: number;
  /** Samples taken, 0 for a frame that asked for nothing. */
  readonly count: number;
  /** 4 × count bytes, R, G, B and one that means nothing, as the GPU gives them (the array may be longer). */
  readonly rgba: Uint8Array;
  /**
   * Camera-space z, the bits of 32-bit floats, of each single sample and of one pixel of each block (`carriesDepth`), where the sampler has
   * depth (the array may be longer), else null.
   */
  readonly depth: Uint32Array | null;
  /** Depths taken; absent: as many as samples. */
  readonly depths?: number;
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
 * The ways to get at pixels, best first.
 *
 * @example
 * ```ts
 * const kind: SamplerKind = 'webgl2';
 * ```
 */
export type SamplerKind = 'webgl2' | 'webgpu' | 'worker' | 'canvas2d';

/**
 * Takes named samples out of finished frames (S1). Results come several frames later, in order; nothing here waits for
 * the GPU on purpose. Implementations: `WebGL2Sampler`, `WebGpuSampler`, `WorkerSampler`, `Canvas2dSampler`.
 *
 * @example
 * ```ts
 * const [loaded] = sampler.load([set]);            // when coordinates arrive
 * sampler.endFrame(frameId, loaded, vp, []);       // in the task that drew the frame
 * const frames = sampler.beginFrame();             // start of every displayed frame
 * ```
 */
export interface Sampler {
  readonly kind: SamplerKind;
  readonly counters: SamplerCounters;
  /** Frames a second this sampler is good for: a recorder asks for no more. Absent: any rate. */
  readonly mostFps?: number;
  /** Frames that can be under way at once: issued and not yet returned. */
  readonly depth: number;
  /** Frames read back together, 1 … 16; may be set at any time and counts from the next batch on. */
  batch: number;
  /** Uploads sets in one go. A set stays usable until `capacity` further samples have been loaded (see `holds`). */
  load(sets: readonly PackedSamples[]): LoadedSamples[];
  /** False when a loaded set has been overwritten by later ones. */
  holds(loaded: LoadedSamples): boolean;
  /** Start of a displayed frame, before the engine queues work: what has come back, oldest first, possibly nothing. */
  beginFrame(): readonly SampledFrame[];
  /**
   * End of a displayed frame that is to be sampled. What lies under `masks` is painted over before anything is read, so that
   * no masked colour reaches a sample, not even a mean. False when the frame was not taken (buffers in flight, context lost).
   */
  endFrame(frameId: number, samples: LoadedSamples | null, viewport: Viewport, masks: readonly MaskRect[]): boolean;
  /**
   * Gives away the array that the colours of the frames returned last lie in, so that they need not be copied, and takes another to read
   * into; frames and their depths are still good. Samplers that have no such array do without it.
   */
  exchange?(spare: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
  /** End of a displayed frame that is not sampled. */
  skipFrame(): void;
  /** Ends the current batch early, for example before a pause. */
  flush(): void;
  /**
   * Flushes, then returns the next batch, an empty list when there is none. WebGL2 and Canvas2D wait for it: only when recording
   * stops. The others cannot wait: await `whenIdle` first, what has not come back by then is not returned.
   */
  drain(): readonly SampledFrame[];
  /**
   * Flushes, and resolves when every frame under way has come back (or is lost) and `drain` would return it. Only samplers
   * that cannot block have it.
   */
  whenIdle?(): Promise<void>;
  /**
   * The grid picture of the frame just drawn (3 × width × height bytes, top row first). Blocks: debugging and benches only.
   * Throws `UNSUPPORTED` where only `readTruthAsync` can do it.
   */
  readTruth(out?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
  /** The same where it cannot be done at once; to be called in the task that drew the frame. */
  readTruthAsync?(): Promise<Uint8Array<ArrayBuffer>>;
  dispose(): void;
}
