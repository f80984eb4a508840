import { formatTable } from '../../clip/formatTable.js';
import type { MemoryReading } from './attackedProcess.js';
import type { ServerFuzzFigures } from './measureServer.js';

const HEAD = ['attack', 'made', 's', 'peak heap MB', 'peak RSS MB', 'outcome'];
/** Heap that a server may hold afterwards beyond what it held before, bytes: code and caches that were not there yet. */
const MAY_HOLD = 24 * 1024 * 1024;

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
const said = (name: string, { heap, external, rss, rooms }: MemoryReading) =>
  `${name}: heap and buffers ${megabytes(heap + external)} MB, resident ${megabytes(rss)} MB, ${rooms} rooms`;

/**
 * True where no attack did what none may, nothing of the honest session is lost and the heap is as it was.
 *
 * @example
 * ```ts
 * if (!isWell(figures)) process.exitCode = 1;
 * ```
 */
export function isWell({ attacks, before, after, bystander }: ServerFuzzFigures): boolean {
  const isKept = bystander.kept === bystander.sent;
  return (
    isKept &&
    after.rooms === 0 &&
    after.heap + after.external - before.heap - before.external < MAY_HOLD &&
    attacks.every(({ failure }) => failure === null)
  );
}

/**
 * The figures as text.
 *
 * @example
 * ```ts
 * console.log(serverTable(figures));
 * ```
 */
export function serverTable(figures: ServerFuzzFigures): string {
  const { seed, attacks, before, after, bystander } = figures;
  const rows = attacks.map(({ name, count, ms, failure, peakHeap, peakRss }) => [
    name,
    String(count),
    (ms / 1000).toFixed(1),
    megabytes(peakHeap),
    megabytes(peakRss),
    failure ?? 'held',
  ]);
  return [
    formatTable(HEAD, rows),
    said('before', before),
    said('after, once rooms are gone and garbage is collected', after),
    `${bystander.kept} of ${bystander.sent} packets of the honest session are in its recording, bit for bit.`,
    `Seed ${seed}: ${isWell(figures) ? 'nothing found' : 'FOUND'}.`,
  ].join('\n');
}
