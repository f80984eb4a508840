import { gzipSync } from 'node:zlib';
import { makeScatter, parseStreamManifest, readPly, readSplat, readSplats, readSpz, writePly } from '@sgaps/splats';
import { encodeCache } from '../../../../splats/src/stream/encodeCache.js';
import { NeuralTransformationCache } from '../../../../splats/src/stream/NeuralTransformationCache.js';
import { numbersOf } from '../../../../splats/src/stream/StreamGrid.js';
import { bytesTarget, type FuzzTarget, textTarget } from '../FuzzTarget.js';

const MANIFEST = {
  ...{ format: 'sgaps-splat-stream', version: 1, fps: 10, frames: 4, degree: 1 },
  bounds: { low: [-2, -2, -2], high: [2, 2, 2] },
  grid: { levels: 3, features: 2, log2_table: 6, base: 3, growth: 2, hidden: 1, width: 5 },
};
const CACHE_GRID = { levels: 3, features: 2, log2Table: 6, base: 3, growth: 2, hidden: 1, width: 5 };

/** Version 2 of the format within its gzip: `points` splats of nothing, of which the header claims as many as it likes. */
function spz(claimed: number, points: number): Uint8Array {
  const bytes = new Uint8Array(16 + 19 * points);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x5053474e, true);
  view.setUint32(4, 2, true);
  view.setUint32(8, claimed, true);
  view.setUint8(13, 12);
  return gzipSync(bytes);
}

function cache(frame: number): Uint8Array {
  const { tables, layers } = numbersOf(CACHE_GRID);
  const some = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i + frame));
  return encodeCache(CACHE_GRID, { frame, added: 0, tables: some(tables), layers: some(layers) });
}

/** Files of splats and their streams. */
export const splatTargets: readonly FuzzTarget[] = [
  bytesTarget(
    'PLY',
    ['readPly', 'parsePlyHeader'],
    () => [writePly(makeScatter(20, 1, 1)), writePly(makeScatter(3, 2, 0))],
    readPly,
  ),
  bytesTarget('.splat', ['readSplat'], () => [new Uint8Array(640).fill(63)], readSplat),
  bytesTarget('SPZ', ['readSpz'], () => [spz(20, 20), spz(1_000_000, 1_000_000), spz(0xffffffff, 2)], readSpz, {
    share: 0.02,
    ms: 6000,
    bytes: 256 * 1024 * 1024,
  }),
  bytesTarget(
    'splats of any kind',
    ['readSplats'],
    () => [writePly(makeScatter(5, 1, 0)), new Uint8Array(320)],
    (bytes) => readSplats(bytes, ['a.ply', 'b.splat', 'c', 'd.spz.txt'][bytes.length % 4]),
    { share: 0.3 },
  ),
  textTarget('stream manifest', ['parseStreamManifest'], [MANIFEST], parseStreamManifest),
  bytesTarget(
    'cache of a stream',
    ['NeuralTransformationCache.decode'],
    () => [cache(0), cache(1)],
    (bytes) => NeuralTransformationCache.decode(bytes, CACHE_GRID, 1),
  ),
];
