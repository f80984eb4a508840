import { Counter, Gauge } from 'prom-client';
import type { InferenceFigures } from '../inference/InferenceFigures.js';
import { metrics } from './registry.js';
import { TimeHistogram } from './TimeHistogram.js';

/** ms. */
const MODEL_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10_000];

/**
 * What the model takes: `wait`, from when a frame was asked for to its picture; `batch`, a run.
 *
 * @example
 * ```ts
 * modelTook.took('batch', 12.5);
 * ```
 */
export const modelTook = new TimeHistogram<'wait' | 'batch'>({
  name: 'sgaps_model_seconds',
  help: 'What the model took: `wait`, from when a frame was asked for to its picture; `batch`, a run of all frames together.',
  registry: metrics,
  label: 'what',
  of: ['wait', 'batch'],
  ms: MODEL_MS,
});

/** Something whose figures are read when somebody asks. */
interface FiguresSource {
  figures(): InferenceFigures;
  /** No thread runs the model, and none is to be hoped for. */
  readonly down: boolean;
}

let source: FiguresSource | null = null;

/**
 * Shows the figures of this service from now on; null: of none. What was counted before stays with the service that is gone, as after a restart.
 *
 * @example
 * ```ts
 * watchInference(inference);
 * ```
 */
export function watchInference(service: FiguresSource | null): void {
  source = service;
}

type Labels = Readonly<Record<string, string>>;

/** A figure that is read from the service: one value for each value of its label, or one in all. */
function show(
  kind: typeof Gauge | typeof Counter,
  name: string,
  help: string,
  read: (figures: InferenceFigures) => readonly (readonly [Labels, number])[],
): void {
  new kind({
    name,
    help,
    labelNames: ['model', 'provider', 'outcome', 'why'],
    registers: [metrics],
    collect() {
      this.reset();
      const figures = source?.figures();
      if (figures) for (const [labels, value] of read(figures)) this.inc(labels, value);
    },
  });
}

show(
  Gauge,
  'sgaps_model_info',
  'The model that fills in and what runs it (cuda, webgpu, cpu), always 1.',
  ({ model, provider }) => [[{ model, provider }, 1]],
);
show(Gauge, 'sgaps_model_queue', 'Frames that wait for the model.', ({ waiting }) => [[{}, waiting]]);
show(Gauge, 'sgaps_model_down', '1 where no thread runs the model and none is to be hoped for.', () => [
  [{}, source?.down ? 1 : 0],
]);
show(Counter, 'sgaps_model_frames_total', 'Frames asked of the model; all but `answered` kept what memory drew.', (figures) => [
  [{ outcome: 'answered' }, figures.frames],
  [{ outcome: 'late' }, figures.late],
  [{ outcome: 'failed' }, figures.failed],
  [{ outcome: 'invalid' }, figures.invalid],
]);
show(Counter, 'sgaps_model_batches_total', 'Runs of the model.', ({ batches }) => [[{}, batches]]);
show(Counter, 'sgaps_model_batch_frames_total', 'Frames in those runs.', ({ batchSizes }) => [
  [{}, Object.entries(batchSizes).reduce((sum, [size, count]) => sum + Number(size) * count, 0)],
]);
show(
  Counter,
  'sgaps_model_busy_seconds_total',
  'Seconds that the model ran; their rate is the share of the card, or of its threads, in use.',
  ({ busyMs }) => [[{}, busyMs / 1000]],
);
show(Counter, 'sgaps_model_out_of_memory_total', "How often the card's memory ran out and a batch was halved.", (figures) => [
  [{}, figures.outOfMemory],
]);
show(Counter, 'sgaps_model_restarts_total', 'Threads of the model that were replaced.', ({ crashes, hangs }) => [
  [{ why: 'crash' }, crashes],
  [{ why: 'hang' }, hangs],
]);
