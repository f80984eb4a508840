import { readFileSync } from 'node:fs';

/** A CPU profile as V8 writes it, as far as it is read. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  /** µs from one sample to the next. */
  readonly timeDeltas: readonly number[];
}

/**
 * Where a process's main thread was, ms by kind of work.
 *
 * @example
 * ```ts
 * const { work, busyMs }: ProfileShares = profileShares('/tmp/server.cpuprofile');
 * ```
 */
export interface ProfileShares {
  readonly work: readonly { readonly name: string; readonly ms: number }[];
  readonly busyMs: number;
}

/** The first that matches a function's name, a space and its file. */
const KINDS: readonly (readonly [string, RegExp])[] = [
  ['waiting', /^\(idle\)/],
  ['this bench', /node:inspector|benchmarks\/src|src\/load\/|src\/metrics\//],
  ['collecting garbage', /^\(garbage collector\)/],
  ['asking for and ending fsync', /^(fdatasync|ftruncate|fsync) |SyncGate/],
  [
    'appending to the journal: write(), checksum, copy',
    /^(writeBuffer|crc32c) |JournalFile|RecordingWriter|RecordTally|RecordListeners|src\/recording\/record\.ts/,
  ],
  [
    'sealing chunks: checksums, zstd, writing',
    /ChunkFile|src\/recording\/|storage\/(zstd|files)|node:zlib|node:internal\/fs|node:fs|^(writeBuffers|compress) /,
  ],
  ['sockets: system calls', /^(writev|writeUtf8String|readStop|readStart|shutdown|accept) /],
  [
    'sockets: WebSocket, streams, Colyseus',
    /\/ws\/|node:net|node:internal\/stream|node:internal\/streams|stream_base_commons|node:events|@colyseus|msgpackr|node:buffer|node:timers|node:internal\/(timers|process|async_hooks)/,
  ],
  ['reading digests', /src\/packets\/|Digest|RangeDecoder/],
  ['planning and coding requests', /src\/plan\/|src\/coordinates\/|src\/samples\/|RangeCoder|RangeEncoder|ByteWriter|ChangeMap/],
  [
    'decoding pixels, memory, pictures',
    /src\/pixels\/|src\/session\/|src\/memory\/|src\/reconstruct\/|src\/features|src\/state\/|wasm|src\/bytes\//,
  ],
  ['rooms and loop', /src\/rooms\/|src\/loop\//],
  ['native code, not told apart', /^\(program\)/],
];

/**
 * Sums a profile up by kind of work, most first; time in which nothing was done and what measuring took are left out.
 *
 * @example
 * ```ts
 * const { work } = profileShares('/tmp/server.cpuprofile');
 * ```
 */
export function profileShares(file: string): ProfileShares {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
  const kinds = new Map(
    nodes.map(({ id, callFrame: { functionName, url } }) => {
      const at = `${functionName} ${url}`;
      return [id, KINDS.find(([, pattern]) => pattern.test(at))?.[0] ?? 'everything else'];
    }),
  );
  const sums = new Map<string, number>();
  samples.forEach((id, i) => {
    const kind = kinds.get(id) ?? 'everything else';
    sums.set(kind, (sums.get(kind) ?? 0) + timeDeltas[i] / 1000);
  });
  sums.delete('waiting');
  sums.delete('this bench');
  const work = [...sums].map(([name, ms]) => ({ name, ms })).sort((a, b) => b.ms - a.ms);
  return { work, busyMs: work.reduce((all, { ms }) => all + ms, 0) };
}
