import { SgapsError } from '@sgaps/protocol';
import { makeCloud, type SplatCloud } from '../cloud/SplatCloud.js';
import { BAND_0 } from '../reference/harmonics.js';
import { carve } from './carve.js';
import { type FrameDepths, FrameStore } from './FrameStore.js';
import { findDepthShift } from './findDepthShift.js';
import { gatherLooks } from './gatherLooks.js';
import { assertReplayFrame, type ReplayFrame } from './ReplayFrame.js';
import { refineColours } from './refineColours.js';
import { replayCamera } from './replayCamera.js';
import type { SkyCells } from './SkyCells.js';
import type { SplatCells } from './SplatCells.js';
import { farDepth, fusePoints, laySurfels, type Surfels } from './Surfels.js';
import { shapeSplats, turnTo } from './shapeSplats.js';

/** Splats made at most where nothing else is said, and the bounds of what may be said. */
const USUAL_SPLATS = 1_000_000;
const LEAST_SPLATS = 100;
const MOST_SPLATS = 4_000_000;
const USUAL_SWEEPS = 3;
const MOST_SWEEPS = 50;
/** Points between which surfaces are laid, at most. */
const MOST_POINTS = 1_500_000;
/** Times that cells are made twice as large, until few enough are left. */
const MOST_COARSER = 12;
/** The sky is so far away, times the size of what is not: it hardly moves, and what of it shines through a surface does not move that one's depth by much. */
const SKY_DISTANCE = 100;
const OPACITY = 0.9;

/**
 * Options of `ReplaySplatBuilder`.
 *
 * @example
 * ```ts
 * const options: ReplaySplatOptions = { mostSplats: 300_000, sweeps: 2 };
 * ```
 */
export interface ReplaySplatOptions {
  /** Splats at most, 100 … 4 million. Default 1 million. */
  readonly mostSplats?: number;
  /** How often each picture is drawn to correct the colours, 0 … 50. Default 3. */
  readonly sweeps?: number;
  /** Hears how far `build` is, 0 … 1; what it returns is waited for. */
  readonly onProgress?: (progress: number) => Promise<void> | void;
}

/**
 * What was made of a recording.
 *
 * @example
 * ```ts
 * const { cloud, sky }: ReplaySplats = await builder.build();
 * ```
 */
export interface ReplaySplats {
  /** Of degree 0; y is down (`replayCamera`). Surfaces first, then the sky. */
  readonly cloud: SplatCloud;
  /** Splats of the sky: the last ones of the cloud. */
  readonly sky: number;
  /** Frames that were added and had a camera. */
  readonly frames: number;
}

/**
 * Builds splats of what a recording's player saw and what stood still: from sampled colours, depths and cameras alone. Memory is bounded however many frames are added:
 * of very many only every second, fourth, … is kept.
 *
 * Measured depths become points; points that later looks go through have moved and are left out; discs are laid on those that stay. The discs' depth tells where in space
 * each pixel of each kept picture lies, and cells of a pixel's size gather them; a cell becomes a flat splat. Where nothing was drawn is a dome of splats, far away.
 * In the end the pictures are drawn and the splats' colours corrected by what they miss.
 *
 * @example
 * ```ts
 * const builder = new ReplaySplatBuilder();
 * for (const frame of frames) builder.add(frame);
 * const { cloud } = await builder.build();
 * writeFileSync('replay.ply', writePly(cloud));
 * ```
 */
export class ReplaySplatBuilder {
  private readonly store = new FrameStore();
  private readonly mostSplats: number;
  private readonly sweeps: number;
  private readonly tell: (progress: number) => Promise<void> | void;

  /** @throws SgapsError `ARGUMENT_INVALID` for options out of range. */
  constructor({ mostSplats = USUAL_SPLATS, sweeps = USUAL_SWEEPS, onProgress = () => undefined }: ReplaySplatOptions = {}) {
    if (!(Number.isInteger(mostSplats) && mostSplats >= LEAST_SPLATS && mostSplats <= MOST_SPLATS))
      throw new SgapsError('ARGUMENT_INVALID', `mostSplats is ${mostSplats}; it must be ${LEAST_SPLATS} to ${MOST_SPLATS}.`);
    if (!(Number.isInteger(sweeps) && sweeps >= 0 && sweeps <= MOST_SWEEPS))
      throw new SgapsError('ARGUMENT_INVALID', `sweeps is ${sweeps}; it must be 0 to ${MOST_SWEEPS}.`);
    this.mostSplats = mostSplats;
    this.sweeps = sweeps;
    this.tell = onProgress;
  }

  /**
   * Takes a frame in. One whose camera is none (`replayCamera`) is passed over, as are samples beside the picture.
   *
   * @returns false where it was passed over.
   * @throws SgapsError `ARGUMENT_INVALID` for sizes and counts that cannot be, `LIMIT_EXCEEDED` for pictures too large.
   */
  add(frame: ReplayFrame): boolean {
    assertReplayFrame(frame);
    const camera = replayCamera(frame.camera, frame.width, frame.height);
    if (!camera) return false;
    this.store.add(frame, camera);
    return true;
  }

