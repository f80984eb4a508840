import { readdirSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';
import { type Cadence, type OverloadFigures, openServices, SessionLoop, startServer, tuneCollector } from '@sgaps/server';
import { destination, pino } from 'pino';
import { quantile } from '../metrics/statistics.js';
import { answerParent } from './answerParent.js';
import { CpuProfiler } from './CpuProfiler.js';
import type { Percentiles } from './messages.js';

/**
 * What the server's process counted since `mark`.
 *
 * @example
 * ```ts
 * const share = reading.cpuMs / reading.ms;
 * ```
 */
export interface ServerReading {
  readonly ms: number;
  /** User and system time of the process, ms. */
  readonly cpuMs: number;
  /** Of these, those of the thread that runs JavaScript. */
  readonly mainCpuMs: number;
  /** Resident memory now, and what the JavaScript side holds after a collection, bytes. */
  readonly rss: number;
  readonly held: number;
  /** The loop's time per frame (mean over each packet's frames) and per packet. */
  readonly loopMs: Percentiles;
  readonly packetMs: Percentiles;
  /** How long the event loop kept others waiting. */
  readonly eventLoopMs: Percentiles;
  readonly packets: number;
  readonly frames: number;
  /** Packets that were refused. */
  readonly refused: number;
  /** Bytes given to the disk's cache, and files and sockets open now; null where the system does not say. */
  readonly written: number | null;
  readonly openFiles: number | null;
  /** What the guard against overload knows; it is not there without `guard`. */
  readonly overload: OverloadFigures;
}

/**
 * What the server's process holds.
 *
 * @example
 * ```ts
 * const { rss, heap }: Vitals = await server.ask({ ask: 'vitals', collect: true });
 * ```
 */
export interface Vitals {
  /** Resident memory; what JavaScript uses of its heap; what lies outside of that, array buffers included. Bytes. */
  readonly rss: number;
  readonly heap: number;
  /** Of the heap, compiled code and what belongs to it: it grows for minutes, as ever more of the program is found worth compiling, and then no more. */
  readonly code: number;
  readonly external: number;
  readonly openFiles: number | null;
  /** Handles and requests that keep the process alive, by kind. */
  readonly resources: Readonly<Record<string, number>>;
  readonly sessions: number;
}

/**
 * What the server's process is started with, as JSON.
 *
 * @example
 * ```ts
 * const setup: ServerSetup = { data: '/tmp/data', cadence: 'on-demand', guard: true, viewing: false };
 * ```
 */
export interface ServerSetup {
  readonly data: string;
  readonly cadence: Cadence;
  /** Sessions are lowered and refused when there is too much to do, as by default; else whatever becomes of it. */
  readonly guard: boolean;
  /** A transport and a renderer are started too. */
  readonly viewing: boolean;
}

/**
 * What the server's process says when it listens.
 *
 * @example
 * ```ts
 * const { endpoint }: ServerHello = hello;
 * ```
 */
export interface ServerHello {
  readonly endpoint: string;
  readonly url: string;
  readonly viewingPort: number | null;
}

/** Started with `--expose-gc`. */
declare const gc: () => void;

const { data, cadence, guard, viewing } = JSON.parse(process.argv[2]) as ServerSetup;
const log = pino({ name: 'sgaps', level: 'error' }, destination(2));
/** Only between `mark` and `read`: a soak, which asks for neither, must not grow by being measured. */
let measuring = false;
const loopTimes: number[] = [];
const packetTimes: number[] = [];
let [packets, frames, refused] = [0, 0, 0];

// The loop has no figure of single packets: its door is timed from outside.
const accept = SessionLoop.prototype.accept;
SessionLoop.prototype.accept = function (bytes) {
  const before = this.figures.frames;
  const start = performance.now();
  try {
    return accept.call(this, bytes);
  } catch (error) {
    refused++;
    throw error;
  } finally {
    const ms = performance.now() - start;
    const taken = this.figures.frames - before;
    packets++;
    frames += taken;
    if (measuring) packetTimes.push(ms);
    if (measuring && taken > 0) loopTimes.push(ms / taken);
  }
};

/** ms; asking more often would cost the server some hundredths of a core. */
const RESOLUTION = 10;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
const waited = (percentile: number) => Math.max(0, delay.percentile(percentile) / 1e6 - RESOLUTION);
const profiler = new CpuProfiler();
const CODE_SPACES = /^(code|trusted)_/;
let markedAt = 0;
let markedCpu = process.cpuUsage();
let markedMain = process.threadCpuUsage();
let markedWritten = written();

/** Bytes of all writes so far. */
function written(): number | null {
  try {
    return Number(/^wchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? Number.NaN);
  } catch {
    // Linux alone tells.
    return null;
  }
}

function openFiles(): number | null {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return null;
  }
}

function mark(): void {
  loopTimes.length = packetTimes.length = 0;
  packets = frames = refused = 0;
  measuring = true;
  delay.reset();
  markedAt = performance.now();
  markedCpu = process.cpuUsage();
  markedMain = process.threadCpuUsage();
  markedWritten = written();
}

function read(): ServerReading {
  const ms = performance.now() - markedAt;
  const { user, system } = process.cpuUsage(markedCpu);
  const main = process.threadCpuUsage(markedMain);
  const { rss } = process.memoryUsage();
  // After the CPU time has been taken: collecting is part of the measurement, not of the work.
  const eventLoopMs = { p50: waited(50), p99: waited(99) };
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return {
    ms,
    cpuMs: (user + system) / 1000,
    mainCpuMs: (main.user + main.system) / 1000,
    rss,
    held: heapUsed + arrayBuffers,
    loopMs: { p50: quantile(loopTimes, 0.5), p99: quantile(loopTimes, 0.99) },
    packetMs: { p50: quantile(packetTimes, 0.5), p99: quantile(packetTimes, 0.99) },
    eventLoopMs,
    packets,
    frames,
    refused,
    written: markedWritten === null ? null : (written() ?? 0) - markedWritten,
    openFiles: openFiles(),
    overload: overload.figures,
  };
}

function vitals(collect: boolean): Vitals {
  if (collect) gc();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  const code = getHeapSpaceStatistics()
    .filter(({ space_name: name }) => CODE_SPACES.test(name))
    .reduce((all, { space_used_size: used }) => all + used, 0);
  return {
    rss,
    heap: heapUsed,
    code,
    external: Math.max(external, arrayBuffers),
    openFiles: openFiles(),
    resources,
    sessions: sessions.size,
  };
}

// As `sgaps serve` does.
tuneCollector();
// The lead stands still: sessions of a cohort must be asked the same, whatever each one's pings say.
const room = { cadence, maxLatency: 2 };
const server = await startServer({
  ...{ port: 0, host: '127.0.0.1', data, log, room },
  overload: guard ? {} : null,
  viewing: viewing ? { port: 0, host: '127.0.0.1', model: 'none', encoders: ['jpeg+depth'] } : null,
});
const { overload, sessions } = await openServices({ data });
delay.enable();
answerParent(async (question) => {
  if (question.ask === 'mark') {
    if (question.profile) await profiler.start();
    mark();
  } else if (question.ask === 'close') await server.close();
  if (question.ask === 'vitals') return vitals(question.collect);
  if (question.ask !== 'read') return null;
  const reading = read();
  if (question.profile !== undefined) await profiler.stop(question.profile);
  return reading;
});
const { url, viewingPort } = server;
process.send?.({ endpoint: `ws://127.0.0.1:${server.port}`, url, viewingPort } satisfies ServerHello);
