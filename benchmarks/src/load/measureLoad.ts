import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SgapsError } from '@sgaps/protocol';
import type { Cadence } from '@sgaps/server';
import { LoadChild } from './LoadChild.js';
import type { Percentiles } from './messages.js';
import type { RecordersReading } from './recordersProcess.js';
import type { ServerReading } from './serverProcess.js';

/** Bounds of the bench: it measures a server on this machine, and is no tool to overload others'. */
const MOST_SESSIONS = 256;
const MOST_SECONDS = 300;
/** Time for code to be compiled and for latencies to settle, ms. */
const WARM_UP = 3000;
const FPS = 30;
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
  /** True when nearly all was taken in as it came: 99 % of the frames, 1 % at most late or dropped, answers within 12 frames. */
  readonly keptUp: boolean;
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
export async function measureLoad({ sessions, seconds, cadence = 'every-frame' }: LoadOptions): Promise<LoadFigures> {
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
    await recorders.child.ask({ ask: 'join', endpoint: server.hello.endpoint, sessions });
    await wait(WARM_UP);
    await Promise.all(children.map((child) => child.ask({ ask: 'mark' })));
    await wait(1000 * seconds);
    const [made, served] = (await Promise.all(children.map((child) => child.ask({ ask: 'read' })))) as [
      RecordersReading,
      ServerReading,
    ];
    return figuresOf({ sessions, seconds, cadence }, empty, made, served);
  } finally {
    for (const child of children) await child.close();
    rmSync(data, { recursive: true, force: true });
  }
}

function figuresOf(
  options: Required<LoadOptions>,
  empty: ServerReading,
  made: RecordersReading,
  served: ServerReading,
): LoadFigures {
  const { sessions, seconds, cadence } = options;
  const expected = sessions * seconds * FPS;
  const { loopMs, packetMs, eventLoopMs, refused, frames: rebuilt, cpuMs } = served;
  const { frames, dropped, late, roundTripMs, closed } = made;
  return {
    cadence,
    sessions,
    seconds,
    sessionsPerCore: rebuilt / FPS / (cpuMs / 1000),
    serverCpuPercent: (100 * cpuMs) / served.ms,
    keptUp:
      rebuilt >= 0.99 * expected - 4 * sessions &&
      late + dropped <= 0.01 * frames &&
      roundTripMs.p99 <= (1000 * MOST_AHEAD) / FPS &&
      closed === 0,
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
    recordersCpuPercent: (100 * made.cpuMs) / made.ms,
  };
}
