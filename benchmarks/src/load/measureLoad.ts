import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SgapsError } from '@sgaps/protocol';
import type { Cadence } from '@sgaps/server';
import { checkRecordings, type DecodeCheck } from './checkRecordings.js';
import { LoadChild } from './LoadChild.js';
import { FPS, type Percentiles } from './messages.js';
import type { JoinedSession, RecordersReading } from './recordersProcess.js';
import type { ServerReading } from './serverProcess.js';

/** Bounds of the bench: it measures a server on this machine, and is no tool to overload others'. */
const MOST_SESSIONS = 256;
const MOST_SECONDS = 300;
/** Time for code to be compiled and for latencies to settle, ms. */
const WARM_UP = 3000;
/** Scenes played where nothing else is said: what one process can encode beside hundreds of sockets. */
const COHORTS = 2;
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
  /** Sessions at once, 1 … 256. */
  readonly sessions: number;
  /** Seconds measured, after 3 to warm up; at most 300. */
  readonly seconds: number;
  /** When the server makes pictures; default `every-frame`. Nobody watches. */
  readonly cadence?: Cadence;
  /** Scenes that the sessions play, turn by turn; those of one scene send the same bytes as long as the server asks them for the same. Default 2. */
  readonly cohorts?: number;
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
  readonly sessions: number;
  readonly seconds: number;
  /** Sessions of 30 frames a second that one fully used core carries: seconds of play taken in (and rebuilt, by the cadence) ÷ CPU seconds of the server's process. */
  readonly sessionsPerCore: number;
  /** CPU of the server's process, per cent of one core. */
  readonly serverCpuPercent: number;
  /** Of this, the thread that runs JavaScript; the rest packs chunks, waits for files and collects garbage. */
  readonly serverMainPercent: number;
  /** True when nearly all was taken in as it came: 99 % of the frames, 1 % at most late or dropped, answers within 12 frames. */
  readonly keptUp: boolean;
  /** Processes that had no CPU left: what the row says of the other one is then too little. */
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
  readonly heldPerSession: number;
  /** CPU of the recorders' process, per cent of one core: what the machine spent on making the load. */
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
 * Lets synthetic recorders in one process play to a real server in another, over real sockets on this machine. Rejects with
 * `LIMIT_EXCEEDED` beyond the bounds and `CLOSED` when a process fails.
 *
 * @example
 * ```ts
 * const figures = await measureLoad({ sessions: 4, seconds: 10 });
 * ```
 */
export async function measureLoad(options: LoadOptions): Promise<LoadFigures> {
  const { sessions, seconds, cadence = 'every-frame', cohorts = COHORTS, profile } = options;
  if (sessions > MOST_SESSIONS) throw SgapsError.limit('sessions', sessions, MOST_SESSIONS);
  if (seconds > MOST_SECONDS) throw SgapsError.limit('seconds', seconds, MOST_SECONDS);
  const data = mkdtempSync(join(tmpdir(), 'sgaps-bench-load-'));
  const children: LoadChild[] = [];
  try {
    const server = await LoadChild.start<{ endpoint: string }>('serverProcess.ts', [data, cadence]);
    children.push(server.child);
    const recorders = await LoadChild.start('recordersProcess.ts');
    children.unshift(recorders.child);
    const empty = await server.child.ask<ServerReading>({ ask: 'read' });
    const { endpoint } = server.hello;
    const { recordings } = await recorders.child.ask<{ recordings: readonly JoinedSession[] }>({
      ask: 'join',
      endpoint,
      sessions,
      cohorts: Math.min(cohorts, sessions),
    });
    await wait(WARM_UP);
    await Promise.all(children.map((child) => child.ask({ ask: 'mark', profile: profile !== undefined })));
    const busyBefore = busyMs();
    await wait(1000 * seconds);
    const busy = busyMs() - busyBefore;
    const [made, served] = (await Promise.all(children.map((child) => child.ask({ ask: 'read', profile })))) as [
      RecordersReading,
      ServerReading,
    ];
    for (const child of children.splice(0)) await child.close();
    const check = await checkRecordings(data, recordings);
    return { ...figuresOf({ sessions, seconds, cadence }, empty, made, served, busy), check };
  } finally {
    for (const child of children) await child.close();
    rmSync(data, { recursive: true, force: true });
  }
}

function figuresOf(
  { sessions, seconds, cadence }: { readonly sessions: number; readonly seconds: number; readonly cadence: Cadence },
  empty: ServerReading,
  made: RecordersReading,
  served: ServerReading,
  busy: number,
): Omit<LoadFigures, 'check'> {
  const expected = sessions * seconds * FPS;
  const { loopMs, packetMs, eventLoopMs, refused, frames: rebuilt, cpuMs } = served;
  const { frames, dropped, late, roundTripMs, closed, encoded, shared, parted } = made;
  const serverCpuPercent = (100 * cpuMs) / served.ms;
  const recordersCpuPercent = (100 * made.cpuMs) / made.ms;
  return {
    cadence,
    sessions,
    seconds,
    sessionsPerCore: rebuilt / FPS / (cpuMs / 1000),
    serverCpuPercent,
    serverMainPercent: (100 * served.mainCpuMs) / served.ms,
    keptUp:
      rebuilt >= 0.99 * expected - 4 * sessions &&
      late + dropped <= 0.01 * frames &&
      roundTripMs.p99 <= (1000 * MOST_AHEAD) / FPS &&
      closed === 0,
    full: [
      ...(serverCpuPercent >= FULL ? (['server'] as const) : []),
      ...(recordersCpuPercent >= FULL ? (['recorders'] as const) : []),
    ],
    loopMs,
    packetMs,
    eventLoopMs,
    roundTripMs,
    bytesUp: made.bytesUp / frames,
    bytesDown: made.bytesDown / frames,
    samplesPerFrame: made.samples / frames,
    frames,
    rebuilt,
    dropped,
    late,
    refused,
    closed,
    memoryPerSession: (served.rss - empty.rss) / sessions,
    heldPerSession: (served.held - empty.held) / sessions,
    recordersCpuPercent,
    othersCpuPercent: Math.max(0, busy / (10 * seconds) - serverCpuPercent - recordersCpuPercent),
    encoded,
    shared,
    parted,
  };
}

/** Time all cores of this machine were busy since it started, ms. */
function busyMs(): number {
  return cpus().reduce((all, { times: { user, nice, sys, irq } }) => all + user + nice + sys + irq, 0);
}
