import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ArchiveModel } from '@sgaps/core';
import { NodeArchiveModel } from '@sgaps/server';
import { Progress } from '@sgaps/server/clips';
import { Command } from 'commander';
import { archivePage } from './archive/archivePage.js';
import { ARCHIVE_CLIP_HEAD, ARCHIVE_HEAD, archiveRows, clipRows, modelShares } from './archive/archiveTable.js';
import { type AblatedClip, ARCHIVE_ABLATION_HEAD, ablationRows, measureAblation } from './archive/measureAblation.js';
import { type ArchivedClip, measureArchive } from './archive/measureArchive.js';
import { plotArchive } from './archive/plotArchive.js';
import { positiveInteger, positiveNumber, runCommand } from './cli.js';
import { formatTable } from './clip/formatTable.js';
import { type ClipChoice, gatherClips } from './clip/gatherClips.js';
import type { ClipEntry } from './clip/listClips.js';
import { loadClipState } from './clip/loadClipState.js';
import { writeSheet } from './plot/sheet.js';
import { formatMarkdown } from './report/formatMarkdown.js';
import { describeMachine, describeVersion, runOrigin } from './report/machine.js';

interface Arguments extends ClipChoice {
  readonly input?: string;
  readonly state?: string;
  readonly frames?: number;
  readonly model: string;
  readonly ratio: number;
  readonly quality: number;
  readonly peers: boolean;
  readonly ssim: boolean;
  readonly ablation?: boolean;
  readonly fine: number;
  readonly coarse: number;
  readonly out?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const NO_LPIPS = 'LPIPS is not measured: its network is not at hand on this machine.';

/** The one clip of `--input`, with the state beside it where none is given. */
function oneClip(input: string, state: string | undefined): ClipEntry {
  const beside = input.replace(/\.[^./]+$/, '.json');
  const found = state ?? (existsSync(beside) ? beside : undefined);
  const kind = found === undefined ? '' : (loadClipState(found).kind ?? '');
  return { name: basename(input).replace(/\.[^.]+$/, ''), input, state: found, kind, source: '', licence: '' };
}

async function measureAll(clips: readonly ClipEntry[], model: ArchiveModel | null, args: Arguments): Promise<ArchivedClip[]> {
  const progress = new Progress(process.stderr, args);
  const points = [
    { id: `${args.ratio}×`, ratio: args.ratio },
    { id: `${args.quality} dB`, quality: args.quality },
  ];
  const measured: ArchivedClip[] = [];
  for (const [i, clip] of clips.entries()) {
    const { frames, ssim, peers: withPeers } = args;
    const onProgress = (note: string) => progress.show({ done: i, total: clips.length, unit: 'clips', note });
    const found = await measureArchive(clip, { model, points, frames, ssim, withPeers, onProgress });
    measured.push(found);
    const said = found.points.map(({ point, ours, peers }) => {
      const beside = peers.map(({ id, psnr }) => `${id} ${psnr.toFixed(2)}`).join(', ');
      const rate = (ours.bytes * found.fps) / ours.frames;
      return `${point}: ${(rate / 1000).toFixed(1)} kB/s ${ours.psnr.toFixed(2)} dB (${beside || 'no video beside it'})`;
    });
    progress.say(`${clip.name}: ${said.join('; ')}`);
  }
  return measured;
}

function printTables(clips: readonly ArchivedClip[]): void {
  for (const { point } of clips[0]?.points ?? []) {
    console.log(
      `${point}, means of ${clips.length} clip(s); video at the bytes of each clip\n${formatTable(ARCHIVE_HEAD, archiveRows(clips, point))}\n`,
    );
    if (clips.length > 1) console.log(`${formatTable(ARCHIVE_CLIP_HEAD, clipRows(clips, point))}\n`);
  }
  const { encode, decode } = modelShares(clips);
  console.log(
    `The model has ${(100 * encode).toFixed(0)} % of the time of encoding, ${(100 * decode).toFixed(0)} % of that of decoding.`,
  );
  console.log(NO_LPIPS);
}

async function ablateAll(clips: readonly ClipEntry[], model: ArchiveModel | null, args: Arguments): Promise<AblatedClip[]> {
  const progress = new Progress(process.stderr, args);
  const ablated: AblatedClip[] = [];
  const quantisers: [number, number] = [args.fine, args.coarse];
  for (const [i, clip] of clips.entries()) {
    const onProgress = (note: string) => progress.show({ done: i, total: clips.length, unit: 'clips', note });
    ablated.push(await measureAblation(clip, { model, quantisers, frames: args.frames, onProgress }));
    progress.say(`${clip.name}: ablated`);
  }
  return ablated;
}

/** The command as it was given, for the page. */
function commandLine(): string {
  const args = process.argv.slice(2);
  return ['npm run bench:archive', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
}

export const program = new Command('bench:archive')
  .description('Codes clips as archives do, at a fixed ratio and at a fixed quality, beside H.264 and AV1 at the same bytes.')
  .option('--input <clip.mkv>', 'one lossless clip')
  .option('--state <clip.json>', 'its state (default: the .json beside it, if there)')
  .option('--clips <dir>', 'folder of clips instead (default: shared/clips/train if there, else those of npm run clips)')
  .option('--only <names>', 'clip names, separated by commas')
  .option('--kind <prefix>', 'kinds of clips: 2d, 3d or all', 'all')
  .option('--frames <n>', 'at most so many frames each', positiveInteger)
  .option('--model <name>', 'name or folder of the model; none codes without', 'hst-mae-tiny')
  .option('--ratio <n>', 'raw RGB over bytes of the first working point', positiveNumber, 42)
  .option('--quality <dB>', 'PSNR of the second', positiveNumber, 38.5)
  .option('--no-peers', 'leave the video encoders out')
  .option('--no-ssim', 'leave SSIM out (faster)')
  .option('--ablation', 'instead: switch the parts of the codec off in turn')
  .option('--fine <quantiser>', 'the finer quantiser of the ablation', positiveInteger, 32)
  .option('--coarse <quantiser>', 'the coarser one', positiveInteger, 40)
  .option('--out <file>', 'measure both, and write them as a page for the documentation')
  .option('--quiet', 'tell nothing of how far it is')
  .option('--json', 'one line of JSON last on standard output')
  .action(async (args: Arguments) => {
    const clips = args.input ? [oneClip(args.input, args.state)] : gatherClips(args);
    const model = args.model === 'none' ? null : await NodeArchiveModel.open(args.model);
    const name = model?.id ?? 'none';
    try {
      const measured = args.ablation && !args.out ? [] : await measureAll(clips, model, args);
      const ablated = args.ablation || args.out ? await ablateAll(clips, model, args) : [];
      console.log(`Model: ${name}\n`);
      if (measured.length > 0) printTables(measured);
      if (ablated.length > 0) console.log(formatTable(ARCHIVE_ABLATION_HEAD, ablationRows(ablated)));
      if (args.out) {
        const date = new Date().toISOString().slice(0, 10);
        const about = { model: name, command: commandLine(), version: describeVersion(), machine: describeMachine(), date };
        mkdirSync(dirname(args.out), { recursive: true });
        writeFileSync(args.out, formatMarkdown(archivePage({ clips: measured, ablated, ...about })));
        const plot = plotArchive({ model: name, clips: measured });
        await writeSheet(join(dirname(args.out), 'images/archive.svg'), plot, runOrigin(about.command));
        console.error(`Wrote ${args.out}, and its plot`);
      }
      if (args.json) console.log(JSON.stringify({ model: name, clips: measured, ablated }));
    } finally {
      await model?.close();
    }
  });

await runCommand(program, import.meta.url);
