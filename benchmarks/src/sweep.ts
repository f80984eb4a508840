import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { Progress } from '@sgaps/server/clips';
import { Command } from 'commander';
import { positiveInteger, positiveNumber, rateOrAuto, runCommand } from './cli.js';
import { AUTO_SAMPLES } from './clip/createLoopParts.js';
import { formatNumber, formatTable } from './clip/formatTable.js';
import { listClips } from './clip/listClips.js';
import type { ClipFigures } from './clip/measureClip.js';
import { mean } from './metrics/statistics.js';
import { runJobs } from './sweep/runJobs.js';
import type { SweepJob } from './sweep/worker.js';

interface Arguments {
  readonly clips: string;
  readonly only?: string;
  readonly kind: string;
  readonly frames?: number;
  readonly bytes: number;
  readonly rate?: number;
  readonly samples?: number;
  readonly latency: number;
  readonly batch: number;
  readonly sampling: 'auto' | 'points';
  readonly depth?: boolean;
  readonly ssim: boolean;
  readonly workers: number;
  readonly png?: string;
  readonly at: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export const program = new Command('sweep')
  .description('Measures all 2D clips of a folder, several at once, and prints one line each and the mean.')
  .option('--clips <dir>', 'folder of clips', join(import.meta.dirname, '../../../shared/clips/train'))
  .option('--only <names>', 'clip names, separated by commas')
  .option('--kind <prefix>', 'kinds of clips: 2d, 3d or all', '2d')
  .option('--frames <n>', 'at most so many frames each', positiveInteger)
  .option('--bytes <n>', 'budget up, bytes per frame', positiveNumber, 2048)
  .option('--rate <rate>', `samples per frame as a fraction of the pixels, or auto: ${AUTO_SAMPLES}`, rateOrAuto, undefined)
  .option('--samples <n>', 'samples per frame at most where the bytes set their number', positiveInteger)
  .option('--latency <frames>', 'frames from asking to sampling', positiveInteger, 2)
  .option('--batch <frames>', 'frames per pixel packet', positiveInteger, 1)
  .option('--sampling <kind>', 'auto or points', 'auto')
  .option('--depth', 'points carry the depth of NAME.depth.mkv, where it lies beside a clip')
  .option('--no-ssim', 'leave SSIM out (faster)')
  .option('--workers <n>', 'processes', positiveInteger, 2)
  .option('--png <dir>', 'write strips truth, rebuilt, difference, uncertainty, samples, importance here')
  .option('--at <frames>', 'frames to write with --png', '100,200')
  .option('--quiet', 'tell nothing of how far it is')
  .option('--json', 'one line of JSON last on standard output')
  .action(async (args: Arguments) => {
    const only = args.only?.split(',');
    const { frames, bytes, rate, samples, latency, batch, sampling, ssim, png } = args;
    const jobs: SweepJob[] = listClips(args.clips)
      .filter(({ name, kind }) => (only ? only.includes(name) : args.kind === 'all' || kind.startsWith(args.kind)))
      .map(({ name, input, state, depth }) => ({
        name,
        options: {
          input,
          state,
          depth: args.depth ? depth : undefined,
          frames,
          bytesUp: bytes,
          rate,
          samples,
          latency,
          batch,
          sampling,
          ssim,
        },
        png,
        at: args.at.split(',').map(Number),
      }));
    if (jobs.length === 0) throw new SgapsError('NOT_FOUND', `No clip to measure in ${args.clips}.`);
    const started = performance.now();
    const found = new Map<string, ClipFigures>();
    const progress = new Progress(process.stderr, args);
    await runJobs(jobs, args.workers, (answer) => {
      if ('error' in answer) {
        console.error(`${answer.name}: ${answer.error}`);
        process.exitCode = 1;
      } else found.set(answer.name, answer.figures);
      progress.show({ done: found.size, total: jobs.length, unit: 'clips', note: answer.name });
    });
    progress.clear();
    const all = [...found.entries()].sort(([a], [b]) => a.localeCompare(b));
    const cells = (name: string, of: (pick: (figures: ClipFigures) => number) => number) => [
      name,
      formatNumber(
        of((f) => f.psnr),
        2,
      ),
      formatNumber(
        of((f) => f.psnrSteady),
        2,
      ),
      formatNumber(
        of((f) => f.psnrP5),
        2,
      ),
      formatNumber(
        of((f) => f.ssimSteady),
        4,
      ),
      formatNumber(
        of((f) => f.previousFrameHeld?.psnrSteady ?? Number.NaN),
        2,
      ),
      formatNumber(
        of((f) => f.samplesPerFrame),
        0,
      ),
      formatNumber(
        of((f) => f.bytesUp),
        0,
      ),
      formatNumber(
        of((f) => f.bytesDown),
        0,
      ),
      formatNumber(
        of((f) => f.bytesWorstSecond),
        0,
      ),
      formatNumber(
        of((f) => f.msPerFrame.p50),
        1,
      ),
      formatNumber(
        of((f) => f.msPerFrame.p95),
        1,
      ),
    ];
    const rows = all.map(([name, figures]) => cells(name, (pick) => pick(figures)));
    rows.push(cells('mean', (pick) => mean(all.map(([, figures]) => pick(figures)))));
    console.log(
      formatTable(
        ['clip', 'PSNR', 'steady', 'p5', 'SSIM st', 'prev st', 'samples', 'up', 'down', 'worst s', 'p50 ms', 'p95 ms'],
        rows,
      ),
    );
    console.error(`${((performance.now() - started) / 1000).toFixed(1)} s`);
    if (args.json) console.log(JSON.stringify(Object.fromEntries(all)));
  });

await runCommand(program, import.meta.url);
