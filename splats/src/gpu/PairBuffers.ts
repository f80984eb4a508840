import type { BufferPool } from './BufferPool.js';
import type { PingPong } from './RadixSort.js';
import { SORT_BLOCK } from './shaders/radix.js';

/** Pairs of a tile and a splat that touches it, which a frame makes as many of as its picture shows. */
export class PairBuffers {
  readonly capacity: number;
  /** Tiles, and places of splats in the cloud. */
  readonly tiles: PingPong;
  readonly splats: PingPong;
  readonly #pool: BufferPool;

  constructor(pool: BufferPool, capacity: number) {
    this.capacity = capacity;
    this.#pool = pool;
    const both = (label: string): PingPong => [pool.storage(label, 4 * capacity), pool.storage(`${label}, other`, 4 * capacity)];
    this.tiles = both('tiles of pairs');
    this.splats = both('splats of pairs');
  }

  dispose(): void {
    this.#pool.dispose();
  }
}

/** Pairs that a device can hold and sort. */
export function mostPairs(limits: GPUSupportedLimits): number {
  const held = Math.floor(Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize) / 4);
  return Math.min(held, limits.maxComputeWorkgroupsPerDimension * SORT_BLOCK);
}
