import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelBackend } from '@sgaps/core';
import { SgapsError } from '@sgaps/protocol';
import type { SgapsServer } from '@sgaps/server';
import { recordGame } from '../demo/recordGame.js';
import { replayRecording } from '../demo/replayRecording.js';
import { TruthStore } from '../demo/TruthStore.js';
import { QualityMeter } from '../metrics/QualityMeter.js';

/** Seed of the bot and the game, and seconds of real time in which the client's cost is measured. */
const SEED = 7;
const COST_SECONDS = 6;
/** Reads the recorder of any sample game: plain text, so that nothing is compiled in. */
const MICROS = "(window.sgapsRecording ?? window.sgapsGame.plugins.get('sgaps')).stats?.micros.total.p50 ?? null";

/**
 * What was measured of a game: quality in dB and 0 … 1, bytes and samples of a frame, µs of the main thread of a displayed one.
 *
 * @example
 * ```ts
 * const { psnr, bytesUp }: MeasuredGame = await measureGame({ server, game: 'phaser-arena', seconds: 20, model: null, cost: true });
 * ```
 */
export interface MeasuredGame {
  readonly frames: number;
  readonly psnr: number;
  readonly psnrSteady: number;
  readonly ssim: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly samples: number;
  /** Missing where it was not measured. */
  readonly micros?: number;
}

/**
 * Has a game played by its bot and recorded twice: on a virtual clock, rebuilt and compared with the true frames, and for some seconds on the real one, for what
 * the client takes. Throws `NOT_FOUND` where there is no such game or nothing to compare.
 *
 * @example
 * ```ts
 * const figures = await measureGame({ server, game: 'phaser-arena', seconds: 20, model: null, cost: true });
 * ```
 */
export async function measureGame(options: {
  readonly server: SgapsServer;
  readonly game: string;
  readonly seconds: number;
  readonly model: ModelBackend | null;
  /** Whether to measure what the client takes: worth nothing on a busy machine. */
  readonly cost: boolean;
}): Promise<MeasuredGame> {
  const { server, game, seconds, model, cost } = options;
  const scratch = mkdtempSync(join(tmpdir(), 'sgaps-games-'));
  let truths: TruthStore | undefined;
  try {
    const id = await recordGame({
      ...{ server, game, seconds, seed: SEED, clock: 'virtual' },
      onTruth: (frameId, rgb) => {
        truths ??= new TruthStore(join(scratch, 'truth.raw'), rgb.length);
        truths.put(frameId, rgb);
      },
    });
    if (!truths) throw new SgapsError('NOT_FOUND', 'No true picture came from the game; nothing could be compared.');
    console.error(`${game}: ${truths.count} true frames; rebuilding the recording`);
    const quality = await compare(server, id, truths, model);
    return cost ? { ...quality, micros: await clientMicros(server, game) } : quality;
  } finally {
    truths?.dispose();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function compare(server: SgapsServer, id: string, truths: TruthStore, model: ModelBackend | null) {
  const reader = await server.store.open(id);
  try {
    const { grid, fps } = reader.header;
    const meter = new QualityMeter({ ...grid, fps });
    const exchange = await replayRecording(
      reader,
      ({ frameId, rgb, time }) => {
        const truth = truths.get(frameId);
        if (truth) meter.add(truth, rgb, time);
      },
      model,
    );
    const { psnr, psnrSteady, ssim } = meter.rebuilt();
    const { frames, bytesUp, bytesDown, samples } = exchange;
    const each = (total: number) => total / frames;
    return {
      frames: meter.psnrs.length,
      psnr,
      psnrSteady,
      ssim,
      bytesUp: each(bytesUp),
      bytesDown: each(bytesDown),
      samples: each(samples),
    };
  } finally {
    await reader.close();
  }
}

/** Median µs of main thread that the recorder takes of a displayed frame, as it measures itself. On a virtual clock it would measure nothing. */
async function clientMicros(server: SgapsServer, game: string): Promise<number> {
  let micros: number | null = null;
  await recordGame({
    ...{ server, game, seconds: COST_SECONDS, seed: SEED, clock: 'real' },
    onRecorded: async (page) => {
      micros = (await page.evaluate(MICROS)) as number | null;
    },
  });
  if (micros === null) throw new SgapsError('NOT_FOUND', `The recorder of ${game} says nothing about itself.`);
  return micros;
}
