import { Command, InvalidArgumentError } from 'commander';
import { positiveInteger, positiveNumber, runCommand } from './cli.js';
import { gpuTable } from './gpu/gpuTable.js';
import { measureGpu } from './gpu/measureGpu.js';

interface Arguments {
  readonly model: string;
  readonly batches?: number[];
  readonly seconds: number;
  readonly cpu?: boolean;
  readonly json?: boolean;
}

const GPU_BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/** A CPU gains nothing by batches, and has less patience. */
const CPU_BATCHES = [1, 2, 4, 8];

export const program = new Command('bench:gpu')
  .description(
    'Frames per second, latency and memory of a model by batch size, through the inference service on the GPU of this machine (CUDA, else WebGPU), 320×180.',
  )
  .option('--model <folder>', 'a model of @sgaps/models, or a folder with a slash in its path', 'sgaps-mae-small')
  .option('--batches <list>', 'sizes, 1 … 256, such as 1,2,4 (default: 1,2,4,…,256; on the CPU to 8)', sizes)
  .option('--seconds <n>', 'measured for each size', positiveNumber, 3)
  .option('--cpu', 'measure the CPU instead')
  .option('--json', 'one line of JSON last on standard output')
  .action(async ({ model, batches, seconds, cpu, json }: Arguments) => {
    const on = cpu ? 'cpu' : 'gpu';
    const figures = await measureGpu({ model, seconds, on, batches: batches ?? (cpu ? CPU_BATCHES : GPU_BATCHES) });
    if ('reason' in figures) console.log(`No GPU: ${figures.reason}`);
    else console.log(gpuTable(figures));
    if (json) console.log(JSON.stringify(figures));
  });

function sizes(text: string): number[] {
  const values = text.split(',').map((part) => positiveInteger(part.trim()));
  if (values.some((value) => value > 256)) throw new InvalidArgumentError('256 frames a batch at most.');
  return values;
}

await runCommand(program, import.meta.url);
