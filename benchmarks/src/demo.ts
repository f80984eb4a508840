import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ModelBackend } from '@sgaps/core';
import { SgapsError } from '@sgaps/protocol';
import { type SgapsServer, startServer } from '@sgaps/server';
import { PLAYABLE_H264, VideoWriter } from '@sgaps/server/clips';
import { Command, Option } from 'commander';
import { destination, pino } from 'pino';
import { positiveInteger, positiveNumber, runCommand } from './cli.js';
import { formatNumber, formatTable } from './clip/formatTable.js';
import { openBackend, type ReconstructorName } from './clip/openBackend.js';
import { recordGame } from './demo/recordGame.js';
import { replayRecording } from './demo/replayRecording.js';
import { TruthStore } from './demo/TruthStore.js';
import { type Quality, QualityMeter } from './metrics/QualityMeter.js';
import { paintMap, paintSamples } from './picture/paint.js';
import { sideBySide } from './picture/sideBySide.js';
import { type StripPanel, writeStrip } from './picture/writeStrip.js';

interface Arguments {
  readonly game: string;
  readonly seconds: number;
  readonly seed: number;
  readonly clock: 'real' | 'virtual';
  readonly out: string;
  readonly data?: string;
  readonly sampling: 'auto' | 'points';
  readonly reconstructor: ReconstructorName;
  readonly json?: boolean;
}

const ROOT = join(import.meta.dirname, '../..');
const ENLARGED = ['-vf', 'scale=iw*2:ih*2:flags=neighbor', ...PLAYABLE_H264];

/** Rebuilds the recording beside its truth and writes films and picture. */
async function compare(server: SgapsServer, id: string, truths: TruthStore, out: string, model: ModelBackend | null) {
  const reader = await server.store.open(id);
  const writers: VideoWriter[] = [];
  try {
    const { grid, fps } = reader.header;
    const meter = new QualityMeter({ ...grid, fps });
    const files = {
      sideBySide: join(out, 'side-by-side.mp4'),
      rebuilt: join(out, 'rebuilt.mp4'),
      picture: join(out, 'side-by-side.png'),
    };
    const both = new VideoWriter(files.sideBySide, { width: 2 * grid.width, height: grid.height, fps }, ENLARGED);
    const alone = new VideoWriter(files.rebuilt, { ...grid, fps }, ENLARGED);
    writers.push(both, alone);
    const wide = new Uint8Array(6 * grid.width * grid.height);
    const black = new Uint8Array(3 * grid.width * grid.height);
    const wanted = Math.floor(0.6 * truths.count);
    let compared = 0;
    let seen = 0;
    let strip: StripPanel[] = [];
    const exchange = await replayRecording(
      reader,
      async (decoded) => {
        const truth = truths.get(decoded.frameId);
        if (truth) {
          const psnr = meter.add(truth, decoded.rgb, decoded.time);
          compared++;
          if (seen >= wanted && strip.length === 0) {
            strip = [
              { label: `truth, frame ${decoded.frameId}`, rgb: truth.slice() },
              { label: `rebuilt, ${psnr.toFixed(1)} dB`, rgb: decoded.rgb.slice() },
              { label: `the ${decoded.samples.count} samples`, rgb: paintSamples(grid, truth, decoded.samples) },
              { label: 'uncertainty', rgb: paintMap(decoded.uncertainty) },
            ];
          }
        }
        seen++;
        await both.write(sideBySide(grid, truth ?? black, decoded.rgb, wide));
        await alone.write(decoded.rgb);
      },
      model,
    );
    await both.close();
    await alone.close();
    if (compared === 0) throw new SgapsError('NOT_FOUND', 'No true picture came from the game; nothing could be compared.');
    await writeStrip(files.picture, grid, strip, { columns: 2 });
    return { exchange, meter, compared, files: Object.values(files) };
  } finally {
    for (const writer of writers) writer.abort();
    await reader.close();
  }
}

