import type { CaptureGrid } from '@sgaps/protocol';
import type { InnovationLog } from '../memory/InnovationLog.js';
import { CONFIDENCE_START } from '../memory/TemporalMemoryBank.js';
import { BLOCK } from '../plan/BlockGrid.js';
import { ResidualHistory } from '../plan/ResidualHistory.js';
import type { DecodedFrame } from '../session/SessionDecoder.js';

/**
 * What can be told of a rebuilt frame without the truth, as logarithms: see `QualityFeatures`.
 *
 * @example
 * ```ts
 * const open = features.values[FEATURE_NAMES.indexOf('open')];
 * ```
 */
export const FEATURE_NAMES = ['detail', 'history', 'ratio', 'open', 'seams', 'edges', 'texture', 'instant'] as const;

/** Frames since the last look at a block that was never looked at, and the squared error expected there: means tell only so much. */
const NEVER = 1000;
const ERROR_NEVER = 400;
/** Share of the last frame's figures in those of the samples: looks are few, and vary. */
const SMOOTH = 0.15;
/** Squared error, 8-bit steps², that no rebuilt block is better than. */
const FLOOR = 0.05;
/** The same for what this frame's samples found by themselves. */
const SMOOTH_NOW = 0.5;

/**
 * Reads from a rebuilt frame what says how good it is (S9): how unsure memory is where there is detail; what looks have found
 * and how long ago; what this frame's samples say against that (the ratio, which is fair although samples are taken where errors
 * are expected); how much is known from means only; seams where sure and unsure meet; detail that the unsure parts lack; texture.
 *
 * @example
 * ```ts
 * const features = new QualityFeatures(grid);
 * features.read(decoded, decoder.memory.innovations);
 * const open = features.values[FEATURE_NAMES.indexOf('open')];
 * ```
 */
export class QualityFeatures {
  /** Blocks a row and rows, screen-locked. */
  readonly columns: number;
  readonly rows: number;
  /** One value for each of `FEATURE_NAMES`, natural logarithms. */
  readonly values = new Float64Array(FEATURE_NAMES.length);
  /** Squared error expected per pixel of each block, 8-bit steps², before calibration. */
  readonly blockError: Float32Array;
  private readonly history: ResidualHistory;
  /** Frames since each block was looked at; a look at a part of it counts in part. */
  private readonly since: Float32Array;
  private readonly found: Float32Array;
  private readonly looks: Uint16Array;
  private foundMean = 0;
  private expectedMean = 0;
  private frames = 0;
  private foundNow = 0;

  constructor(private readonly grid: CaptureGrid) {
    this.history = new ResidualHistory(grid);
    this.columns = this.history.columns;
    this.rows = this.history.rows;
    const blocks = this.columns * this.rows;
    this.blockError = new Float32Array(blocks);
    this.since = new Float32Array(blocks).fill(NEVER);
    this.found = new Float32Array(blocks);
    this.looks = new Uint16Array(blocks);
  }

  /** Takes in one frame; frames come in order. */
  read(decoded: DecodedFrame, innovations: InnovationLog): void {
    this.weighLooks(innovations);
    this.history.take(innovations, decoded.frameId);
    this.age(innovations);
    this.readPicture(decoded);
  }

  /** Starts over (scene cut, seek). */
  clear(): void {
    this.history.clear();
    this.since.fill(NEVER);
    this.frames = 0;
    this.foundNow = 0;
    this.foundMean = 0;
    this.expectedMean = 0;
  }

