import {
  ArchiveDecoder,
  ArchiveEncoder,
  type ArchivePicture,
  decodeDecoderSnapshot,
  parseArchiveModelCard,
  parseModelCard,
  SessionReplica,
} from '@sgaps/core';
import { bytesTarget, type FuzzTarget, textTarget } from '../FuzzTarget.js';
import { SCHEMA, SHAPE, sampleSession, stateAt } from './samples.js';

const HASH = 'ab'.repeat(32);
const CARD = { id: 'sgaps-mae-small@3', planes: 14, sha256: HASH };
const ARCHIVE_CARD = {
  ...{ id: 'archive@1', kind: 'hst-mae', encoder: { sha256: HASH }, decoder: { sha256: HASH }, memory: 4 },
  ...{ codebooks: 6, entries: 512 },
};
const ARCHIVE_GRID = { width: 64, height: 32 };
const ARCHIVE_SHAPE = { grid: ARCHIVE_GRID, fps: 30, schema: SCHEMA };

/** Model cards, archives and decoder states: what `@sgaps/core` reads. */
export const coreTargets: readonly FuzzTarget[] = [
  textTarget('model card', ['parseModelCard', 'readCardIdentity'], [CARD], (text) => parseModelCard(text)),
  textTarget('archive model card', ['parseArchiveModelCard'], [ARCHIVE_CARD], (text) => parseArchiveModelCard(text)),
  bytesTarget('archive group', ['ArchiveDecoder', 'readGroupHeader'], archiveGroups, decodeGroup, { share: 0.08 }),
  bytesTarget('decoder snapshot', ['decodeDecoderSnapshot'], replicaStates, decodeDecoderSnapshot),
  bytesTarget(
    'session state',
    ['SessionReplica.restore', 'readArray', 'readText', 'readState', 'readCells'],
    replicaStates,
    restore(),
    {
      share: 0.08,
      ms: 2000,
    },
  ),
];

/** What a session remembers after each of its packets. */
export function replicaStates(): Uint8Array[] {
  const { coordinates, pixels } = sampleSession();
  const replica = new SessionReplica(SHAPE);
  for (const packet of coordinates) replica.coordinates(packet);
  return pixels.map((packet, i) => {
    for (const { frame } of replica.pixels(packet, 100 * i)) replica.decode(frame);
    return replica.save();
  });
}

/** A state that was taken must also go on. */
function restore(): (bytes: Uint8Array) => unknown {
  const { pixels } = sampleSession();
  return (bytes) => {
    const replica = new SessionReplica(SHAPE);
    replica.restore(bytes);
    const frames = replica.pixels(pixels[2], 300);
    return frames.map(({ frame }) => replica.decode(frame));
  };
}

function archiveGroups(): Promise<Uint8Array[]> {
  return Promise.all(
    [1, 4, 7].map((count) => new ArchiveEncoder(ARCHIVE_SHAPE, { model: null, quantiser: 24 }).encode(pictures(count))),
  );
}

function pictures(count: number): ArchivePicture[] {
  const { width, height } = ARCHIVE_GRID;
  return Array.from({ length: count }, (_, at) => {
    const rgb = new Uint8ClampedArray(3 * width * height);
    for (let i = 0; i < rgb.length; i++) rgb[i] = ((Math.floor(i / 3) % width) * 3 + at * 5 + (i % 3) * 40) % 200;
    return {
      frameId: 10 + at,
      time: 33 * at,
      rgb,
      state: { ...stateAt(at), cameras: [{ ...stateAt(at).cameras[0], ...ARCHIVE_GRID }] },
    };
  });
}

async function decodeGroup(bytes: Uint8Array): Promise<number> {
  const decoder = new ArchiveDecoder(ARCHIVE_SHAPE, { model: null });
  decoder.open(bytes);
  let count = 0;
  while (await decoder.next()) count++;
  return count;
}
