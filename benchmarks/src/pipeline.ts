import { Command, InvalidArgumentError, Option } from 'commander';
import { positiveInteger, runCommand } from './cli.js';
import { measurePipeline } from './pipeline/measurePipeline.js';
import { measureSplats } from './pipeline/measureSplats.js';
import { measureStream } from './pipeline/measureStream.js';
import { pipelineTable } from './pipeline/pipelineTable.js';
import { splatsTable } from './pipeline/splatsTable.js';
import { streamTable } from './pipeline/streamTable.js';

interface Arguments {
  readonly scene: 'replay' | 'splats' | 'stream';
  readonly counts?: number[];
  readonly on: 'auto' | 'webgpu' | 'cpu';
  readonly encoders?: string[];
  readonly sizes?: [number, number][];
  readonly pictures?: number;
  readonly viewers: number;
  readonly json?: boolean;
}

const SPLAT_SIZES: [number, number][] = [[1280, 720]];
const REPLAY_SIZES: [number, number][] = [[320, 180], ...SPLAT_SIZES];

export const program = new Command('bench:pipeline')
  .description(
    'What a picture takes from a viewer’s camera to the viewer: drawing, encoding, sending, all of it; viewers carried; the live edge.',
  )
  .addOption(new Option('--scene <name>', 'what is drawn').choices(['replay', 'splats', 'stream']).default('replay'))
  .option('--encoders <list>', 'separated by commas (default: jpeg+depth,h264, and of a replay raw)', (text) => text.split(','))
  .option('--sizes <list>', 'separated by commas (default: 1280x720, and of a replay 320x180)', sizes)
  .option('--pictures <n>', 'measured for each (default: 300 of a replay, 30 of others)', positiveInteger)
  .option('--counts <list>', 'splats, separated by commas (default: 10000,100000, and of splats 1000000)', counts)
  .addOption(new Option('--on <what>', 'what draws splats').choices(['auto', 'webgpu', 'cpu']).default('auto'))
  .option('--viewers <n>', 'most viewers of one channel to try', positiveInteger, 200)
  .option('--json', 'one line of JSON last on standard output')
  .action(async ({ json, scene, counts, on, ...given }: Arguments) => {
    const others = { splats, stream };
    const { figures, table } = scene === 'replay' ? await replay(given) : await others[scene](on, given, counts);
    console.log(table);
    if (json) console.log(JSON.stringify(figures));
  });

type Given = Pick<Arguments, 'encoders' | 'sizes' | 'pictures' | 'viewers'>;

async function replay({ encoders = ['jpeg+depth', 'h264', 'raw'], sizes = REPLAY_SIZES, pictures = 300, viewers }: Given) {
  const figures = await measurePipeline({ encoders, sizes, pictures, viewers });
  return { figures, table: pipelineTable(figures) };
}

async function splats(on: Arguments['on'], given: Given, counts = [10_000, 100_000, 1_000_000]) {
  const figures = await measureSplats({ ...splatOptions(given), counts, on });
  return { figures, table: splatsTable(figures) };
}

async function stream(on: Arguments['on'], given: Given, counts = [10_000, 100_000]) {
  const figures = await measureStream({ ...splatOptions(given), counts, on });
  return { figures, table: streamTable(figures) };
}

function splatOptions({ encoders = ['jpeg+depth', 'h264'], sizes = SPLAT_SIZES, pictures = 30 }: Given) {
  return { encoders, sizes, pictures };
}

function counts(text: string): number[] {
  return text.split(',').map((part) => positiveInteger(part));
}

function sizes(text: string): [number, number][] {
  return text.split(',').map((part) => {
    const [width, height, ...rest] = part.split('x').map(Number);
    if (rest.length > 0 || !Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1)
      throw new InvalidArgumentError('Sizes are like 1280x720.');
    return [width, height];
  });
}

await runCommand(program, import.meta.url);
