import { Progress } from '@sgaps/server/clips';
import { Command, InvalidArgumentError, Option } from 'commander';
import { positiveNumber, runCommand } from './cli.js';
import type { ClientFigures } from './client/ClientFigures.js';
import { CLIENT_HEAD, clientRows, describeStage, recorderRows, STAGE_HEAD } from './client/clientTable.js';
import { measureClient } from './client/measureClient.js';
import { plotClient } from './client/plotClient.js';
import { type StageName, VARIANT_IDS, type VariantId } from './client/variants.js';
import { formatTable } from './clip/formatTable.js';
import { writeSheet } from './plot/sheet.js';
import { runOrigin } from './report/machine.js';

interface Arguments {
  readonly seconds: number;
  readonly engine: 'phaser' | 'babylon' | 'all';
  readonly variants?: readonly VariantId[];
  readonly svg?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const STAGES: Record<Arguments['engine'], readonly StageName[]> = {
  phaser: ['phaser'],
  babylon: ['babylon', 'babylon-webgpu'],
  all: ['phaser', 'babylon', 'babylon-webgpu'],
};

function variantList(text: string): VariantId[] {
  const ids = text.split(',');
  const unknown = ids.find((id) => !(VARIANT_IDS as string[]).includes(id));
  if (unknown !== undefined) throw new InvalidArgumentError(`there is no ${unknown}; there are ${VARIANT_IDS.join(', ')}.`);
  return ids as VariantId[];
}

function print(figures: ClientFigures, stages: readonly StageName[]): void {
  for (const name of stages) {
    console.log(`\n${describeStage(name, figures)}`);
    const stage = figures.stages[name];
    if (!stage) continue;
    console.log(formatTable(CLIENT_HEAD, clientRows(stage)));
    const own = recorderRows(stage);
    if (own.length > 0) console.log(`\nIts own stop watch, µs per displayed frame (p50 / mean)\n${formatTable(STAGE_HEAD, own)}`);
    for (const [id, why] of Object.entries(stage.skipped)) console.log(`${id} left out: ${why}`);
  }
}

export const program = new Command('bench:client')
  .description(
    'What recording costs a game in real headless Chromium: main thread and total CPU of every sampler beside the bare game and video capture, interleaved in one run.',
  )
  .option('--seconds <n>', 'seconds measured of each variant, in slices of 2', positiveNumber, 10)
  .addOption(new Option('--engine <name>', 'which games').choices(['phaser', 'babylon', 'all']).default('all'))
  .option('--variants <ids>', `only these, with commas between: ${VARIANT_IDS.join(', ')}`, variantList)
  .option('--svg <file>', 'write a plot, SVG or PNG')
  .option('--quiet', 'tell nothing of how far it is')
  .option('--json', 'one line of JSON last on standard output')
  .action(async ({ seconds, engine, variants, svg, quiet, json }: Arguments) => {
    const progress = new Progress(process.stderr, { quiet });
    const onSlice = (note: string, done: number, total: number) => progress.show({ done, total, unit: 'slices', note });
    const figures = await measureClient({ stages: STAGES[engine], seconds, variants, onSlice });
    progress.clear();
    print(figures, STAGES[engine]);
    if (svg) {
      await writeSheet(svg, plotClient(figures), runOrigin(`npm run bench:client -- --seconds ${seconds}`));
      console.error(`Wrote ${svg}`);
    }
    if (json) console.log(JSON.stringify(figures));
  });

await runCommand(program, import.meta.url);
