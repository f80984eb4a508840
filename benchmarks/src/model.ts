import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openModel } from '@sgaps/server';
import { Progress } from '@sgaps/server/clips';
import { Command, Option } from 'commander';
import { positiveInteger, runCommand } from './cli.js';
import { formatTable } from './clip/formatTable.js';
import { type ClipChoice, gatherClips } from './clip/gatherClips.js';
import { openBackend } from './clip/openBackend.js';
import { MODEL_SETTINGS, type ModelRow, type ModelSetting, measureModel } from './model/measureModel.js';
import { modelPage } from './model/modelPage.js';
import { MODEL_HEAD, modelCells, modelMeans } from './model/modelTable.js';
import { formatMarkdown } from './report/formatMarkdown.js';
import { describeMachine, describeVersion } from './report/machine.js';

interface Arguments extends Omit<ClipChoice, 'clips'> {
  readonly clips?: string[];
  readonly frames: number;
  readonly model?: string;
  readonly settings: ModelSetting[];
  readonly out?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Games that the model was trained on; null where its card does not say. */
async function gamesTrainedOn(model: string): Promise<ReadonlySet<string> | null> {
  const card = JSON.parse(readFileSync(join(await openModel(model), 'model.json'), 'utf8')) as { readonly games?: string[] };
  return card.games ? new Set(card.games) : null;
}

/** The command as it was given, for the page. */
function commandLine(): string {
  return ['npm run bench:model', '--', ...process.argv.slice(2)].join(' ');
}

export const program = new Command('bench:model')
  .description('What the model is worth beside diffusion at the same bytes, and how true its doubt is, on clips.')
  .option('--clips <dir...>', 'folders of clips (default: shared/clips/train if there, else those of npm run clips)')
  .option('--only <names>', 'clip names, separated by commas')
  .option('--kind <prefix>', 'kinds of clips: 2d, 3d or all', 'all')
  .option('--frames <n>', 'at most so many frames each', positiveInteger, 300)
  .option('--model <path>', 'folder of the model (default: the one shipped)')
  .addOption(new Option('--settings <name...>', 'how the sessions are run').choices(MODEL_SETTINGS).default([...MODEL_SETTINGS]))
  .option('--out <file>', 'page to write, such as docs/reconstructor.md')
  .option('--quiet', 'tell nothing of how far it is')
  .option('--json', 'one line of JSON last on standard output')
  .action(async ({ clips, ...args }: Arguments) => {
    const opened = await openBackend('sgaps-mae', args.model);
    if (!opened) return;
    const trained = await gamesTrainedOn(args.model ?? 'sgaps-mae-small');
    const rows: ModelRow[] = [];
    const progress = new Progress(process.stderr, args);
    try {
      const entries = (clips ?? [undefined]).flatMap((folder) => gatherClips({ ...args, clips: folder }));
      for (const clip of entries)
        for (const setting of args.settings) {
          rows.push(await measureModel(clip, setting, opened.backend, args.frames));
          progress.say(`${setting}  ${modelCells(rows[rows.length - 1]).join('  ')}`);
          progress.show({ done: rows.length, total: entries.length * args.settings.length, unit: 'runs' });
        }
    } finally {
      progress.clear();
      await opened.close();
    }
    for (const setting of args.settings) {
      const own = rows.filter((row) => row.setting === setting);
      const unseen = own.filter(({ name }) => !trained?.has(name));
      const of = trained
        ? 'means of games that the model was not trained on'
        : 'its card does not say what the model was trained on';
      console.log(`${setting}; ${of}:`);
      console.log(`${formatTable(MODEL_HEAD, [...own.map(modelCells), ...modelMeans(unseen)])}\n`);
    }
    if (args.out) {
      const about = { version: describeVersion(), machine: describeMachine(), date: new Date().toISOString().slice(0, 10) };
      mkdirSync(dirname(args.out), { recursive: true });
      const page = modelPage({ rows, trained, model: opened.backend.id, command: commandLine(), ...about });
      writeFileSync(args.out, formatMarkdown(page));
      console.error(`Wrote ${args.out}`);
    }
    if (args.json) console.log(JSON.stringify(rows));
  });

await runCommand(program, import.meta.url);
