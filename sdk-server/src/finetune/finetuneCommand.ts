import { Command, InvalidArgumentError } from 'commander';
import { localBytesOption, storeOption } from '../commandLine.js';
import { exitCodeOf } from '../program/exits.js';
import { tellFailure } from '../program/fail.js';
import { interruptible } from '../program/interruptible.js';
import { Progress } from '../program/Progress.js';
import type { LocalCopies } from '../storage/blobs/LocalCopies.js';
import { openCopies } from '../storage/blobs/openCopies.js';
import { finetuneSteps } from './finetuneSteps.js';
import { prepareFinetuning } from './prepareFinetuning.js';
import { TRUTH_DB, type TruthCount } from './readTruth.js';

interface FinetuneFlags {
  readonly recordings: string[];
  readonly data: string;
  readonly store?: string;
  readonly localBytes?: number;
  readonly out: string;
  readonly name?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/**
 * `sgaps finetune`: makes training data of recordings and says what to run.
 *
 * @example
 * ```ts
 * program.addCommand(finetuneCommand());
 * ```
 */
export function finetuneCommand(): Command {
  return new Command('finetune')
    .description('make data of recordings to fine-tune the model on a game, and print the commands that do it')
    .requiredOption('--recordings <id|file...>', 'ids of recordings, or .sgaps files; of several, the last is only judged by')
    .option('-d, --data <folder>', 'folder of recordings', './.sgaps-data')
    .addOption(storeOption())
    .addOption(localBytesOption())
    .requiredOption('-o, --out <folder>', 'where to write')
    .option('--name <name>', "the model's name (default: sgaps-mae- and the game's)", modelName)
    .option('--quiet', 'tell nothing of how far it is')
    .option('--json', 'print JSON')
    .action(finetune);
}

async function finetune(flags: FinetuneFlags): Promise<void> {
  const { recordings, data, out, name, json, quiet } = flags;
  const line = new Progress(process.stderr, { quiet });
  let copies: LocalCopies | null = null;
  try {
    copies = await openCopies(flags);
    const onRecording = (recording: string, count: TruthCount): void => {
      line.clear();
      if (!json) tell(recording, count);
    };
    const onFrame = (recording: string, frames: number): void =>
      line.show({ done: frames, total: null, unit: 'frames', note: recording });
    const about = { recordings, data, copies, out, onRecording, onFrame };
    const prepared = await interruptible((signal) => prepareFinetuning({ ...about, signal }));
    const model = name ?? `sgaps-mae-${prepared.game.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`.slice(0, 40);
    const steps = finetuneSteps(prepared, model, process.cwd());
    if (json) {
      process.stdout.write(`${JSON.stringify({ ...prepared, model, steps })}\n`);
      return;
    }
    for (const clip of prepared.clips)
      process.stdout.write(`  ${clip.name}.mkv: ${clip.frames} frames to be ${clip.judged ? 'judged by' : 'trained on'}\n`);
    process.stdout.write(`\n${steps}`);
  } catch (error) {
    line.clear();
    process.exitCode ??= exitCodeOf(error);
    tellFailure(error, json);
  } finally {
    copies?.blobs.close();
  }
}

function tell(recording: string, { used, drawn, unanswered, poor }: TruthCount): void {
  const leftOut = `${drawn} drawn by memory in part, ${unanswered} not sampled, ${poor} below ${TRUTH_DB} dB`;
  process.stdout.write(`Recording ${recording}: ${used} frames taken, ${drawn + unanswered + poor} left out (${leftOut})\n`);
}

function modelName(text: string): string {
  if (/^[a-z0-9][\w.-]{0,39}$/i.test(text)) return text;
  throw new InvalidArgumentError('Letters, digits, dots, dashes and underscores, 40 at most.');
}
