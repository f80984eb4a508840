import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SgapsError } from '@sgaps/protocol';
import type { Cadence } from '@sgaps/server';
import { quantile } from '../metrics/statistics.js';
import { checkRecordings, type DecodeCheck } from './checkRecordings.js';
import { LoadRig } from './LoadRig.js';
import { FPS, type Percentiles } from './messages.js';
import type { RecordersReading } from './recordersProcess.js';
import type { ServerReading } from './serverProcess.js';

/** Bounds of the bench: it measures a server on this machine, and is no tool to overload others'. */
const MOST_SESSIONS = 1000;
const MOST_SECONDS = 300;
const MOST_PROCESSES = 16;
/** Time for code to be compiled and for latencies to settle, ms. */
const WARM_UP = 3000;
/** And for a guard to have done what it does. */
const WARM_UP_GUARDED = 10_000;
/** Scenes played where nothing else is said: what this machine can encode beside the server. */
const COHORTS = 2;
/** Sessions of one process of recorders where nothing else is said. */
const PER_PROCESS = 100;
/** ms that recorders may be kept waiting by their own process, p99, before the figures are no measure of the server. */
const MOST_WAITED = 50;
/** CPU of a process, per cent of a core, from which on it is full and the figures are no measure of the other one. */
const FULL = 95;
/** Frames the server asks ahead at most: an answer that takes longer comes too late. */
const MOST_AHEAD = 12;

/**
 * Options of `measureLoad`.
 *
 * @example
 * ```ts
 * const options: LoadOptions = { sessions: 4, seconds: 10 };
 * ```
 */
export interface LoadOptions {
  /** Sessions at once, 1 … 1000. */
  readonly sessions: number;
  /** Seconds measured, after 3 to warm up; at most 300. */
  readonly seconds: number;
  /** When the server makes pictures; default `every-frame`. Nobody watches. */
  readonly cadence?: Cadence;
  /** Scenes that the sessions play, turn by turn; those of one scene send the same bytes as long as the server asks them for the same. Default 2. */
  readonly cohorts?: number;
  /** Processes of recorders, at most 16; default one for each 100 sessions. */
  readonly processes?: number;
  /** The server lowers and refuses sessions when it has too much to do, as `sgaps serve` does; default false. */
  readonly guard?: boolean;
  /** File for a CPU profile of the server's process while it is measured. */
  readonly profile?: string;
}

/**
 * What `bench:load` prints.
 *
 * @example
 * ```ts
 * const { sessionsPerCore, loopMs }: LoadFigures = await measureLoad({ sessions: 4, seconds: 10 });
 * ```
 */
export interface LoadFigures {
  /** When pictures are made. Nobody watches: `on-demand` makes none. */
  readonly cadence: Cadence;
  /** Sessions that were to be joined, and of these refused: the server was full. */
  readonly sessions: number;
  readonly refusedJoins: number;
  /** Sessions recorded on demand at the end, though set otherwise. */
  readonly lowered: number;
  readonly seconds: number;
  /** Processes of recorders. */
  readonly processes: number;
  /** Sessions of 30 frames a second that one fully used core carries: seconds of play taken in (and rebuilt, by the cadence) ÷ CPU seconds of the server's process. */
  readonly sessionsPerCore: number;
  /** CPU of the server's process, per cent of one core. */
  readonly serverCpuPercent: number;
  /** Of this, the thread that runs JavaScript; the rest packs chunks, waits for files and collects garbage. */
  readonly serverMainPercent: number;
  /** True when nearly all was taken in as it came: 99 % of the frames, 1 % at most late or dropped, answers within 12 frames. */
  readonly keptUp: boolean;
  /** What had no time left, the server's process or one of the recorders': what the row says of the other one is then too little. */
  readonly full: readonly ('server' | 'recorders')[];
  /** The server's loop per frame and per packet of four frames: append, decode, rebuild (not on demand), plan, encode, append. */
  readonly loopMs: Percentiles;
  readonly packetMs: Percentiles;
  readonly eventLoopMs: Percentiles;
  /** From sending a packet to the coordinates made from it, at the recorder. */
  readonly roundTripMs: Percentiles;
  /** Bytes per frame and session, framing included. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly samplesPerFrame: number;
  /** Frames made, taken in by the server, dropped before sending, and taken without the request meant for them. */
  readonly frames: number;
  readonly rebuilt: number;
  readonly dropped: number;
  readonly late: number;
  /** Packets the server refused, and sessions it closed. */
  readonly refused: number;
  readonly closed: number;
  /** Bytes per session: resident memory grown since before the first, and what JavaScript holds after a collection. */
  readonly memoryPerSession: number;
  /** Resident memory of the server's process at the end, bytes. */
  readonly rss: number;
  readonly heldPerSession: number;
  /** Bytes written by the server a second, and files and sockets it has open; null where the system does not say. */
  readonly writtenPerSecond: number | null;
  readonly openFiles: number | null;
  /** How long recorders' processes kept their own recorders waiting, p99 of the worst, ms. */
  readonly recordersWaitedMs: number;
  /** CPU of the recorders' processes, per cent of one core: what the machine spent on making the load. */
  readonly recordersCpuPercent: number;
  /** CPU of all other programs of this machine meanwhile, per cent of one core: what may have been missing. */
  readonly othersCpuPercent: number;
  /** Packets encoded by the recorders, and those that bytes encoded for another session of the cohort served for. */
  readonly encoded: number;
  readonly shared: number;
  /** Streams that parted from those they had shared with, and went on with an encoder of their own. */
  readonly parted: number;
  /** Some of the recordings, rebuilt and compared with what was played. */
  readonly check: DecodeCheck;
}

