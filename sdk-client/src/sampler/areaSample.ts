import type { CaptureGrid } from '@sgaps/protocol';
import { areaEdgeBits } from './areaEdgeBits.js';
import type { SampleRun } from './Sampler.js';

/**
 * Gathers samples from a picture in memory: the formula of every sampler, in plain integers. Edges are exact to
 * `areaEdgeBits`, weights and sum are integers, the division rounds half up.
 *
 * `topFirst` says whether the picture's first row is its top (getImageData, WebGPU) or its bottom (`readPixels`).
 * Throws `UNSUPPORTED` where `areaEdgeBits` does.
 *
 * @example
 * ```ts
 * const gather = new AreaGather(1280, 720, { width: 320, height: 180 }, true);
 * gather.words(rgba, words, 0, count, values, 0);
 * ```
 */
export class AreaGather {
  readonly #bits: number;
  /** Canvas pixels of a grid pixel where they are whole numbers, so that none is cut, else 0. */
  readonly #whole: { readonly x: number; readonly y: number };

  constructor(
    readonly width: number,
    readonly height: number,
    readonly grid: CaptureGrid,
    readonly topFirst: boolean,
  ) {
    this.#bits = areaEdgeBits(width, height, grid);
    const x = width / grid.width;
    const y = height / grid.height;
    const isWhole = Number.isInteger(x) && Number.isInteger(y);
    this.#whole = { x: isWhole ? x : 0, y: isWhole ? y : 0 };
  }

  /** Gathers `count` packed samples (`packSample`) from word `first` on; writes R, G, B, 255 of each to `out[at …]`. */
  words(
    rgba: Uint8Array | Uint8ClampedArray,
    words: Uint32Array,
    first: number,
    count: number,
    out: Uint8Array | Uint8ClampedArray,
    at: number,
  ): void {
    for (let i = 0; i < count; i++) {
      const word = words[first + i];
      this.sample(rgba, word & 1023, (word >>> 10) & 1023, word >>> 20, out, at + 4 * i);
      out[at + 4 * i + 3] = 255;
    }
  }

  /** The same of the runs of a set whose words begin at `first`: blocks by their 64 samples. */
  runs(
    rgba: Uint8Array | Uint8ClampedArray,
    words: Uint32Array,
    first: number,
    runs: readonly SampleRun[],
    out: Uint8Array | Uint8ClampedArray,
    at: number,
  ): void {
    for (const run of runs) {
      const to = at + 4 * run.at;
      if (!run.isBlocks) {
        this.words(rgba, words, first + run.word, run.count, out, to);
        continue;
      }
      for (let i = 0; i < run.depths; i++) this.#block(rgba, words[first + run.word + i], out, to + 256 * i);
    }
  }

