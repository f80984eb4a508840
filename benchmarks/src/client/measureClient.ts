import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { startServer } from '@sgaps/server';
import { destination, pino } from 'pino';
import { StaticServer } from '../browser/StaticServer.js';
import { buildPage } from './buildPage.js';
import type { ClientFigures } from './ClientFigures.js';
import { measureStage } from './measureStage.js';
import { type StageName, VARIANT_IDS, type VariantId } from './variants.js';

/** Longest slice, s. */
const SLICE = 2;
/** `performance.now` ticks in 5 µs on such a page, and in 100 on any other. */
const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/**
 * Options of `measureClient`.
 *
 * @example
 * ```ts
 * const options: ClientOptions = { stages: ['phaser'], seconds: 10 };
 * ```
 */
export interface ClientOptions {
  readonly stages: readonly StageName[];
  /** Seconds to measure of each variant. */
  readonly seconds: number;
  /** Default all; the bare game is always among them. */
  readonly variants?: readonly VariantId[];
  /** Told of the slices of a stage that were measured, of how many. */
  readonly onSlice?: (stage: string, done: number, total: number) => void;
}

/**
 * Measures what recording costs a game, beside other ways to get at its pictures, all in one run: real browser, real SGAPS server on
 * this machine. Rejects with `NOT_FOUND` where there is no Chromium and `UNSUPPORTED` where no stage could be measured.
 *
 * @example
 * ```ts
 * const figures = await measureClient({ stages: ['phaser', 'babylon'], seconds: 10 });
 * ```
 */
export async function measureClient({ stages, seconds, variants = VARIANT_IDS, onSlice }: ClientOptions): Promise<ClientFigures> {
  const scratch = mkdtempSync(join(tmpdir(), 'sgaps-bench-client-'));
  const rounds = Math.max(1, Math.round(seconds / SLICE));
  const sliceMs = (1000 * seconds) / rounds;
  const log = pino({ name: 'sgaps', level: 'error' }, destination(2));
  const server = await startServer({ port: 0, host: '127.0.0.1', data: join(scratch, 'data'), log });
  const pages = await StaticServer.start(join(scratch, 'page'), () => undefined, ISOLATED);
  try {
    await buildPage(join(scratch, 'page'));
    const figures: ClientFigures = { seconds, sliceSeconds: sliceMs / 1000, stages: {}, skipped: {} };
    for (const name of stages) {
      try {
        const options = { origin: pages.origin, endpoint: `ws://127.0.0.1:${server.port}`, variants, rounds, sliceMs, onSlice };
        figures.stages[name] = await measureStage(name, options);
      } catch (error) {
        if (!(error instanceof SgapsError) || error.code !== 'UNSUPPORTED') throw error;
        figures.skipped[name] = error.message;
        console.error(error.message);
      }
    }
    if (Object.keys(figures.stages).length === 0) {
      throw new SgapsError('UNSUPPORTED', `Nothing could be measured: ${Object.values(figures.skipped).join(' ')}`);
    }
    return figures;
  } finally {
    await pages.close();
    await server.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}
