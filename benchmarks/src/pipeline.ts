import { Command, InvalidArgumentError, Option } from 'commander';
import { positiveInteger, runCommand } from './cli.js';
import { measurePipeline } from './pipeline/measurePipeline.js';
import { pipelineTable } from './pipeline/pipelineTable.js';

interface Arguments {
  readonly encoders: string[];
  readonly sizes: [number, number][];
  readonly pictures: number;
  readonly viewers: number;
  readonly json?: boolean;
}

const program = new Command('bench:pipeline')
  .description(
    'What a picture takes from a viewer’s camera to the viewer: drawing, encoding, sending, all of it; viewers carried; the live edge.',
  )
  .addOption(new Option('--scene <name>', 'what is drawn').choices(['replay']).default('replay'))
  .option('--encoders <list>', 'separated by commas', (text) => text.split(','), ['jpeg+depth', 'h264', 'raw'])
  .option('--sizes <list>', 'separated by commas, as 320x180', sizes, [
    [320, 180],
    [1280, 720],
  ])
  .option('--pictures <n>', 'measured for each encoder and size', positiveInteger, 300)
  .option('--viewers <n>', 'most viewers of one channel to try', positiveInteger, 200)
  .option('--json', 'one line of JSON last on standard output')
  .action(async ({ json, ...options }: Arguments) => {
    const figures = await measurePipeline(options);
    console.log(pipelineTable(figures));
    if (json) console.log(JSON.stringify(figures));
  });

function sizes(text: string): [number, number][] {
  return text.split(',').map((part) => {
    const [width, height, ...rest] = part.split('x').map(Number);
    if (rest.length > 0 || !Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1)
      throw new InvalidArgumentError('Sizes are like 1280x720.');
    return [width, height];
  });
}

await runCommand(() => program.parseAsync());
