import { Command } from 'commander';
import { runCommand } from './cli.js';
import { measurePackets } from './codecs/measurePackets.js';

export const program = new Command('bench:codecs')
  .description(
    'Bytes of typical packets through the real codecs, bits per sample by kind of picture, and microseconds per frame.',
  )
  .option('--json', 'one line of JSON last on standard output')
  .action(({ json }: { readonly json?: boolean }) => {
    const tables = measurePackets();
    const over = Object.values(tables)
      .flat()
      .filter(({ bytes, limit }) => limit !== undefined && bytes > limit);
    for (const [title, rows] of Object.entries(tables)) {
      console.log(`\n${title.padEnd(36)} samples   bytes   limit  bits/sample   encode µs p50 (min)   decode µs p50 (min)`);
      for (const { name, samples, bytes, limit, bitsPerSample, encodeMicros, decodeMicros } of rows) {
        const cells = [
          name.padEnd(36),
          `${samples}`.padStart(7),
          `${bytes}`.padStart(7),
          `${limit ?? ''}`.padStart(7),
          `${bitsPerSample}`.padStart(12),
        ];
        const times = [encodeMicros, decodeMicros].map((time) => `${time?.p50} (${time?.min})`.padStart(21));
        console.log([...cells, ...times].join(' '));
      }
    }
    for (const { name, bytes, limit } of over) console.error(`${name}: ${bytes} bytes, over its limit of ${limit}`);
    if (json) console.log(JSON.stringify({ ...tables, withinLimits: over.length === 0 }));
    if (over.length > 0) process.exitCode = 1;
  });

await runCommand(program, import.meta.url);
