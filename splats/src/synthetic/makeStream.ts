import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HarmonicDegree, SplatCloud } from '../cloud/SplatCloud.js';
import { writePly } from '../files/writePly.js';
import { encodeCache } from '../stream/encodeCache.js';
import { frameName } from '../stream/readStreamFile.js';
import { numbersOf, type StreamGrid, widthsOf } from '../stream/StreamGrid.js';
import { formatStreamManifest, parseStreamManifest, type StreamManifest } from '../stream/StreamManifest.js';
import { makeScatter } from './makeScatter.js';
import { SplatRandom } from './SplatRandom.js';
import { rigidFeatures, streamPose } from './streamPose.js';

/** What the trainer uses. */
const GRID: StreamGrid = { levels: 8, features: 4, log2Table: 13, base: 4, growth: 1.5, hidden: 2, width: 32 };
/** Around the room of `makeScatter`, wherever it turns to. */
const BOUNDS = { low: [-13, -6, -13], high: [13, 6, 13] };
/** How small the added Gaussians are, and how high they hang. */
const DOLL = 0.1;
const DOLL_Y = -0.6;
/** Numbers that say a motion: a translation, and a turn about the upright axis. */
const MOTION = 4;

/**
 * What `makeStream` makes.
 *
 * @example
 * ```ts
 * const options: MakeStreamOptions = { gaussians: 100_000, frames: 60, added: 500 };
 * ```
 */
export interface MakeStreamOptions {
  /** Of frame 0, 0 to 16 million. */
  readonly gaussians: number;
  /** 1 to a million. */
  readonly frames: number;
  /** Gaussians that each other frame adds, beginning with frame 1. Default none. */
  readonly added?: number;
  /** Of the harmonics. Default 1. */
  readonly degree?: HarmonicDegree;
  /** Default 10. */
  readonly fps?: number;
  /** A whole number. Default 1. */
  readonly seed?: number;
  /** Default as the trainer has it; at least 4 features, and a layer at least 8 wide. */
  readonly grid?: StreamGrid;
}

/**
 * Writes a made-up stream (P6c) to a folder: the room of `makeScatter`, which sways and turns to and fro as one, by caches whose numbers are made by code; added is a small copy of it in the air. All levels of
 * their grid hold numbers and take their time; only the first, between whose corners a rigid motion is exact, has a say.
 *
 * @returns what its `stream.json` says.
 * @throws SgapsError `ARGUMENT_INVALID` for a grid too small for the motion, and what `parseStreamManifest` and `makeScatter` throw.
 * @example
 * ```ts
 * await makeStream('./splats/room', { gaussians: 100_000, frames: 60 });
 * const stream = await SplatStream.open('./splats/room');
 * ```
 */
export async function makeStream(folder: string, options: MakeStreamOptions): Promise<StreamManifest> {
  const { gaussians, frames, added = 0, degree = 1, fps = 10, seed = 1, grid = GRID } = options;
  const json = formatStreamManifest({ fps, frames, degree, bounds: BOUNDS, grid });
  const manifest = parseStreamManifest(json);
  const base = makeScatter(gaussians, seed, degree);
  const others = dollsHouse(makeScatter(added, seed + 1, degree));
  const maker = new CacheMaker(grid, seed);
  await mkdir(join(folder, 'frames'), { recursive: true });
  await writeFile(join(folder, 'base.ply'), writePly(base));
  const ply = writePly(others);
  for (let frame = 1; frame < frames; frame++) {
    const adds = frame % 2 === 1 && added > 0;
    await writeFile(join(folder, `${frameName(frame)}.ntc`), maker.make(frame, adds ? added : 0));
    if (adds) await writeFile(join(folder, `${frameName(frame)}.ply`), ply);
  }
  await writeFile(join(folder, 'stream.json'), json);
  return manifest;
}

/** A cloud made small, above the things in the room. */
function dollsHouse(cloud: SplatCloud): SplatCloud {
  for (let at = 0; at < cloud.positions.length; at++) {
    cloud.positions[at] = DOLL * cloud.positions[at] + (at % 3 === 1 ? DOLL_Y : 0);
    cloud.scales[at] *= DOLL;
  }
  return cloud;
}

/** Makes the files of frames, in one set of arrays. */
class CacheMaker {
  private readonly tables: Float32Array;
  private readonly layers: Float32Array;

  constructor(
    private readonly grid: StreamGrid,
    seed: number,
  ) {
    const { tables, layers } = numbersOf(grid);
    const random = new SplatRandom(seed);
    this.tables = Float32Array.from({ length: tables }, () => random.range(-0.5, 0.5));
    this.layers = new Float32Array(layers);
    this.carry();
  }

  make(frame: number, added: number): Uint8Array {
    const { grid, tables, layers } = this;
    rigidFeatures(grid, BOUNDS, streamPose(frame - 1), streamPose(frame), tables);
    return encodeCache(grid, { frame, added, tables, layers });
  }

  /** Weights that bring the first numbers of the first level to the outputs as they are. What is below 0 would be lost on the way, so it travels with its sign changed. */
  private carry(): void {
    const { layers } = this;
    const widths = widthsOf(this.grid);
    const put = (from: number, outputs: number, input: number, output: number, value: number) => {
      layers[from + input * outputs + output] = value;
    };
    for (let layer = 1, from = 0; layer < widths.length; from += widths[layer - 1] * widths[layer], layer++) {
      const [isFirst, isLast] = [layer === 1, layer === widths.length - 1];
      for (let motion = 0; motion < MOTION; motion++) {
        // x, y, z, and of the quaternion the part of the upright axis.
        const output = isLast ? [0, 1, 2, 5][motion] : motion;
        put(from, widths[layer], motion, output, 1);
        if (isFirst && !isLast) put(from, widths[layer], motion, MOTION + motion, -1);
        if (!isFirst) put(from, widths[layer], MOTION + motion, isLast ? output : MOTION + motion, isLast ? -1 : 1);
      }
    }
  }
}
