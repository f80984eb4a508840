import type { CaptureGrid } from '@sgaps/protocol';
import { LIMITS, SgapsError, Tier } from '@sgaps/protocol/vocabulary';
import type { FrameStateBuffer } from '../state/FrameStateBuffer.js';
import type { ScreenRect } from './RecordingOptions.js';

/** Ids of regions lie above those that plugins give to objects. */
const FIRST_ID = 0xffff_0000;

/**
 * The tiers by name (S5).
 *
 * @example
 * ```ts
 * recording.tag({ x: 0.4, y: 0.4, width: 0.2, height: 0.2 }, 'critical');
 * ```
 */
export type TierName = keyof typeof Tier;

/**
 * The number of a tier given by name or number. Throws `ARGUMENT_INVALID` for what is neither.
 *
 * @example
 * ```ts
 * tierOf('critical'); // 0
 * ```
 */
export function tierOf(tier: Tier | TierName): Tier {
  const number = typeof tier === 'string' ? Tier[tier] : tier;
  if (number === 0 || number === 1 || number === 2 || number === 3) return number;
  throw new SgapsError('ARGUMENT_INVALID', `Tier is ${String(tier)}; it must be one of ${Object.keys(Tier).join(', ')}.`);
}

/**
 * Parts of the screen that the game says matter. Each is reported as an object without a texture, which nobody draws.
 *
 * @example
 * ```ts
 * regions.tag({ x: 0, y: 0, width: 1, height: 0.1 }, 'important');
 * regions.read(state, grid);
 * ```
 */
export class TaggedRegions {
  readonly #tiers = new Map<ScreenRect | (() => ScreenRect | null), Tier>();

  /** Tags a region; `null` takes the tag away. */
  tag(region: ScreenRect | (() => ScreenRect | null), tier: Tier | TierName | null): void {
    if (tier === null) this.#tiers.delete(region);
    else this.#tiers.set(region, tierOf(tier));
  }

  /** Adds the regions of this frame to its state. */
  read(out: FrameStateBuffer, grid: CaptureGrid): void {
    let id = FIRST_ID;
    for (const [region, tier] of this.#tiers) {
      const rect = typeof region === 'function' ? region() : region;
      id++;
      if (!rect || out.objects.length >= LIMITS.objects) continue;
      const object = out.addObject();
      object.id = id;
      object.texture = object.frame = '';
      object.x = rect.x * grid.width;
      object.y = rect.y * grid.height;
      object.width = rect.width * grid.width;
      object.height = rect.height * grid.height;
      object.originX = object.originY = object.rotation = 0;
      object.flipX = object.flipY = false;
      object.alpha = 0;
      object.tint = 0xffffff;
      object.scrollFactorX = object.scrollFactorY = object.tileX = object.tileY = 0;
      object.tag = tier + 1;
    }
  }
}
