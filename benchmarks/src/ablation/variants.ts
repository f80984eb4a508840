import { ALL_FEATURES, type LoopFeatures } from '@sgaps/core';
import type { LoopSettings } from '../clip/createLoopParts.js';

/**
 * One way to run the loop: with everything, with one part switched off, or with points alone.
 *
 * @example
 * ```ts
 * const variant: Variant = { id: 'blocks', label: 'block samples', settings: { without: ['blocks'] } };
 * ```
 */
export interface Variant {
  readonly id: 'all' | 'limited' | 'points' | keyof LoopFeatures;
  readonly label: string;
  readonly settings: Pick<LoopSettings, 'without' | 'sampling' | 'samples'>;
  /** What it is compared with: everything on, for a client with time for all samples or for some. */
  readonly base: 'all' | 'limited';
  /** True where only 3D clips can tell a difference. */
  readonly solid: boolean;
}

/** What each part is, in the words of the table. */
const PARTS: Readonly<Record<keyof LoopFeatures, string>> = {
  blocks: '8×8 block samples',
  replenish: 'whole pictures kept up to date',
  means: 'mean samples',
  importance: 'importance steers the samples (S3)',
  tiers: 'tiers (S5)',
  staticAware: 'less for what stands still (S11)',
  trajectory: 'trajectories carried on (S12)',
  latency: 'as far as the delay is (S4, S13)',
  subPixel: 'sub-pixel phase',
  parallax: 'parallax layers told apart',
  objects: 'tracked objects',
  depth: 'depth-reprojected layer',
  depthEstimation: 'depth estimated from motion',
  cuts: 'cuts noticed',
  sceneMemory: 'scenes known again',
  photometric: 'fades and flashes',
};

/** Samples a frame of a client that has no time for all: memory then draws the rest. */
const LIMITED = 8064;
/** Parts that whole pictures need, too; the others are worth something where there is no time for those. */
const WHOLE: readonly (keyof LoopFeatures)[] = ['blocks', 'replenish', 'tiers'];

/** Parts that need a 3D camera. */
const SOLID: readonly (keyof LoopFeatures)[] = ['depth', 'depthEstimation'];

/**
 * Every variant of the table: all on, the parts of whole pictures off in turn, points only; then all on for a client with time for
 * 8,064 samples a frame, and the parts of memory and of choosing off in turn. Of the parts only the named `parts`, where given.
 *
 * @example
 * ```ts
 * for (const { id, settings } of listVariants()) console.log(id, settings.without);
 * ```
 */
export function listVariants(parts?: readonly string[]): Variant[] {
  const keys = (Object.keys(ALL_FEATURES) as (keyof LoopFeatures)[]).filter((key) => !parts || parts.includes(key));
  const part = (key: keyof LoopFeatures): Variant => {
    const whole = WHOLE.includes(key);
    const settings = { without: [key], ...(whole ? {} : { samples: LIMITED }) };
    return { id: key, label: PARTS[key], settings, base: whole ? 'all' : 'limited', solid: SOLID.includes(key) };
  };
  const variants: Variant[] = [{ id: 'all', label: 'all on', settings: {}, base: 'all', solid: false }];
  variants.push(...keys.filter((key) => WHOLE.includes(key)).map(part));
  if (!parts || parts.includes('points'))
    variants.push({ id: 'points', label: 'points only', settings: { sampling: 'points' }, base: 'all', solid: false });
  const limited = keys.filter((key) => !WHOLE.includes(key)).map(part);
  if (limited.length > 0)
    variants.push(
      { id: 'limited', label: 'all on, 8,064 samples', settings: { samples: LIMITED }, base: 'limited', solid: false },
      ...limited,
    );
  return variants;
}
