import {
  encodeRecordingHeader,
  encodeSnapshot,
  memorySource,
  type RecordingHeader,
  RecordingReader,
  type RecordingRecord,
  sealEpoch,
} from '@sgaps/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { ArchiveDecoder } from '../archive/ArchiveDecoder.js';
import { ArchiveEncoder } from '../archive/ArchiveEncoder.js';
import type { ArchiveModel } from '../archive/ArchiveModel.js';
import { ArchiveSource } from './ArchiveSource.js';
import { archiveState } from './archiveState.js';
import { FrameFinder } from './FrameFinder.js';
import { openReplaySource } from './openReplaySource.js';
import type { PlaybackMachine } from './PlaybackMachine.js';

const GRID = { width: 64, height: 36 };
const PIXELS = 3 * GRID.width * GRID.height;
/** Stores what it is given. */
const compressor = { name: 'zstd', compress: (bytes: Uint8Array) => bytes, decompress: (bytes: Uint8Array) => bytes } as const;
const headerOf = (modelId: string): RecordingHeader => ({
  ...{ recordingId: 'a1', game: 'g', grid: GRID, fps: 30, schema: { values: [] }, tierBits: [8, 5, 3, 3], protocolVersion: 1 },
  ...{ modelId: 'diffusion@1', engine: 'none', startedAt: 0, meta: {}, archive: { modelId, from: 1, madeAt: 0 } },
});
const pictures = Array.from({ length: 12 }, (_, i) => {
  const rgb = Uint8ClampedArray.from({ length: PIXELS }, (_, at) => 40 + 15 * i + ((at >> 4) & 15));
  return { frameId: 2 * i, time: 40 * i, rgb, state: null };
});

/** Three groups of four pictures, each behind its snapshot. */
let records: RecordingRecord[];
/** Each picture as a decoder gives it. */
let decoded: Uint8Array[];

beforeAll(async () => {
  records = [];
  decoded = [];
  const encoder = new ArchiveEncoder(headerOf(''), { model: null });
  const decoder = new ArchiveDecoder(headerOf(''), { model: null });
  for (let from = 0; from < pictures.length; from += 4) {
    const group = pictures.slice(from, from + 4);
    const bytes = await encoder.encode(group);
    const [{ time, frameId: firstFrame }, { time: ends, frameId: lastFrame }] = [group[0], group[3]];
    const snapshot = {
      kind: 'snapshot',
      time,
      firstFrame,
      lastFrame: firstFrame,
      bytes: encodeSnapshot(archiveState(), undefined),
    };
    records.push({ ...snapshot, kind: 'snapshot', sequence: records.length });
    records.push({ kind: 'pictures', sequence: records.length, time: ends, firstFrame, lastFrame, bytes });
    decoder.open(bytes);
    for (let picture = await decoder.next(); picture; picture = await decoder.next()) decoded.push(Uint8Array.from(picture.rgb));
  }
});

async function readerOf(all = records, modelId = ''): Promise<RecordingReader> {
  const parts = [encodeRecordingHeader(headerOf(modelId)), await sealEpoch(0, all, compressor)];
  return RecordingReader.open(memorySource(Uint8Array.from(parts.flatMap((part) => [...part]))), { compressor });
}

/** Passes over the frames in front of one, and decodes that. */
async function at(source: ArchiveSource, index: number): Promise<Uint8Array> {
  while ((await source.fill()) && source.nextTime !== pictures[index].time) source.skip();
  const shown = await source.decode();
  expect(shown).toMatchObject({ time: pictures[index].time, frame: { frameId: 2 * index, kept: true, refined: false } });
  return Uint8Array.from(shown?.frame.rgb ?? []);
}

