import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_HEADER_BYTES, type ChunkEntry, ChunkFlag, ChunkKind } from './chunk.js';
import { encodeFooter } from './footer.js';
import { JOURNAL_HEADER_BYTES, JOURNAL_PREFIX_BYTES, writeJournalHeader, writeJournalPrefix } from './journal.js';
import { encodeRecordingHeader } from './RecordingHeader.js';
import { RecordingReader } from './RecordingReader.js';
import { encodeSnapshot, NO_FRAME, RECORD_HEADER_BYTES, writeRecordHeader } from './record.js';
import { groupEntries, planRecovery } from './recovery.js';
import { epochIsWhole, lastEpochIsWhole } from './scan.js';
import { sealEpoch } from './sealing.js';
import { type Compressor, memorySource, type RecordingRecord, type RecordKind } from './types.js';

const KINDS: RecordKind[] = ['coordinates', 'pixels', 'event', 'snapshot', 'audio', 'pictures'];
const compressor: Compressor = {
  name: 'zstd',
  compress: (bytes) => zstdCompressSync(bytes),
  decompress: (bytes, maxBytes) => Uint8Array.from(zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, maxBytes) })),
};
const head = encodeRecordingHeader({
  recordingId: 'scan-1',
  game: 'platformer',
  grid: { width: 320, height: 180 },
  fps: 30,
  schema: { values: [] },
  tierBits: [8, 5, 3, 3],
  protocolVersion: 1,
  modelId: 'diffusion@1',
  engine: 'phaser',
  startedAt: 1_700_000_000_000,
  meta: {},
});

function chunkOf(epoch: number, part: number, end: boolean): ChunkEntry {
  return {
    offset: 0,
    kind: ChunkKind.frames,
    flags: end ? ChunkFlag.endOfEpoch : 0,
    part,
    epoch,
    packedLength: 0,
    unpackedLength: 0,
    crc: 0,
    records: 1,
    firstSequence: part,
    lastSequence: part,
    frames: 0,
    firstTime: 0,
    lastTime: 0,
    firstFrame: NO_FRAME,
    lastFrame: NO_FRAME,
  };
}

/** The chunks of whole epochs 0 … with so many parts each. */
const wholeChunks = (parts: readonly number[]): ChunkEntry[] =>
  parts.flatMap((count, epoch) => Array.from({ length: count }, (_, part) => chunkOf(epoch, part, part === count - 1)));

const recordOf = (sequence: number): RecordingRecord => {
  const kind = KINDS[sequence % KINDS.length];
  const bytes = Uint8Array.from({ length: 4 + (sequence % 9) }, (_, i) => (31 * i + sequence) & 255);
  const stored = kind === 'snapshot' ? encodeSnapshot(bytes, undefined) : bytes;
  return { kind, sequence, time: 10 * sequence, firstFrame: sequence, lastFrame: sequence, bytes: stored };
};

