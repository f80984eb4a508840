import { cpus } from 'node:os';
import type { CaptureGrid } from '@sgaps/protocol';
import type { Provider } from '@sgaps/server';
import { findGpu, type Gpu } from './findGpu.js';
import { type BatchFigures, measureBatches } from './measureBatches.js';
import { openService } from './openService.js';

const GRID: CaptureGrid = { width: 320, height: 180 };
/** ms after which a live picture is of no use any more: the inference service's default. */
const LATE_MS = 50;
const MIB = 2 ** 20;

/**
 * What is measured.
 *
 * @example
 * ```ts
 * const options: GpuOptions = { model: 'sgaps-mae-small', batches: [1, 8, 32], seconds: 3, on: 'gpu' };
 * ```
 */
interface GpuOptions {
  /** Name of a model in `@sgaps/models`, or a folder. */
  readonly model: string;
  readonly batches: readonly number[];
  readonly seconds: number;
  readonly on: 'gpu' | 'cpu';
  /** Default 320×180. */
  readonly grid?: CaptureGrid;
}

/**
 * What a device makes of a model.
 *
 * @example
 * ```ts
 * const { rows, sessionsPerDevice }: GpuFigures = figures;
 * ```
 */
export interface GpuFigures {
  /** Null where the CPU was measured. */
  readonly gpu: Pick<Gpu, 'name' | 'memoryMb'> | null;
  readonly cpu?: string;
  readonly provider: Provider;
  /** Model id, name@version. */
  readonly model: string;
  readonly grid: CaptureGrid;
  readonly rows: readonly BatchFigures[];
  /** Sessions of 30 frames a second at the best batch whose frames come within 50 ms, p95; null where none does. */
  readonly sessionsPerDevice: number | null;
}

/**
 * Frames per second, latency and memory of a model by batch size, on the GPU of this machine or on its CPU; or why there is no GPU.
 *
 * @throws SgapsError `MODEL_NOT_FOUND`, `MODEL_INVALID`; `PROVIDER_UNAVAILABLE` where not even the CPU runs it.
 *
 * @example
 * ```ts
 * const figures = await measureGpu({ model: 'sgaps-mae-small', batches: [1, 2], seconds: 1, on: 'cpu' });
 * ```
 */
export async function measureGpu(
  options: GpuOptions,
  find: typeof findGpu = findGpu,
): Promise<GpuFigures | { readonly gpu: null; readonly reason: string }> {
  const { model, seconds, on, grid = GRID } = options;
  const gpu = on === 'gpu' ? find() : null;
  if (gpu && 'reason' in gpu) return { gpu: null, reason: gpu.reason };
  const usedMb = () => (gpu ? gpu.usedMb() : process.memoryUsage.rss() / MIB);
  const before = usedMb();
  const batches = [...new Set(options.batches)].sort((a, b) => a - b);
  const most = batches[batches.length - 1];
  const service = await openService(model, on, { maxBatch: most, maxWaiting: most, maxWaitMs: 0, warmUp: grid });
  if ('reason' in service) return { gpu: null, reason: service.reason };
  try {
    const grown = () => {
      const used = usedMb();
      return used === null || before === null ? null : used - before;
    };
    const rows = await measureBatches(service, { batches, grid, seconds, usedMb: grown });
    const inTime = rows.filter(({ latencyMs }) => latencyMs.p95 <= LATE_MS).map(({ sessionsAt30fps }) => sessionsAt30fps);
    const { provider, model: id } = service.figures();
    return {
      gpu: gpu && { name: gpu.name, memoryMb: gpu.memoryMb },
      ...(gpu ? {} : { cpu: cpus()[0]?.model.trim() ?? 'unknown processor' }),
      provider,
      model: id,
      grid,
      rows,
      sessionsPerDevice: inTime.length > 0 ? Math.max(...inTime) : null,
    };
  } finally {
    await service.close();
  }
}
