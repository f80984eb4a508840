import { type CaptureGrid, createSampleSet, type FrameState, LIMITS, type SampleRequest, type SampleSet } from '@sgaps/protocol';
import { type Composition, createComposition } from '../memory/LayeredMemory.js';
import type { SessionDecoder } from '../session/SessionDecoder.js';
import { extrapolateState } from './extrapolate.js';
import { RateController } from './RateController.js';

const EMPTY: FrameState = { cameras: [], cameras3d: [], objects: [], values: [] };
/** Confidence below which a pixel counts as unknown, and from which on as seen itself. */
const UNKNOWN = 36;
const SEEN = 128;
/** Side of the squares samples are asked in; they lock to the world. */
const SIDE = 4;
/** Expected squared error (8-bit steps) of a pixel nothing is known of, and its part that a mean cannot remove. */
const ERROR_UNKNOWN = 1500;
const ERROR_DETAIL = 250;
/** Frames in which every square is looked at once, whatever its importance (S11: one second). */
const REFRESH = 30;
/** Squared error per bit below which a look is not worth its bits. */
const LEAST_GAIN = 0.5;

interface Pending {
  frameId: number;
  viewX: number;
  viewY: number;
  set: SampleSet;
}

/**
 * Chooses the samples of the frame L ahead: draws what memory will know by then (cameras and objects carried on), rates
 * every square by the squared error a look would remove per bit it costs, and spends the budget on the best (S2–S5, S11–S13).
 *
 * @example
 * ```ts
 * const planner = new SamplingPlanner({ grid, decoder });
 * const request = planner.plan(frame.frameId + 2);
 * ```
 */
export class SamplingPlanner {
  /** Importance of the last plan, W·H. */
  readonly importance: Float32Array;
  readonly rate: RateController;
  private readonly grid: CaptureGrid;
  private readonly decoder: SessionDecoder;
  private readonly ahead: Composition;
  private pending: Pending[] = [];
  private readonly columns: number;
  private readonly rows: number;
  /** Per square: gain per bit of asking for all its points, for its mean; what was chosen. */
  private readonly pointGain: Float32Array;
  private readonly meanGain: Float32Array;
  private readonly action: Uint8Array;
  private readonly order: Float32Array;
  private readonly take: Uint8Array;
  bitsPerPoint = 5;
  bitsPerMean = 14;

  constructor(options: { grid: CaptureGrid; decoder: SessionDecoder; rate?: number; bytesUp?: number; bytesDown?: number }) {
    const { grid, decoder, rate, bytesUp = 2048, bytesDown = 512 } = options;
    this.grid = grid;
    this.decoder = decoder;
    const pixels = grid.width * grid.height;
    const most = rate === undefined ? 0.08 * pixels : rate * pixels;
    this.rate = new RateController({ bytesUp, bytesDown, most: Math.min(LIMITS.samplesPerFrame, Math.max(1, Math.round(most))) });
    this.importance = new Float32Array(pixels);
    this.ahead = createComposition(grid);
    this.columns = Math.ceil(grid.width / SIDE) + 1;
    this.rows = Math.ceil(grid.height / SIDE) + 1;
    const squares = this.columns * this.rows;
    this.pointGain = new Float32Array(squares);
    this.meanGain = new Float32Array(squares);
    this.action = new Uint8Array(squares);
    this.order = new Float32Array(squares);
    this.take = new Uint8Array(pixels);
  }

  /** Measured bytes of one frame (up), of its request (down), and its samples. */
  feedback(bytesUp: number, bytesDown: number, samples: number): void {
    this.rate.feedback(bytesUp, bytesDown, samples);
  }

  /** The request for `targetFrameId`, made some frames ahead. */
  plan(targetFrameId: number): SampleRequest {
    const { decoder } = this;
    const now = decoder.state ?? EMPTY;
    const then = extrapolateState(decoder.previousState, now, targetFrameId - decoder.frameId);
    decoder.memory.compose(then, this.ahead);
    const viewX = then.cameras[0]?.viewX ?? 0;
    const viewY = then.cameras[0]?.viewY ?? 0;
    this.pending = this.pending.filter((p) => p.frameId > decoder.frameId && p.frameId !== targetFrameId);
    this.expectPending(viewX, viewY);
    this.rateImportance();
    const budget = this.rate.samples();
    const set = this.choose(budget, Math.round(viewX), Math.round(viewY), targetFrameId);
    this.pending.push({ frameId: targetFrameId, viewX, viewY, set });
    return { frameId: targetFrameId, explicit: set, seeded: [] };
  }

