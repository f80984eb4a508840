import type { StatePacker } from '@sgaps/core';
import { zstdCompressor } from '../storage/zstd.js';

/**
 * Packs decoder states with zstd, in the thread pool.
 *
 * @example
 * ```ts
 * const shelf = new MemoryShelf({ packer: zstdPacker });
 * ```
 */
export const zstdPacker: StatePacker = {
  pack: (bytes) => zstdCompressor.compress(bytes),
  unpack: (bytes, length) => zstdCompressor.decompress(bytes, length),
};
