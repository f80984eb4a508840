import type { CaptureGrid } from '@sgaps/protocol';
import type { ArchiveModel, CubeConditions } from '../archive/ArchiveModel.js';

const CUBE = 16;
const PLANE = CUBE * CUBE;
const PARTS = 6;
const CODES = 512;

/** What the model was asked to draw. */
export interface Drawing extends CubeConditions {
  readonly places: Int32Array;
  readonly codes: Int32Array;
  readonly levels: Int32Array;
}

/**
 * Stands for HST-MAE in tests: a cube's codes are its mean colours, three of each picture, and it is drawn as its context moved to them. All else that it is told
 * shifts it a little, so that a decoder that tells it anything else than the encoder did shows other pixels. It writes down what it is asked to draw.
 */
export class MeanColourModel implements ArchiveModel {
  readonly id = 'mean-colour@1';
  readonly memoryWidth = 4;
  readonly drawings: Drawing[] = [];

  encode(size: CaptureGrid, frames: Float32Array, { session }: CubeConditions): ReturnType<ArchiveModel['encode']> {
    const cubes = (size.width * size.height) / PLANE;
    const codes = new Int32Array(cubes * PARTS);
    const wanted = session.map((value, i) => value / 2 + Math.sin(i + frames[5 * i]) / 2);
    for (let cube = 0; cube < cubes; cube++)
      for (let part = 0; part < PARTS; part++)
        codes[PARTS * cube + part] = Math.min(CODES - 1, Math.floor(CODES * meanOf(size, frames, cube, part)));
    return Promise.resolve({ codes, session: wanted });
  }

  decode(
    size: CaptureGrid,
    { places, codes, levels }: { readonly places: Int32Array; readonly codes: Int32Array; readonly levels: Int32Array },
    { context, state, region, rank, memory, session }: CubeConditions,
  ): ReturnType<ArchiveModel['decode']> {
    const told = { context, state, region, rank, memory, session, places, codes, levels };
    this.drawings.push(
      Object.fromEntries(Object.entries(told).map(([key, value]) => [key, value.slice()])) as unknown as Drawing,
    );
    const cubes = new Float32Array(places.length * PARTS * PLANE);
    const after = memory.slice();
    const common = 2e-3 * session[3] + 1e-4 * state.reduce((sum, value) => sum + value, 0) * Math.sign(session[0]);
    places.forEach((cube, i) => {
      const at = this.memoryWidth * region[cube];
      const shift = common + 2e-3 * memory[at] + 5e-4 * rank[region[cube]];
      for (let part = 0; part < PARTS; part++) {
        const wanted = (codes[PARTS * i + part] + 0.5) / CODES;
        const moved = shift + (part < levels[i] ? wanted - meanOf(size, context, cube, part) : 0);
        const start = placeOf(size, cube, part);
        for (let row = 0, to = (PARTS * i + part) * PLANE; row < CUBE; row++)
          for (let k = 0; k < CUBE; k++, to++) cubes[to] = context[start + row * size.width + k] + moved;
        after[at + (part & 3)] = 0.9 * after[at + (part & 3)] + 0.1 * wanted;
      }
    });
    return Promise.resolve({ cubes, memory: after });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function placeOf({ width, height }: CaptureGrid, cube: number, part: number): number {
  const columns = width / CUBE;
  return (part * height + CUBE * Math.floor(cube / columns)) * width + CUBE * (cube % columns);
}

function meanOf(size: CaptureGrid, tensor: Float32Array, cube: number, part: number): number {
  const start = placeOf(size, cube, part);
  let sum = 0;
  for (let row = 0; row < CUBE; row++) for (let k = 0; k < CUBE; k++) sum += tensor[start + row * size.width + k];
  return sum / PLANE;
}
