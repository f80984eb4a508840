import './plainSockets.js';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { isSgapsError } from '@sgaps/protocol';
import { answerParent } from './answerParent.js';
import { Cohort } from './Cohort.js';
import type { LoadQuestion } from './messages.js';
import { SyntheticRecorder } from './SyntheticRecorder.js';
import { SCENE_GRID } from './SyntheticScene.js';
import { Tally } from './Tally.js';

/**
 * A session that was joined.
 *
 * @example
 * ```ts
 * const { recordings }: { recordings: readonly JoinedSession[] } = await recorders.ask(question);
 * ```
 */
export interface JoinedSession {
  readonly recordingId: string;
  /** Whose scene it plays. */
  readonly cohort: number;
}

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
  /** Frames whose own request was not there when they were due. */
  readonly late: number;
  readonly samples: number;
  /** Packets that were encoded, those that bytes encoded for another session served for, and streams that parted from those they had shared with. */
  readonly encoded: number;
  readonly shared: number;
  readonly parted: number;
  /** Bytes over the sockets, framing included. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** From sending a packet to the coordinates made from it, ms, in no order. */
  readonly roundTrips: readonly number[];
  /** Times the server asked for a fresh start, and sessions it closed. */
  readonly resets: number;
  readonly closed: number;
  /** How long this process kept its own recorders waiting, p99, ms. */
  readonly waitedMs: number;
}

/**
 * What joining came to.
 *
 * @example
 * ```ts
 * const { recordings, refused }: Joined = await recorders.ask(question);
 * ```
 */
export interface Joined {
  readonly recordings: readonly JoinedSession[];
  /** Sessions that the server had no room for. */
  readonly refused: number;
}

/** How often frames that are due are looked for, ms; a third of what a frame lasts at 120 Hz. */
const TICK = 3;
/** ms between one session's opening and the next's: no whole part of a packet's time, so that sessions spread over it as unrelated players do. */
const JOIN_EVERY = 37;
/** Sessions being opened at once, where the server takes longer: it keeps their seats for some seconds only. */
const AT_ONCE = 8;

/** Round trips told of at most: a sample of them says as much. */
const MOST_TRIPS = 20_000;
/** ms between looks at how long this process keeps its recorders waiting. */
const RESOLUTION = 10;

const tally = new Tally();
const cohorts: Cohort[] = [];
const recorders: SyntheticRecorder[] = [];
const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
let ticking: NodeJS.Timeout | undefined;
let markedAt = 0;
let markedCpu = process.cpuUsage();
delay.enable();

async function join({
  endpoint,
  sessions,
  cohorts: groups,
  firstCohort,
}: Extract<LoadQuestion, { ask: 'join' }>): Promise<Joined> {
  ticking ??= setInterval(() => {
    for (const recorder of recorders) recorder.tick(performance.now());
  }, TICK);
  const recordings: JoinedSession[] = [];
  let refused = 0;
  const start = performance.now();
  const open = async (index: number): Promise<void> => {
    await wait(Math.max(0, start + index * JOIN_EVERY - performance.now()));
    const connection = await SyntheticRecorder.open(endpoint, SCENE_GRID).catch((error: unknown) => {
      if (isSgapsError(error) && error.message.includes('UNAVAILABLE')) return null;
      throw error;
    });
    if (connection === null) {
      refused++;
      return;
    }
    const at = index % groups;
    cohorts[at] ??= new Cohort(SCENE_GRID, firstCohort + at, connection.welcome.tierBits);
    const recorder = new SyntheticRecorder(connection, cohorts[at], tally);
    recorders.push(recorder);
    recordings.push({ recordingId: recorder.recordingId, cohort: firstCohort + at });
  };
  const lane = async (first: number): Promise<void> => {
    for (let index = first; index < sessions; index += AT_ONCE) await open(index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, first) => lane(first)));
  return { recordings, refused };
}

/** Ends the oldest sessions; their recordings. */
async function leave(sessions: number): Promise<readonly string[]> {
  const gone = recorders.splice(0, sessions);
  await Promise.all(gone.map((recorder) => recorder.close()));
  return gone.map(({ recordingId }) => recordingId);
}

function mark(): void {
  tally.clear();
  for (const { encoder } of cohorts) encoder.clear();
  delay.reset();
  markedAt = performance.now();
  markedCpu = process.cpuUsage();
}

function read(): RecordersReading {
  const { roundTrips, frames, dropped, late, samples, bytesUp, bytesDown, resets, closed } = tally;
  const { user, system } = process.cpuUsage(markedCpu);
  const sum = (count: (cohort: Cohort) => number) => cohorts.reduce((all, cohort) => all + count(cohort), 0);
  const every = Math.ceil(roundTrips.length / MOST_TRIPS);
  return {
    ms: performance.now() - markedAt,
    cpuMs: (user + system) / 1000,
    frames,
    dropped,
    late,
    samples,
    encoded: sum(({ encoder }) => encoder.encoded),
    shared: sum(({ encoder }) => encoder.shared),
    parted: sum(({ encoder }) => encoder.parted),
    bytesUp,
    bytesDown,
    resets,
    closed,
    roundTrips: roundTrips.filter((_, i) => i % every === 0),
    waitedMs: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION),
  };
}

async function close(): Promise<void> {
  clearInterval(ticking);
  await Promise.all(recorders.map((recorder) => recorder.close()));
  await Promise.all(cohorts.map((cohort) => cohort.close()));
}

answerParent(async (question) => {
  if (question.ask === 'join') return join(question);
  if (question.ask === 'leave') return leave(question.sessions);
  if (question.ask === 'mark') mark();
  if (question.ask === 'close') await close();
  return question.ask === 'read' ? read() : null;
});
process.send?.({});
