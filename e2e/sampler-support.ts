import { type AreaGather, type MaskRect, type PackedSamples, packSample, type SampledFrame } from '@sgaps/client';
import { DepthCoder } from '../sdk-client/src/courier/DepthCoder.js';

const DEPTHS = new DepthCoder();

/** Numbers from 0 to 1, the same for the same seed. */
export function random(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return s / 2 ** 32;
  };
}

/** Waits for the next displayed frame. */
export const nextTask = () => new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));

/** What a frame asks: usually `samples`; sometimes nothing, once 2,500; corners and whole-corner means among them. */
export function randomSet(grid: { width: number; height: number }, samples: number, frame: number): PackedSamples {
  const next = random(1000 + frame);
  const count = frame % 7 === 6 ? 0 : frame === 3 ? 2500 : samples;
  const words = new Uint32Array(count + 3);
  for (let i = 0; i < count; i++) {
    const [u, v] = [Math.floor(next() * grid.width), Math.floor(next() * grid.height)];
    words[i] = packSample(u, v, next() < 0.5 ? 0 : Math.floor(next() * 5));
  }
  if (count > 1) {
    words[0] = packSample(grid.width - 1, grid.height - 1, 4);
    words[1] = packSample(0, 0, 4);
  }
  return { words, count };
}

/** The picture with its masks painted over, as plain as can be: the reference of what samplers may see. */
export function masked(
  pixels: Uint8Array,
  width: number,
  height: number,
  masks: readonly MaskRect[],
  topFirst = false,
): Uint8Array {
  for (const mask of masks) {
    for (let y = mask.y; y < mask.y + mask.height; y++) {
      for (let x = mask.x; x < mask.x + mask.width; x++) {
        if (x < 0 || y < 0 || x >= width || y >= height) continue;
        const at = 4 * ((topFirst ? y : height - 1 - y) * width + x);
        pixels[at] = pixels[at + 1] = pixels[at + 2] = 128;
      }
    }
  }
  return pixels;
}

/** What a sampler should have returned for each frame, and how far it was off. */
export class Expectations {
  compared = 0;
  values = 0;
  mismatches = 0;
  largest = 0;
  /** Sum of all differences, for samplers with a tolerance. */
  total = 0;
  /** Samples that show the sentinel: in a black picture with magenta under masks, every sample must be grey. */
  leaks = 0;
  /** Frames that came out of order. */
  disorder = 0;
  depths = 0;
  depthMismatches = 0;
  readonly #waiting = new Map<number, { rgba: Uint8Array; count: number; depth: Uint16Array | null }>();
  #newest = -1;

  get left(): number {
    return this.#waiting.size;
  }

  expect(frameId: number, set: PackedSamples, pixels: Uint8Array, gather: AreaGather, depth: Uint16Array | null = null): void {
    const rgba = new Uint8Array(4 * Math.max(1, set.count));
    gather.words(pixels, set.words, 0, set.count, rgba, 0);
    this.#waiting.set(frameId, { rgba, count: set.count, depth });
  }

  forget(): void {
    this.#waiting.clear();
  }

  compare(frames: readonly SampledFrame[]): void {
    for (const frame of frames) {
      const want = this.#waiting.get(frame.frameId);
      if (!want || want.count !== frame.count) throw new Error(`Frame ${frame.frameId} came back with ${frame.count} samples.`);
      this.#waiting.delete(frame.frameId);
      this.compared++;
      if (frame.frameId <= this.#newest) this.disorder++;
      this.#newest = frame.frameId;
      for (let i = 0; i < 4 * want.count; i++) {
        // The fourth of each means nothing.
        if ((i & 3) === 3) continue;
        this.values++;
        const off = Math.abs(frame.rgba[i] - want.rgba[i]);
        if (off > 0) this.mismatches++;
        this.total += off;
        this.largest = Math.max(this.largest, off);
      }
      for (let i = 0; i < 4 * want.count; i += 4) if (frame.rgba[i] > frame.rgba[i + 1]) this.leaks++;
      if ((frame.depth === null) !== (want.depth === null)) this.depthMismatches++;
      for (let i = 0; frame.depth && want.depth && i < want.count; i++) {
        if (want.depth[i] > 0) this.depths++;
        if (DEPTHS.code(frame.depth[i]) !== want.depth[i]) this.depthMismatches++;
      }
    }
  }

  get figures() {
    const { compared, values, mismatches, largest, total, leaks, disorder, depths, depthMismatches, left } = this;
    return {
      compared,
      values,
      mismatches,
      largest,
      mean: total / Math.max(1, values),
      leaks,
      disorder,
      depths,
      depthMismatches,
      left,
    };
  }
}
