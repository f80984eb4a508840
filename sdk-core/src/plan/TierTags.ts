import type { FrameState } from '@sgaps/protocol';
import { boundObject, type PixelBounds } from '../memory/PlacedObject.js';
import type { BlockGrid } from './BlockGrid.js';

/** No tag; else `Tier` + 1, as in `TrackedObject.tag`. */
const NONE = 0;
/** What an error in a block counts, by its tag: none, critical … optional. */
export const TAG_WEIGHT = [1, 16, 4, 1, 0.25] as const;
/** Tags up to this one raise whatever they touch; those below lower only what they cover wholly. */
const RAISING = 2;

/**
 * The tiers that the game has tagged objects and screen regions with (S5), per 8×8 block: 0 none, 1 … 4 the tier + 1. A block that a
 * critical or important thing touches is tagged so, one that lower things cover wholly too; the highest of several counts.
 *
 * @example
 * ```ts
 * const tags = new TierTags(blocks);
 * tags.read(stateThen);
 * budget.rank(analyzer.blockImportance, tags.tags, frameId);
 * ```
 */
export class TierTags {
  /** Tag of each block. */
  readonly tags: Uint8Array;
  private readonly bounds: PixelBounds = { left: 0, top: 0, right: 0, bottom: 0 };

  constructor(private readonly blocks: BlockGrid) {
    this.tags = new Uint8Array(blocks.count);
  }

  /** Reads the tags of a state, of now or carried on to a frame to come. Returns whether there are any. */
  read({ objects, cameras }: FrameState): boolean {
    const { tags, bounds } = this;
    const { width, height } = this.blocks.grid;
    const viewX = cameras[0]?.viewX ?? 0;
    const viewY = cameras[0]?.viewY ?? 0;
    tags.fill(NONE);
    let any = false;
    for (const object of objects) {
      if (object.tag < 1 || object.tag > 4) continue;
      // A region of the screen is an object without a texture, which is never drawn.
      const shown = object.texture === '' && object.alpha === 0 ? { ...object, alpha: 1 } : object;
      if (!boundObject(shown, viewX, viewY, width, height, bounds)) continue;
      this.mark(object.tag);
      any = true;
    }
    return any;
  }

  private mark(tag: number): void {
    const { blocks, tags } = this;
    const { left, top, right, bottom } = this.bounds;
    const touching = tag <= RAISING;
    for (let y = 0; y < blocks.rows; y++) {
      const t = blocks.top(y);
      const b = blocks.top(y + 1);
      if (t >= b || (touching ? b <= top || t >= bottom : t < top || b > bottom)) continue;
      for (let x = 0; x < blocks.columns; x++) {
        const l = blocks.left(x);
        const r = blocks.left(x + 1);
        if (l >= r || (touching ? r <= left || l >= right : l < left || r > right)) continue;
        const block = y * blocks.columns + x;
        if (tags[block] === NONE || tags[block] > tag) tags[block] = tag;
      }
    }
  }
}
