import type { CaptureGrid } from '@sgaps/protocol';
import type { InnovationLog } from '../memory/InnovationLog.js';
import type { ModelOutput } from '../model/NeuralModel.js';
import { squaredError } from '../model/squaredError.js';
import { BLOCK, BLOCK_SHIFT } from '../plan/BlockGrid.js';
import type { DecodedFrame } from '../session/SessionDecoder.js';
import { HeldQuality } from './HeldQuality.js';
import { findProblemRegions, type ProblemRegion } from './problemRegions.js';
import { QualityFeatures } from './QualityFeatures.js';
import { QUALITY_MODEL, type QualityModel } from './qualityModel.js';

/** Highest PSNR told, dB, as in the figures; the lowest that makes sense. */
const MOST_DB = 60;
const LEAST_DB = 5;
/** PSNR that counts as quality 0, and as 1. */
const POOR_DB = 20;
const PERFECT_DB = 45;
/** Squared error, 8-bit steps², at which confidence is a half (28 dB), and from which a block is a problem (25 dB). */
const HALF_CONFIDENCE = 100;
const PROBLEM = 200;

/**
 * What a frame is thought to be worth. Arrays and lists belong to the assessment and are overwritten by the next frame.
 *
 * @example
 * ```ts
 * const { psnr, problemRegions }: QualityAssessment = quality.assess(decoded, decoder.memory.innovations);
 * ```
 */
export interface QualityAssessment {
  /** 0 (20 dB or less) … 1 (45 dB or more). */
  readonly overallQuality: number;
  /** Predicted PSNR over RGB, dB, 5 … 60. */
  readonly psnr: number;
  /** Where the picture is probably wrong, the worst first. */
  readonly problemRegions: readonly ProblemRegion[];
  /** Per 8×8 block of the screen, row by row: 0 certainly wrong … 1 certainly right. */
  readonly confidenceMap: Float32Array;
}

/**
 * Assesses frames without the truth (S9). Where samples keep the whole picture up to date, from their precision and from how well they came out as the recorder
 * told; where a model rebuilt it (`assessModel`), from the error that the model expects; else from how sure memory is where there is detail, from seams and missing
 * detail, and from what the frame's own samples said against what was expected of them. How those add up to decibels is a linear model fitted on clips (`npm run bench:quality`, each clip judged by a model that never saw it).
 *
 * @example
 * ```ts
 * const quality = new SelfQualityAssessment(grid);
 * const { overallQuality, psnr } = quality.assess(decoder.decode(frame), decoder.memory.innovations);
 * ```
 */
export class SelfQualityAssessment {
  /** What the assessment is made from. */
  readonly features: QualityFeatures;
  private readonly model: QualityModel;
  private readonly confidence: Float32Array;
  private readonly error: Float32Array;
  private readonly held: HeldQuality;

  constructor(grid: CaptureGrid, { model = QUALITY_MODEL }: { readonly model?: QualityModel } = {}) {
    this.features = new QualityFeatures(grid);
    this.model = model;
    this.error = new Float32Array(this.features.blockError.length);
    this.confidence = new Float32Array(this.error.length);
    this.held = new HeldQuality(grid);
    this.grid = grid;
  }

  private readonly grid: CaptureGrid;

  /** Assesses a frame; every frame is to be shown to it, in order, with what its samples said. */
  assess(decoded: DecodedFrame, innovations: InnovationLog): QualityAssessment {
    return this.conclude(decoded.kept ? this.assessHeld(decoded) : this.assessRebuilt(decoded, innovations));
  }

  /** Assesses a model's picture by the squared error that the model itself expects of each pixel (S8, S9). */
  assessModel({ logVariance }: ModelOutput): QualityAssessment {
    const { error, grid } = this;
    const { columns } = this.features;
    this.clear();
    error.fill(0);
    let sum = 0;
    for (let v = 0, at = 0; v < grid.height; v++) {
      const row = columns * (v >> BLOCK_SHIFT);
      for (let u = 0; u < grid.width; u++, at++) {
        const squared = squaredError(logVariance[at]);
        error[row + (u >> BLOCK_SHIFT)] += squared;
        sum += squared;
      }
    }
    for (let b = 0; b < error.length; b++) {
      const width = Math.min(BLOCK, grid.width - BLOCK * (b % columns));
      const height = Math.min(BLOCK, grid.height - BLOCK * Math.floor(b / columns));
      error[b] /= width * height;
    }
    return this.conclude(within(10 * Math.log10((255 ** 2 * logVariance.length) / sum)));
  }

  /** Starts over (scene cut, seek). */
  clear(): void {
    this.features.clear();
    this.held.clear();
  }

  /** What the blocks' errors and the PSNR come to. */
  private conclude(psnr: number): QualityAssessment {
    const { error, confidence, features } = this;
    for (let b = 0; b < error.length; b++) confidence[b] = HALF_CONFIDENCE / (HALF_CONFIDENCE + error[b]);
    return {
      overallQuality: Math.min(1, Math.max(0, (psnr - POOR_DB) / (PERFECT_DB - POOR_DB))),
      psnr,
      problemRegions: findProblemRegions(error, features.columns, PROBLEM, this.grid, BLOCK),
      confidenceMap: confidence,
    };
  }

  /** Of a picture that samples keep up to date, the samples tell all. */
  private assessHeld(decoded: DecodedFrame): number {
    const { error } = this;
    this.held.take(decoded, error);
    let sum = 0;
    for (let b = 0; b < error.length; b++) sum += error[b];
    return within(10 * Math.log10((255 ** 2 * error.length) / sum));
  }

  /** Of a rebuilt picture, the blocks' errors tell where, the model how much in all. */
  private assessRebuilt(decoded: DecodedFrame, innovations: InnovationLog): number {
    const { features, error } = this;
    this.held.clear();
    features.read(decoded, innovations);
    const psnr = this.predict();
    const mean = 255 ** 2 / 10 ** (psnr / 10);
    let sum = 0;
    for (let b = 0; b < error.length; b++) sum += features.blockError[b];
    const scale = (mean * error.length) / Math.max(sum, 1e-6);
    for (let b = 0; b < error.length; b++) error[b] = features.blockError[b] * scale;
    return psnr;
  }

  private predict(): number {
    const { values } = this.features;
    let psnr = this.model.intercept;
    for (let i = 0; i < values.length; i++) psnr += this.model.weights[i] * values[i];
    return within(psnr);
  }
}

function within(psnr: number): number {
  return Math.min(MOST_DB, Math.max(LEAST_DB, psnr));
}