  #block(rgba: Uint8Array | Uint8ClampedArray, word: number, out: Uint8Array | Uint8ClampedArray, at: number): void {
    const { width, height, grid } = this;
    const u = word & 1023;
    const v = (word >>> 10) & 1023;
    const level = word >>> 20;
    const side = 8 << level;
    const inside = u + side <= grid.width && v + side <= grid.height;
    if (inside && level === 0 && width === grid.width && height === grid.height) {
      for (let y = 0; y < 8; y++) {
        const from = 4 * ((this.topFirst ? v + y : height - 1 - v - y) * width + u);
        out.set(rgba.subarray(from, from + 32), at + 32 * y);
      }
      return;
    }
    for (let j = 0; j < 64; j++, at += 4) {
      const x = Math.min(u + ((j & 7) << level), grid.width - 1);
      const y = Math.min(v + ((j >> 3) << level), grid.height - 1);
      this.sample(rgba, x, y, level, out, at);
      out[at + 3] = 255;
    }
  }

  /** Writes R, G, B of one sample to `out[at …]`. */
  sample(
    rgba: Uint8Array | Uint8ClampedArray,
    u: number,
    v: number,
    kind: number,
    out: Uint8Array | Uint8ClampedArray,
    at: number,
  ): void {
    const { width, height, grid } = this;
    if (this.#whole.x > 0) {
      this.#plain(rgba, u, v, 2 ** kind, out, at);
      return;
    }
    const bits = this.#bits;
    const one = 1 << bits;
    const side = 1 << kind;
    const x0 = Math.floor((u * width * one) / grid.width);
    const y0 = Math.floor((v * height * one) / grid.height);
    const x1 = Math.max(x0 + 1, Math.floor((Math.min(u + side, grid.width) * width * one) / grid.width));
    const y1 = Math.max(y0 + 1, Math.floor((Math.min(v + side, grid.height) * height * one) / grid.height));
    let r = 0;
    let g = 0;
    let b = 0;
    for (let y = y0 >> bits; y <= (y1 - 1) >> bits; y++) {
      const wy = Math.min(y1, (y + 1) << bits) - Math.max(y0, y << bits);
      const row = (this.topFirst ? y : height - 1 - y) * width;
      for (let x = x0 >> bits; x <= (x1 - 1) >> bits; x++) {
        const weight = wy * (Math.min(x1, (x + 1) << bits) - Math.max(x0, x << bits));
        const p = 4 * (row + x);
        r += weight * rgba[p];
        g += weight * rgba[p + 1];
        b += weight * rgba[p + 2];
      }
    }
    const area = (x1 - x0) * (y1 - y0);
    const half = Math.floor(area / 2);
    out[at] = Math.floor((r + half) / area);
    out[at + 1] = Math.floor((g + half) / area);
    out[at + 2] = Math.floor((b + half) / area);
  }

  /** The same where no canvas pixel is cut. */
  #plain(
    rgba: Uint8Array | Uint8ClampedArray,
    u: number,
    v: number,
    side: number,
    out: Uint8Array | Uint8ClampedArray,
    at: number,
  ): void {
    const { width, height, grid } = this;
    const { x, y } = this.#whole;
    const columns = x * (Math.min(u + side, grid.width) - u);
    const rows = y * (Math.min(v + side, grid.height) - v);
    let r = 0;
    let g = 0;
    let b = 0;
    for (let j = 0; j < rows; j++) {
      let p = 4 * ((this.topFirst ? v * y + j : height - 1 - v * y - j) * width + u * x);
      for (const end = p + 4 * columns; p < end; p += 4) {
        r += rgba[p];
        g += rgba[p + 1];
        b += rgba[p + 2];
      }
    }
    const area = columns * rows;
    const half = area >> 1;
    out[at] = ((r + half) / area) | 0;
    out[at + 1] = ((g + half) / area) | 0;
    out[at + 2] = ((b + half) / area) | 0;
  }

  /** The whole grid picture: every grid pixel as a point sample gives it, 3 × width × height bytes, top row first. */
  picture(
    rgba: Uint8Array | Uint8ClampedArray,
    out: Uint8Array<ArrayBuffer> = new Uint8Array(3 * this.grid.width * this.grid.height),
  ): Uint8Array<ArrayBuffer> {
    let at = 0;
    for (let v = 0; v < this.grid.height; v++) {
      for (let u = 0; u < this.grid.width; u++, at += 3) this.sample(rgba, u, v, 0, out, at);
    }
    return out;
  }
}

/**
 * The value of one sample, bit for bit what the samplers return: the mean of the canvas rectangle that grid square (u, v) …
 * (u + 2^kind, v + 2^kind), clipped to the grid, covers (`AreaGather`). Writes R, G, B to `out[at …]`.
 *
 * `rgba` is `canvasWidth × canvasHeight × 4`, as `readPixels` gives it: bottom row first.
 *
 * @example
 * ```ts
 * const rgb = new Uint8Array(3);
 * areaSample(pixels, 1280, 720, { width: 320, height: 180 }, 10, 20, 0, rgb, 0);
 * ```
 */
export function areaSample(
  rgba: Uint8Array,
  canvasWidth: number,
  canvasHeight: number,
  grid: CaptureGrid,
  u: number,
  v: number,
  kind: number,
  out: Uint8Array | Uint8ClampedArray = new Uint8Array(3),
  at = 0,
): Uint8Array | Uint8ClampedArray {
  new AreaGather(canvasWidth, canvasHeight, grid, false).sample(rgba, u, v, kind, out, at);
  return out;
}

/**
 * The whole grid picture of a canvas: every grid pixel as a point sample would give it. `out` is width × height × 3, top row
 * first. Ground truth for benches and the demo; milliseconds of work, never for live play.
 *
 * @example
 * ```ts
 * const truth = areaPicture(pixels, 640, 360, grid); // 320×180×3 bytes
 * ```
 */
export function areaPicture(
  rgba: Uint8Array,
  canvasWidth: number,
  canvasHeight: number,
  grid: CaptureGrid,
  out: Uint8Array<ArrayBuffer> = new Uint8Array(3 * grid.width * grid.height),
): Uint8Array<ArrayBuffer> {
  return new AreaGather(canvasWidth, canvasHeight, grid, false).picture(rgba, out);
}
