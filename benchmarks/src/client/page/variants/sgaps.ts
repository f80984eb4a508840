import {
  Canvas2dSampler,
  GameRecorder,
  type GameSurface,
  type RecorderDiagnostic,
  type RecorderStats,
  type RecordingOptions,
  WorkerSampler,
} from '@sgaps/client';
import type { RecorderSlice } from '../../SliceFigures.js';
import type { Stage, StageRecording } from '../Stage.js';
import type { RunningVariant, VariantContext } from './RunningVariant.js';

/** Things a page need not worry about: they belong to a recording that ends. */
const HARMLESS = new Set<RecorderDiagnostic['code']>(['connection-closed']);

/**
 * The engine's own plugin as a game uses it, at its default preset: real requests, coding, socket and server. `worker` false keeps the
 * courier on the game's thread. Rejects when it does not record.
 *
 * @example
 * ```ts
 * const running = await startPlugin(context, true);
 * ```
 */
export async function startPlugin(context: VariantContext, worker: boolean): Promise<RunningVariant> {
  const told: RecorderDiagnostic[] = [];
  const recording = await context.stage.record({ ...optionsOf(context, told), worker });
  return running(recording, told);
}

/**
 * A recording of the canvas alone, without the engine's word, by a sampler for games that cannot have a better one. Rejects when it
 * does not record.
 *
 * @example
 * ```ts
 * const running = await startCanvas(context, 'worker');
 * ```
 */
export async function startCanvas(context: VariantContext, kind: 'worker' | 'canvas2d'): Promise<RunningVariant> {
  const told: RecorderDiagnostic[] = [];
  const recorder = new GameRecorder(surfaceOf(context.stage, kind), { ...optionsOf(context, told), fps: context.fps });
  await recorder.record();
  const recording: StageRecording = {
    get stats() {
      return recorder.stats;
    },
    stop: () => recorder.stop(),
  };
  return running(recording, told);
}

function optionsOf({ endpoint }: VariantContext, told: RecorderDiagnostic[]): RecordingOptions {
  return { endpoint, game: 'bench:client', autoStart: false, onDiagnostic: (diagnostic) => told.push(diagnostic) };
}

function surfaceOf(stage: Stage, kind: 'worker' | 'canvas2d'): GameSurface {
  let leave: (() => void)[] = [];
  const { canvas } = stage;
  return {
    engine: 'canvas',
    canvas,
    createSampler: (grid, batch) => {
      const sampler =
        kind === 'worker' ? new WorkerSampler(canvas, { grid, batch }) : new Canvas2dSampler(canvas, { grid, batch });
      return { sampler, why: 'The bench asks for it.' };
    },
    readState: () => undefined,
    viewport: () => stage.viewport(),
    attach: (frames) => {
      leave = [stage.onBegin(() => frames.beginFrame()), stage.onEnd(() => frames.endFrame())];
    },
    detach: () => {
      for (const off of leave.splice(0)) off();
    },
  };
}

function running(recording: StageRecording, told: readonly RecorderDiagnostic[]): RunningVariant {
  const check = (): RecorderStats => {
    const trouble = told.find(({ code }) => !HARMLESS.has(code));
    const { stats } = recording;
    if (!stats || trouble) throw new Error(trouble ? `${trouble.code}: ${trouble.message}` : 'Nothing is recorded.');
    return stats;
  };
  check();
  return {
    counts: () => {
      const { frames, skipped, dropped, bytesUp, bytesDown } = check();
      return { taken: frames, lost: skipped + dropped, bytes: bytesUp + bytesDown };
    },
    recorder: () => sliceOf(check()),
    stop: () => recording.stop(),
  };
}

function sliceOf(stats: RecorderStats): RecorderSlice {
  const { sampler, thread, micros, samples, frames, latencyFrames, stalls, postponed, faults, cost } = stats;
  return {
    sampler: sampler.kind,
    thread,
    micros,
    samplesPerFrame: samples / Math.max(1, frames),
    latencyFrames,
    stalls,
    postponed,
    faults,
    costLevel: cost.level,
  };
}
