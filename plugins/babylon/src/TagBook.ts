import type { ScreenRect } from '@sgaps/client';
import type { CameraReader } from './CameraReader.js';
import { addThing, type RectSink, type ScreenThing } from './screenThings.js';

/** The rectangle around all that is added, as fractions of a canvas. */
class Around implements RectSink {
  readonly rect = { x: 0, y: 0, width: 0, height: 0 };
  #left = 1;
  #top = 1;
  #right = 0;
  #bottom = 0;
  #width = 1;
  #height = 1;

  begin(width: number, height: number): void {
    this.#width = width;
    this.#height = height;
    this.#left = this.#top = 1;
    this.#right = this.#bottom = 0;
  }

  add(x: number, y: number, width: number, height: number): void {
    this.#left = Math.min(this.#left, Math.max(0, x / this.#width));
    this.#top = Math.min(this.#top, Math.max(0, y / this.#height));
    this.#right = Math.max(this.#right, Math.min(1, (x + width) / this.#width));
    this.#bottom = Math.max(this.#bottom, Math.min(1, (y + height) / this.#height));
  }

  addAll(): void {
    this.add(0, 0, this.#width, this.#height);
  }

  end(): ScreenRect | null {
    const { rect } = this;
    rect.x = this.#left;
    rect.y = this.#top;
    rect.width = this.#right - this.#left;
    rect.height = this.#bottom - this.#top;
    return rect.width > 0 && rect.height > 0 ? rect : null;
  }
}

/**
 * Turns tagged things of the scene into the regions that a `GameRecorder` asks for every frame: the rectangle around a node
 * and all below it on the first camera that shows it, or that of a control.
 *
 * @example
 * ```ts
 * recording.tag(tags.regionOf(player), 'critical');
 * ```
 */
export class TagBook {
  readonly #regions = new WeakMap<ScreenThing, () => ScreenRect | null>();
  readonly #around = new Around();
  readonly #cameras: CameraReader;
  readonly #canvas: { readonly width: number; readonly height: number };

  constructor(cameras: CameraReader, canvas: { readonly width: number; readonly height: number }) {
    this.#cameras = cameras;
    this.#canvas = canvas;
  }

  /** Always the same function for the same thing; it answers `null` while the thing is not to be seen. */
  regionOf(thing: ScreenThing): () => ScreenRect | null {
    let region = this.#regions.get(thing);
    if (!region) {
      region = () => this.#find(thing);
      this.#regions.set(thing, region);
    }
    return region;
  }

  #find(thing: ScreenThing): ScreenRect | null {
    const { width, height } = this.#canvas;
    for (const camera of this.#cameras.drawn) {
      this.#around.begin(width, height);
      addThing(thing, [camera], width, height, this.#around);
      const rect = this.#around.end();
      if (rect) return rect;
    }
    return null;
  }
}
