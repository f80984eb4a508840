import type { FramePicture } from './FrameStore.js';

/** A measured depth that is less than this share of what stands still shows something in front of it. */
const IN_FRONT = 0.94;
/** One that is more than this many times it shows that what was taken to stand there does not reach so far: its cell tells nothing for sure. */
const BEHIND = 1.1;
/** Pixels of a cell's side: the pitch at which blocks carry depth. */
const CELL = 8;

/** What a pixel of a picture may be used for. */
export const PixelUse = { nothing: 0, surface: 1, sky: 2 } as const;

/** Sky is believed so many pixels around where it was measured. */
const SKY_REACH = 12;

/** What the measured depths of a picture tell of the 8×8 cells that it is parted into. */
export class PictureCells {
  readonly columns: number;
  readonly rows: number;
  /** 1 for cells in which something was measured. */
  readonly solid: Uint8Array;
  readonly sky: Uint8Array;

  constructor(
    readonly picture: FramePicture,
    readonly far: number,
  ) {
    const { width, height } = picture.depths.camera;
    this.columns = Math.ceil(width / CELL);
    this.rows = Math.ceil(height / CELL);
    this.solid = new Uint8Array(this.columns * this.rows);
    this.sky = new Uint8Array(this.columns * this.rows);
    const { places, depths } = picture.depths;
    for (let i = 0; i < places.length; i++) (this.isSky(depths[i]) ? this.sky : this.solid)[this.cellOf(places[i])] = 1;
  }

  cellOf(place: number): number {
    const { width } = this.picture.depths.camera;
    return Math.floor(Math.floor(place / width) / CELL) * this.columns + Math.floor((place % width) / CELL);
  }

  private isSky(depth: number): boolean {
    return depth === 0 || depth >= this.far;
  }

  /** Pixels where there is something, for all that is known: of cells without sky in which, or around which on all sides, something was measured. */
  surfaces(): Uint8Array {
    const { solid, sky, picture } = this;
    const aroundSky = this.grown(sky);
    const aroundSolid = this.grown(solid);
    return picture.known.map((known, place) => {
      const cell = this.cellOf(place);
      return known !== 0 && sky[cell] === 0 && (solid[cell] === 1 || aroundSky[cell] === 0) && aroundSolid[cell] === 1 ? 1 : 0;
    });
  }

  /**
   * Tells of each pixel whether it shows what stands still, the sky, or neither: something that moves stands where a measured depth is less than that
   * of what stands still, and around it.
   *
   * @param depth of what stands still, W·H; +∞ where nothing does.
   */
  uses(depth: Float32Array): Uint8Array {
    const { picture, sky } = this;
    const { places, depths } = picture.depths;
    const moves = new Uint8Array(sky.length);
    const doubtful = new Uint8Array(sky.length);
    for (let i = 0; i < places.length; i++) {
      const still = depth[places[i]];
      const nothing = this.isSky(depths[i]);
      if (!nothing && depths[i] < IN_FRONT * still) moves[this.cellOf(places[i])] = 1;
      if (still < Number.POSITIVE_INFINITY && (nothing || depths[i] > BEHIND * still)) doubtful[this.cellOf(places[i])] = 1;
    }
    const near = this.grown(moves);
    const use = new Uint8Array(depth.length);
    for (let place = 0; place < use.length; place++) {
      const cell = this.cellOf(place);
      if (picture.known[place] === 0 || near[cell] === 1) continue;
      if (depth[place] < Number.POSITIVE_INFINITY) use[place] = doubtful[cell] === 1 ? PixelUse.nothing : PixelUse.surface;
      else if (sky[cell] === 1) use[place] = PixelUse.sky;
    }
    this.spreadSky(use, depth, near);
    return use;
  }

  /** From sky that was measured on to pixels beside it at which nothing stands: up to the edges of what does. */
  private spreadSky(use: Uint8Array, depth: Float32Array, moves: Uint8Array): void {
    const { width, height } = this.picture.depths.camera;
    let edge: number[] = [];
    for (let place = 0; place < use.length; place++) if (use[place] === PixelUse.sky) edge.push(place);
    for (let step = 0; step < SKY_REACH && edge.length > 0; step++) {
      const next: number[] = [];
      for (const place of edge) {
        const u = place % width;
        const beside = [u > 0 ? place - 1 : -1, u < width - 1 ? place + 1 : -1, place - width, place + width];
        for (const other of beside) {
          if (other < 0 || other >= width * height || use[other] !== PixelUse.nothing) continue;
          if (depth[other] < Number.POSITIVE_INFINITY || this.picture.known[other] === 0) continue;
          if (moves[this.cellOf(other)] === 1 || this.solid[this.cellOf(other)] === 1) continue;
          use[other] = PixelUse.sky;
          next.push(other);
        }
      }
      edge = next;
    }
  }

  /** Cells that are marked, and those around them. */
  private grown(cells: Uint8Array): Uint8Array {
    const { columns, rows } = this;
    const all = new Uint8Array(cells.length);
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        if (cells[y * columns + x] === 0) continue;
        for (let j = Math.max(0, y - 1); j <= Math.min(rows - 1, y + 1); j++)
          for (let i = Math.max(0, x - 1); i <= Math.min(columns - 1, x + 1); i++) all[j * columns + i] = 1;
      }
    return all;
  }
}
