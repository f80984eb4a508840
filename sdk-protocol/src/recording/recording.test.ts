import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSgapsError, type SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { CHUNK_HEADER_BYTES } from './chunk.js';
import { encodeFooter } from './footer.js';
import { JOURNAL_HEADER_BYTES, JOURNAL_PREFIX_BYTES, writeJournalHeader, writeJournalPrefix } from './journal.js';
import { encodeRecordingHeader, type RecordingHeader, readRecordingHeader } from './RecordingHeader.js';
import { RecordingReader } from './RecordingReader.js';
import { encodeSnapshot, NO_FRAME, RECORD_HEADER_BYTES, writeRecordHeader } from './record.js';
import { groupEntries, planRecovery } from './recovery.js';
import { sealEpoch } from './sealing.js';
import { type ByteSource, type Compressor, memorySource, type RecordingRecord, type RecordKind } from './types.js';

const KINDS: RecordKind[] = ['coordinates', 'pixels', 'event', 'snapshot', 'audio', 'pictures'];
/** Of the fixed sample: those of a recording that is no archive. */
const LIVE_KINDS = KINDS.slice(0, 5);
const compressor: Compressor = {
  name: 'zstd',
  compress: (bytes) => zstdCompressSync(bytes),
  decompress: (bytes, maxBytes) => Uint8Array.from(zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, maxBytes) })),
};
const header: RecordingHeader = {
  recordingId: 'test-1',
  game: 'platformer',
  grid: { width: 320, height: 180 },
  fps: 30,
  schema: {
    values: [
      { name: 'health', type: 'int' },
      { name: 'speed', type: 'float', step: 0.5 },
    ],
  },
  tierBits: [8, 5, 3, 3],
  protocolVersion: 1,
  modelId: 'diffusion@1',
  engine: 'phaser',
  startedAt: 1_700_000_000_000,
  meta: { level: '2' },
};

type Plain = Omit<RecordingRecord, 'sequence'>;

const anyRecord: fc.Arbitrary<Plain> = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    time: fc.double({ min: 0, max: 100_000, noNaN: true }),
    frames: fc.option(fc.tuple(fc.nat(1_000_000), fc.nat(15))),
    bytes: fc.uint8Array({ maxLength: 300 }),
  })
  .map(({ kind, time, frames, bytes }) => ({
    kind,
    time: time + 0,
    firstFrame: frames ? frames[0] : null,
    lastFrame: frames ? frames[0] + frames[1] : null,
    bytes: kind === 'snapshot' ? encodeSnapshot(bytes, undefined) : bytes,
  }));

