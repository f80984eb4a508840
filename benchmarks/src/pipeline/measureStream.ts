import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeStream, openSplatRenderer, SplatStream } from '@sgaps/splats';
import { quantile } from '../metrics/statistics.js';
import type { Spread } from './measurePipeline.js';
import { measureWays, type WayRow } from './measureWays.js';
import type { SplatOptions } from './splatOptions.js';

/** As the trainer makes streams: frames a second, and the degree of the harmonics. */
const FPS = 10;
const DEGREE = 1;
/** Frames before those that are measured. */
const WARM_UP = 3;

/**
 * Frames of a stream made in this process.
 *
 * @example
 * ```ts
 * const { splats, nextMs }: StreamRow = figures.frames[0];
 * ```
 */
interface StreamRow {
  readonly splats: number;
  /** From the files of the next frame to its cloud, on one core. */
  readonly nextMs: Spread;
  /** A frame whose state is kept. */
  readonly keptMs: Spread;
  /** What a renderer takes to take it. */
  readonly updateMs: Spread;
}

/**
 * All figures of `bench:pipeline --scene stream`.
 *
 * @example
 * ```ts
 * const { adapter, frames, ways }: StreamFigures = await measureStream(options);
 * ```
 */
export interface StreamFigures {
  readonly adapter: string;
  readonly scene: 'stream';
  readonly frames: readonly StreamRow[];
  readonly ways: readonly WayRow[];
}

/**
 * Plays made streams of so many splats, first alone, then as viewers get them.
 *
 * @throws SgapsError `PROVIDER_UNAVAILABLE` where WebGPU was asked for and there is none.
 * @example
 * ```ts
 * console.log(streamTable(await measureStream(options)));
 * ```
 */
export async function measureStream(options: SplatOptions): Promise<StreamFigures> {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-stream-'));
  mkdirSync(join(data, 'splats'));
  const frames = WARM_UP + options.pictures + 1;
  const rows: StreamRow[] = [];
  let adapter = '';
  try {
    for (const gaussians of options.counts) {
      console.error(`${gaussians} splats`);
      const folder = join(data, 'splats', `room-${gaussians}`);
      await makeStream(folder, { gaussians, frames, fps: FPS, degree: DEGREE });
      const row = await play(folder, frames, options.on);
      adapter = row.adapter;
      rows.push(row.figures);
    }
    const time = (picture: number) => picture / FPS;
    const ways = await measureWays(data, options, { scene: (splats) => `stream:room-${splats}`, time, turn: () => 0 });
    return { adapter: `${adapter}; ${cpus()[0]?.model.trim()}`, scene: 'stream', frames: rows, ways };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function play(folder: string, frames: number, on: SplatOptions['on']) {
  const stream = await SplatStream.open(folder);
  const renderer = await openSplatRenderer({ on });
  const took = { next: [] as number[], kept: [] as number[], update: [] as number[] };
  const time = async <T>(list: number[] | null, work: () => Promise<T>): Promise<T> => {
    const begun = performance.now();
    const done = await work();
    list?.push(performance.now() - begun);
    return done;
  };
  try {
    await renderer.load(await stream.frame(0));
    for (let frame = 1; frame < frames; frame++) {
      const measured = frame > WARM_UP;
      const { positions, rotations, harmonics } = await time(measured ? took.next : null, () => stream.frame(frame));
      await time(measured ? took.update : null, () => renderer.update({ positions, rotations, harmonics }));
    }
    // No frame after another, so that each begins at a state.
    for (let frame = frames - 2; frame > 0; frame -= 2) {
      const { applied } = stream;
      const begun = performance.now();
      await stream.frame(frame);
      if (stream.applied === applied) took.kept.push(performance.now() - begun);
    }
    const figures = {
      splats: stream.base.count,
      nextMs: spread(took.next),
      keptMs: spread(took.kept),
      updateMs: spread(took.update),
    };
    return { adapter: renderer.adapter, figures };
  } finally {
    await renderer.dispose();
  }
}

const spread = (values: readonly number[]): Spread => ({ p50: quantile(values, 0.5), p95: quantile(values, 0.95) });
