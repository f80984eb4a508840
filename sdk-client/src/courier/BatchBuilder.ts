import type { FrameState } from '@sgaps/protocol';
import type { SampledFrame } from '../sampler/Sampler.js';
import { type FrameBatch, HEAD_NUMBERS } from './FrameBatch.js';
import { flatLength, flattenState, NameRegistry } from './flattenState.js';

/** Samples that the first arrays have room for. */
const ROOM = 8192;

/**
 * A frame's head and state, kept flat until its samples come back from the GPU.
 *
 * @example
 * ```ts
 * const head = builder.flatten(12, 400, 12, state, spare);
 * ```
 */
export interface FlatFrame {
  numbers: Float64Array;
  length: number;
}

/**
 * Puts the frames of a batch together in arrays that can change threads. Arrays grow to what is needed and are used again
 * when they come back.
 *
 * @example
 * ```ts
 * builder.flatten(frame, frameId, time, requestId, state);
 * builder.begin(port.takeSpare());
 * builder.add(frame, sampled);
 * port.send(builder.take());
 * ```
 */
export class BatchBuilder {
  readonly #names = new NameRegistry();
  #numbers = new Float64Array(4096);
  #rgba = new Uint8Array(0);
  #depth: Uint32Array<ArrayBuffer> | null = null;
  #hasDepth = false;
  /** `#rgba` is the sampler's, with all colours in it. */
  #isGiven = false;
  #frames = 0;
  #length = 0;
  #samples = 0;
  #depths = 0;
  /** Samples that new arrays have room for: as many as any batch had. */
  #room = ROOM;

  /** `epoch` counts the recordings begun, so that no batch gets into a later one. */
  constructor(readonly epoch = 0) {}

  /** Writes a frame's head and state into `out`, to be added when its samples are there. */
  flatten(out: FlatFrame, frameId: number, time: number, requestId: number | null, state: FrameState): void {
    const length = HEAD_NUMBERS + flatLength(state);
    if (out.numbers.length < length) out.numbers = new Float64Array(length + (length >> 1));
    const { numbers } = out;
    numbers[0] = frameId;
    numbers[1] = time;
    numbers[2] = requestId ?? -1;
    numbers[3] = 0;
    numbers[4] = -1;
    numbers[5] = 0;
    out.length = flattenState(state, this.#names, numbers, HEAD_NUMBERS);
  }

  /**
   * Starts a batch, in the arrays of an earlier one where there is one to spare. Where `exchange` is given the colours of all that is
   * added lie in the sampler's array, which goes with the batch; the sampler gets the spare one.
   */
  begin(spare: FrameBatch | null, exchange?: (spare: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>): void {
    if (spare) {
      this.#numbers = spare.numbers;
      this.#rgba = spare.rgba;
      this.#depth = spare.depth ?? this.#depth;
    }
    this.#isGiven = exchange !== undefined;
    if (exchange) this.#rgba = exchange(this.#rgba);
    this.#frames = this.#length = this.#samples = this.#depths = 0;
    this.#hasDepth = false;
  }

  /** Adds a frame with what was sampled of it. */
  add(flat: FlatFrame, sampled: SampledFrame): void {
    const { count } = sampled;
    this.#grow(this.#length + flat.length, this.#samples + count);
    this.#numbers.set(flat.numbers.subarray(0, flat.length), this.#length);
    this.#numbers[this.#length + 3] = count;
    const depths = sampled.depth ? (sampled.depths ?? count) : -1;
    this.#numbers[this.#length + 4] = depths;
    this.#numbers[this.#length + 5] = this.#isGiven ? sampled.rgba.byteOffset >> 2 : this.#samples;
    if (!this.#isGiven) this.#rgba.set(sampled.rgba.subarray(0, 4 * count), 4 * this.#samples);
    if (sampled.depth) {
      this.#hasDepth = true;
      const needed = this.#depths + depths;
      this.#depth = roomFor(this.#depth ?? new Uint32Array(0), needed, needed + (needed >> 1));
      this.#depth.set(sampled.depth.subarray(0, depths), this.#depths);
      this.#depths = needed;
    }
    this.#length += flat.length;
    this.#samples += count;
    this.#frames++;
  }

  /** Frames added since `begin`. */
  get frames(): number {
    return this.#frames;
  }

  /** The finished batch. Its arrays are no longer the builder's. */
  take(): FrameBatch {
    const batch = {
      epoch: this.epoch,
      frames: this.#frames,
      samples: this.#samples,
      numbers: this.#numbers,
      names: this.#names.takeNew(),
      rgba: this.#rgba,
      depth: this.#hasDepth ? this.#depth : null,
    };
    this.#numbers = new Float64Array(0);
    this.#rgba = new Uint8Array(0);
    if (this.#hasDepth) this.#depth = null;
    this.#frames = 0;
    return batch;
  }

  /** A batch taken did not get to the courier: its names must go with the next one. */
  putBack(batch: FrameBatch): void {
    this.#names.putBack(batch.names);
  }

  #grow(numbers: number, samples: number): void {
    if (samples > this.#room) this.#room = samples + (samples >> 1);
    this.#numbers = roomFor(this.#numbers, numbers, numbers + (numbers >> 1));
    if (!this.#isGiven) this.#rgba = roomFor(this.#rgba, 4 * samples, 4 * this.#room);
  }
}

/** The array itself where `needed` fits, else a copy of `length`. */
function roomFor<T extends Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(
  old: T,
  needed: number,
  length: number,
): T {
  if (old.length >= needed) return old;
  const larger = new (old.constructor as new (length: number) => T)(length);
  larger.set(old);
  return larger;
}