  /**
   * Builds the splats of the frames that were added.
   *
   * @throws SgapsError `UNSUPPORTED` where no frame had a camera, or no sample a depth; what `onProgress` throws.
   */
  async build(): Promise<ReplaySplats> {
    const { frames } = this.store;
    if (frames === 0) throw new SgapsError('UNSUPPORTED', 'Splats need frames of a 3D camera, and there are none.');
    const far = farDepth(this.store.depths);
    const surfels = await this.surfels(far);
    const { cells, sky, pictures } = await gatherLooks(this.store.pictures, surfels, far, this.mostSplats, (share) =>
      this.tell(0.1 + 0.2 * share),
    );
    const ground = cells.take();
    const stays = carve(ground.positions, ground.sizes, this.store.depths);
    const cloud = assemble(pick(ground, stays), sky, this.mostSplats, meanEye(this.store.depths));
    await this.tell(0.4);
    const unseen = sky.count - sky.seen;
    await refineColours(cloud, pictures, this.sweeps, Math.max(0, cloud.count - unseen), (done, total) =>
      this.tell(0.4 + (0.6 * done) / total),
    );
    await this.tell(1);
    return { cloud, sky: Math.min(sky.count, cloud.count), frames };
  }

  private async surfels(far: number): Promise<Surfels> {
    const { depths } = this.store;
    const shift = findDepthShift(depths, far);
    let points = fusePoints(depths, far, shift);
    for (let coarser = 1; points.sizes.length > MOST_POINTS && coarser < MOST_COARSER; coarser++)
      points = fusePoints(depths, far, shift, coarser);
    if (points.sizes.length === 0 && depths.every(({ places }) => places.length === 0))
      throw new SgapsError('UNSUPPORTED', 'Splats need samples with a depth, and there are none.');
    await this.tell(0.03);
    const stays = carve(points.positions, points.sizes, depths);
    await this.tell(0.07);
    const kept: number[] = [];
    for (let i = 0; i < stays.length; i++) if (stays[i] === 1) kept.push(i);
    const positions = new Float32Array(3 * kept.length);
    const sizes = new Float32Array(kept.length);
    for (const [to, i] of kept.entries()) {
      positions.set(points.positions.subarray(3 * i, 3 * i + 3), 3 * to);
      sizes[to] = points.sizes[i];
    }
    const surfels = laySurfels(positions, sizes);
    await this.tell(0.1);
    return surfels;
  }
}

type Ground = ReturnType<SplatCells['take']>;

/** Those that stay. */
function pick({ positions, normals, colours, sizes }: Ground, stays: Uint8Array): Ground {
  const kept = new Int32Array(stays.reduce((sum, one) => sum + one, 0));
  for (let i = 0, to = 0; i < stays.length; i++) if (stays[i] === 1) kept[to++] = i;
  const threes = (from: Float32Array) => {
    const some = new Float32Array(3 * kept.length);
    for (let to = 0; to < some.length; to++) some[to] = from[3 * kept[(to / 3) | 0] + (to % 3)];
    return some;
  };
  return {
    positions: threes(positions),
    normals: threes(normals),
    colours: threes(colours),
    sizes: Float32Array.from(kept, (i) => sizes[i]),
  };
}

/** Makes one cloud of surfaces and sky. */
function assemble(ground: Ground, dome: SkyCells, most: number, middle: readonly number[]): SplatCloud {
  const sky = dome.take();
  const skyCount = Math.min(sky.sizes.length, most);
  const count = Math.min(ground.sizes.length, most - skyCount);
  const cloud = makeCloud(count + skyCount, 0);
  cloud.positions.set(ground.positions.subarray(0, 3 * count));
  cloud.opacities.fill(OPACITY);
  const paint = (splat: number, colours: Float32Array, from: number) => {
    for (let c = 0; c < 3; c++) cloud.harmonics[3 * splat + c] = (colours[from + c] / 255 - 0.5) / BAND_0;
  };
  for (let i = 0; i < count; i++) paint(i, ground.colours, 3 * i);
  shapeSplats(cloud, ground.normals, ground.sizes.subarray(0, count));
  const radius = radiusOf(ground.positions.subarray(0, 3 * count));
  for (let i = 0; i < skyCount; i++) {
    const splat = count + i;
    const [x, y, z] = sky.directions.subarray(3 * i, 3 * i + 3);
    const distance = SKY_DISTANCE * radius;
    cloud.positions.set([middle[0] + distance * x, middle[1] + distance * y, middle[2] + distance * z], 3 * splat);
    const size = distance * sky.sizes[i];
    cloud.scales.set([size, size, 0.01 * size], 3 * splat);
    const flat = Math.abs(y) < 0.9 ? ([0, 1, 0] as const) : ([1, 0, 0] as const);
    const side = unit(cross([x, y, z], flat));
    turnTo(cloud.rotations, 4 * splat, side, cross([x, y, z], side), [x, y, z]);
    paint(splat, sky.colours, 3 * i);
  }
  return cloud;
}

type Axis = readonly [number, number, number];

function cross(a: Axis, b: Axis): Axis {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function unit([x, y, z]: Axis): Axis {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

/** Where cameras were, in the mean. */
function meanEye(frames: readonly FrameDepths[]): number[] {
  const sum = [0, 0, 0];
  for (const { camera } of frames) {
    const { view } = camera;
    for (let axis = 0; axis < 3; axis++)
      sum[axis] -= view[4 * axis] * view[12] + view[4 * axis + 1] * view[13] + view[4 * axis + 2] * view[14];
  }
  return sum.map((value) => value / frames.length);
}

/** Half the diagonal of the box that holds all places; 1 where there are none. */
function radiusOf(positions: Float32Array): number {
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = low.map((value) => -value);
  for (let i = 0; i < positions.length; i++) {
    low[i % 3] = Math.min(low[i % 3], positions[i]);
    high[i % 3] = Math.max(high[i % 3], positions[i]);
  }
  if (positions.length === 0) return 1;
  return Math.max(1e-3, Math.hypot(...low.map((value, axis) => (high[axis] - value) / 2)));
}