describe('ArchiveSource', () => {
  it('decodes what it passed over only where a picture behind it is wanted, and each once', async () => {
    const source = new ArchiveSource(await readerOf());
    for (const index of [2, 3, 9, 11]) expect(await at(source, index)).toEqual(decoded[index]);
    expect([await source.fill(), source.ended, source.frameId]).toEqual([false, true, 22]);
    // Back in the group that it is in, and in another.
    const reader = await readerOf();
    for (const [time, index] of [
      [320, 10],
      [320, 9],
      [160, 6],
      [0, 0],
    ]) {
      expect(await source.restart(await reader.nearestSnapshot(time))).toBe(true);
      expect(await at(source, index)).toEqual(decoded[index]);
    }
    // Bytes and frames of the two seconds up to here, as for a recording that is being made.
    expect(source.figures.read(40)).toMatchObject({ frames: 1, samples: 0 });
    await source.restart(null);
    for (let i = 0; i < 11 && (await source.fill()); i++) source.skip();
    expect(source.figures.read(400)).toMatchObject({ fps: 11 / 0.4, bytesDown: 0 });
    expect([source.place, source.importance()]).toEqual([null, null]);
    expect(() => source.save()).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    await source.close();
  });

  it('shows its last picture long after it, up to where the recording ends', async () => {
    const ends = records.map((record, i) => (i === records.length - 1 ? { ...record, time: 9000 } : record));
    const machine = { now: () => performance.now(), rest: () => new Promise<void>((resolve) => setTimeout(resolve)) };
    const finder = new FrameFinder(await readerOf(ends), { machine: machine as unknown as PlaybackMachine });
    for (const time of [8000, 200, 3000, 9000]) {
      const index = Math.min(11, Math.floor(time / 40));
      expect((await finder.find(time))?.frameId).toBe(2 * index);
    }
    await finder.close();
  });

  it('goes to the start where a state is none of its own', async () => {
    const source = new ArchiveSource(await readerOf());
    expect(await source.restart({ state: new Uint8Array(40), sequence: 2 })).toBe(false);
    expect(await at(source, 0)).toEqual(decoded[0]);
    await source.close();
  });

  it('lets others have their turn while it decodes much at once', async () => {
    let [now, rests] = [0, 0];
    const machine = { now: () => (now += 10), rest: async () => void rests++ };
    const source = new ArchiveSource(await readerOf(), { machine });
    expect(await at(source, 3)).toEqual(decoded[3]);
    expect(rests).toBeGreaterThan(0);
    await source.close();
  });

  it('passes over groups that are damaged, and says which version it does not know', async () => {
    const damaged = records.map((record, i) => (i === 3 ? { ...record, bytes: record.bytes.subarray(0, 3) } : record));
    const source = new ArchiveSource(await readerOf(damaged));
    expect(await at(source, 1)).toEqual(decoded[1]);
    expect(await at(source, 8)).toEqual(decoded[8]);
    expect(source.figures.rejected).toBe(1);
    await source.close();
    const later = records.map((record, i) =>
      i === 1 ? { ...record, bytes: Uint8Array.of(99, ...record.bytes.subarray(1)) } : record,
    );
    const newer = new ArchiveSource(await readerOf(later));
    await expect(newer.fill()).rejects.toMatchObject({ code: 'VERSION_UNSUPPORTED' });
    await newer.close();
  });

  it('says what to do where the model that it names is not here, and asks again', async () => {
    const asked: string[] = [];
    const model = { id: 'hst@2' } as ArchiveModel;
    const source = openReplaySource(await readerOf(records, 'hst@1'), {
      archiveModel: async (modelId) => {
        asked.push(modelId);
        if (asked.length === 1) throw new Error('It is not on this disk.');
        return model;
      },
    });
    await source.fill();
    const refused = { code: 'MODEL_NOT_FOUND', message: expect.stringMatching(/hst@1.*install.*not on this disk/s) };
    await expect(source.decode()).rejects.toMatchObject(refused);
    await expect(source.decode()).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND', message: expect.stringContaining('hst@2') });
    expect(asked).toEqual(['hst@1', 'hst@1']);
    await source.close();
    const without = openReplaySource(await readerOf(records, 'hst@1'));
    await without.fill();
    await expect(without.decode()).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    await without.close();
  });
});