  /** What has been asked for and not yet answered counts as known. */
  private expectPending(viewX: number, viewY: number): void {
    const { width, height } = this.grid;
    const { confidence, age } = this.ahead;
    for (const { set, viewX: x, viewY: y } of this.pending) {
      const du = Math.round(x - viewX);
      const dv = Math.round(y - viewY);
      for (let i = 0; i < set.count; i++) {
        const side = 1 << set.kind[i];
        const expected = [140, 110, 80, 56, 40][set.kind[i]];
        const u0 = set.u[i] + du;
        const v0 = set.v[i] + dv;
        for (let v = Math.max(0, v0); v < Math.min(height, v0 + side); v++) {
          for (let u = Math.max(0, u0); u < Math.min(width, u0 + side); u++) {
            const at = v * width + u;
            if (confidence[at] < expected) confidence[at] = expected;
            age[at] = 0;
          }
        }
      }
    }
  }

  /** Expected squared error per pixel, 8-bit steps². */
  private rateImportance(): void {
    const { width, height } = this.grid;
    const { confidence, rgb, age } = this.ahead;
    const { heat, columns } = this.decoder.memory.dynamic;
    const { importance } = this;
    for (let v = 0; v < height; v++) {
      for (let u = 0; u < width; u++) {
        const at = v * width + u;
        const c = confidence[at];
        if (c < UNKNOWN) {
          importance[at] = ERROR_UNKNOWN;
          continue;
        }
        const h = heat[(v >> 3) * columns + (u >> 3)];
        if (c >= SEEN && h < 0.05) {
          importance[at] = 0.02 * Math.min(60, age[at]);
          continue;
        }
        const reach = c < SEEN ? 4 : 2;
        const right = u + reach < width ? at + reach : at - reach;
        const down = v + reach < height ? at + reach * width : at - reach * width;
        const left = u >= reach ? at - reach : at + reach;
        const up = v >= reach ? at - reach * width : at + reach * width;
        let contrast = 0;
        for (let k = 0; k < 3; k++) {
          const here = rgb[3 * at + k];
          const a = here - rgb[3 * right + k];
          const b = here - rgb[3 * down + k];
          const d = here - rgb[3 * left + k];
          const e = here - rgb[3 * up + k];
          contrast += Math.max(a * a, b * b, d * d, e * e);
        }
        contrast = contrast / 12;
        let error = h * (60 + contrast) * Math.min(1, (1 + age[at]) / 4);
        if (c < SEEN) error += ((SEEN - c) / SEEN) * (20 + contrast);
        importance[at] = error;
      }
    }
  }

