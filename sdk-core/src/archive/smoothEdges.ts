import { BLOCK } from './DetailCoder.js';
import { type PaddedPicture, PLANE_NORM, PLANES } from './PaddedPicture.js';
import { stepOf } from './quantiser.js';

/** By step: how different two pixels at an edge may be to be smoothed, how different each may be from its own neighbour, and by how much they are moved at most. */
const ACROSS = 1.1;
const ALONG = 0.32;
const MOVE = 0.14;

/** What is known of a picture's blocks (`CubeCoder`). */
export interface CodedBlocks {
  /** By cube: 1 where there is detail, and what was added to the quantiser. */
  readonly detailed: Uint8Array;
  readonly offsets: Int8Array;
  /** Whether an 8×8 block has detail in a plane. */
  hasBlock(plane: number, column: number, row: number): boolean;
}

/**
 * Smooths the edges of 8×8 blocks that have detail on either side (H.264's loop filter in short, 8.7): what motion reads from a picture then has no seams.
 */
export function smoothEdges(picture: PaddedPicture, coder: CodedBlocks, quantiser: number): void {
  const columns = picture.width / BLOCK;
  const rows = picture.height / BLOCK;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const cube = (row >> 1) * (columns >> 1) + (column >> 1);
      for (let plane = 0; plane < PLANES; plane++) {
        const own = coder.hasBlock(plane, column, row);
        const x = column * BLOCK;
        const y = row * BLOCK;
        if (column > 0 && (own || coder.hasBlock(plane, column - 1, row))) {
          const beside = column % 2 === 0 ? cube - 1 : cube;
          smooth(picture, plane, picture.at(x, y), 1, picture.stride, quantiser + edgeOffset(coder, cube, beside));
        }
        if (row > 0 && (own || coder.hasBlock(plane, column, row - 1))) {
          const beside = row % 2 === 0 ? cube - columns / 2 : cube;
          smooth(picture, plane, picture.at(x, y), picture.stride, 1, quantiser + edgeOffset(coder, cube, beside));
        }
      }
    }
}

/** Of the cubes on both sides, that of the one with detail, or the finer one. */
function edgeOffset(coder: CodedBlocks, a: number, b: number): number {
  if (coder.detailed[a] === 0) return coder.offsets[b];
  if (coder.detailed[b] === 0) return coder.offsets[a];
  return Math.min(coder.offsets[a], coder.offsets[b]);
}

/** Eight places along an edge; `across` leads over it, `along` follows it. */
function smooth(picture: PaddedPicture, plane: number, start: number, across: number, along: number, quantiser: number): void {
  const values = picture.planes[plane];
  const step = stepOf(quantiser) * Math.sqrt(PLANE_NORM[plane]);
  const most = ACROSS * step;
  const beside = ALONG * step;
  const move = Math.floor(MOVE * step);
  for (let i = 0, at = start; i < BLOCK; i++, at += along) {
    const p1 = values[at - 2 * across];
    const p0 = values[at - across];
    const q0 = values[at];
    const q1 = values[at + across];
    if (Math.abs(p0 - q0) >= most || Math.abs(p1 - p0) >= beside || Math.abs(q1 - q0) >= beside) continue;
    const wanted = (4 * (q0 - p0) + (p1 - q1) + 4) >> 3;
    const moved = wanted < -move ? -move : wanted > move ? move : wanted;
    values[at - across] = p0 + moved;
    values[at] = q0 - moved;
  }
}
