import type { CaptureGrid } from '@sgaps/protocol';
import { type Composition, createComposition } from './Composition.js';

/**
 * The layer that shows a pixel; of a picture that samples alone keep up to date, whether it was looked at in this frame (`sampled`)
 * or is as it was (`held`).
 *
 * @example
 * ```ts
 * const unknown = decoded.sources().filter((source) => source === Source.nothing).length;
 * ```
 */
export const Source = { nothing: 0, screen: 1, world: 2, scenery: 3, object: 4, depth: 5, held: 6, sampled: 7 } as const;
/** One of the eight. */
export type Source = (typeof Source)[keyof typeof Source];

/** What `age` holds of a pixel just drawn; content is at most so many frames old. */
const DRAWN = 255;

/**
 * Finds out which layer shows each pixel, for people who debug: everything is drawn once more, `LATER` than it is, so that every
 * pixel drawn has the highest age; after each layer those pixels are its own. Drawing itself does nothing for it.
 *
 * @example
 * ```ts
 * const sources = new SourceMap({ width: 320, height: 180 });
 * sources.begin();
 * drawScrollLayer(world, 320, 180, frame + SourceMap.LATER, sources.composition, mode);
 * sources.mark(Source.world);
 * ```
 */
export class SourceMap {
  /** Frames to add to the number of the frame drawn. */
  static readonly LATER = DRAWN;
  readonly composition: Composition;
  /** `Source` of each pixel. */
  readonly map: Uint8Array;

  constructor(grid: CaptureGrid) {
    this.composition = createComposition(grid);
    this.map = new Uint8Array(grid.width * grid.height);
  }

  begin(): void {
    this.map.fill(Source.nothing);
  }

  /** What was drawn since the last call is of this layer. */
  mark(source: Source): void {
    const { map } = this;
    const { age } = this.composition;
    for (let at = 0; at < map.length; at++) {
      if (age[at] !== DRAWN) continue;
      map[at] = source;
      age[at] = 0;
    }
  }
}
