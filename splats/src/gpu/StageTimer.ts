import type { BufferPool } from './BufferPool.js';
import { USAGE } from './flags.js';

/** The stages of a frame, in their order. */
const STAGES: readonly GpuStage[] = ['project', 'sort', 'pairs', 'tiles', 'blend'];

/**
 * A stage of drawing: splats to the picture's plane, sorting by depth, pairs of tiles and splats, sorting these by tile, and blending.
 *
 * @example
 * ```ts
 * const slowest: GpuStage = 'blend';
 * ```
 */
export type GpuStage = 'project' | 'sort' | 'pairs' | 'tiles' | 'blend';

/** Bytes of a frame's timestamps. */
export const TIMESTAMP_BYTES = 8 * 2 * STAGES.length;

/** Asks the GPU when each stage began and ended, where it tells. */
export class StageTimer {
  readonly #queries: GPUQuerySet | null;
  readonly #resolved: GPUBuffer | null;
  readonly #pool: BufferPool;

  constructor(device: GPUDevice, pool: BufferPool) {
    this.#pool = pool;
    const tells = device.features.has('timestamp-query');
    this.#queries = tells ? device.createQuerySet({ type: 'timestamp', count: 2 * STAGES.length }) : null;
    this.#resolved = tells ? pool.make('timestamps', TIMESTAMP_BYTES, USAGE.queryResolve | USAGE.copySource) : null;
  }

  /** A compute pass of a stage. */
  begin(encoder: GPUCommandEncoder, stage: GpuStage): GPUComputePassEncoder {
    if (!this.#queries) return encoder.beginComputePass({ label: stage });
    const at = 2 * STAGES.indexOf(stage);
    const timestampWrites = { querySet: this.#queries, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
    return encoder.beginComputePass({ label: stage, timestampWrites });
  }

  /** Copies a frame's timestamps. */
  copyTo(encoder: GPUCommandEncoder, buffer: GPUBuffer, offset: number): void {
    if (!this.#queries || !this.#resolved) return;
    encoder.resolveQuerySet(this.#queries, 0, 2 * STAGES.length, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, buffer, offset, TIMESTAMP_BYTES);
  }

  /** Milliseconds of each stage, from what was copied; null where the GPU does not tell. */
  read(timestamps: BigUint64Array): Record<GpuStage, number> | null {
    if (!this.#queries) return null;
    const took = (at: number) => Math.max(0, Number(timestamps[2 * at + 1] - timestamps[2 * at]) / 1e6);
    return Object.fromEntries(STAGES.map((stage, at) => [stage, took(at)])) as Record<GpuStage, number>;
  }

  dispose(): void {
    this.#queries?.destroy();
    this.#pool.dispose();
  }
}