  /** What the samples found, against what was expected where they were taken. */
  private weighLooks({ count, u, v, squaredError, confidence }: InnovationLog): void {
    const { history, found, looks, since } = this;
    for (let i = 0; i < count; i++) {
      if (confidence[i] === 0) continue;
      const b = history.blockAt(u[i], v[i]);
      found[b] += squaredError[i];
      looks[b]++;
    }
    let foundSum = 0;
    let expectedSum = 0;
    let blocks = 0;
    for (let b = 0; b < looks.length; b++) {
      if (looks[b] === 0) continue;
      foundSum += found[b] / looks[b];
      expectedSum += history.predict(b, since[b] + 1);
      blocks++;
      found[b] = 0;
      looks[b] = 0;
    }
    if (blocks === 0) return;
    const gain = Math.max(SMOOTH, 1 / ++this.frames);
    this.foundNow += SMOOTH_NOW * (foundSum / blocks - this.foundNow);
    this.foundMean += gain * (foundSum / blocks - this.foundMean);
    this.expectedMean += gain * (expectedSum / blocks - this.expectedMean);
  }

  private age({ count, u, v }: InnovationLog): void {
    const { history, since, looks } = this;
    for (let i = 0; i < count; i++) looks[history.blockAt(u[i], v[i])]++;
    for (let b = 0; b < since.length; b++) {
      if (looks[b] > 0 || since[b] < NEVER) since[b] = Math.min(255, since[b] + 1) * Math.max(0, 1 - looks[b] / (BLOCK * BLOCK));
      looks[b] = 0;
    }
  }

  private readPicture({ rgb, uncertainty, confidence }: DecodedFrame): void {
    const { width, height } = this.grid;
    const { history, since, blockError, values } = this;
    let detailSum = 0;
    let historySum = 0;
    let open = 0;
    let pixels = 0;
    let seams = 0;
    let sureEdges = 0;
    let surePixels = 0;
    let unsureEdges = 0;
    for (let y = 0, b = 0; y < this.rows; y++) {
      for (let x = 0; x < this.columns; x++, b++) {
        let unsure = 0;
        let edges = 0;
        let n = 0;
        // Every second pixel of every fourth row, others in each block: samples come in squares, and means too.
        for (let v = BLOCK * y + ((x + 2 * y) & 3); v < Math.min(height - 1, BLOCK * y + BLOCK); v += 4) {
          for (let u = BLOCK * x + (y & 1); u < Math.min(width - 1, BLOCK * x + BLOCK); u += 2) {
            const at = v * width + u;
            const here = luma(rgb, at);
            const du = here - luma(rgb, at + 1);
            const dv = here - luma(rgb, at + width);
            const gradient = du * du + dv * dv;
            edges += gradient;
            unsure += uncertainty[at];
            n++;
            seams +=
              du * du * Math.abs(uncertainty[at] - uncertainty[at + 1]) +
              dv * dv * Math.abs(uncertainty[at] - uncertainty[at + width]);
            if (confidence[at] < CONFIDENCE_START) {
              open++;
              unsureEdges += gradient;
            } else {
              sureEdges += gradient;
              surePixels++;
            }
          }
        }
        if (n === 0) continue;
        pixels += n;
        const detail = (unsure / n) * (edges / n + 20);
        const changed = since[b] === NEVER ? ERROR_NEVER : history.predict(b, since[b]);
        detailSum += n * detail;
        historySum += n * changed;
        blockError[b] = FLOOR + 0.5 * detail + changed;
      }
    }
    const texture = (sureEdges + unsureEdges) / pixels;
    const sure = surePixels > 0 ? sureEdges / surePixels : texture;
    const lacking = open > 0 ? unsureEdges / open : sure;
    values[0] = Math.log(detailSum / pixels + FLOOR);
    values[1] = Math.log(historySum / pixels + FLOOR);
    values[2] = Math.log((this.foundMean + 1) / (this.expectedMean + 1));
    values[3] = Math.log(open / pixels + 0.002);
    values[4] = Math.log(seams / pixels + 0.01);
    values[5] = Math.log((sure + 20) / (lacking + 20));
    values[6] = Math.log(texture + 1);
    values[7] = Math.log(this.foundNow + 0.5);
  }
}

function luma(rgb: Uint8ClampedArray, at: number): number {
  return (3 * rgb[3 * at] + 4 * rgb[3 * at + 1] + rgb[3 * at + 2]) >> 3;
}
