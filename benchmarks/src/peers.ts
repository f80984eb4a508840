import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { Progress } from '@sgaps/server/clips';
import { Command } from 'commander';
import { positiveInteger, positiveNumber, runCommand } from './cli.js';
import { formatTable } from './clip/formatTable.js';
import { type ClipChoice, gatherClips } from './clip/gatherClips.js';
import type { ClipEntry } from './clip/listClips.js';
import { loadClipState } from './clip/loadClipState.js';
import type { ClipFigures } from './clip/measureClip.js';
import { measurePeers } from './peers/measurePeers.js';
import {
  countAbove,
  PEER_DETAIL_HEAD,
  PEER_HEAD,
  type PeeredClip,
  peerDetailRows,
  peerRows,
  verdictOf,
} from './peers/peerTable.js';
import { runJobs } from './sweep/runJobs.js';

interface Arguments extends ClipChoice {
  readonly input?: string;
  readonly state?: string;
  readonly depth?: string;
  readonly withDepth?: boolean;
  readonly frames?: number;
  readonly bytes: number;
  readonly down: number;
  readonly latency: number;
  readonly ssim: boolean;
  readonly workers: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** The one clip of `--input`, with the state beside it where none is given. */
function oneClip(input: string, { state, depth }: Arguments): ClipEntry {
  const beside = input.replace(/\.[^./]+$/, '.json');
  const found = state ?? (existsSync(beside) ? beside : undefined);
  const listed = found === undefined ? undefined : loadClipState(found);
  const name = basename(input).replace(/\.[^.]+$/, '');
  return { name, input, state: found, depth, kind: listed?.kind ?? '', source: '', licence: '' };
}

/** Our own figures, `workers` clips at a time. */
async function measureOurs(clips: readonly ClipEntry[], args: Arguments, progress: Progress): Promise<Map<string, ClipFigures>> {
  const { frames, bytes: bytesUp, down: bytesDown, latency, ssim, workers } = args;
  const jobs = clips.map(({ name, input, state, depth }) => ({
    name,
    options: {
      input,
      state,
      depth: args.input || args.withDepth ? depth : undefined,
      frames,
      bytesUp,
      bytesDown,
      latency,
      ssim,
      held: false,
    },
    at: [],
  }));
  const found = new Map<string, ClipFigures>();
  await runJobs(jobs, workers, (answer) => {
    if ('error' in answer) throw new SgapsError('STORAGE_FAILED', `${answer.name} could not be measured: ${answer.error}`);
    found.set(answer.name, answer.figures);
    progress.say(`${answer.name}: SGAPS ${answer.figures.psnrSteady.toFixed(2)} dB steady`);
  });
  return found;
}

function printTables(clips: readonly PeeredClip[]): void {
  for (const clip of clips) console.log(`${clip.name}\n${formatTable(PEER_DETAIL_HEAD, peerDetailRows(clip))}\n`);
  if (clips.length > 1)
    console.log(
      `Steady PSNR, dB (smooth: chroma interpolated on its way back to RGB)\n${formatTable(PEER_HEAD, peerRows(clips))}\n`,
    );
  const { above, aboveSmooth, of } = countAbove(clips);
  console.log(
    `Above the better of H.264 and VP8 at the same bytes: ${above} of ${of} clips; ${aboveSmooth} of ${of} where the player interpolates chroma.`,
  );
}

export const program = new Command('bench:peers')
  .description('Measures realtime H.264, VP8 and VP9 at the bytes per frame that the SGAPS loop may spend, beside it.')
  .option('--input <clip.mkv>', 'one lossless clip')
  .option('--state <clip.json>', 'its state (default: the .json beside it, if there)')
  .option('--depth <clip.depth.mkv>', 'its depth, sent with our samples')
  .option('--clips <dir>', 'folder of clips instead (default: shared/clips/train if there, else those of npm run clips)')
  .option('--only <names>', 'clip names, separated by commas')
  .option('--kind <prefix>', 'kinds of clips: 2d, 3d or all', 'all')
  .option('--with-depth', 'send the depth that lies beside the clips of a folder with our samples')
  .option('--frames <n>', 'at most so many frames each', positiveInteger)
  .option('--bytes <n>', 'our budget up, bytes per frame', positiveNumber, 2048)
  .option('--down <n>', 'our budget down; the encoders get the sum of both', positiveNumber, 512)
  .option('--latency <frames>', 'frames from asking to sampling', positiveInteger, 2)
  .option('--no-ssim', 'leave SSIM out (faster)')
  .option('--workers <n>', 'clips at a time', positiveInteger, 1)
  .option('--quiet', 'tell nothing of how far it is')
  .option('--json', 'one line of JSON last on standard output')
  .action(async (args: Arguments) => {
    const entries = args.input ? [oneClip(args.input, args)] : gatherClips(args);
    const bytes = args.bytes + args.down;
    const progress = new Progress(process.stderr, args);
    const ours = await measureOurs(entries, args, progress);
    const clips: PeeredClip[] = [];
    const queue = [...entries];
    const work = async () => {
      for (let clip = queue.shift(); clip; clip = queue.shift()) {
        const { name, kind, input } = clip;
        const figures = ours.get(name);
        if (!figures) continue;
        const peers = await measurePeers({ input, bytes, frames: args.frames, ssim: args.ssim });
        clips.push({ name, kind, ours: figures, peers });
        progress.say(`${name}: ${peers.map(({ id, psnrSteady }) => `${id} ${psnrSteady.toFixed(2)}`).join(', ')} dB steady`);
        progress.show({ done: clips.length, total: entries.length, unit: 'clips beside video' });
      }
    };
    await Promise.all(Array.from({ length: args.workers }, work));
    progress.clear();
    clips.sort((a, b) => a.name.localeCompare(b.name));
    printTables(clips);
    if (!args.json) return;
    const judged = clips.map((clip) => {
      const { better, betterSmooth, ...verdict } = verdictOf(clip);
      return { ...clip, better: better.id, betterSmooth: betterSmooth.id, ...verdict };
    });
    console.log(JSON.stringify(args.input ? { bytes, ...judged[0] } : { bytes, ...countAbove(clips), clips: judged }));
  });

await runCommand(program, import.meta.url);
