import { SgapsError } from '@sgaps/protocol';
import type { SplatCamera, SplatImage } from '../camera/SplatCamera.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import { BandPainter, TILE } from './BandPainter.js';
import { NEAR } from './projectSplat.js';
import { ROW, SplatRows } from './SplatRows.js';

/** Below this alpha there is nothing whose depth could be told. */
const LEAST_COVER = 1e-6;

/**
 * How a cloud is drawn.
 *
 * @example
 * ```ts
 * const options: ReferenceOptions = { background: [1, 1, 1] };
 * ```
 */
export interface ReferenceOptions {
  /** Red, green and blue behind all splats, in [0, 1]. Default black. */
  readonly background?: readonly [number, number, number];
  /** Least distance along the camera's axis, the scene's unit, > 0. Default 0.05. */
  readonly near?: number;
}

/**
 * Draws splats as 3DGS does, on the CPU and in double precision: what the GPU's pictures are held to, and what draws where there is no WebGPU. A hundred thousand
 * splats at 1280×720 take some 0.3 s.
 *
 * @returns a picture whose arrays are the caller's.
 * @throws SgapsError `ARGUMENT_INVALID` for options out of range.
 * @example
 * ```ts
 * const { colour, depth, alpha } = renderReference(cloud, camera);
 * ```
 */
export function renderReference(cloud: SplatCloud, camera: SplatCamera, options: ReferenceOptions = {}): SplatImage {
  return renderRows(cloud, camera, referenceOptions(options), 0, camera.height, new SplatRows());
}

/** Draws the rows of a picture from `first` up to `end`, itself excluded, as a picture of its own. `rows` is memory that is used again. */
export function renderRows(
  cloud: SplatCloud,
  camera: SplatCamera,
  { background, near }: Required<ReferenceOptions>,
  first: number,
  end: number,
  rows: SplatRows,
): SplatImage {
  const { width } = camera;
  const height = end - first;
  const image = {
    width,
    height,
    colour: new Float32Array(3 * width * height),
    depth: new Float32Array(width * height),
    alpha: new Float32Array(width * height),
  };
  rows.project(cloud, camera, near, first, end);
  const painter = new BandPainter(width);
  for (let top = first; top < end; top += TILE) {
    const bottom = Math.min(end, top + TILE);
    painter.begin(top, bottom);
    paint(painter, rows, top, bottom);
    finish(painter, image, first, top, bottom, background);
  }
  return image;
}

/**
 * Options with their defaults.
 *
 * @throws SgapsError `ARGUMENT_INVALID` for options out of range.
 */
export function referenceOptions(options: ReferenceOptions): Required<ReferenceOptions> {
  const { background = [0, 0, 0], near = NEAR } = options;
  if (!(near > 0 && near < Number.POSITIVE_INFINITY))
    throw new SgapsError('ARGUMENT_INVALID', `near must be above 0, not ${near}.`);
  if (background.length !== 3 || !background.every((value) => value >= 0 && value <= 1))
    throw new SgapsError('ARGUMENT_INVALID', `A background is three numbers in [0, 1], not ${background.join(', ')}.`);
  return { background, near };
}

function paint(painter: BandPainter, { count, values, order, tops, bottoms }: SplatRows, top: number, bottom: number): void {
  for (let rank = 0; rank < count && !painter.done; rank++)
    if (tops[rank] < bottom && bottoms[rank] >= top) painter.blend(values, ROW * order[rank], tops[rank], bottoms[rank]);
}

function finish(
  painter: BandPainter,
  image: SplatImage,
  first: number,
  top: number,
  bottom: number,
  background: readonly [number, number, number],
): void {
  const { pixels } = painter;
  const { width, colour, depth, alpha } = image;
  for (let y = top; y < bottom; y++)
    for (let x = 0; x < width; x++) {
      const from = painter.place(x, y);
      const to = (y - first) * width + x;
      const light = pixels[from];
      for (let channel = 0; channel < 3; channel++)
        colour[3 * to + channel] = Math.min(1, Math.max(0, pixels[from + 1 + channel] + light * background[channel]));
      depth[to] = 1 - light < LEAST_COVER ? Number.POSITIVE_INFINITY : pixels[from + 4] / (1 - light);
      alpha[to] = 1 - light;
    }
}
