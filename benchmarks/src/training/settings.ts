import type { LoopSettings } from '../clip/createLoopParts.js';

/**
 * How sessions are run to train and to judge models: from whole pictures to a few points. The first four are what a model is judged by; the others are the
 * phases of the curriculum (S16).
 *
 * @example
 * ```ts
 * const figures = await measureClip({ input, ...TRAINING_SETTINGS.points });
 * ```
 */
export const TRAINING_SETTINGS = {
  /** Whole pictures, 2,048 bytes a frame: the default. */
  whole: { bytesUp: 2048 },
  /** A client with time for 8,064 samples. */
  samples: { bytesUp: 2048, samples: 8064 },
  /** Single pixels alone, 2,048 bytes: the paper's case. */
  points: { bytesUp: 2048, sampling: 'points', spread: true },
  /** 1 % of the pixels. */
  sparse: { rate: 0.01, sampling: 'points', spread: true },
  points10: { rate: 0.1, sampling: 'points', spread: true },
  points5: { rate: 0.05, sampling: 'points', spread: true },
  points2: { rate: 0.02, sampling: 'points', spread: true },
  points05: { rate: 0.005, sampling: 'points', spread: true },
  /** Whole pictures at fewer and at more bytes. */
  whole1: { bytesUp: 1024 },
  whole4: { bytesUp: 4096 },
} as const satisfies Record<string, LoopSettings>;

/**
 * Name of a setting.
 *
 * @example
 * ```ts
 * const name: TrainingSetting = 'points';
 * ```
 */
export type TrainingSetting = keyof typeof TRAINING_SETTINGS;
