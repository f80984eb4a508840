import { isSgapsError } from '@sgaps/protocol';
import { Command, InvalidArgumentError } from 'commander';
import { localBytesOption, storeOption } from '../commandLine.js';
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
    .action(finetune);
}

async function finetune(flags: FinetuneFlags): Promise<void> {
  const { recordings, data, out, name } = flags;
  let copies: LocalCopies | null = null;
  try {
    copies = await openCopies(flags);
    const prepared = await prepareFinetuning({ recordings, data, copies, out, onRecording: tell });
    for (const clip of prepared.clips)
      process.stdout.write(`  ${clip.name}.mkv: ${clip.frames} frames to be ${clip.judged ? 'judged by' : 'trained on'}\n`);
    const model = name ?? `sgaps-mae-${prepared.game.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`.slice(0, 40);
    process.stdout.write(`\n${finetuneSteps(prepared, model, process.cwd())}`);
  } catch (error) {
    if (!isSgapsError(error)) throw error;
    process.stderr.write(`sgaps: ${error.code}: ${error.message}\n`);
    process.exitCode = 1;
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