export const program = new Command('demo')
  .description(
    'The main job without a person: a sample game is played by its bot, recorded live, rebuilt, compared and exported.',
  )
  .option('--game <name>', 'sample game', 'phaser-platformer')
  .option('--seconds <n>', 'how long to record', positiveNumber, 10)
  .option('--seed <n>', 'seed of the bot and the game', positiveInteger, 7)
  .addOption(
    new Option(
      '--clock <kind>',
      'real: at the speed this machine draws; virtual: 30 frames per second of game time on any machine',
    )
      .choices(['real', 'virtual'])
      .default('real'),
  )
  .addOption(
    new Option('--sampling <kind>', "kinds of samples; points is the paper's case").choices(['auto', 'points']).default('auto'),
  )
  .addOption(new Option('--reconstructor <name>', 'what fills in').choices(['auto', 'diffusion', 'sgaps-mae']).default('auto'))
  .option('--out <dir>', 'folder for films and pictures', join(ROOT, 'out/demo'))
  .option('--data <dir>', "the server's data folder (default: DIR/data)")
  .option('--json', 'one line of JSON last on standard output')
  .action(async ({ game, seconds, seed, clock, out, data = join(out, 'data'), sampling, reconstructor, json }: Arguments) => {
    mkdirSync(out, { recursive: true });
    const scratch = mkdtempSync(join(tmpdir(), 'sgaps-demo-'));
    const log = pino({ name: 'sgaps', level: 'warn' }, destination(2));
    const opened = await openBackend(reconstructor);
    const server = await startServer({
      port: 0,
      data: resolve(data),
      examples: join(ROOT, 'examples'),
      log,
      model: opened && {},
      room: { sampling },
    });
    let truths: TruthStore | undefined;
    try {
      const id = await recordGame({
        server,
        game,
        seconds,
        seed,
        clock,
        onTruth: (frameId, rgb) => {
          truths ??= new TruthStore(join(scratch, 'truth.raw'), rgb.length);
          truths.put(frameId, rgb);
        },
      });
      if (!truths) throw new SgapsError('NOT_FOUND', 'No true picture came from the game; nothing could be compared.');
      console.error(`${truths.count} true frames; rebuilding the recording`);
      const { exchange, meter, compared, files } = await compare(server, id, truths, resolve(out), opened?.backend ?? null);
      const row = (name: string, q: Quality) => [
        name,
        formatNumber(q.psnr, 2),
        formatNumber(q.psnrSteady, 2),
        formatNumber(q.ssim, 4),
        formatNumber(q.ssimSteady, 4),
      ];
      const rows = [
        row('rebuilt', meter.rebuilt()),
        row('first frame held', meter.firstHeld()),
        row('previous frame held', meter.previousHeld()),
      ];
      const bytesUp = exchange.bytesUp / exchange.frames;
      const bytesDown = exchange.bytesDown / exchange.frames;
      console.log(formatTable(['', 'PSNR', 'steady', 'SSIM', 'steady'], rows));
      console.log(
        `${exchange.frames} frames at ${exchange.fps.toFixed(1)}/s, ${compared} compared; per frame ${(exchange.samples / exchange.frames).toFixed(0)} samples, ` +
          `${bytesUp.toFixed(0)} B up, ${bytesDown.toFixed(0)} B down; asked ${exchange.latencyFrames} frames ahead, ${(100 * exchange.hitRate).toFixed(0)} % in time`,
      );
      if (exchange.rejected > 0) console.error(`${exchange.rejected} pixel packets did not decode`);
      for (const file of files) console.log(file);
      if (json) {
        const { psnr, psnrSteady, psnrP5, ssim, ssimSteady } = meter.rebuilt();
        const { fps, latencyFrames, hitRate, frames, rejected } = exchange;
        const recording = server.store.filePath(id);
        console.log(
          JSON.stringify({
            psnr,
            psnrSteady,
            psnrP5,
            ssim,
            ssimSteady,
            bytesUp,
            bytesDown,
            fps,
            latencyFrames,
            hitRate,
            rejected,
            frames,
            compared,
            samplesPerFrame: exchange.samples / frames,
            firstFrameHeld: meter.firstHeld(),
            previousFrameHeld: meter.previousHeld(),
            recording,
            files,
          }),
        );
      }
    } finally {
      truths?.dispose();
      rmSync(scratch, { recursive: true, force: true });
      await server.close();
      await opened?.close();
    }
  });

await runCommand(program, import.meta.url);
