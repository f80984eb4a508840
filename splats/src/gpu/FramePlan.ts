import type { Colours } from '../camera/SplatCamera.js';
import type { BufferPool } from './BufferPool.js';
import type { CloudBuffers } from './CloudBuffers.js';
import { USAGE } from './flags.js';
import type { PairBuffers } from './PairBuffers.js';
import type { PictureBuffers } from './PictureBuffers.js';
import type { PreparedSort } from './RadixSort.js';
import type { SplatKernels } from './SplatKernels.js';
import type { StageTimer } from './StageTimer.js';
import { COUNTER_COUNT, COUNTERS, FRAME_BYTES } from './shaders/frame.js';
import { ARGUMENT_STRIDE } from './shaders/radix.js';

/** Bits of +∞, which WGSL has no constant for. */
const INFINITY = 0x7f800000;
/** Where the arguments for workgroups of 256 items are, beside those for blocks of keys. */
const PER_256 = 16;

/** What a frame is drawn from and to. */
export interface FrameParts {
  readonly cloud: CloudBuffers;
  readonly picture: PictureBuffers;
  readonly pairs: PairBuffers;
}

/** All that frames of one cloud, one picture's size and one number of pairs share: bound once, encoded for each frame. */
export class FramePlan {
  readonly frame: GPUBuffer;
  readonly counters: GPUBuffer;
  readonly parts: FrameParts;
  readonly #kernels: SplatKernels;
  readonly #args: GPUBuffer;
  readonly #byDepth: PreparedSort;
  readonly #byTile: PreparedSort;
  readonly #project: readonly (readonly [GPUBindGroup, number])[];
  readonly #groups: Readonly<Record<'countPairs' | 'scanPairs' | 'emitPairs' | 'findRanges', GPUBindGroup>>;
  readonly #blend: readonly (readonly [GPUBindGroup, number])[];
  readonly #pack: readonly (readonly [GPUBindGroup, number])[];
  readonly #pool: BufferPool;

  constructor(pool: BufferPool, kernels: SplatKernels, parts: FrameParts) {
    const { cloud, picture, pairs } = parts;
    this.parts = parts;
    this.#pool = pool;
    this.#kernels = kernels;
    this.frame = pool.make('frame', FRAME_BYTES, USAGE.uniform | USAGE.copyGoal);
    this.counters = pool.storage('counters', 4 * COUNTER_COUNT);
    const words = ARGUMENT_STRIDE * COUNTER_COUNT;
    this.#args = pool.make('workgroups', words, USAGE.storage | USAGE.indirect | USAGE.copyGoal);
    const { counters, frame } = this;
    const shared = { counters, args: this.#args };
    this.#byDepth = kernels.sort.prepare(pool, {
      ...shared,
      keys: cloud.keys,
      values: cloud.values,
      places: true,
      capacity: cloud.count,
      bits: 32,
      source: COUNTERS.splats,
      goal: COUNTERS.seen,
    });
    const order = cloud.values[this.#byDepth.result];
    this.#byTile = kernels.sort.prepare(pool, {
      ...shared,
      keys: pairs.tiles,
      values: pairs.splats,
      places: false,
      capacity: pairs.capacity,
      bits: Math.ceil(Math.log2(Math.max(2, picture.columns * picture.rows))),
      source: COUNTERS.emitted,
      goal: COUNTERS.kept,
    });
    const tiles = pairs.tiles[this.#byTile.result];
    const splats = pairs.splats[this.#byTile.result];

    this.#project = cloud.harmonics.parts.map(({ first, count, buffer }) => {
      const part = pool.uniform('part', [first, count, cloud.degree, cloud.harmonics.words]);
      const { positions, rotations, scales, opacities, records, keys, rects } = cloud;
      const group = kernels.project.bind(frame, part, positions, rotations, scales, opacities, buffer, records, keys[0], rects);
      return [group, Math.ceil(count / 256)];
    });
    const { rects, records, groups } = cloud;
    this.#groups = {
      countPairs: kernels.countPairs.bind(counters, order, rects, groups),
      scanPairs: kernels.scanPairs.bind(frame, counters, groups, this.#args),
      emitPairs: kernels.emitPairs.bind(frame, counters, order, rects, records, groups, pairs.tiles[0], pairs.splats[0]),
      findRanges: kernels.findRanges.bind(counters, tiles, picture.ranges),
    };
    this.#blend = picture.bands.map(({ firstRow, rows, offset, size }) => {
      const band = pool.uniform('band', [firstRow, INFINITY]);
      const colours = { buffer: picture.colours, offset, size };
      const { ranges, depths, alphas } = picture;
      return [kernels.blend.bind(frame, band, ranges, splats, records, colours, depths, alphas), rows];
    });
    this.#pack = picture.bands.map(({ offset, size }) => {
      const part = pool.uniform('part of the colours', [size / 4, offset / 16]);
      const group = kernels.pack.bind(part, { buffer: picture.colours, offset, size }, picture.bytes);
      return [group, Math.ceil(size / 16 / 256)];
    });
  }

  /** Whether it was made of these. */
  isOf({ cloud, picture, pairs }: FrameParts): boolean {
    return cloud === this.parts.cloud && picture === this.parts.picture && pairs === this.parts.pairs;
  }

  encode(encoder: GPUCommandEncoder, timer: StageTimer, colours: Colours): void {
    const { project, countPairs, scanPairs, emitPairs, findRanges, blend, pack } = this.#kernels;
    const { cloud, picture } = this.parts;
    const stage = (name: Parameters<StageTimer['begin']>[1], work: (pass: GPUComputePassEncoder) => void) => {
      const pass = timer.begin(encoder, name);
      work(pass);
      pass.end();
    };
    encoder.clearBuffer(picture.ranges);
    stage('project', (pass) => {
      for (const [group, workgroups] of this.#project) project.run(pass, group, workgroups);
    });
    stage('sort', (pass) => this.#byDepth.encode(pass, cloud.count));
    stage('pairs', (pass) => {
      const seen = COUNTERS.seen * ARGUMENT_STRIDE + PER_256;
      countPairs.runIndirect(pass, this.#groups.countPairs, this.#args, seen);
      scanPairs.run(pass, this.#groups.scanPairs, 1);
      emitPairs.runIndirect(pass, this.#groups.emitPairs, this.#args, seen);
    });
    stage('tiles', (pass) => {
      this.#byTile.encode(pass);
      findRanges.runIndirect(pass, this.#groups.findRanges, this.#args, COUNTERS.kept * ARGUMENT_STRIDE);
    });
    stage('blend', (pass) => {
      for (const [group, rows] of this.#blend) blend.run(pass, group, picture.columns, rows);
      if (colours === 'bytes') for (const [group, workgroups] of this.#pack) pack.run(pass, group, workgroups);
    });
  }

  dispose(): void {
    this.#pool.dispose();
  }
}
