import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Cadence, SessionLoop, startServer, tuneCollector } from '@sgaps/server';
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
}

/** Started with `--expose-gc`. */
declare const gc: () => void;

const [data, cadence] = process.argv.slice(2);
const log = pino({ name: 'sgaps', level: 'error' }, destination(2));
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
    packetTimes.push(ms);
    if (taken > 0) loopTimes.push(ms / taken);
  }
};

/** ms; asking more often would cost the server some hundredths of a core. */
const RESOLUTION = 10;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
const waited = (percentile: number) => Math.max(0, delay.percentile(percentile) / 1e6 - RESOLUTION);
const profiler = new CpuProfiler();
let markedAt = 0;
let markedCpu = process.cpuUsage();
let markedMain = process.threadCpuUsage();

function mark(): void {
  loopTimes.length = packetTimes.length = 0;
  packets = frames = refused = 0;
  delay.reset();
  markedAt = performance.now();
  markedCpu = process.cpuUsage();
  markedMain = process.threadCpuUsage();
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
  };
}

// As `sgaps serve` does.
tuneCollector();
// The lead stands still: sessions of a cohort must be asked the same, whatever each one's pings say.
const room = { cadence: cadence as Cadence, maxLatency: 2 };
const server = await startServer({ port: 0, host: '127.0.0.1', data, log, room });
delay.enable();
answerParent(async (question) => {
  if (question.ask === 'mark') {
    if (question.profile) await profiler.start();
    mark();
  } else if (question.ask === 'close') await server.close();
  if (question.ask !== 'read') return null;
  const reading = read();
  if (question.profile !== undefined) await profiler.stop(question.profile);
  return reading;
});
process.send?.({ endpoint: `ws://127.0.0.1:${server.port}` });
