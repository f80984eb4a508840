import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFooter } from './footer.js';
import { recordFrames } from './frameCount.js';
import { encodeRecordingHeader, type RecordingHeader, readRecordingHeader } from './RecordingHeader.js';
import { RecordingReader } from './RecordingReader.js';
import { encodeSnapshot } from './record.js';
import { groupEntries, planRecovery } from './recovery.js';
import { sealEpoch } from './sealing.js';
import { type Compressor, memorySource, RECORDING, type RecordingRecord } from './types.js';

const compressor: Compressor = {
  name: 'zstd',
  compress: (bytes) => zstdCompressSync(bytes),
  decompress: (bytes, maxBytes) => Uint8Array.from(zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, maxBytes) })),
};
const plain: RecordingHeader = {
  recordingId: 'a1',
  game: 'arena',
  grid: { width: 320, height: 180 },
  fps: 30,
  schema: { values: [] },
  tierBits: [8, 5, 3, 3],
  protocolVersion: 1,
  modelId: 'diffusion@1',
  engine: 'babylon',
  startedAt: 0,
  meta: {},
};
const header: RecordingHeader = { ...plain, archive: { modelId: 'hst@1', from: 5_000_000, madeAt: 1_700_000_000_000 } };
const read = async (bytes: Uint8Array) => (await readRecordingHeader(memorySource(bytes), bytes.length)).header;

/** Groups of 32 pictures at 25 a second, each behind its snapshot, and an event in the middle of each. */
function recordsOf(groups: number): RecordingRecord[] {
  return Array.from({ length: groups }, (_, i): Omit<RecordingRecord, 'sequence'>[] => {
    const [firstFrame, lastFrame, time] = [32 * i, 32 * i + 31, 1280 * i];
    const preview = i % 8 === 0 ? Uint8Array.of(9, i) : undefined;
    const state = encodeSnapshot(Uint8Array.of(1), preview);
    return [
      { kind: 'snapshot', time, firstFrame, lastFrame: firstFrame, bytes: state },
      { kind: 'event', time: time + 500, firstFrame: null, lastFrame: null, bytes: new TextEncoder().encode('{"name":"x"}') },
      { kind: 'pictures', time: time + 1240, firstFrame, lastFrame, bytes: Uint8Array.of(1, 32, i, 3, 1, 4) },
    ];
  })
    .flat()
    .map((record, sequence) => ({ ...record, sequence }));
}

async function fileOf(records: readonly RecordingRecord[], footer: boolean): Promise<Uint8Array> {
  const head = encodeRecordingHeader(header);
  const parts = [head];
  const chunks = [];
  let end = head.length;
  for (let epoch = 0; 12 * epoch < records.length; epoch++) {
    const group = await sealEpoch(epoch, records.slice(12 * epoch, 12 * (epoch + 1)), compressor);
    chunks.push(...groupEntries(group, end));
    parts.push(group);
    end += group.length;
  }
  const events = records.filter(({ kind }) => kind === 'event');
  if (footer) parts.push((await encodeFooter({ chunks, events }, end, compressor)) as Uint8Array);
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

describe('the header of an archive', () => {
  it('comes back, and costs nothing where there is none', async () => {
    expect(await read(encodeRecordingHeader(header))).toEqual(header);
    expect(encodeRecordingHeader({ ...plain, archive: undefined })).toEqual(encodeRecordingHeader(plain));
  });

  it('has a version of its own, so that those who know no archives say so', () => {
    const versionOf = (bytes: Uint8Array) => new DataView(bytes.buffer).getUint16(6, true);
    expect(versionOf(encodeRecordingHeader(plain))).toBe(1);
    expect(versionOf(encodeRecordingHeader(header))).toBe(2);
  });

  it('is refused where it is none', () => {
    for (const archive of [1, [], {}, { ...header.archive, from: -1 }, { ...header.archive, from: 0.5 }]) {
      const bad = { ...header, archive } as unknown as RecordingHeader;
      expect(() => encodeRecordingHeader(bad)).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' }));
    }
    const long = { ...header, archive: { modelId: 'x'.repeat(9999), from: 0, madeAt: 0 } };
    expect(() => encodeRecordingHeader(long)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });
});

describe('groups of pictures', () => {
  it('are counted by their own word, and never as more than a group may hold', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4 }), fc.boolean(), (bytes, refused) => {
        const frames = recordFrames({ kind: 'pictures', firstFrame: refused ? null : 7, bytes });
        const told = bytes.length > 1 ? bytes[1] : 0;
        expect(frames).toBe(refused || told > RECORDING.groupFrames ? 0 : told);
      }),
    );
  });

  it.each([true, false])('are read in order with snapshots and events between them (footer: %s)', async (footer) => {
    const records = recordsOf(10);
    const reader = await RecordingReader.open(memorySource(await fileOf(records, footer)), { compressor });
    expect(reader.index).toMatchObject({ frames: 320, records: 30, duration: 9 * 1280 + 1240 });
    expect(reader.index.snapshots).toHaveLength(10);
    expect(reader.index.previews).toEqual([0, 8 * 1280]);
    const kinds: string[] = [];
    const found = await reader.nearestSnapshot(4000);
    expect(found).toMatchObject({ time: 3840, frameId: 96, state: Uint8Array.of(1), preview: null });
    for await (const record of reader.records(0, { afterSequence: found?.sequence })) {
      expect(record).toEqual(records[record.sequence]);
      kinds.push(record.kind);
    }
    expect(kinds).toEqual(Array.from({ length: 7 }, () => ['event', 'pictures']).flat());
    expect((await reader.nearestSnapshot(11_000))?.preview).toEqual(Uint8Array.of(9, 8));
  });

  it('lose what a damaged chunk holds, and no more', async () => {
    const records = recordsOf(8);
    const file = await fileOf(records, false);
    const { index } = await RecordingReader.open(memorySource(file), { compressor });
    const [first] = index.chunks.filter(({ frames }) => frames > 0);
    file[first.offset + 8] ^= 255;
    const reader = await RecordingReader.open(memorySource(file), { compressor });
    expect(reader.index).toMatchObject({ damaged: 1, frames: 128 });
    const plan = await planRecovery(memorySource(file), [], compressor);
    expect(plan.header.archive).toEqual(header.archive);
    expect(plan.footer).not.toBeNull();
  });
});
