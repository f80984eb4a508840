import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GaussianRenderer,
  type GpuStage,
  makeScatter,
  openSplatRenderer,
  type SplatCloud,
  scatterCamera,
  writePly,
} from '@sgaps/splats';
import { quantile } from '../metrics/statistics.js';
import type { Spread } from './measurePipeline.js';
import { measureWays, type WayRow } from './measureWays.js';
import type { SplatOptions } from './splatOptions.js';

/** Degree of the harmonics, as trained scenes have it. */
const DEGREE = 3;
/** Pictures before those that are measured: shaders are compiled, and room is made. */
const WARM_UP = 3;
/** Radians that the camera goes on from picture to picture: none is as the one before. */
const STEP = 0.01;

/**
 * Drawing alone, in this process.
 *
 * @example
 * ```ts
 * const { splats, drawMs }: DrawRow = figures.drawing[0];
 * ```
 */
interface DrawRow {
  readonly splats: number;
  readonly width: number;
  readonly height: number;
  /** From the arrays to where they can be drawn, first picture included. */
  readonly loadMs: number;
  /** From the camera to the picture's bytes in the CPU's memory. */
  readonly drawMs: Spread;
  /** Medians of the GPU's stages; null where it tells none. */
  readonly stageMs: Readonly<Record<GpuStage, number>> | null;
}

/**
 * All figures of `bench:pipeline --scene splats`.
 *
 * @example
 * ```ts
 * const { adapter, drawing, ways }: SplatFigures = await measureSplats(options);
 * ```
 */
export interface SplatFigures {
  readonly adapter: string;
  readonly scene: 'splats';
  readonly drawing: readonly DrawRow[];
  readonly ways: readonly WayRow[];
}

/**
 * Draws made rooms of so many splats, first alone, then as viewers get them.
 *
 * @throws SgapsError `PROVIDER_UNAVAILABLE` where WebGPU was asked for and there is none.
 * @example
 * ```ts
 * console.log(splatsTable(await measureSplats(options)));
 * ```
 */
export async function measureSplats(options: SplatOptions): Promise<SplatFigures> {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-splats-'));
  mkdirSync(join(data, 'splats'));
  const drawing: DrawRow[] = [];
  let adapter = '';
  try {
    for (const count of options.counts) {
      console.error(`${count} splats`);
      const cloud = makeScatter(count, 1, DEGREE);
      writeFileSync(join(data, 'splats', `room-${count}.ply`), writePly(cloud));
      for (const [width, height] of options.sizes) {
        const row = await draw(cloud, width, height, options);
        adapter = row.adapter;
        drawing.push(row);
      }
    }
    const turn = (picture: number) => STEP * picture;
    const ways = await measureWays(data, options, { scene: (splats) => `splats:room-${splats}`, time: () => 0, turn });
    return { adapter: `${adapter}; ${cpus()[0]?.model.trim()}`, scene: 'splats', drawing, ways };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function draw(
  cloud: SplatCloud,
  width: number,
  height: number,
  { pictures, on }: SplatOptions,
): Promise<DrawRow & { readonly adapter: string }> {
  const renderer = await openSplatRenderer({ on });
  try {
    const begun = performance.now();
    await renderer.load(cloud);
    await renderer.renderBytes(scatterCamera(width, height));
    const loadMs = performance.now() - begun;
    const took: number[] = [];
    const stages: Record<GpuStage, number>[] = [];
    for (let i = 1; i < WARM_UP + pictures; i++) {
      const start = performance.now();
      await renderer.renderBytes(scatterCamera(width, height, STEP * i));
      if (i < WARM_UP) continue;
      took.push(performance.now() - start);
      const told = renderer instanceof GaussianRenderer ? renderer.stages : null;
      if (told) stages.push({ ...told });
    }
    return {
      ...{ adapter: renderer.adapter, splats: cloud.count, width, height, loadMs },
      drawMs: { p50: quantile(took, 0.5), p95: quantile(took, 0.95) },
      stageMs: stages.length === 0 ? null : medians(stages),
    };
  } finally {
    await renderer.dispose();
  }
}

function medians(stages: readonly Readonly<Record<GpuStage, number>>[]): Record<GpuStage, number> {
  const names = Object.keys(stages[0]) as GpuStage[];
  const median = (name: GpuStage) =>
    quantile(
      stages.map((one) => one[name]),
      0.5,
    );
  return Object.fromEntries(names.map((name) => [name, median(name)])) as Record<GpuStage, number>;
}
