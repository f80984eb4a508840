import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { EXIT, Progress } from '@sgaps/server/clips';
import { Command, InvalidArgumentError } from 'commander';
import { runCommand } from './cli.js';
import { listClips } from './clip/listClips.js';
import { writeSheet } from './plot/sheet.js';
import { type Chapter, listChapters } from './report/chapters.js';
import { formatMarkdown } from './report/formatMarkdown.js';
import { describeMachine, describeVersion } from './report/machine.js';
import { type Measured, measureStep, originOf, readMeasured } from './report/measured.js';
import { type ReportAbout, reportHtml, reportMarkdown } from './report/reportPages.js';
import { runBench } from './report/runBench.js';
import { CHAPTER_NAMES, type ChapterName, commandOf, listSteps, type Step } from './report/steps.js';

interface Arguments {
  readonly quick?: boolean;
  readonly only?: readonly ChapterName[];
  readonly clips: string;
  readonly out: string;
  readonly from?: string;
  readonly again?: boolean;
  readonly docs?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const ROOT = join(import.meta.dirname, '../..');
const DOCS = join(ROOT, 'docs/images/report');

function chapterList(text: string): ChapterName[] {
  const names = text.split(',');
  const unknown = names.find((name) => !(CHAPTER_NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`there is no ${unknown}; there are ${CHAPTER_NAMES.join(', ')}.`);
  return names as ChapterName[];
}

function write(file: string, content: string): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
}

/** What is kept of each step, and where nothing is, or it failed, or was measured otherwise, measured anew. */
async function measureAll(steps: readonly Step[], args: Arguments, signal: AbortSignal): Promise<Map<ChapterName, Measured[]>> {
  const { quick = false, again, from, out, quiet } = args;
  const folder = from === undefined ? join(out, 'data') : dataOf(from);
  const progress = new Progress(process.stderr, { quiet });
  const found = new Map<ChapterName, Measured[]>();
  for (const [done, step] of steps.entries()) {
    const kept = again ? undefined : readMeasured(folder, step.id);
    const isGood = kept?.error === null && (from !== undefined || kept.command === commandOf(step));
    let measured = isGood ? kept : undefined;
    if (!measured && from === undefined) {
      const onLine = (line: string): void =>
        progress.show({ done, total: steps.length, unit: 'steps', note: `${step.id}: ${line.trim()}` });
      progress.say(`[${done + 1}/${steps.length}] ${commandOf(step)}`);
      measured = await measureStep(step, { folder, quick, onLine, signal });
      progress.say(`[${done + 1}/${steps.length}] ${step.id}: ${measured.error ?? 'measured'}, ${measured.seconds.toFixed(0)} s`);
    }
    if (measured) found.set(step.chapter, [...(found.get(step.chapter) ?? []), measured]);
  }
  progress.clear();
  return found;
}

function dataOf(from: string): string {
  const beside = join(from, 'data');
  const folder = existsSync(beside) ? beside : from;
  if (!existsSync(folder)) throw new SgapsError('NOT_FOUND', `There is no folder ${folder} to take figures from.`);
  return folder;
}

function aboutClips(folder: string): ReportAbout['clips'] {
  if (!existsSync(folder)) return [];
  return listClips(folder).map(({ name, kind, state }) => {
    const { frames, seed } = (state ? JSON.parse(readFileSync(state, 'utf8')) : {}) as { frames?: number; seed?: number };
    return { name, kind, frames: frames ?? 0, seed: seed ?? null };
  });
}

async function writePlots(chapters: readonly Chapter[], folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const { name, figure, measured } of chapters) {
    if (!figure) continue;
    const file = join(folder, `${name}.svg`);
    await writeSheet(file, figure, originOf(measured));
    files.push(file);
  }
  return files;
}

export const program = new Command('report')
  .description(
    'Runs the benches on clips of the sample games, and writes one report with plots: index.html, report.md, plots/*.svg. What was measured is kept in data/*.json and not measured again.',
  )
  .option('--quick', 'short runs, fewer points: some quarter of an hour instead of hours')
  .option('--only <names>', `chapters, separated by commas: ${CHAPTER_NAMES.join(', ')} (default: all)`, chapterList)
  .option('--clips <dir>', 'clips to measure; captured where missing', join(ROOT, 'benchmarks/clips'))
  .option('--out <dir>', 'folder to write', join(ROOT, 'report'))
  .option('--from <dir>', 'measure nothing: draw what another report kept')
  .option('--again', 'measure what is kept once more')
  .option('--docs', 'write the plot of PSNR against bytes into docs/images/report as well, where the documentation shows it')
  .option('--quiet', 'tell nothing of how far it is')
  .option('--json', 'one line of JSON last on standard output')
  .action(async (args: Arguments) => {
    const { quick = false, only = CHAPTER_NAMES, out, docs, json, from } = args;
    const clips = resolve(args.clips);
    const abort = new AbortController();
    const stop = (): void => {
      process.exitCode = EXIT.interrupted;
      abort.abort();
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
    if (from === undefined && (!existsSync(clips) || listClips(clips).length === 0)) {
      console.error('Capturing clips of the sample games first.');
      await runBench('clips.ts', ['--out', clips], { onLine: console.error, signal: abort.signal });
    }
    const steps = listSteps({ clips, quick });
    const measured = await measureAll(
      // Figures that are taken over need no bench: whatever is there is drawn.
      (from === undefined ? steps : [...steps, ...listSteps({ clips, quick: !quick })])
        .filter((step, i, all) => all.findIndex(({ id }) => id === step.id) === i)
        .filter(({ chapter }) => only.includes(chapter)),
      args,
      abort.signal,
    );
    const chapters = listChapters(measured).filter(({ name }) => only.includes(name));
    const all = [...measured.values()].flat();
    const about: ReportAbout = {
      date: new Date().toISOString().slice(0, 10),
      version: describeVersion(),
      machine: describeMachine(),
      quick: all.some((one) => one.quick),
      clips: aboutClips(clips),
      chapters,
    };
    const files = [join(out, 'index.html'), join(out, 'report.md')];
    write(files[0], reportHtml(about));
    write(files[1], formatMarkdown(reportMarkdown(about)));
    files.push(...(await writePlots(chapters, join(out, 'plots'))));
    // The other chapters' pages have plots of their own figures.
    if (docs)
      files.push(
        ...(await writePlots(
          chapters.filter(({ name }) => name === 'rates'),
          DOCS,
        )),
      );
    const failed = all.filter(({ error }) => error !== null);
    for (const { step, error } of failed) console.error(`${step}: ${error}`);
    if (json) {
      const told = all.map(({ step, command, seconds, error }) => ({ step, command, seconds, error }));
      console.log(JSON.stringify({ files, steps: told }));
    } else for (const file of files) console.log(relative(process.cwd(), file));
    if (failed.length > 0) process.exitCode = EXIT.failed;
  });

await runCommand(program, import.meta.url);
