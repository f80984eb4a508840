import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { LIVE_EDGE } from '@sgaps/protocol';
import { type SgapsServer, startServer } from '@sgaps/server';
import { pino } from 'pino';
import { quantile } from '../metrics/statistics.js';
import { SceneRecording, sceneHeader } from '../recording/SceneRecording.js';
import { countViewers } from './countViewers.js';
import { Watcher } from './Watcher.js';

const FPS = 30;
/** Pictures before those that are measured. */
const WARM_UP = 40;

/**
 * What is measured.
 *
 * @example
 * ```ts
 * const options: PipelineOptions = { encoders: ['jpeg+depth'], sizes: [[320, 180]], pictures: 300, viewers: 200 };
 * ```
 */
export interface PipelineOptions {
  readonly encoders: readonly string[];
  /** Pixels of the pictures, [W, H]. */
  readonly sizes: readonly (readonly [number, number])[];
  /** Pictures measured for each of both. */
  readonly pictures: number;
  /** Most viewers to try on one channel. */
  readonly viewers: number;
}

/**
 * Median and 95th percentile, ms.
 *
 * @example
 * ```ts
 * const { p50, p95 }: Spread = row.endToEndMs;
 * ```
 */
export interface Spread {
  readonly p50: number;
  readonly p95: number;
}

/**
 * One encoder at one size.
 *
 * @example
 * ```ts
 * const { encoder, endToEndMs }: PipelineRow = figures.rows[0];
 * ```
 */
interface PipelineRow {
  readonly encoder: string;
  readonly width: number;
  readonly height: number;
  /** Of the renderer's last 100 pictures. */
  readonly renderMs: Spread;
  readonly encodeMs: Spread;
  /** From there until the transport sent it. */
  readonly sendMs: Spread;
  /** From the viewer's camera to the picture's last byte in the viewer's process. */
  readonly endToEndMs: Spread;
  readonly bytesPerPicture: number;
}

/**
 * All figures of `bench:pipeline`.
 *
 * @example
 * ```ts
 * const { rows, viewers }: PipelineFigures = await measurePipeline(options);
 * ```
 */
export interface PipelineFigures {
  readonly adapter: string;
  readonly scene: 'replay';
  readonly rows: readonly PipelineRow[];
  /** Most viewers of one channel that got 99 % of 30 pictures a second, by encoder at the recording's own size. */
  readonly viewers: Readonly<Record<string, number>>;
  /** From a packet's arrival at the server to its last frame at a viewer of the live edge. */
  readonly liveMs: Spread;
}

/**
 * Measures the pipeline as `sgaps serve` starts it, transport and renderer as processes of their own, by a viewer in this one, at 30 pictures a second.
 *
 * @example
 * ```ts
 * console.log(pipelineTable(await measurePipeline(options)));
 * ```
 */
export async function measurePipeline(options: PipelineOptions): Promise<PipelineFigures> {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-pipeline-'));
  const log = pino({ level: 'error' });
  const server = await startServer({
    port: 0,
    data,
    log,
    model: null,
    viewing: { port: 0, model: 'none', encoders: options.encoders },
  });
  try {
    const seconds = (WARM_UP + options.pictures) / FPS + 2;
    console.error(`recording ${seconds.toFixed(0)} s of the synthetic scene`);
    await recordStored(server, 'stored', seconds);
    const rows: PipelineRow[] = [];
    for (const [width, height] of options.sizes) {
      for (const encoder of options.encoders) {
        console.error(`${encoder} at ${width}×${height}`);
        rows.push(await measureRow(server, encoder, width, height, options.pictures));
      }
    }
    const viewers: Record<string, number> = {};
    for (const encoder of options.encoders) viewers[encoder] = await countViewers(portOf(server), encoder, options.viewers);
    console.error('live edge');
    return {
      adapter: `CPU: ${cpus().length} × ${cpus()[0]?.model.trim()}`,
      scene: 'replay',
      rows,
      viewers,
      liveMs: await measureLive(server),
    };
  } finally {
    await server.close();
    rmSync(data, { recursive: true, force: true });
  }
}

function portOf({ viewingPort }: SgapsServer): number {
  return viewingPort ?? 0;
}

async function recordStored({ store }: SgapsServer, id: string, seconds: number): Promise<void> {
  const writer = await store.create(sceneHeader(id));
  const recording = new SceneRecording(writer);
  while (recording.frames < seconds * FPS) {
    recording.packet();
    // The writer's disk keeps up.
    if (recording.frames % 240 === 0) await wait(1);
  }
  await writer.close();
}

async function measureRow(
  server: SgapsServer,
  encoder: string,
  width: number,
  height: number,
  pictures: number,
): Promise<PipelineRow> {
  const watcher = await Watcher.join(portOf(server), { scene: 'replay:stored', encoder });
  watcher.size(width, height);
  const endToEnd: number[] = [];
  let bytes = 0;
  const start = performance.now();
  for (let i = 0; i < WARM_UP + pictures; i++) {
    const due = start + (1000 * i) / FPS;
    if (due > performance.now()) await wait(due - performance.now());
    if (i === WARM_UP) bytes = watcher.bytes;
    const ms = await watcher.ask(i / FPS);
    if (i >= WARM_UP) endToEnd.push(ms);
  }
  const [stages] = await stagesOf(server, encoder);
  watcher.leave();
  return {
    ...{ encoder, width, height },
    ...{ renderMs: stages.render, encodeMs: stages.encode, sendMs: stages.send },
    endToEndMs: { p50: quantile(endToEnd, 0.5), p95: quantile(endToEnd, 0.95) },
    bytesPerPicture: (watcher.bytes - bytes) / pictures,
  };
}

type Stages = Readonly<Record<'render' | 'encode' | 'send' | 'total', Spread>>;

/** What the transport itself tells of its channels with this encoder. */
async function stagesOf(server: SgapsServer, encoder: string): Promise<Stages[]> {
  const response = await fetch(`http://127.0.0.1:${portOf(server)}/healthz`);
  const { channels } = (await response.json()) as { channels: Record<string, { encoder: string; ms: Stages }> };
  return Object.values(channels)
    .filter((channel) => channel.encoder === encoder)
    .map(({ ms }) => ms);
}

/** Records in real time and watches the live edge. */
async function measureLive(server: SgapsServer): Promise<Spread> {
  const writer = await server.store.create(sceneHeader('live'));
  const recording = new SceneRecording(writer);
  for (let i = 0; i < 10; i++) recording.packet();
  const watcher = await Watcher.join(portOf(server), { scene: 'replay:live', encoder: 'jpeg+depth', channel: 'live' });
  watcher.look(LIVE_EDGE);
  const delays: number[] = [];
  for (let i = 0; i < 60; i++) {
    const packet = wait((4 * 1000) / FPS);
    const start = performance.now();
    recording.packet();
    const last = recording.frames - 1;
    await new Promise<void>((resolve) => {
      watcher.onPicture = () => {
        if (watcher.about.recordedFrame === last) resolve();
      };
    });
    if (i >= 10) delays.push(performance.now() - start);
    await packet;
  }
  watcher.leave();
  await writer.close();
  return { p50: quantile(delays, 0.5), p95: quantile(delays, 0.95) };
}
