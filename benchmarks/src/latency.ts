import { Progress } from '@sgaps/server/clips';
import { Command } from 'commander';
import { positiveInteger, positiveNumber, runCommand } from './cli.js';
import { formatTable } from './clip/formatTable.js';
import { type ClipChoice, gatherClips } from './clip/gatherClips.js';
import { type Compensation, type DelayRun, delayRows, listDelays, UNCOMPENSATED } from './latency/latencyTable.js';
import type { LatencyFigures } from './report/latencySection.js';
import { runJobs } from './sweep/runJobs.js';
import type { SweepJob } from './sweep/worker.js';

interface Arguments extends ClipChoice {
  readonly delays?: string;
  readonly withDepth?: boolean;
  readonly frames?: number;
  readonly bytes: number;
  readonly samples?: number;
  readonly seed: number;
  readonly workers: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export const program = new Command('bench:latency')
  .description('Measures what delay costs: steady delays of 0 … 5 frames and simulated networks, with and without compensation.')
  .option('--clips <dir>', 'folder of clips (default: shared/clips/train if there, else those of npm run clips)')
  .option('--only <names>', 'clip names, separated by commas')
  .option('--kind <prefix>', 'kinds of clips: 2d, 3d or all', 'all')
  .option('--delays <names>', '0 … 5, jittery, bursts, separated by commas; default all')
  .option('--with-depth', 'send the depth that lies beside the clips')
  .option('--frames <n>', 'at most so many frames each', positiveInteger)
  .option('--bytes <n>', 'budget up, bytes per frame', positiveNumber, 2048)
  .option(
    '--samples <n>',
    'at most so many samples a frame, so that memory draws the rest; default all that changes',
    positiveInteger,
  )
  .option('--seed <n>', "of the networks' delays", positiveInteger, 7)
  .option('--workers <n>', 'processes', positiveInteger, 2)
  .option('--quiet', 'tell nothing of how far it is')
  .option('--json', 'one line of JSON last on standard output')
  .action(async (args: Arguments) => {
    const { frames, bytes: bytesUp, samples, seed, workers } = args;
    const wanted = args.delays?.split(',');
    const delays = listDelays(seed).filter(({ id }) => !wanted || wanted.includes(id));
    const clips = gatherClips(args);
    const planned = delays.flatMap(({ id, options: delay }) =>
      (['with', 'without'] as const satisfies readonly Compensation[]).flatMap((compensation) =>
        clips.map(({ name, kind, input, state, depth: beside }) => {
          const without = compensation === 'with' ? [] : UNCOMPENSATED;
          const depth = args.withDepth ? beside : undefined;
          const options = { input, state, depth, frames, bytesUp, samples, ssim: false, held: false, without, ...delay };
          const job: SweepJob = { name: `delay ${id}, ${compensation} compensation, ${name}`, options, at: [] };
          return { job, delay: id, compensation, clip: name, kind };
        }),
      ),
    );
    const progress = new Progress(process.stderr, args);
    const runs: DelayRun[] = [];
    let done = 0;
    await runJobs(
      planned.map(({ job }) => job),
      workers,
      (answer) => {
        done++;
        const asked = planned.find(({ job }) => job.name === answer.name);
        if ('error' in answer || !asked) {
          progress.clear();
          console.error(`${answer.name}: ${'error' in answer ? answer.error : 'not asked for'}`);
          process.exitCode = 1;
          return;
        }
        const { delay, compensation, clip, kind } = asked;
        runs.push({ delay, compensation, clip, kind, figures: answer.figures });
        progress.say(`${answer.name}: ${answer.figures.psnrSteady.toFixed(2)} dB steady`);
        progress.show({ done, total: planned.length, unit: 'runs' });
      },
    );
    progress.clear();
    const { head, rows } = delayRows(delays, runs);
    console.log(formatTable(head, rows));
    const figures: LatencyFigures = { seed, samples, runs };
    if (args.json) console.log(JSON.stringify(figures));
  });

await runCommand(program, import.meta.url);
