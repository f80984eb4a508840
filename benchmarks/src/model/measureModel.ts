import type { ModelBackend } from '@sgaps/core';
import { MOST_DOUBT } from '@sgaps/core';
import type { ClipEntry } from '../clip/listClips.js';
import { type ClipFigures, type ClipOptions, measureClip } from '../clip/measureClip.js';
import { spearman } from '../metrics/correlation.js';
import { psnr } from '../metrics/psnr.js';
import { sparsificationError } from '../metrics/sparsification.js';
import { TRAINING_SETTINGS } from '../training/settings.js';

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
  /** Mean absolute difference of the PSNR told by the model's own doubt from the true one, dB (S9). */
  readonly toldError: number;
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
  const diffusion = await measureClip({ ...options, spread: false });
  const spread = await measureClip({ ...options, spread: true });
  const ranks: number[] = [];
  const areas: number[] = [];
  const told: number[] = [];
  const judged = await measureClip({
    ...options,
    spread: true,
    model,
    onFrame: ({ frameId, kept, uncertainty, rgb }, truth) => {
      if (kept || frameId < Math.min(STEADY, frames / 3)) return;
      const squared: number[] = [];
      const doubt: number[] = [];
      let expected = 0;
      for (let at = 0; at < uncertainty.length; at++) {
        expected += (MOST_DOUBT * uncertainty[at]) ** 2;
        if (frameId % RANKED_FRAMES !== 0 || at % RANKED_PIXELS !== 0) continue;
        let sum = 0;
        for (let c = 0; c < 3; c++) sum += (rgb[3 * at + c] - truth[3 * at + c]) ** 2;
        squared.push(sum / 3);
        doubt.push(uncertainty[at]);
      }
      told.push(Math.abs(Math.min(60, 10 * Math.log10((255 ** 2 * uncertainty.length) / expected)) - psnr(truth, rgb)));
      if (squared.length === 0) return;
      ranks.push(spearman(doubt, squared));
      areas.push(sparsificationError(doubt, squared));
    },
  });
  const analytic = await measureClip({ ...options, spread: false, model });
  return {
    name: clip.name,
    setting,
    diffusion,
    spread,
    model: judged,
    analytic,
    spearman: mean(ranks),
    ause: mean(areas),
    toldError: mean(told),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
