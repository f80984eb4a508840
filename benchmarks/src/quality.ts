import { FEATURE_NAMES } from '@sgaps/core';
import { SgapsError } from '@sgaps/protocol';
import { Progress } from '@sgaps/server/clips';
import { Command } from 'commander';
import { positiveInteger, positiveNumber, runCommand } from './cli.js';
import { formatTable } from './clip/formatTable.js';
import { type ClipChoice, gatherClips } from './clip/gatherClips.js';
import { collectRows, type QualityRun } from './quality/collectRows.js';
import { fitModel, predict } from './quality/fitModel.js';
import { judge, QUALITY_HEAD, type QualityFigures, qualityCells, qualityMeans } from './quality/qualityTable.js';

interface Arguments extends ClipChoice {
  readonly frames?: number;
  readonly bytes: number;
  readonly latency: number;
  readonly samples: number;
  readonly fit?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

type NamedRun = QualityRun & { readonly name: string };

/** Frames left out of the figures: the start. */
const SKIPPED = 5;

/** How well frames are judged by what the code says of them. */
function judgeShipped(runs: readonly NamedRun[]): QualityFigures[] {
  return runs.map((run) =>
    judge(
      run,
      run.rows.slice(SKIPPED).map(({ psnr }) => psnr),
      run.shipped.slice(SKIPPED),
    ),
  );
}

/** How well by a model that was fitted on the other clips. */
function judgeUnseen(runs: readonly NamedRun[]): QualityFigures[] {
  return runs.map((run) => {
    const model = fitModel(runs.filter((other) => other !== run).map(({ rows }) => rows));
    const rows = run.rows.slice(SKIPPED);
    return judge(
      run,
      rows.map(({ psnr }) => psnr),
      rows.map(({ features }) => predict(model, features)),
    );
  });
}

function print(title: string, figures: readonly QualityFigures[]): void {
  const rows = [...figures.map(qualityCells), qualityMeans(figures)];
  console.log(`${title}\n${formatTable(QUALITY_HEAD, rows)}\n`);
}

export const program = new Command('quality')
  .description(
    'How well the assessment without ground truth (S9) tells PSNR: of whole pictures as it is, of pictures that memory draws by a model fitted on the other clips alone.',
  )
  .option('--clips <dir>', 'folder of clips (default: shared/clips/train if there, else those of npm run clips)')
  .option('--only <names>', 'clip names, separated by commas; three at least')
  .option('--kind <prefix>', 'kinds of clips: 2d, 3d or all', 'all')
  .option('--frames <n>', 'at most so many frames each', positiveInteger, 300)
  .option('--bytes <n>', 'budget up, bytes per frame', positiveNumber, 2048)
  .option('--latency <frames>', 'frames from asking to sampling', positiveInteger, 2)
  .option('--samples <n>', 'samples a frame of the pictures that memory draws', positiveInteger, 8064)
  .option('--fit', 'print the model fitted on all clips, for qualityModel.ts')
  .option('--quiet', 'tell nothing of how far it is')
  .option('--json', 'one line of JSON last on standard output')
  .action(async (args: Arguments) => {
    const clips = gatherClips(args);
    if (clips.length < 3) throw new SgapsError('NOT_FOUND', `${clips.length} clips; three are needed.`);
    const { frames, bytes: bytesUp, latency, samples } = args;
    const whole: NamedRun[] = [];
    const drawn: NamedRun[] = [];
    const progress = new Progress(process.stderr, args);
    for (const [done, clip] of clips.entries()) {
      progress.show({ done, total: clips.length, unit: 'clips', note: clip.name });
      whole.push({ name: clip.name, ...(await collectRows(clip, { frames, bytesUp, latency })) });
      drawn.push({ name: clip.name, ...(await collectRows(clip, { frames, bytesUp, latency, samples })) });
    }
    progress.clear();
    const shipped = judgeShipped(whole);
    const unseen = judgeUnseen(drawn);
    print('Whole pictures, as the code tells them (nothing of it is fitted)', shipped);
    print(`Pictures that memory draws, ${samples} samples a frame: by a model fitted on the other clips`, unseen);
    print('The same by the model in the code, which has seen the train clips', judgeShipped(drawn));
    if (args.fit) {
      const { intercept, weights } = fitModel(drawn.map(({ rows }) => rows));
      console.log(`intercept: ${intercept.toFixed(3)},\nweights: [${weights.map((w) => w.toFixed(3)).join(', ')}],`);
      console.log(FEATURE_NAMES.map((name, i) => `${name} ${weights[i].toFixed(2)}`).join(', '));
    }
    if (args.json) console.log(JSON.stringify({ whole: shipped, drawn: unseen }));
  });

await runCommand(program, import.meta.url);
