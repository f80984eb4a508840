import { Counter } from 'prom-client';
import type { LoopStage, LoopTally } from '../loop/SessionLoopOptions.js';
import { metrics } from './registry.js';
import { TimeHistogram } from './TimeHistogram.js';

const STAGES: readonly LoopStage[] = ['store', 'decode', 'rebuild', 'plan', 'encode', 'read-back', 'packet'];
/** From what a packet's digest takes to a frame that is far too late, ms. */
const MS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1000];

const took = new TimeHistogram<LoopStage>({
  name: 'sgaps_loop_stage_seconds',
  help: 'What the loop of a session took for a packet, by stage; `packet` is all of it.',
  registry: metrics,
  label: 'stage',
  of: STAGES,
  ms: MS,
});

/** Plain numbers, since they change with every packet: they are read when somebody asks. */
const counts = { frames: 0, samples: 0, late: 0, unanswered: 0, packets: 0, up: 0, down: 0 };

/**
 * Takes in what the loops of all sessions of this process do.
 *
 * @example
 * ```ts
 * const loop = new SessionLoop({ shape, sink, clock, tally: loopMetrics });
 * ```
 */
export const loopMetrics: LoopTally = {
  took: (stage, ms) => took.took(stage, ms),
  received: (bytes, frames, samples, late, unanswered) => {
    counts.packets++;
    counts.up += bytes;
    counts.frames += frames;
    counts.samples += samples;
    counts.late += late;
    counts.unanswered += unanswered;
  },
  sent: (bytes) => {
    counts.down += bytes;
  },
};

function counter(name: string, help: string, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [metrics],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}

counter('sgaps_frames_total', 'Frames that came from recorders and were taken in.', () => counts.frames);
counter('sgaps_samples_total', 'Samples in those frames.', () => counts.samples);
counter('sgaps_frames_late_total', 'Frames drawn before the request for them had reached the game.', () => counts.late);
counter('sgaps_frames_unanswered_total', 'Frames that used none of the requests sent.', () => counts.unanswered);
counter('sgaps_packets_total', 'Pixel packets taken in.', () => counts.packets);
new Counter({
  name: 'sgaps_recorder_bytes_total',
  help: 'Bytes of packets between recorders and the server: pixel packets up, coordinate packets down.',
  labelNames: ['direction'],
  registers: [metrics],
  collect() {
    this.reset();
    this.inc({ direction: 'up' }, counts.up);
    this.inc({ direction: 'down' }, counts.down);
  },
});
