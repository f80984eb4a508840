import { MODEL_PLANES, type ModelBackend } from '@sgaps/core';
import type { CaptureGrid } from '@sgaps/protocol';
import type { InferenceService } from '@sgaps/server';
import { quantile } from '../metrics/statistics.js';

/** Batches run before any is counted: memory is taken and shaders are made. */
const WARM_UP = 2;
/** Batches counted at least, however long they take. */
const LEAST_BATCHES = 3;
const FPS = 30;

/**
 * Figures of one batch size. `training/sgaps_mae/bench.py` prints the same.
 *
 * @example
 * ```ts
 * const { framesPerSecond, latencyMs }: BatchFigures = rows[0];
 * ```
 */
export interface BatchFigures {
  readonly batch: number;
  /** Batches measured. */
  readonly batches: number;
  readonly framesPerSecond: number;
  /** ms from asking for a frame to its picture, all of a batch asked for at once. */
  readonly latencyMs: { readonly p50: number; readonly p95: number };
  /** ms of a batch in the runtime, mean: without the ways to its thread and back. */
  readonly runMs: number;
  /** MB (2²⁰ bytes) the model takes, its share of weights and code included, by sessions of the batch; null where it cannot be read. */
  readonly memoryPerSessionMb: number | null;
  /** Sessions of 30 frames a second that so many frames make. */
  readonly sessionsAt30fps: number;
  /** Whole batches did not fit into memory: the service ran them in parts. */
  readonly parts?: true;
}

/**
 * Measures a model at several batch sizes, through the inference service as it runs for rooms: planes of a frame from each of `batch` sessions at once, and
 * the next when all have their pictures. Ends with the first size that does not run at all.
 *
 * @param batches Sizes in rising order; the service must take the largest (`maxBatch`, `maxWaiting`) and wait for none (`maxWaitMs` 0).
 * @param usedMb Memory in use, MB, less what was in use before the model was loaded.
 *
 * @example
 * ```ts
 * const rows = await measureBatches(service, { batches: [1, 2, 4], grid, seconds: 2, usedMb });
 * ```
 */
export async function measureBatches(
  service: InferenceService,
  options: {
    readonly batches: readonly number[];
    readonly grid: CaptureGrid;
    /** Measured for each size. */
    readonly seconds: number;
    readonly usedMb: () => number | null;
  },
): Promise<BatchFigures[]> {
  const rows: BatchFigures[] = [];
  for (const batch of options.batches) {
    const row = await measureBatch(service, batch, options);
    if (row === null) break;
    rows.push(row);
  }
  return rows;
}

async function measureBatch(
  service: InferenceService,
  batch: number,
  { grid, seconds, usedMb }: Parameters<typeof measureBatches>[1],
): Promise<BatchFigures | null> {
  const planes = madeUpPlanes(grid);
  const sessions = Array.from({ length: batch }, () => service.open({ lateAfterMs: Number.POSITIVE_INFINITY }));
  for (let i = 0; i < WARM_UP; i++) if (!(await runBatch(sessions, grid, planes))) return null;
  const before = service.figures();
  const times: number[] = [];
  const latencies: number[] = [];
  const started = performance.now();
  while (times.length < LEAST_BATCHES || performance.now() - started < 1000 * seconds) {
    const asked = performance.now();
    const took = await runBatch(sessions, grid, planes);
    if (!took) return null;
    times.push(performance.now() - asked);
    latencies.push(...took);
  }
  const framesPerSecond = (1000 * batch * times.length) / (performance.now() - started);
  const used = usedMb();
  const after = service.figures();
  return {
    batch,
    batches: times.length,
    framesPerSecond,
    latencyMs: { p50: quantile(latencies, 0.5), p95: quantile(latencies, 0.95) },
    runMs: (after.busyMs - before.busyMs) / (after.batches - before.batches),
    memoryPerSessionMb: used === null ? null : Math.max(0, used) / batch,
    sessionsAt30fps: Math.floor(framesPerSecond / FPS),
    ...(after.outOfMemory > before.outOfMemory || (after.batchSizes[batch] ?? 0) <= (before.batchSizes[batch] ?? 0)
      ? { parts: true as const }
      : {}),
  };
}

/** ms that each session waited; null where one got no picture. */
async function runBatch(sessions: readonly ModelBackend[], grid: CaptureGrid, planes: Uint8Array): Promise<number[] | null> {
  const asked = performance.now();
  const took = await Promise.all(
    sessions.map(async (session) => ((await session.run(grid, planes)) ? performance.now() - asked : null)),
  );
  return took.some((ms) => ms === null) ? null : (took as number[]);
}

/** Planes of noise: what they show makes no difference to the time a model takes. */
function madeUpPlanes({ width, height }: CaptureGrid): Uint8Array {
  return Uint8Array.from({ length: MODEL_PLANES.length * width * height }, (_, at) => Math.imul(at + 1, 2654435761) >>> 24);
}
