import { join } from 'node:path';
import { FEATURE_NAMES } from '@sgaps/core';
import { SgapsError } from '@sgaps/protocol';
import { Command } from 'commander';
import { positiveInteger, positiveNumber, runCommand } from './cli.js';
import { formatNumber, formatTable } from './clip/formatTable.js';
import { listClips } from './clip/listClips.js';
import { pearson, spearman } from './metrics/correlation.js';
import { mean, quantile } from './metrics/statistics.js';
import { collectRows, type QualityRun } from './quality/collectRows.js';
import { fitModel, predict } from './quality/fitModel.js';

interface Arguments {
  readonly clips: string;
  readonly only?: string;
  readonly frames?: number;
  readonly bytes: number;
  readonly latency: number;
  readonly fit?: boolean;
  readonly json?: boolean;
}

/** Frames left out of the figures: the start. */
const SKIPPED = 5;

const program = new Command('quality')
  .description(
    'How well the assessment without ground truth (S9) tells PSNR: each clip is judged by a model fitted on the others alone.',
  )
  .option('--clips <dir>', 'folder of clips', join(import.meta.dirname, '../../../shared/clips/train'))
  .option('--only <names>', 'clip names, separated by commas; three at least')
  .option('--frames <n>', 'at most so many frames each', positiveInteger, 300)
  .option('--bytes <n>', 'budget up, bytes per frame', positiveNumber, 2048)
  .option('--latency <frames>', 'frames from asking to sampling', positiveInteger, 2)
  .option('--fit', 'print the model fitted on all clips, for qualityModel.ts')
  .option('--json', 'one line of JSON last on standard output')
  .action(async (args: Arguments) => {
    const only = args.only?.split(',');
    const clips = listClips(args.clips).filter(({ name }) => only?.includes(name) ?? true);
    if (clips.length < 3) throw new SgapsError('NOT_FOUND', `${clips.length} clips in ${args.clips}; three are needed.`);
    const runs: (QualityRun & { readonly name: string })[] = [];
    for (const clip of clips) {
      const { frames, bytes, latency } = args;
      runs.push({ name: clip.name, ...(await collectRows(clip, { frames, bytesUp: bytes, latency })) });
    }
    const judged = runs.map((run) => {
      const model = fitModel(runs.filter((other) => other !== run).map(({ rows }) => rows));
      const rows = run.rows.slice(SKIPPED);
      return {
        name: run.name,
        truth: rows.map(({ psnr }) => psnr),
        unseen: rows.map(({ features }) => predict(model, features)),
        shipped: run.shipped.slice(SKIPPED),
        problem: run.problem,
        ms: run.ms,
      };
    });
    const figures = (truth: number[], unseen: number[], shipped: number[]) => ({
      psnr: mean(truth),
      predicted: mean(unseen),
      pearson: pearson(truth, unseen),
      spearman: spearman(truth, unseen),
      meanError: mean(truth.map((value, i) => Math.abs(value - unseen[i]))),
      shippedPearson: pearson(truth, shipped),
    });
    const perClip = judged.map(({ name, truth, unseen, shipped, problem, ms }) => ({
      name,
      ...figures(truth, unseen, shipped),
      problem,
      ms: quantile(ms, 0.5),
    }));
    const pooled = figures(
      judged.flatMap(({ truth }) => truth),
      judged.flatMap(({ unseen }) => unseen),
      judged.flatMap(({ shipped }) => shipped),
    );
    const cells = (f: ReturnType<typeof figures>) =>
      [f.psnr, f.predicted, f.pearson, f.spearman, f.meanError, f.shippedPearson].map((value) => formatNumber(value, 2));
    const rows = perClip.map((f) => [
      f.name,
      ...cells(f),
      formatNumber(f.problem.inside, 0),
      formatNumber(f.problem.outside, 0),
      formatNumber(100 * f.problem.share, 1),
      formatNumber(f.ms, 2),
    ]);
    const column = (pick: (f: (typeof perClip)[number]) => number) => mean(perClip.map(pick));
    rows.push(['pooled', ...cells(pooled), '', '', '', '']);
    rows.push([
      'mean of clips',
      '',
      '',
      formatNumber(
        column((f) => f.pearson),
        2,
      ),
      formatNumber(
        column((f) => f.spearman),
        2,
      ),
      formatNumber(
        column((f) => f.meanError),
        2,
      ),
      formatNumber(
        column((f) => f.shippedPearson),
        2,
      ),
      '',
      '',
      '',
      formatNumber(
        column((f) => f.ms),
        2,
      ),
    ]);
    console.log(
      formatTable(
        ['clip', 'PSNR', 'told', 'Pearson', 'Spearman', '|off| dB', 'shipped', 'MSE inside', 'outside', 'region %', 'ms'],
        rows,
      ),
    );
    console.log(
      'told, Pearson, Spearman, |off|: by a model fitted on the other clips. shipped: Pearson of the model in the code, which has seen the train clips. MSE inside and outside of problem regions.',
    );
    if (args.fit) {
      const { intercept, weights } = fitModel(runs.map(({ rows }) => rows));
      console.log(`intercept: ${intercept.toFixed(3)},\nweights: [${weights.map((w) => w.toFixed(3)).join(', ')}],`);
      console.log(FEATURE_NAMES.map((name, i) => `${name} ${weights[i].toFixed(2)}`).join(', '));
    }
    if (args.json) console.log(JSON.stringify({ clips: perClip, pooled }));
  });

await runCommand(() => program.parseAsync());