/**
 * Lets synthetic recorders in some processes play to a real server in another, over real sockets on this machine. Rejects with
 * `LIMIT_EXCEEDED` beyond the bounds and `CLOSED` when a process fails.
 *
 * @example
 * ```ts
 * const figures = await measureLoad({ sessions: 4, seconds: 10 });
 * ```
 */
export async function measureLoad(options: LoadOptions): Promise<LoadFigures> {
  const { sessions, seconds, cadence = 'every-frame', cohorts = COHORTS, guard = false, profile } = options;
  const { processes = Math.ceil(sessions / PER_PROCESS) } = options;
  if (sessions > MOST_SESSIONS) throw SgapsError.limit('sessions', sessions, MOST_SESSIONS);
  if (seconds > MOST_SECONDS) throw SgapsError.limit('seconds', seconds, MOST_SECONDS);
  if (processes > MOST_PROCESSES) throw SgapsError.limit('processes', processes, MOST_PROCESSES);
  const data = mkdtempSync(join(tmpdir(), 'sgaps-bench-load-'));
  let rig: LoadRig | null = null;
  try {
    // A profile tells more where each function has its own file.
    rig = await LoadRig.start({ data, cadence, guard, viewing: false }, Math.min(processes, sessions), profile !== undefined);
    const empty = await rig.server.ask<ServerReading>({ ask: 'read' });
    const { recordings, refused } = await rig.join(sessions, cohorts);
    await wait(guard ? WARM_UP_GUARDED : WARM_UP);
    await rig.askAll({ ask: 'mark', profile: profile !== undefined });
    const busyBefore = busyMs();
    await wait(1000 * seconds);
    const busy = busyMs() - busyBefore;
    const { made, served } = await rig.read(profile);
    await rig.close();
    rig = null;
    const check = await checkRecordings(data, recordings);
    return { ...figuresOf({ sessions, seconds, cadence }, refused, empty, made, served, busy), check };
  } finally {
    await rig?.close();
    rmSync(data, { recursive: true, force: true });
  }
}

function figuresOf(
  { sessions, seconds, cadence }: { readonly sessions: number; readonly seconds: number; readonly cadence: Cadence },
  refusedJoins: number,
  empty: ServerReading,
  made: readonly RecordersReading[],
  served: ServerReading,
  busy: number,
): Omit<LoadFigures, 'check'> {
  const joined = sessions - refusedJoins;
  const expected = joined * seconds * FPS;
  const { loopMs, packetMs, eventLoopMs, refused, frames: rebuilt, cpuMs, rss, openFiles, overload } = served;
  const sum = (of: (reading: RecordersReading) => number) => made.reduce((all, reading) => all + of(reading), 0);
  const [frames, dropped, late, closed] = [
    sum((reading) => reading.frames),
    sum((reading) => reading.dropped),
    sum((reading) => reading.late),
    sum((reading) => reading.closed),
  ];
  const trips = made.flatMap(({ roundTrips }) => roundTrips);
  const roundTripMs = { p50: quantile(trips, 0.5), p99: quantile(trips, 0.99) };
  const serverCpuPercent = (100 * cpuMs) / served.ms;
  const shares = made.map(({ ms, cpuMs: own }) => (100 * own) / ms);
  const recordersCpuPercent = shares.reduce((all, share) => all + share, 0);
  const recordersWaitedMs = Math.max(...made.map(({ waitedMs }) => waitedMs));
  return {
    cadence,
    sessions,
    refusedJoins,
    lowered: overload.lowered,
    seconds,
    processes: made.length,
    sessionsPerCore: rebuilt / FPS / (cpuMs / 1000),
    serverCpuPercent,
    serverMainPercent: (100 * served.mainCpuMs) / served.ms,
    keptUp:
      rebuilt >= 0.99 * expected - 4 * joined &&
      late + dropped <= 0.01 * frames &&
      roundTripMs.p99 <= (1000 * MOST_AHEAD) / FPS &&
      closed === 0,
    full: [
      ...(serverCpuPercent >= FULL ? (['server'] as const) : []),
      ...(Math.max(...shares) >= FULL || recordersWaitedMs > MOST_WAITED ? (['recorders'] as const) : []),
    ],
    loopMs,
    packetMs,
    eventLoopMs,
    roundTripMs,
    bytesUp: sum((reading) => reading.bytesUp) / frames,
    bytesDown: sum((reading) => reading.bytesDown) / frames,
    samplesPerFrame: sum((reading) => reading.samples) / frames,
    frames,
    rebuilt,
    dropped,
    late,
    refused,
    closed,
    memoryPerSession: (rss - empty.rss) / Math.max(1, joined),
    rss,
    heldPerSession: (served.held - empty.held) / Math.max(1, joined),
    writtenPerSecond: served.written === null ? null : served.written / (served.ms / 1000),
    openFiles,
    recordersWaitedMs,
    recordersCpuPercent,
    othersCpuPercent: Math.max(0, busy / (10 * seconds) - serverCpuPercent - recordersCpuPercent),
    encoded: sum((reading) => reading.encoded),
    shared: sum((reading) => reading.shared),
    parted: sum((reading) => reading.parted),
  };
}

/** Time all cores of this machine were busy since it started, ms. */
function busyMs(): number {
  return cpus().reduce((all, { times: { user, nice, sys, irq } }) => all + user + nice + sys + irq, 0);
}
