import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Progress } from '@sgaps/server/clips';
import { Command } from 'commander';
import { ablationPage } from './ablation/ablationPage.js';
import {
  ABLATION_GROUPS,
  ABLATION_HEAD,
  type AblationGroup,
  type AblationRun,
  ablationCells,
  ablationRows,
} from './ablation/ablationTable.js';
import { plotAblation } from './ablation/plotAblation.js';
import { spliceClips } from './ablation/spliceClips.js';
import { listVariants, type Variant } from './ablation/variants.js';
import { positiveInteger, positiveNumber, runCommand } from './cli.js';
import { formatTable } from './clip/formatTable.js';
import { type ClipChoice, gatherClips } from './clip/gatherClips.js';
import type { ClipEntry } from './clip/listClips.js';
import { writeSheet } from './plot/sheet.js';
import { formatMarkdown } from './report/formatMarkdown.js';
import { describeMachine, describeVersion, runOrigin } from './report/machine.js';
import { runJobs } from './sweep/runJobs.js';
import type { SweepJob } from './sweep/worker.js';

interface Arguments extends ClipChoice {
  readonly parts?: string;
  readonly frames?: number;
  readonly bytes: number;
  readonly latency: number;
  readonly ssim: boolean;
  readonly workers: number;
  readonly out?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Frames between two cuts. */
const CUT_EVERY = 60;

const PAGE = join(import.meta.dirname, '../../docs/ablation.md');

/** A run still to be made. */
type Planned = Omit<AblationRun, 'figures'> & { readonly job: SweepJob };

/** Every variant on every clip it can matter to; 3D clips with depth run twice. Variant by variant, so that an early stop leaves whole rows. */
function planRuns(variants: readonly Variant[], clips: readonly ClipEntry[], args: Arguments): Planned[] {
  const { frames, bytes: bytesUp, latency, ssim } = args;
  const plan: Planned[] = [];
  for (const { id, settings, solid } of variants) {
    for (const { name, kind, input, state, depth } of clips) {
      if (solid && kind !== '3d') continue;
      const groups: AblationGroup[] =
        kind === '3d' ? (depth ? ['3d', '3d-depth'] : ['3d']) : kind === '2d-cuts' ? ['cuts'] : ['2d'];
      for (const group of groups) {
        const sent = group === '3d-depth' ? depth : undefined;
        const options = { input, state, depth: sent, frames, bytesUp, latency, ssim, held: false, ...settings };
        plan.push({
          variant: id,
          clip: name,
          group,
          job: { name: `${id}, ${name}${sent ? ' with depth' : ''}`, options, at: [] },
        });
      }
    }
  }
  return plan;
}

async function runAll(plan: readonly Planned[], { workers, quiet }: Arguments): Promise<AblationRun[]> {
  const progress = new Progress(process.stderr, { quiet });
  const runs: AblationRun[] = [];
  let done = 0;
  await runJobs(
    plan.map(({ job }) => job),
    workers,
    (answer) => {
      done++;
      const planned = plan.find(({ job }) => job.name === answer.name);
      if ('error' in answer || !planned) {
        progress.clear();
        console.error(`${answer.name}: ${'error' in answer ? answer.error : 'not asked for'}`);
        process.exitCode = 1;
        return;
      }
      const { variant, clip, group } = planned;
      runs.push({ variant, clip, group, figures: answer.figures });
      progress.say(`${answer.name}: ${answer.figures.psnrSteady.toFixed(2)} dB steady`);
      progress.show({ done, total: plan.length, unit: 'runs' });
    },
  );
  progress.clear();
  return runs;
}

/** The clips, and where there are two in 2D the first of them in turn. */
async function withCuts(clips: readonly ClipEntry[], folder: string, frames: number | undefined): Promise<ClipEntry[]> {
  const [first, second] = clips.filter(({ kind, state }) => kind.startsWith('2d') && state);
  return second ? [...clips, await spliceClips(first, second, { folder, every: CUT_EVERY, frames })] : [...clips];
}

/** The command as it was given, for the page. */
function commandLine(): string {
  const args = process.argv.slice(2);
  return ['npm run bench:ablation', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
}

export const program = new Command('bench:ablation')
  .description('Switches every part of the loop off in turn, measures the clips and writes docs/ablation.md.')
  .option('--clips <dir>', 'folder of clips (default: shared/clips/train if there, else those of npm run clips)')
  .option('--only <names>', 'clip names, separated by commas')
  .option('--kind <prefix>', 'kinds of clips: 2d, 3d or all', 'all')
  .option('--parts <names>', 'parts to switch off (and `points`), separated by commas; default all')
  .option('--frames <n>', 'at most so many frames each', positiveInteger)
  .option('--bytes <n>', 'budget up, bytes per frame', positiveNumber, 2048)
  .option('--latency <frames>', 'frames from asking to sampling', positiveInteger, 2)
  .option('--no-ssim', 'leave SSIM out (faster)')
  .option('--workers <n>', 'processes; the times are truest with 1', positiveInteger, 2)
  .option('--out <file>', 'page to write (default: docs/ablation.md, of a whole run alone)')
  .option('--quiet', 'tell nothing of how far it is')
  .option('--json', 'one line of JSON last on standard output')
  .action(async (args: Arguments) => {
    const variants = listVariants(args.parts?.split(','));
    const folder = mkdtempSync(join(tmpdir(), 'sgaps-ablation-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    const clips = await withCuts(gatherClips(args), folder, args.frames);
    const runs = await runAll(planRuns(variants, clips, args), args);
    const groups = (Object.keys(ABLATION_GROUPS) as AblationGroup[])
      .map((group) => ({ group, rows: ablationRows(variants, runs, group) }))
      .filter(({ rows }) => rows.length > 0);
    for (const { group, rows } of groups)
      console.log(`${ABLATION_GROUPS[group]}\n${formatTable(ABLATION_HEAD, rows.map(ablationCells))}\n`);
    const whole = !args.only && !args.parts && !args.frames && args.kind === 'all';
    const out = args.out ?? (whole ? PAGE : undefined);
    if (out) {
      const date = new Date().toISOString().slice(0, 10);
      const about = { command: commandLine(), version: describeVersion(), machine: describeMachine(), date };
      mkdirSync(dirname(out), { recursive: true });
      writeFileSync(out, formatMarkdown(ablationPage({ variants, runs, ...about })));
      const figures = { groups: Object.fromEntries(groups.map(({ group, rows }) => [group, rows])), clips: runs };
      await writeSheet(join(dirname(out), 'images/ablation.svg'), plotAblation(figures), runOrigin(about.command));
      console.error(`Wrote ${out}, and its plot`);
    }
    if (args.json) {
      const measured = runs.map(({ variant, clip, group, figures }) => {
        const { psnrSteady, ssimSteady, bytesUp, bytesDown, msPerFrame } = figures;
        return { variant, clip, group, psnrSteady, ssimSteady, bytesUp, bytesDown, ms: msPerFrame.p50 };
      });
      console.log(
        JSON.stringify({ groups: Object.fromEntries(groups.map(({ group, rows }) => [group, rows])), clips: measured }),
      );
    }
  });

await runCommand(program, import.meta.url);
