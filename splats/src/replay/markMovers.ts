import type { FramePicture } from './FrameStore.js';

/** A measured depth that is less than this share of what stands still shows something in front of it. */
const IN_FRONT = 0.94;
/** One that is more than this many times it shows that what was taken to stand there does not reach so far: its cell tells nothing for sure. */
const BEHIND = 1.1;
/** Pixels of a cell's side: the pitch at which blocks carry depth. */
const CELL = 8;

/** What a pixel of a picture may be used for. */
export const PixelUse = { nothing: 0, surface: 1, sky: 2 } as const;

/**
 * Tells of each pixel of a picture whether it shows what stands still, the sky, or neither: something that moves stands where a measured depth is less than that
 * of what stands still, and around it.
 *
 * @param depth of what stands still, W·H; +∞ where nothing does.
 */
export function markMovers({ depths, known }: FramePicture, depth: Float32Array, far: number): Uint8Array {
  const { width, height } = depths.camera;
  const columns = Math.ceil(width / CELL);
  const rows = Math.ceil(height / CELL);
  const cellOf = (place: number) => Math.floor(Math.floor(place / width) / CELL) * columns + Math.floor((place % width) / CELL);
  const moves = new Uint8Array(columns * rows);
  const doubtful = new Uint8Array(columns * rows);
  const sky = new Uint8Array(columns * rows);
  const solid = new Uint8Array(columns * rows);
  for (let i = 0; i < depths.places.length; i++) {
    const place = depths.places[i];
    const seen = depths.depths[i];
    const cell = cellOf(place);
    const isSky = seen === 0 || seen >= far;
    if (isSky) sky[cell] = 1;
    else solid[cell] = 1;
    if (!isSky && seen < IN_FRONT * depth[place]) moves[cell] = 1;
    if (depth[place] < Number.POSITIVE_INFINITY && (isSky || seen > BEHIND * depth[place])) doubtful[cell] = 1;
  }
  const near = grown(moves, columns, rows);
  const aroundSky = grown(sky, columns, rows);
  const aroundSolid = grown(solid, columns, rows);
  const use = new Uint8Array(width * height);
  for (let place = 0; place < use.length; place++) {
    const cell = cellOf(place);
    if (known[place] === 0 || near[cell] === 1 || doubtful[cell] === 1) continue;
    if (depth[place] !== Number.POSITIVE_INFINITY) use[place] = PixelUse.surface;
    else if (solid[cell] === 0 && (sky[cell] === 1 || (aroundSky[cell] === 1 && aroundSolid[cell] === 0))) use[place] = PixelUse.sky;
  }
  return use;
}

/** Cells that are marked, and those around them. */
function grown(cells: Uint8Array, columns: number, rows: number): Uint8Array {
  const all = new Uint8Array(cells.length);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      if (cells[y * columns + x] === 0) continue;
      for (let j = Math.max(0, y - 1); j <= Math.min(rows - 1, y + 1); j++)
        for (let i = Math.max(0, x - 1); i <= Math.min(columns - 1, x + 1); i++) all[j * columns + i] = 1;
    }
  return all;
}
