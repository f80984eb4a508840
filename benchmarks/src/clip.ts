import { existsSync } from 'node:fs';
import { Progress } from '@sgaps/server/clips';
import { Command, Option } from 'commander';
import { positiveInteger, positiveNumber, rateOrAuto, runCommand } from './cli.js';
import { AUTO_SAMPLES } from './clip/createLoopParts.js';
import { formatNumber, formatTable } from './clip/formatTable.js';
import { type ClipFigures, measureClip } from './clip/measureClip.js';
import { openBackend } from './clip/openBackend.js';
import type { Quality } from './metrics/QualityMeter.js';

interface Arguments {
  readonly input: string;
  readonly state?: string;
  readonly depth?: string;
  readonly rate?: number;
  readonly samples?: number;
  readonly quality?: number;
  readonly bytes: number;
  readonly latency: number;
  readonly batch: number;
  readonly sampling: 'auto' | 'points';
  readonly reconstructor: 'auto' | 'diffusion' | 'sgaps-mae';
  readonly model?: string;
  readonly analytic?: boolean;
  readonly cadence: 'every-frame' | 'on-demand';
  readonly restart: number;
  readonly frames?: number;
  readonly out?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

function printTable(figures: ClipFigures): void {
  const row = (name: string, quality: Quality | undefined) => [
    name,
    formatNumber(quality?.psnr, 2),
    formatNumber(quality?.psnrSteady, 2),
    formatNumber(quality?.psnrP5, 2),
    formatNumber(quality?.ssim, 4),
    formatNumber(quality?.ssimSteady, 4),
  ];
  console.log(
    formatTable(
      ['', 'PSNR', 'steady', 'p5', 'SSIM', 'steady'],
      [
        row(`rebuilt (${figures.model})`, figures),
        row('first frame held', figures.firstFrameHeld),
        row('previous frame held', figures.previousFrameHeld),
      ],
    ),
  );
  const { samplesPerFrame, bytesUp, bytesDown, bytesWorstSecond, msPerFrame, modelMs, frames } = figures;
  console.log(
    `${frames} frames; per frame ${samplesPerFrame.toFixed(0)} samples, ${bytesUp.toFixed(0)} B up, ${bytesDown.toFixed(0)} B down ` +
      `(worst second ${bytesWorstSecond.toFixed(0)} B both ways); server loop p50 ${msPerFrame.p50.toFixed(2)} ms, p95 ${msPerFrame.p95.toFixed(2)} ms`,
  );
  if (modelMs) console.log(`the model's picture after p50 ${modelMs.p50.toFixed(2)} ms, p95 ${modelMs.p95.toFixed(2)} ms`);
  const { depth } = figures;
  if (depth) {
    console.log(
      `depth of ${depth.samplesPerFrame.toFixed(0)} samples per frame: ${depth.bytesUp.toFixed(0)} B up, ${depth.bitsPerSample.toFixed(2)} bits each`,
    );
  }
}

export const program = new Command('bench:clip')
  .description('Runs a lossless clip through the real codecs and the real SGAPS loop and measures the rebuilt frames.')
  .requiredOption('--input <clip.mkv>', 'lossless clip at the capture grid')
  .option('--state <clip.json>', "the clip's state (default: the .json beside it, if there)")
  .option('--depth <clip.depth.mkv>', "the clip's depth, 10-bit grey; sent with the points")
  .option('--rate <rate>', `samples per frame as a fraction of the pixels, or auto: ${AUTO_SAMPLES}`, rateOrAuto, undefined)
  .option('--bytes <n>', 'budget up, bytes per frame', positiveNumber, 2048)
  .option('--samples <n>', 'samples per frame at most where the bytes set their number', positiveInteger)
  .option(
    '--quality <dB>',
    'quality to keep, predicted PSNR, 20 … 55: takes the bytes that it needs, at most the budget',
    positiveNumber,
  )
  .option('--latency <frames>', 'frames from asking to sampling', positiveInteger, 2)
  .option('--batch <frames>', 'frames per pixel packet, 1 … 16', positiveInteger, 1)
  .addOption(new Option('--sampling <kind>', 'kinds of samples').choices(['auto', 'points']).default('auto'))
  .addOption(new Option('--reconstructor <name>', 'what fills in').choices(['auto', 'diffusion', 'sgaps-mae']).default('auto'))
  .option('--model <path>', 'folder of the model, default: the one shipped')
  .option('--analytic', 'with a model: choose samples as without one')
  .addOption(
    new Option(
      '--cadence <name>',
      'when pictures are made; on-demand plans from packet digests alone, as a room that nobody watches',
    )
      .choices(['every-frame', 'on-demand'])
      .default('every-frame'),
  )
  .option('--restart <frames>', 'with on-demand: frames after which the stream starts afresh', positiveInteger, 300)
  .option('--frames <n>', 'at most so many frames', positiveInteger)
  .option('--out <recon.mkv>', 'write the rebuilt frames, lossless')
  .option('--quiet', 'tell nothing of how far it is')
  .option('--json', 'one line of JSON last on standard output')
  .action(async (args: Arguments) => {
    let { state } = args;
    if (state === undefined) {
      const beside = args.input.replace(/\.[^./]+$/, '.json');
      if (beside !== args.input && existsSync(beside)) {
        state = beside;
        console.error(`Using the state beside the clip: ${beside}`);
      }
    }
    const model = await openBackend(args.reconstructor, args.model);
    const progress = new Progress(process.stderr, args);
    const total = args.frames ?? null;
    const figures = await measureClip({
      ...args,
      onFrame: ({ frameId }) => progress.show({ done: frameId + 1, total, unit: 'frames' }),
      state,
      bytesUp: args.bytes,
      model: model?.backend,
      spread: args.analytic ? false : undefined,
    });
    progress.clear();
    await model?.close();
    console.log(`cadence ${args.cadence}`);
    printTable(figures);
    if (args.json) console.log(JSON.stringify(figures));
  });

await runCommand(program, import.meta.url);
