import type { CaptureGrid, FrameState, TrackedObject } from '@sgaps/protocol';

/**
 * The grid that the load bench plays on.
 *
 * @example
 * ```ts
 * const scene = new SyntheticScene(SCENE_GRID);
 * ```
 */
export const SCENE_GRID: CaptureGrid = { width: 320, height: 180 };

/** Frames after which the scene has come round to its first. */
const LOOP = 240;
const TILE = 16;
const SPRITES = 24;
const FIGURES = 6;

/**
 * A moving scene made in code, as a 2D game would show it: a tiled world, a camera that scrolls over it, 24 figures that walk. It comes
 * round after 240 frames without a jump. Pictures and states are made once and shared by all who play it.
 *
 * @example
 * ```ts
 * const scene = new SyntheticScene({ width: 320, height: 180 });
 * const { picture, state } = scene.frame(17);
 * ```
 */
export class SyntheticScene {
  readonly grid: CaptureGrid;
  readonly #frames: { readonly picture: Uint8Array; readonly state: FrameState }[] = [];

  constructor(grid: CaptureGrid) {
    this.grid = grid;
    const world = paintWorld(2 * grid.width, 2 * grid.height);
    const figures = Array.from({ length: FIGURES }, (_, i) => paintFigure(i));
    for (let i = 0; i < LOOP; i++) this.#frames.push(this.#make(i, world, figures));
  }

  /** Frame `index` of the endless loop. */
  frame(index: number): { readonly picture: Uint8Array; readonly state: FrameState } {
    return this.#frames[index % LOOP];
  }

  #make(index: number, world: Uint8Array, figures: readonly Uint8Array[]): { picture: Uint8Array; state: FrameState } {
    const { width, height } = this.grid;
    const t = (2 * Math.PI * index) / LOOP;
    const viewX = Math.round((width / 2) * (1 + Math.sin(t)));
    const viewY = Math.round((height / 2) * (1 + Math.cos(t)));
    const picture = new Uint8Array(3 * width * height);
    for (let y = 0; y < height; y++) {
      const from = 3 * ((y + viewY) * 2 * width + viewX);
      picture.set(world.subarray(from, from + 3 * width), 3 * y * width);
    }
    const objects: TrackedObject[] = [];
    for (let i = 0; i < SPRITES; i++) {
      const x = Math.round(width + (0.2 + (i % 5) / 6) * width * Math.sin(t * (1 + (i % 3)) + i));
      const y = Math.round(height + (0.2 + (i % 4) / 5) * height * Math.cos(t * (1 + (i % 2)) + 2 * i));
      blit(picture, width, height, figures[i % FIGURES], x - viewX, y - viewY);
      objects.push(objectOf(i, x, y));
    }
    const camera = { id: 0, viewX, viewY, zoom: 1, rotation: 0, x: 0, y: 0, width, height };
    return { picture, state: { cameras: [camera], cameras3d: [], objects, values: [] } };
  }
}

function objectOf(i: number, x: number, y: number): TrackedObject {
  return {
    id: i + 1,
    texture: 'figures',
    frame: String(i % FIGURES),
    x,
    y,
    width: TILE,
    height: TILE,
    originX: 0,
    originY: 0,
    rotation: 0,
    flipX: false,
    flipY: false,
    alpha: 1,
    tint: 0xffffff,
    scrollFactorX: 1,
    scrollFactorY: 1,
    tileX: 0,
    tileY: 0,
    tag: 0,
  };
}

/** Tiles of eight kinds, each with some grain. */
function paintWorld(width: number, height: number): Uint8Array {
  const world = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const kind = (Math.imul(Math.floor(x / TILE) + 31 * Math.floor(y / TILE), 0x9e3779b1) >>> 20) & 7;
      const grain = (Math.imul((x % TILE) * 7 + (y % TILE) * 131 + kind * 977, 0x85ebca6b) >>> 27) & 15;
      const edge = x % TILE === 0 || y % TILE === 0 ? -20 : 0;
      const p = 3 * (y * width + x);
      world[p] = 40 + 12 * kind + grain + edge;
      world[p + 1] = 90 + 6 * kind + grain + edge;
      world[p + 2] = 50 + ((kind * 5) % 8) * 10 + grain + edge;
    }
  }
  return world;
}

/** A round figure with two eyes, RGB; black is clear. */
function paintFigure(i: number): Uint8Array {
  const figure = new Uint8Array(3 * TILE * TILE);
  const middle = (TILE - 1) / 2;
  for (let y = 0; y < TILE; y++) {
    for (let x = 0; x < TILE; x++) {
      if (Math.hypot(x - middle, y - middle) > middle) continue;
      const eye = (x === 5 || x === 10) && y > 4 && y < 8;
      const colour = eye ? [250, 250, 250] : [220 - 25 * i, 60 + 30 * i, 60 + ((90 * i) % 170)];
      figure.set(colour, 3 * (y * TILE + x));
    }
  }
  return figure;
}

function blit(picture: Uint8Array, width: number, height: number, figure: Uint8Array, left: number, top: number): void {
  for (let y = Math.max(0, -top); y < Math.min(TILE, height - top); y++) {
    for (let x = Math.max(0, -left); x < Math.min(TILE, width - left); x++) {
      const from = 3 * (y * TILE + x);
      if (figure[from] + figure[from + 1] + figure[from + 2] === 0) continue;
      const to = 3 * ((top + y) * width + left + x);
      picture[to] = figure[from];
      picture[to + 1] = figure[from + 1];
      picture[to + 2] = figure[from + 2];
    }
  }
}
