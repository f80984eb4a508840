import { quantile } from '../metrics/statistics.js';
import { answerParent } from './answerParent.js';
import type { Percentiles } from './messages.js';
import { SyntheticRecorder, Tally } from './SyntheticRecorder.js';
import { SyntheticScene } from './SyntheticScene.js';

/**
 * What the recorders' process counted since `mark`, all sessions together.
 *
 * @example
 * ```ts
 * const perFrame = reading.bytesUp / reading.frames;
 * ```
 */
export interface RecordersReading {
  readonly ms: number;
  readonly cpuMs: number;
  /** Frames made; of these not sent because the socket was behind. */
  readonly frames: number;
  readonly dropped: number;
  /** Frames made without the request that was meant for them: with an older one, or with none. */
  readonly late: number;
  readonly samples: number;
  /** Bytes over the sockets, framing included. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** From sending a packet to the coordinates made from it. */
  readonly roundTripMs: Percentiles;
  /** Times the server asked for a fresh start, and sessions it closed. */
  readonly resets: number;
  readonly closed: number;
}

/** How often frames that are due are looked for, ms; a third of what a frame lasts at 120 Hz. */
const TICK = 3;
/** Sessions opened at once. */
const AT_ONCE = 8;

const scene = new SyntheticScene({ width: 320, height: 180 });
const tally = new Tally();
const recorders: SyntheticRecorder[] = [];
let markedAt = 0;
let markedCpu = process.cpuUsage();

async function join(endpoint: string, sessions: number): Promise<void> {
  for (let first = 0; first < sessions; first += AT_ONCE) {
    const count = Math.min(AT_ONCE, sessions - first);
    recorders.push(
      ...(await Promise.all(Array.from({ length: count }, (_, i) => SyntheticRecorder.join(endpoint, scene, tally, first + i)))),
    );
  }
  // Spread over the time of one packet, as unrelated players are.
  const start = performance.now() + 50;
  for (const [i, recorder] of recorders.entries()) recorder.start(start + (i * (4000 / 30)) / recorders.length);
  setInterval(() => {
    for (const recorder of recorders) recorder.tick(performance.now());
  }, TICK);
}

function read(): RecordersReading {
  const { roundTrips, frames, dropped, late, samples, bytesUp, bytesDown, resets, closed } = tally;
  const { user, system } = process.cpuUsage(markedCpu);
  return {
    ms: performance.now() - markedAt,
    cpuMs: (user + system) / 1000,
    frames,
    dropped,
    late,
    samples,
    bytesUp,
    bytesDown,
    resets,
    closed,
    roundTripMs: { p50: quantile(roundTrips, 0.5), p99: quantile(roundTrips, 0.99) },
  };
}

answerParent(async (question) => {
  if (question.ask === 'join') await join(question.endpoint, question.sessions);
  else if (question.ask === 'mark') {
    tally.clear();
    markedAt = performance.now();
    markedCpu = process.cpuUsage();
  } else if (question.ask === 'close') {
    for (const recorder of recorders) recorder.close();
  }
  return question.ask === 'read' ? read() : null;
});
process.send?.({});