  private choose(budget: number, viewX: number, viewY: number, frameId: number): SampleSet {
    const { width, height } = this.grid;
    const { columns, rows, importance, pointGain, meanGain, action, order, take } = this;
    const { confidence } = this.ahead;
    const startU = -(((viewX % SIDE) + SIDE) % SIDE);
    const startV = -(((viewY % SIDE) + SIDE) % SIDE);
    let candidates = 0;
    action.fill(0);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const square = y * columns + x;
        pointGain[square] = 0;
        meanGain[square] = 0;
        const left = Math.max(0, startU + x * SIDE);
        const top = Math.max(0, startV + y * SIDE);
        const right = Math.min(width, startU + (x + 1) * SIDE);
        const bottom = Math.min(height, startV + (y + 1) * SIDE);
        if (left >= right || top >= bottom) continue;
        let error = 0;
        let unknown = 0;
        for (let v = top; v < bottom; v++) {
          for (let u = left; u < right; u++) {
            error += importance[v * width + u];
            if (confidence[v * width + u] < UNKNOWN) unknown++;
          }
        }
        const area = (right - left) * (bottom - top);
        pointGain[square] = error / (8 + area * this.bitsPerPoint);
        meanGain[square] = (unknown * (ERROR_UNKNOWN - ERROR_DETAIL)) / (4 + this.bitsPerMean);
        order[candidates++] = Math.max(pointGain[square], meanGain[square]);
      }
    }
    // Watch: every square once a second.
    let spent = 0;
    take.fill(0);
    const most = LIMITS.samplesPerFrame;
    const set = createSampleSet(Math.min(most, budget + 16));
    const phase = frameId % REFRESH;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        if ((x * 7 + y * 11) % REFRESH !== phase) continue;
        const turn = Math.floor(frameId / REFRESH) * 7 + x * 5 + y * 3;
        const u = startU + x * SIDE + (turn & 3);
        const v = startV + y * SIDE + ((turn >> 2) & 3);
        if (u < 0 || v < 0 || u >= width || v >= height || confidence[v * width + u] < UNKNOWN) continue;
        take[v * width + u] = 1;
        spent++;
      }
    }
    spent += this.coverUnknown(set, Math.round(0.8 * budget), startU, startV);
    // Best gain per bit first: walk thresholds down until the budget is full.
    order.subarray(0, candidates).sort();
    let low = 0;
    let high = candidates;
    for (let step = 0; step < 14; step++) {
      const middle = (low + high) >> 1;
      if (this.cost(order[middle]) + spent > budget) low = middle + 1;
      else high = middle;
    }
    const limit = high < candidates ? order[high] : Number.POSITIVE_INFINITY;
    let spare = budget - spent - this.cost(limit);
    const next = high > 0 ? order[high - 1] : Number.POSITIVE_INFINITY;
    // A stride coprime to the number of squares spreads what the rest of the budget buys among equals.
    const total = pointGain.length;
    const stride = coprimeStride(total);
    for (let n = 0, square = frameId % total; n < total; n++, square = (square + stride) % total) {
      const p = pointGain[square];
      const m = meanGain[square];
      if (p >= limit && p > LEAST_GAIN) action[square] = 2;
      else if (m >= limit && m > 0) action[square] = 1;
      else if (p >= next && p > LEAST_GAIN && spare >= SIDE * SIDE) {
        action[square] = 2;
        spare -= SIDE * SIDE;
      } else if (m >= next && m > 0 && spare >= 1) {
        action[square] = 1;
        spare--;
      }
    }
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const chosen = action[y * columns + x];
        if (chosen === 0) continue;
        const left = Math.max(0, startU + x * SIDE);
        const top = Math.max(0, startV + y * SIDE);
        const right = Math.min(width, startU + (x + 1) * SIDE);
        const bottom = Math.min(height, startV + (y + 1) * SIDE);
        if (chosen === 1) {
          if (set.count >= set.u.length) continue;
          set.u[set.count] = left;
          set.v[set.count] = top;
          set.kind[set.count] = 2;
          set.tier[set.count++] = 1;
        } else {
          for (let v = top; v < bottom; v++) for (let u = left; u < right; u++) take[v * width + u] = 1;
        }
      }
    }
    for (let at = 0; at < take.length && set.count < set.u.length; at++) {
      if (take[at] === 0) continue;
      set.u[set.count] = at % width;
      set.v[set.count] = (at / width) | 0;
      set.kind[set.count] = 0;
      set.tier[set.count++] = 0;
    }
    return set;
  }

  /** Where more is unknown than single squares could cover, means of 8 or 16 pixels a side come first (cold start, cuts). */
  private coverUnknown(set: SampleSet, share: number, startU: number, startV: number): number {
    const { columns, rows, meanGain } = this;
    const { width, height } = this.grid;
    let unknown = 0;
    for (let square = 0; square < meanGain.length; square++) if (meanGain[square] > 0) unknown++;
    if (unknown <= share) return 0;
    const m = unknown / 4 <= share ? 2 : 4;
    const before = set.count;
    for (let y = 0; y < rows; y += m) {
      for (let x = 0; x < columns; x += m) {
        let open = 0;
        for (let j = 0; j < m && y + j < rows; j++) for (let i = 0; i < m && x + i < columns; i++) if (meanGain[(y + j) * columns + x + i] > 0) open++;
        if (2 * open < m * m || set.count >= set.u.length) continue;
        const u = startU + x * SIDE;
        const v = startV + y * SIDE;
        if (u >= width || v >= height) continue;
        set.u[set.count] = Math.max(0, u);
        set.v[set.count] = Math.max(0, v);
        set.kind[set.count] = m === 2 ? 3 : 4;
        set.tier[set.count++] = 1;
        for (let j = 0; j < m && y + j < rows; j++) {
          for (let i = 0; i < m && x + i < columns; i++) {
            meanGain[(y + j) * columns + x + i] = 0;
            this.pointGain[(y + j) * columns + x + i] *= 0.1;
          }
        }
      }
    }
    return set.count - before;
  }

  /** Samples spent when everything with at least this gain is asked for. */
  private cost(limit: number): number {
    let samples = 0;
    for (let square = 0; square < this.pointGain.length; square++) {
      if (this.pointGain[square] >= limit && this.pointGain[square] > LEAST_GAIN) samples += SIDE * SIDE;
      else if (this.meanGain[square] >= limit && this.meanGain[square] > 0) samples++;
    }
    return samples;
  }
}

function coprimeStride(total: number): number {
  let stride = Math.floor(total * 0.618) | 1;
  while (gcd(stride, total) !== 1) stride += 2;
  return stride;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
