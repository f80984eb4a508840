import { SgapsError } from '@sgaps/protocol';
import { type HarmonicDegree, harmonicsOf, MOST_SPLATS, type SplatCloud } from '../cloud/SplatCloud.js';
import type { BufferPool } from './BufferPool.js';
import { harmonicWords, packHarmonics } from './packHarmonics.js';
import type { Pair } from './RadixSort.js';
import { RECORD_BYTES } from './shaders/record.js';

/**
 * Arrays of a cloud, all or some of them; as long as those of the whole cloud.
 *
 * @example
 * ```ts
 * const changes: CloudChanges = { positions, rotations };
 * ```
 */
export type CloudChanges = Partial<Pick<SplatCloud, 'positions' | 'scales' | 'rotations' | 'opacities' | 'harmonics'>>;

/** Splats whose harmonics are packed at once: some MiB. */
const SLICE = 1 << 16;

/** Splats whose harmonics lie in one buffer. */
export interface HarmonicsPart {
  readonly first: number;
  readonly count: number;
  readonly buffer: GPUBuffer;
}

/** A cloud on the GPU, and what the stages keep for each of its splats. */
export class CloudBuffers {
  readonly count: number;
  readonly degree: HarmonicDegree;
  readonly positions: GPUBuffer;
  readonly rotations: GPUBuffer;
  readonly scales: GPUBuffer;
  readonly opacities: GPUBuffer;
  readonly harmonics: readonly HarmonicsPart[];
  /** Splats as they lie in the picture. */
  readonly records: GPUBuffer;
  /** Rectangles of tiles, a byte a side. */
  readonly rects: GPUBuffer;
  /** Depths to sort by, and places in the cloud. */
  readonly keys: Pair;
  readonly values: Pair;
  /** Pairs of each 256 splats. */
  readonly groups: GPUBuffer;
  readonly #device: GPUDevice;
  readonly #pool: BufferPool;

  constructor(device: GPUDevice, pool: BufferPool, { count, degree }: Pick<SplatCloud, 'count' | 'degree'>) {
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
    // Harmonics of a large cloud are more than a device binds at once.
    const bytes = 4 * harmonicWords(degree);
    const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
    const most = Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / bytes);
    const parts: HarmonicsPart[] = [];
    for (let first = 0; first < count; first += most) {
      const size = Math.min(most, count - first);
      parts.push({ first, count: size, buffer: pool.storage(`harmonics from ${first}`, bytes * size) });
    }
    this.harmonics = parts;
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
    if (harmonics) this.#writeHarmonics(harmonics);
  }

  dispose(): void {
    this.#pool.dispose();
  }

  #writeHarmonics(harmonics: Float32Array): void {
    const words = harmonicWords(this.degree);
    const packed = new Uint32Array(words * Math.min(SLICE, this.count));
    for (const { first, count, buffer } of this.harmonics) {
      for (let done = 0; done < count; done += SLICE) {
        const size = Math.min(SLICE, count - done);
        packHarmonics(harmonics, this.degree, first + done, size, packed);
        this.#device.queue.writeBuffer(buffer, 4 * words * done, packed, 0, words * size);
      }
    }
  }
}

/**
 * Checks that arrays have what their count says.
 *
 * @throws SgapsError `ARGUMENT_INVALID` for an array of another length, `LIMIT_EXCEEDED` for more than 16 million splats
 */
export function checkCloud({ count, degree }: Pick<SplatCloud, 'count' | 'degree'>, arrays: CloudChanges): void {
  if (count > MOST_SPLATS) throw SgapsError.limit('splats', count, MOST_SPLATS);
  const each = { positions: 3, rotations: 4, scales: 3, opacities: 1, harmonics: 3 * harmonicsOf(degree) };
  for (const name of Object.keys(each) as (keyof typeof each)[]) {
    const array = arrays[name];
    if (array && array.length !== each[name] * count)
      throw new SgapsError(
        'ARGUMENT_INVALID',
        `The ${name} of ${count} splats are ${each[name] * count} numbers, not ${array.length}.`,
      );
  }
}
