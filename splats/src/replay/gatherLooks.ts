import type { FramePicture } from './FrameStore.js';
import { PictureCells, PixelUse } from './PictureCells.js';
import type { TrainingPicture } from './refineColours.js';
import { SkyCells } from './SkyCells.js';
import { SplatCells } from './SplatCells.js';
import { SurfelDepth } from './SurfelDepth.js';
import { type Surfels, toWorld } from './Surfels.js';
import { cellKey, levelOfSize } from './VoxelTable.js';

/** Side of a cell, in pixels of who looks at it. */
const CELL_PIXELS = 0.9;
/** A pixel at the edge of something mixes two colours: neighbours in depth differ by this ratio. It counts little. */
const EDGE = 1.08;
const EDGE_WEIGHT = 0.05;
const MOST_COARSER = 12;
/** Where more of a picture than this share has nothing though something was measured, discs are drawn so many times larger to close it. */
const MOST_HOLES = 0.004;
const FILL = 4;

/** All looks at surfaces and at the sky, and the pictures with what their pixels are good for. */
export interface Looks {
  readonly cells: SplatCells;
  readonly sky: SkyCells;
  readonly pictures: readonly TrainingPicture[];
}

/** Finds where each pixel of the pictures lies in space and gathers them in cells, as small as so many splats allow. */
export async function gatherLooks(
  pictures: readonly FramePicture[],
  surfels: Surfels,
  far: number,
  mostSplats: number,
  tell: (share: number) => Promise<void> | void,
): Promise<Looks> {
  const drawn = new SurfelDepth();
  for (let coarser = 0; ; coarser++) {
    const cells = new SplatCells();
    const sky = new SkyCells();
    const used: TrainingPicture[] = [];
    for (const [index, picture] of pictures.entries()) {
      drawn.draw(surfels, picture.depths.camera);
      const seen = new PictureCells(picture, far);
      const wanted = seen.surfaces();
      if (holes(wanted, drawn.shown) > MOST_HOLES * wanted.length) drawn.fill(surfels, picture.depths.camera, wanted, FILL);
      const use = seen.uses(drawn.depth);
      gather(picture, use, drawn, surfels, coarser, cells, sky);
      used.push({ picture, use });
      if (cells.count + sky.count > mostSplats && coarser < MOST_COARSER) break;
      await tell((index + 1) / pictures.length);
    }
    if (used.length === pictures.length && (cells.count + sky.count <= mostSplats || coarser >= MOST_COARSER)) {
      sky.goOn();
      return { cells, sky, pictures: used };
    }
  }
}

const place = new Float64Array(3);
const normal = new Float64Array(3);

function gather(
  { depths: { camera }, rgb }: FramePicture,
  use: Uint8Array,
  { depth, shown }: SurfelDepth,
  { normals }: Surfels,
  coarser: number,
  cells: SplatCells,
  sky: SkyCells,
): void {
  const { width, height, fx, view } = camera;
  for (let v = 0, at = 0; v < height; v++)
    for (let u = 0; u < width; u++, at++) {
      if (use[at] === PixelUse.sky) sky.add(camera, u, v, rgb, 3 * at);
      if (use[at] !== PixelUse.surface) continue;
      const z = depth[at];
      toWorld(camera, u, v, z, place);
      const key = cellKey(levelOfSize((CELL_PIXELS * z) / fx) + coarser, place[0], place[1], place[2]);
      if (key < 0) continue;
      const p = 3 * shown[at];
      // Away from the eye, which is at −Rᵀ t.
      let facing = 0;
      for (let axis = 0; axis < 3; axis++) {
        const eye = -(view[4 * axis] * view[12] + view[4 * axis + 1] * view[13] + view[4 * axis + 2] * view[14]);
        facing += normals[p + axis] * (place[axis] - eye);
      }
      for (let axis = 0; axis < 3; axis++) normal[axis] = facing < 0 ? normals[p + axis] : -normals[p + axis];
      cells.add(key, atEdge(depth, width, height, u, v) ? EDGE_WEIGHT : 1, place, normal, rgb, 3 * at);
    }
}

function atEdge(depth: Float32Array, width: number, height: number, u: number, v: number): boolean {
  const at = v * width + u;
  const off = (other: number) => depth[other] > EDGE * depth[at] || depth[at] > EDGE * depth[other];
  return (
    (u > 0 && off(at - 1)) || (u < width - 1 && off(at + 1)) || (v > 0 && off(at - width)) || (v < height - 1 && off(at + width))
  );
}

function holes(wanted: Uint8Array, shown: Int32Array): number {
  let count = 0;
  for (let at = 0; at < wanted.length; at++) if (wanted[at] !== 0 && shown[at] < 0) count++;
  return count;
}