/** Records numbered through, in epochs of the given sizes. */
function epochsOf(sizes: readonly number[]): RecordingRecord[][] {
  let next = 0;
  return sizes.map((size) => Array.from({ length: size }, () => recordOf(next++)));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function journalOf(epoch: number, records: readonly RecordingRecord[]): Uint8Array {
  const parts = [new Uint8Array(JOURNAL_HEADER_BYTES)];
  writeJournalHeader(parts[0], epoch);
  for (const { kind, sequence, time, firstFrame, lastFrame, bytes } of records) {
    const part = new Uint8Array(JOURNAL_PREFIX_BYTES + RECORD_HEADER_BYTES + bytes.length);
    const view = new DataView(part.buffer);
    const [first, last] = [firstFrame ?? NO_FRAME, lastFrame ?? NO_FRAME];
    writeRecordHeader(view, JOURNAL_PREFIX_BYTES, kind, sequence, time, first, last, bytes.length);
    part.set(bytes, JOURNAL_PREFIX_BYTES + RECORD_HEADER_BYTES);
    writeJournalPrefix(part, view, 0, RECORD_HEADER_BYTES + bytes.length, epoch);
    parts.push(part);
  }
  return concat(parts);
}

/** A file of sealed epochs without a footer, and where each chunk lies. */
async function fileOf(epochs: readonly RecordingRecord[][]): Promise<{ file: Uint8Array; chunks: ChunkEntry[] }> {
  const parts = [head];
  const chunks: ChunkEntry[] = [];
  let offset = head.length;
  for (const [epoch, records] of epochs.entries()) {
    const group = await sealEpoch(epoch, records, compressor);
    chunks.push(...groupEntries(group, offset));
    parts.push(group);
    offset += group.length;
  }
  return { file: concat(parts), chunks };
}

async function sequencesOf(file: Uint8Array, journals: readonly Uint8Array[]): Promise<number[]> {
  const reader = await RecordingReader.open(memorySource(file), { compressor, journals: journals.map(memorySource) });
  const found: number[] = [];
  for await (const { sequence } of reader.records(0, { kinds: KINDS })) found.push(sequence);
  return found;
}

describe('epochIsWhole', () => {
  const layout = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });

  it('holds for every epoch that was sealed, and for none that was not', () => {
    fc.assert(
      fc.property(layout, (parts) => {
        const chunks = wholeChunks(parts);
        for (const epoch of parts.keys()) expect(epochIsWhole(chunks, epoch)).toBe(true);
        expect(epochIsWhole(chunks, parts.length)).toBe(false);
        expect(lastEpochIsWhole(chunks)).toBe(true);
      }),
    );
    expect(lastEpochIsWhole([])).toBe(true);
  });

  it('fails for an epoch that lacks any one part, whichever it is, and for no other', () => {
    fc.assert(
      fc.property(layout, fc.nat(), (parts, which) => {
        const chunks = wholeChunks(parts);
        const [gone] = chunks.splice(which % chunks.length, 1);
        for (const epoch of parts.keys()) expect(epochIsWhole(chunks, epoch)).toBe(epoch !== gone.epoch);
      }),
    );
  });

  it('fails for parts that come twice or out of order', () => {
    const [a, b, c] = [chunkOf(0, 0, false), chunkOf(0, 1, false), chunkOf(0, 2, true)];
    expect(epochIsWhole([a, b, c], 0)).toBe(true);
    expect(epochIsWhole([b, a, c], 0)).toBe(false);
    expect(epochIsWhole([a, b, b, c], 0)).toBe(false);
    expect(epochIsWhole([a, b], 0)).toBe(false);
  });
});

describe('a file whose chunks are damaged beside its journals', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 4 });

  it('reads every record once and in order while the journal of the last epoch is there, whichever chunk of it is damaged', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), fc.nat(), async (counts, which, byte) => {
        const epochs = epochsOf(counts);
        const last = epochs.length - 1;
        const { file, chunks } = await fileOf(epochs);
        const own = chunks.filter(({ epoch }) => epoch === last);
        const { offset } = own[which % own.length];
        file[offset + (byte % CHUNK_HEADER_BYTES)] ^= 255;
        const all = epochs.flat().map(({ sequence }) => sequence);
        expect(await sequencesOf(file, [journalOf(last, epochs[last])])).toEqual(all);
      }),
      { numRuns: 80 },
    );
  });

  it('never gives a record twice or after a later one, whatever is damaged and whichever journals are left', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.array(fc.nat(), { maxLength: 3 }), fc.nat(), async (counts, damages, left) => {
        const epochs = epochsOf(counts);
        const { file, chunks } = await fileOf(epochs);
        for (const damage of damages) file[chunks[damage % chunks.length].offset + 8] ^= 255;
        const kept = [...epochs.keys()].filter((epoch) => (left >> epoch) & 1).slice(-2);
        const found = await sequencesOf(
          file,
          kept.map((epoch) => journalOf(epoch, epochs[epoch])),
        );
        expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
      }),
      { numRuns: 80 },
    );
  });

  it('leaves out a stale journal whose records lie before what was sealed later', async () => {
    const epochs = epochsOf([3, 3, 3]);
    const { file, chunks } = await fileOf(epochs);
    for (const { epoch, offset } of chunks) if (epoch === 1) file[offset + 8] ^= 255;
    expect(await sequencesOf(file, [journalOf(1, epochs[1])])).toEqual([0, 1, 2, 6, 7, 8]);
  });

  it('is recovered with the journal in place of a half-sealed epoch, part by part', async () => {
    const epochs = epochsOf([2, 8]);
    const { file, chunks } = await fileOf(epochs);
    const own = chunks.filter(({ epoch }) => epoch === 1);
    expect(own.length).toBeGreaterThan(2);
    for (const { offset } of own) {
      const damaged = file.slice();
      damaged[offset + 8] ^= 255;
      const plan = await planRecovery(memorySource(damaged), [memorySource(journalOf(1, epochs[1]))], compressor);
      expect(plan.recoveredRecords).toBe(8);
      const whole = concat([damaged.subarray(0, plan.keepBytes), ...plan.sealed, plan.footer ?? new Uint8Array(0)]);
      const events = epochs.flat().filter(({ kind }) => kind === 'event');
      expect(whole).toEqual(concat([file, (await encodeFooter({ chunks, events }, file.length, compressor)) as Uint8Array]));
    }
  });
});
