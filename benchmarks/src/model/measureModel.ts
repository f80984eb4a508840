import { type ModelBackend, SelfQualityAssessment } from '@sgaps/core';
import type { ClipEntry } from '../clip/listClips.js';
import { type ClipFigures, type ClipOptions, measureClip } from '../clip/measureClip.js';
import { spearman } from '../metrics/correlation.js';
import { psnr } from '../metrics/psnr.js';
import { sparsificationError } from '../metrics/sparsification.js';
import { TRAINING_SETTINGS } from '../training/settings.js';
import { probeVideo } from '../video/probeVideo.js';

/**
 * The settings that a model is judged by.
 *
 * @example
 * ```ts
 * for (const setting of MODEL_SETTINGS) await measureModel(clip, setting, backend, 300);
 * ```
 */
export const MODEL_SETTINGS = ['whole', 'samples', 'points', 'sparse'] as const;
/** One of them. */
export type ModelSetting = (typeof MODEL_SETTINGS)[number];

/** Frames between those whose pixels are ranked, and pixels of them that are: every so many. */
const RANKED_FRAMES = 15;
const RANKED_PIXELS = 7;
/** Frames left out: the first two seconds. */
const STEADY = 60;

/**
 * What a model is worth on a clip under one setting. Frames that samples keep up to date pass by the model; what it says is judged by the others alone.
 *
 * @example
 * ```ts
 * const gain = row.model.psnrSteady - row.diffusion.psnrSteady;
 * ```
 */
export interface ModelRow {
  readonly name: string;
  /** '2d-static', '2d-scroll', '3d' or ''. */
  readonly kind: string;
  readonly setting: ModelSetting;
  readonly diffusion: ClipFigures;
  readonly model: ClipFigures;
  /** Without the model, where points are spread as for it: what the spreading alone is worth. */
  readonly spread: ClipFigures;
  /** The model's pictures where samples are chosen as without one. */
  readonly analytic: ClipFigures;
  /** Spearman's correlation of predicted and true error of pixels, and area under the sparsification error; NaN where no frame was the model's. */
  readonly spearman: number;
  readonly ause: number;
  /** Mean absolute difference of the PSNR told (S9) from the true one, dB: of the model's pictures, and without it. */
  readonly toldError: number;
  readonly toldErrorDiffusion: number;
}

/**
 * Runs a clip without the model, with it, and with its pictures alone.
 *
 * @example
 * ```ts
 * const row = await measureModel(clip, 'points', backend, 300);
 * ```
 */
export async function measureModel(
  clip: ClipEntry,
  setting: ModelSetting,
  model: ModelBackend,
  frames: number,
): Promise<ModelRow> {
  const options: ClipOptions = { input: clip.input, state: clip.state, frames, held: false, ...TRAINING_SETTINGS[setting] };
  const { width, height } = await probeVideo(clip.input);
  const first = Math.min(STEADY, frames / 3);
  const toldDiffusion: number[] = [];
  const plain = new SelfQualityAssessment({ width, height });
  const diffusion = await measureClip({
    ...options,
    spread: false,
    onFrame: (decoded, truth, _, session) => {
      const { psnr: told } = plain.assess(decoded, session.memory.innovations);
      if (!decoded.kept && decoded.frameId >= first) toldDiffusion.push(Math.abs(told - psnr(truth, decoded.rgb)));
    },
  });
  const spread = await measureClip({ ...options, spread: true });
  const quality = new SelfQualityAssessment({ width, height });
  const ranks: number[] = [];
  const areas: number[] = [];
  const told: number[] = [];
  const judged = await measureClip({
    ...options,
    spread: true,
    model,
    onFrame: ({ frameId, output, rgb }, truth) => {
      if (!output || frameId < first) return;
      told.push(Math.abs(quality.assessModel(output).psnr - psnr(truth, rgb)));
      if (frameId % RANKED_FRAMES !== 0) return;
      const squared: number[] = [];
      const doubt: number[] = [];
      for (let at = 0; at < output.logVariance.length; at += RANKED_PIXELS) {
        let sum = 0;
        for (let c = 0; c < 3; c++) sum += (rgb[3 * at + c] - truth[3 * at + c]) ** 2;
        squared.push(sum / 3);
        doubt.push(output.logVariance[at]);
      }
      ranks.push(spearman(doubt, squared));
      areas.push(sparsificationError(doubt, squared));
    },
  });
  const analytic = await measureClip({ ...options, spread: false, model });
  return {
    name: clip.name,
    kind: clip.kind,
    setting,
    diffusion,
    spread,
    model: judged,
    analytic,
    spearman: mean(ranks),
    ause: mean(areas),
    toldError: mean(told),
    toldErrorDiffusion: mean(toldDiffusion),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