function numbered(records: readonly Plain[]): RecordingRecord[] {
  return records.map((record, sequence) => ({ ...record, sequence }));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A journal as the writer makes it; `ends[i]`: where record i is complete. */
function journalOf(epoch: number, records: readonly RecordingRecord[]): { bytes: Uint8Array; ends: number[] } {
  const parts = [new Uint8Array(JOURNAL_HEADER_BYTES)];
  writeJournalHeader(parts[0], epoch);
  const ends: number[] = [];
  let end = JOURNAL_HEADER_BYTES;
  for (const { kind, sequence, time, firstFrame, lastFrame, bytes } of records) {
    const part = new Uint8Array(JOURNAL_PREFIX_BYTES + RECORD_HEADER_BYTES + bytes.length);
    const view = new DataView(part.buffer);
    writeRecordHeader(
      view,
      JOURNAL_PREFIX_BYTES,
      kind,
      sequence,
      time,
      firstFrame ?? NO_FRAME,
      lastFrame ?? NO_FRAME,
      bytes.length,
    );
    part.set(bytes, JOURNAL_PREFIX_BYTES + RECORD_HEADER_BYTES);
    writeJournalPrefix(part, view, 0, RECORD_HEADER_BYTES + bytes.length, epoch);
    parts.push(part);
    end += part.length;
    ends.push(end);
  }
  return { bytes: concat(parts), ends };
}

/** A file of whole epochs, with or without a footer. */
async function fileOf(epochs: readonly (readonly RecordingRecord[])[], footer: boolean): Promise<Uint8Array> {
  const parts = [encodeRecordingHeader(header)];
  const chunks = [];
  let offset = parts[0].length;
  for (const [epoch, records] of epochs.entries()) {
    const group = await sealEpoch(epoch, records, compressor);
    chunks.push(...groupEntries(group, offset));
    parts.push(group);
    offset += group.length;
  }
  const events = epochs.flat().filter((record) => record.kind === 'event');
  if (footer) parts.push((await encodeFooter({ chunks, events }, offset, compressor)) as Uint8Array);
  return concat(parts);
}

async function readAll(reader: RecordingReader, fromTime = 0, kinds: readonly RecordKind[] = KINDS): Promise<RecordingRecord[]> {
  const records = [];
  for await (const record of reader.records(fromTime, { kinds })) records.push({ ...record, bytes: record.bytes.slice() });
  return records;
}

/** Applies a recovery plan to bytes, as the server does to files. */
async function recovered(file: Uint8Array, journals: readonly Uint8Array[]): Promise<Uint8Array> {
  const plan = await planRecovery(memorySource(file), journals.map(memorySource), compressor);
  return concat([file.subarray(0, plan.keepBytes), ...plan.sealed, plan.footer ?? new Uint8Array(0)]);
}

const sample: RecordingRecord[] = numbered(
  LIVE_KINDS.concat(LIVE_KINDS).map((kind, i) => {
    const bytes = Uint8Array.from({ length: 5 + i }, (_, n) => (n * 37 + i) & 255);
    return {
      kind,
      time: i * 100,
      firstFrame: i,
      lastFrame: i,
      bytes: kind === 'snapshot' ? encodeSnapshot(bytes, bytes) : bytes,
    };
  }),
);

describe('recording container', () => {
  it('keeps any record sequence exactly, with and without a footer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyRecord, { minLength: 1, maxLength: 8 }), { maxLength: 5 }),
        fc.boolean(),
        async (groups, footer) => {
          const records = numbered(groups.flat());
          let next = 0;
          const epochs = groups.map((group) => records.slice(next, (next += group.length)));
          const reader = await RecordingReader.open(memorySource(await fileOf(epochs, footer)), { compressor });
          expect(reader.header).toEqual(header);
          expect(await readAll(reader)).toEqual(records);
          expect(reader.duration).toBe(Math.max(0, ...records.map((record) => record.time)));
          expect(reader.index.records).toBe(records.length);
          expect(reader.index.hasFooter).toBe(footer);
          expect(reader.index.events.map((event) => event.sequence)).toEqual(
            records.filter((r) => r.kind === 'event').map((r) => r.sequence),
          );
          const from = records[records.length >> 1]?.time ?? 0;
          expect(await readAll(reader, from, ['pixels'])).toEqual(records.filter((r) => r.kind === 'pixels' && r.time >= from));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('finds the nearest snapshot and the records after it', async () => {
    const reader = await RecordingReader.open(memorySource(await fileOf([sample.slice(0, 6), sample.slice(6)], true)), {
      compressor,
    });
    expect(await reader.nearestSnapshot(299)).toBeNull();
    expect((await reader.nearestSnapshot(799))?.sequence).toBe(3);
    const snapshot = await reader.nearestSnapshot(10_000);
    expect(snapshot).toMatchObject({ time: 800, sequence: 8, frameId: 8 });
    expect(snapshot?.state).toEqual(snapshot?.preview);
    const after = [];
    for await (const record of reader.records(0, { afterSequence: 3 })) after.push(record.sequence);
    expect(after).toEqual([4, 5, 6, 7, 9]);
    const events = [];
    for await (const event of reader.events()) events.push(event.time);
    expect(events).toEqual([200, 700]);
    expect(reader.index.frames).toBe(0); // The sample's pixels are no packets.
  });

  it('skips chunk kinds it does not know', async () => {
    const bytes = await fileOf([sample.slice(0, 2), sample.slice(2, 4)], false);
    const strange = await import('./chunk.js').then(({ encodeChunk }) =>
      encodeChunk(
        {
          kind: 77,
          flags: 2,
          part: 0,
          epoch: 2,
          records: 1,
          firstSequence: 4,
          lastSequence: 4,
          frames: 0,
          firstTime: 0,
          lastTime: 1,
          firstFrame: NO_FRAME,
          lastFrame: NO_FRAME,
        },
        new Uint8Array([1, 2, 3]),
        compressor,
      ),
    );
    const file = concat([bytes, strange, await sealEpoch(3, numbered(sample).slice(5, 7), compressor)]);
    const reader = await RecordingReader.open(memorySource(file), { compressor });
    expect((await readAll(reader)).map((record) => record.sequence)).toEqual([0, 1, 2, 3, 5, 6]);
  });

  it('passes over a damaged header in the middle when there is no footer, and says so', async () => {
    const bytes = await fileOf([sample.slice(0, 2), sample.slice(2, 3), sample.slice(5, 7)], false);
    const { end } = await readRecordingHeader(memorySource(bytes), bytes.length);
    bytes[end + 20] ^= 1;
    const reader = await RecordingReader.open(memorySource(bytes), { compressor });
    expect(reader.index.damaged).toBe(1);
    expect((await readAll(reader)).map((record) => record.sequence)).toEqual([2, 5, 6]);
  });

  it('reads all there is where the footer is damaged, at every byte of it', async () => {
    const bytes = await fileOf([sample.slice(0, 5), sample.slice(5)], true);
    const whole = await RecordingReader.open(memorySource(bytes), { compressor });
    const all = await readAll(whole);
    const from = Math.max(...whole.index.chunks.map((chunk) => chunk.offset + CHUNK_HEADER_BYTES + chunk.packedLength));
    for (let at = from; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] ^= 255;
      const reader = await RecordingReader.open(memorySource(damaged), { compressor });
      expect(await readAll(reader)).toEqual(all);
      expect(reader.index.missing).toBe(0);
    }
  });

  it('passes over damaged chunks where somebody is told of them, and says how many records are missing', async () => {
    const bytes = await fileOf([sample.slice(0, 2), sample.slice(2, 3), sample.slice(5, 7)], true);
    const { index } = await RecordingReader.open(memorySource(bytes), { compressor });
    bytes[index.chunks[0].offset + CHUNK_HEADER_BYTES] ^= 255;
    const reader = await RecordingReader.open(memorySource(bytes), { compressor });
    const told: string[] = [];
    const found: number[] = [];
    const onDamage = (error: SgapsError) => told.push(error.code);
    for await (const { sequence } of reader.records(0, { onDamage })) found.push(sequence);
    expect(told).toEqual(['CHECKSUM_MISMATCH']);
    expect(found.length).toBeGreaterThan(0);
    expect(found).not.toContain(index.chunks[0].firstSequence);
    // Numbers 3 and 4 were never in it.
    expect(reader.index.missing).toBe(2);
  });

  it('throws CHECKSUM_MISMATCH when it reads a damaged body, and passes over a damaged snapshot', async () => {
    const bytes = await fileOf([sample.slice(0, 5), sample.slice(5)], true);
    const whole = await RecordingReader.open(memorySource(bytes), { compressor });
    for (const chunk of [whole.index.chunks[0], whole.index.chunks.filter((c) => c.kind === 3)[1]])
      bytes[chunk.offset + CHUNK_HEADER_BYTES] ^= 255;
    const reader = await RecordingReader.open(memorySource(bytes), { compressor });
    await expect(readAll(reader)).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    expect((await reader.nearestSnapshot(10_000))?.sequence).toBe(3);
  });

  it('refuses headers that no recording may have', () => {
    const bad: Partial<Record<keyof RecordingHeader, unknown>>[] = [
      { recordingId: '../x' },
      { grid: { width: 5, height: 5 } },
      { grid: { width: 9999, height: 180 } },
      { fps: 0 },
      { fps: Number.NaN },
      { tierBits: [8, 5, 3] },
      { meta: { a: 1 } },
      { schema: { values: [{ name: 'x', type: 'text' }] } },
      { game: 'x'.repeat(1000) },
    ];
    for (const change of bad) expect(() => encodeRecordingHeader({ ...header, ...change } as RecordingHeader)).toThrow(/./);
  });

  it('follows a growing recording through seals without losing or doubling a record', async () => {
    let file = await fileOf([], false);
    const journals: Uint8Array[] = [new Uint8Array(0), new Uint8Array(0)];
    const growing = (get: () => Uint8Array): ByteSource => ({
      size: () => get().length,
      read: async (o, n) => get().slice(o, o + n),
    });
    const reader = await RecordingReader.open(
      growing(() => file),
      { compressor, journals: [growing(() => journals[0]), growing(() => journals[1])] },
    );
    const seen: number[] = [];
    const follow = async () => {
      await reader.refresh();
      for await (const record of reader.records(0, { kinds: KINDS, afterSequence: seen.at(-1) ?? -1 }))
        seen.push(record.sequence);
    };
    journals[0] = journalOf(0, sample.slice(0, 3)).bytes;
    await follow();
    expect(seen).toEqual([0, 1, 2]);
    journals[0] = journalOf(0, sample.slice(0, 6)).bytes;
    journals[1] = journalOf(1, sample.slice(6, 7)).bytes;
    const group = await sealEpoch(0, sample.slice(0, 6), compressor);
    file = concat([file, group.subarray(0, group.length - 40)]);
    await follow();
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
    file = await fileOf([sample.slice(0, 6)], false);
    await follow();
    journals[0] = new Uint8Array(0);
    journals[1] = journalOf(1, sample.slice(6, 9)).bytes;
    await follow();
    file = await fileOf([sample.slice(0, 6), sample.slice(6)], true);
    journals[1] = new Uint8Array(0);
    await follow();
    expect(seen).toEqual(sample.map((record) => record.sequence));
    expect(reader.index.hasFooter).toBe(true);
    expect(reader.index.events).toHaveLength(2);
  });
});

describe('recovery', () => {
  it('keeps what lies behind a damaged record of a journal, and says that one is missing', async () => {
    const before = await fileOf([sample.slice(0, 4)], false);
    const open = sample.slice(4, 7);
    const { bytes, ends } = journalOf(1, open);
    bytes[ends[0] - 1] ^= 255;
    const reader = await RecordingReader.open(memorySource(await recovered(before, [bytes])), { compressor });
    expect(await readAll(reader)).toEqual([...sample.slice(0, 4), ...open.slice(1)]);
    expect(reader.index.missing).toBe(1);
  });

  it('gets back every complete record, wherever file and journal are cut', async () => {
    const sealed = sample.slice(0, 4);
    const open = sample.slice(4, 7);
    const head = (await fileOf([], false)).length;
    const before = await fileOf([sealed], false);
    const journal = journalOf(1, open);
    // The journal torn at every byte.
    for (let cut = 0; cut <= journal.bytes.length; cut++) {
      const reader = await RecordingReader.open(memorySource(await recovered(before, [journal.bytes.subarray(0, cut)])), {
        compressor,
      });
      const whole = journal.ends.filter((end) => end <= cut).length;
      expect(await readAll(reader)).toEqual(sample.slice(0, 4 + whole));
      expect(reader.index.hasFooter).toBe(true);
    }
    // The seal of that journal torn at every byte, the next journal already begun; read in place and recovered.
    const after = await fileOf([sealed, open], false);
    const next = journalOf(2, sample.slice(7));
    for (let cut = before.length; cut <= after.length; cut++) {
      const torn = after.subarray(0, cut);
      const inPlace = await RecordingReader.open(memorySource(torn), {
        compressor,
        journals: [memorySource(next.bytes), memorySource(journal.bytes)],
      });
      expect(await readAll(inPlace)).toEqual(sample);
      const fixed = await recovered(torn, [next.bytes, journal.bytes]);
      const reader = await RecordingReader.open(memorySource(fixed), { compressor });
      expect(await readAll(reader)).toEqual(sample);
      expect(reader.index.events).toHaveLength(2);
    }
    // The first seal torn at every byte.
    for (let cut = head; cut <= before.length; cut++) {
      const fixed = await recovered(before.subarray(0, cut), [journalOf(0, sealed).bytes]);
      expect(await readAll(await RecordingReader.open(memorySource(fixed), { compressor }))).toEqual(sealed);
    }
  });

  it('replaces a seal that a power cut left damaged anywhere, and finds nothing of it afterwards', async () => {
    const before = await fileOf([sample.slice(0, 4)], false);
    const sealed = await fileOf([sample.slice(0, 4), sample.slice(4)], false);
    const journal = journalOf(1, sample.slice(4)).bytes;
    for (let at = before.length; at < sealed.length; at++) {
      const file = sealed.slice();
      file[at] ^= 255;
      const fixed = await recovered(file, [journal]);
      expect(fixed).toEqual(await fileOf([sample.slice(0, 4), sample.slice(4)], true));
      expect(await readAll(await RecordingReader.open(memorySource(fixed), { compressor }))).toEqual(sample);
    }
  });

  it('may be cut short itself at any byte and begun anew', async () => {
    const file = await fileOf([sample.slice(0, 4)], false);
    const journals = [journalOf(1, sample.slice(4, 7)).bytes, journalOf(2, sample.slice(7)).bytes];
    const done = await recovered(file, journals);
    for (let cut = file.length; cut <= done.length; cut++) {
      const again = await recovered(done.subarray(0, cut), journals);
      expect(await readAll(await RecordingReader.open(memorySource(again), { compressor }))).toEqual(sample);
    }
  });

  it('writes the footer of a file that lost it, at every cut of the footer', async () => {
    const whole = await fileOf([sample.slice(0, 4), sample.slice(4)], true);
    const chunks = (await fileOf([sample.slice(0, 4), sample.slice(4)], false)).length;
    for (let cut = chunks; cut < whole.length; cut++) expect(await recovered(whole.subarray(0, cut), [])).toEqual(whole);
  });

  it('does not take records of an older epoch that lie behind newer ones', async () => {
    const stale = journalOf(1, sample.slice(0, 4)).bytes;
    const fresh = journalOf(2, sample.slice(0, 1)).bytes;
    const mixed = stale.slice();
    mixed.set(fresh);
    const fixed = await recovered(await fileOf([], false), [mixed]);
    expect(await readAll(await RecordingReader.open(memorySource(fixed), { compressor }))).toEqual(sample.slice(0, 1));
  });
});

describe('untrusted files', () => {
  /** Everything a reader does; resolves whether it worked or threw a SgapsError, never allocating beyond the limits. */
  async function survive(file: Uint8Array, journals: readonly Uint8Array[]): Promise<void> {
    let largest = 0;
    const watched: Compressor = {
      ...compressor,
      decompress: (bytes, maxBytes) => {
        largest = Math.max(largest, maxBytes);
        return compressor.decompress(bytes, maxBytes);
      },
    };
    const source: ByteSource = {
      size: () => file.length,
      read: async (offset, length) => {
        largest = Math.max(largest, length);
        return file.subarray(offset, offset + length);
      },
    };
    const work = [
      async () => {
        const reader = await RecordingReader.open(source, { compressor: watched, journals: journals.map(memorySource) });
        await reader.nearestSnapshot(1e9);
        await readAll(reader);
      },
      () => planRecovery(source, journals.map(memorySource), watched),
    ];
    for (const step of work) {
      try {
        await step();
      } catch (error) {
        if (!isSgapsError(error)) throw error;
      }
    }
    expect(largest).toBeLessThanOrEqual(LIMITS.chunkBytes + CHUNK_HEADER_BYTES);
  }

  it('random bytes never crash, hang or over-allocate', async () => {
    const head = encodeRecordingHeader(header);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), fc.uint8Array({ maxLength: 300 }), async (bytes, journal) => {
        await survive(bytes, [journal]);
        await survive(concat([head, bytes]), [journal]);
      }),
      { numRuns: 150 },
    );
  });

  it('mutated and truncated recordings never crash, hang or over-allocate', async () => {
    const files = [
      await fileOf([sample.slice(0, 4), sample.slice(4, 8)], true),
      await fileOf([sample.slice(0, 4), sample.slice(4, 8)], false),
    ];
    const journal = journalOf(2, sample.slice(8)).bytes;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1),
        fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(5000),
        async (which, changes, cut) => {
          const file = files[which].slice(0, Math.max(1, files[which].length - (cut % 3 === 0 ? cut % files[which].length : 0)));
          const torn = journal.slice();
          for (const [at, value] of changes) {
            file[at % file.length] = value;
            torn[at % torn.length] ^= value;
          }
          await survive(file, [torn]);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('bodies of any content behind right checksums never crash either', async () => {
    const { encodeChunk } = await import('./chunk.js');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 5 }), async (body, kind) => {
        const fields = {
          kind,
          flags: 2,
          part: 0,
          epoch: 0,
          records: 1,
          firstSequence: 0,
          lastSequence: 9,
          frames: 1,
          firstTime: 0,
          lastTime: 9,
          firstFrame: 0,
          lastFrame: 1,
        };
        await survive(concat([encodeRecordingHeader(header), await encodeChunk(fields, body, compressor)]), []);
      }),
      { numRuns: 200 },
    );
  });

  it('header blocks of any content behind a right checksum never crash either', async () => {
    const { crc32c } = await import('../bytes/crc32c.js');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (body) => {
        const file = concat([encodeRecordingHeader(header).slice(0, 16), body]);
        new DataView(file.buffer).setUint32(8, body.length, true);
        new DataView(file.buffer).setUint32(12, crc32c(body), true);
        await survive(file, []);
      }),
      { numRuns: 300 },
    );
  });

  it('a body that unpacks to less than its header says is refused', async () => {
    const { encodeChunk, writeChunkHeader } = await import('./chunk.js');
    const { crc32c } = await import('../bytes/crc32c.js');
    const packed = zstdCompressSync(new Uint8Array(100));
    const fields = { ...groupEntries(await sealEpoch(0, sample.slice(0, 1), compressor), 0)[0], flags: 3 };
    const chunk = await encodeChunk({ ...fields, flags: 2 }, packed, { ...compressor, compress: (bytes) => bytes });
    writeChunkHeader(chunk, 0, { ...fields, packedLength: packed.length, unpackedLength: 101, crc: crc32c(packed) });
    const reader = await RecordingReader.open(memorySource(concat([encodeRecordingHeader(header), chunk])), { compressor });
    await expect(readAll(reader)).rejects.toMatchObject({ code: 'BYTES_MALFORMED', message: expect.stringContaining('size') });
  });

  it('a zstd bomb is refused before it unpacks', async () => {
    const { encodeChunk, writeChunkHeader } = await import('./chunk.js');
    const bomb = zstdCompressSync(new Uint8Array(64 * 1024 * 1024));
    const fields = {
      kind: 1,
      flags: 3,
      part: 0,
      epoch: 0,
      records: 1,
      firstSequence: 0,
      lastSequence: 0,
      frames: 0,
      firstTime: 0,
      lastTime: 0,
      firstFrame: NO_FRAME,
      lastFrame: NO_FRAME,
    };
    const chunk = await encodeChunk({ ...fields, flags: 2 }, bomb, { ...compressor, compress: (bytes) => bytes });
    const { crc32c } = await import('../bytes/crc32c.js');
    writeChunkHeader(chunk, 0, { ...fields, packedLength: bomb.length, unpackedLength: 1000, crc: crc32c(bomb) });
    const reader = await RecordingReader.open(memorySource(concat([encodeRecordingHeader(header), chunk])), { compressor });
    await expect(readAll(reader)).rejects.toMatchObject({ code: 'BYTES_MALFORMED' });
  });
});
