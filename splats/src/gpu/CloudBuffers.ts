import type { CloudChanges } from '../cloud/CloudChanges.js';
import type { HarmonicDegree, SplatCloud } from '../cloud/SplatCloud.js';
import type { BufferPool } from './BufferPool.js';
import { HarmonicsBuffers } from './HarmonicsBuffers.js';
import type { Kernel } from './Kernel.js';
import type { PingPong } from './RadixSort.js';
import { RECORD_BYTES } from './shaders/record.js';

/** A cloud on the GPU, and what the stages keep for each of its splats. */
export class CloudBuffers {
  readonly count: number;
  readonly degree: HarmonicDegree;
  readonly positions: GPUBuffer;
  readonly rotations: GPUBuffer;
  readonly scales: GPUBuffer;
  readonly opacities: GPUBuffer;
  readonly harmonics: HarmonicsBuffers;
  /** Splats as they lie in the picture. */
  readonly records: GPUBuffer;
  /** Rectangles of tiles, a byte a side. */
  readonly rects: GPUBuffer;
  /** Depths to sort by, and places in the cloud. */
  readonly keys: PingPong;
  readonly values: PingPong;
  /** Pairs of each 256 splats. */
  readonly groups: GPUBuffer;
  readonly #device: GPUDevice;
  readonly #pool: BufferPool;

  constructor(
    device: GPUDevice,
    pool: BufferPool,
    packHarmonics: Kernel,
    { count, degree }: Pick<SplatCloud, 'count' | 'degree'>,
  ) {
    this.count = count;
    this.degree = degree;
    this.#device = device;
    this.#pool = pool;
    this.positions = pool.storage('positions', 12 * count);
    this.rotations = pool.storage('rotations', 16 * count);
    this.scales = pool.storage('scales', 12 * count);
    this.opacities = pool.storage('opacities', 4 * count);
    this.records = pool.storage('splats in the picture', RECORD_BYTES * count);
    this.rects = pool.storage('rectangles', 4 * count);
    this.keys = [pool.storage('depths', 4 * count), pool.storage('depths, other', 4 * count)];
    this.values = [pool.storage('splats', 4 * count), pool.storage('splats, other', 4 * count)];
    this.groups = pool.storage('pairs of groups', 4 * Math.ceil(count / 256));
    this.harmonics = new HarmonicsBuffers(device, pool, packHarmonics, count, degree);
  }

  /** True where a cloud goes into these buffers. */
  fits(cloud: SplatCloud): boolean {
    return cloud.count === this.count && cloud.degree === this.degree;
  }

  /** Queues uploads. The arrays may be changed afterwards. */
  write({ positions, rotations, scales, opacities, harmonics }: CloudChanges): void {
    const { queue } = this.#device;
    const send = (buffer: GPUBuffer, data: Float32Array | undefined) => {
      if (data) queue.writeBuffer(buffer, 0, data.buffer, data.byteOffset, data.byteLength);
    };
    send(this.positions, positions);
    send(this.rotations, rotations);
    send(this.scales, scales);
    send(this.opacities, opacities);
    if (harmonics) this.harmonics.write(harmonics);
  }

  dispose(): void {
    this.#pool.dispose();
  }
}
