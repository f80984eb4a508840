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
  readonly id: 'all' | 'points' | keyof LoopFeatures;
  readonly label: string;
  readonly settings: Pick<LoopSettings, 'without' | 'sampling'>;
  /** True where only 3D clips can tell a difference. */
  readonly solid: boolean;
}

/** What each part is, in the words of the table. */
const PARTS: Readonly<Record<keyof LoopFeatures, string>> = {
  blocks: '8×8 block samples',
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

/** Parts that need a 3D camera. */
const SOLID: readonly (keyof LoopFeatures)[] = ['depth', 'depthEstimation'];

/**
 * Every variant of the table: all on first, then each part of `LoopFeatures` off (or the named `parts`), then points only.
 *
 * @example
 * ```ts
 * for (const { id, settings } of listVariants()) console.log(id, settings.without);
 * ```
 */
export function listVariants(parts?: readonly string[]): Variant[] {
  const keys = (Object.keys(ALL_FEATURES) as (keyof LoopFeatures)[]).filter((key) => !parts || parts.includes(key));
  const variants: Variant[] = [{ id: 'all', label: 'all on', settings: {}, solid: false }];
  for (const key of keys) variants.push({ id: key, label: PARTS[key], settings: { without: [key] }, solid: SOLID.includes(key) });
  if (!parts || parts.includes('points'))
    variants.push({ id: 'points', label: 'points only', settings: { sampling: 'points' }, solid: false });
  return variants;
}
