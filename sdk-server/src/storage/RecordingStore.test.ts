import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@libsql/client';
import type { RecordingHeader, RecordingReader } from '@sgaps/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChunkFile } from './ChunkFile.js';
import { EndTeller } from './EndTeller.js';
import { JournalFile } from './JournalFile.js';
import { RecordingFolder } from './RecordingFolder.js';
import { RecordingStore } from './RecordingStore.js';

function headerOf(recordingId: string, change: Partial<RecordingHeader> = {}): RecordingHeader {
  return {
    recordingId,
    game: 'platformer',
    grid: { width: 320, height: 180 },
    fps: 30,
    schema: { values: [] },
    tierBits: [8, 5, 3, 3],
    protocolVersion: 1,
    modelId: 'diffusion@1',
    engine: 'phaser',
    startedAt: 1_700_000_000_000,
    meta: { level: '2' },
    ...change,
  };
}

/** The clear head of a pixel packet of `frames` frames whose ids span `first` … `last`; no body follows. */
function packetHead(first: number, last: number, frames: number, length = 10): Uint8Array {
  const bytes = [3, (frames - 1) << 4];
  for (let rest of [first, last - first - (frames - 1), 0]) {
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
    bytes.push(rest);
  }
  return Uint8Array.from({ length }, (_, i) => bytes[i] ?? 0);
}

async function sequences(reader: RecordingReader, afterSequence = -1): Promise<number[]> {
  const found: number[] = [];
  for await (const record of reader.records(0, { afterSequence })) found.push(record.sequence);
  return found;
}

describe('RecordingStore', () => {
  let folder: string;
  let store: RecordingStore;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sgaps-storage-'));
    store = await RecordingStore.open({ folder });
  });

  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('recovers a recording that a full disk had stopped once there is room, without a restart', async () => {
    await store.close();
    const owners = { id: 'one', isAlive: async (id: string) => id === 'one' };
    store = await RecordingStore.open({ folder, mendEvery: 20, owners });
    const finished: string[] = [];
    store.onFinished((id) => finished.push(id));
    const writer = await store.create(headerOf('a1'));
    for (let i = 0; i < 5; i++) writer.append('pixels', i, packetHead(i, i, 1), i, i);
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const append = vi.spyOn(JournalFile.prototype, 'append').mockImplementation(() => {
      throw full;
    });
    const seal = vi.spyOn(ChunkFile.prototype, 'seal').mockRejectedValue(full);
    expect(writer.append('pixels', 5, packetHead(5, 5, 1), 5, 5)).toBe(false);
    await writer.close();
    // It stays this process's own: another that starts on the folder now leaves it alone, one that starts after it died does not.
    expect(await store.catalog.get('a1')).toMatchObject({ status: 'failed', owner: 'one' });
    expect(await store.leftovers()).toEqual([]);
    append.mockRestore();
    seal.mockRestore();
    await vi.waitFor(() => expect(finished).toEqual(['a1']), 10_000);
    expect(await store.catalog.get('a1')).toMatchObject({ status: 'recovered', frames: 5, owner: null });
    const reader = await store.open('a1');
    expect(await sequences(reader)).toEqual([0, 1, 2, 3, 4]);
    await reader.close();
  });

  it('tells why it cannot create a recording without naming a path, also where nothing can be cleared away', async () => {
    await rm(join(folder, 'recordings'), { recursive: true });
    await writeFile(join(folder, 'recordings'), '');
    const refused = await store.create(headerOf('a1')).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'STORAGE_FAILED', message: expect.not.stringContaining(folder) });
  });

  it('records, closes and reads back, and keeps the catalog in step', async () => {
    const writer = await store.create(headerOf('a1'), { roomId: 'room' });
    expect(await store.catalog.get('a1')).toMatchObject({
      status: 'recording',
      roomId: 'room',
      endedAt: null,
      gridWidth: 320,
      meta: { level: '2' },
    });
    for (let i = 0; i < 100; i++) {
      expect(writer.append('coordinates', i * 33, new Uint8Array(50))).toBe(true);
      expect(writer.append('pixels', i * 33, packetHead(i, i, 1, 200), i, i)).toBe(true);
    }
    writer.snapshot(3300, 99, new Uint8Array([1, 2, 3]), new Uint8Array([4]));
    await writer.close();
    expect(writer.state).toBe('closed');
    expect(writer.append('event', 1, new Uint8Array(1))).toBe(false);
    const row = await store.catalog.get('a1');
    expect(row).toMatchObject({
      status: 'finished',
      frames: 100,
      bytesUp: 20_000,
      bytesDown: 5000,
      durationMs: 3300,
      endedAt: 1_700_000_003_300,
    });
    const reader = await store.open('a1');
    expect(await sequences(reader)).toHaveLength(200);
    expect(reader.index.hasFooter).toBe(true);
    expect(reader.index.chunks.length).toBeGreaterThan(2);
    expect(await reader.nearestSnapshot(5000)).toMatchObject({
      frameId: 99,
      state: new Uint8Array([1, 2, 3]),
      preview: new Uint8Array([4]),
    });
    await reader.close();
    expect(existsSync(join(folder, 'recordings', 'a1.journal'))).toBe(false);
    expect(await store.leftovers()).toEqual([]);
  });

  it('lets a reader follow while it is being written', async () => {
    const writer = await store.create(headerOf('live'));
    const heard: number[] = [];
    const stop = writer.subscribe((record) => heard.push(record.sequence));
    const reader = await store.open('live');
    const seen: number[] = [];
    for (let i = 0; i < 300; i++) {
      writer.append('pixels', i * 33, crypto.getRandomValues(new Uint8Array(300)), i, i);
      if (i % 7 !== 0) continue;
      expect(await reader.refresh()).toBe(true);
      seen.push(...(await sequences(reader, seen.at(-1) ?? -1)));
      expect(seen.at(-1)).toBe(i);
    }
    stop();
    await writer.flush();
    await writer.close();
    expect(await reader.refresh()).toBe(true);
    seen.push(...(await sequences(reader, seen.at(-1))));
    const all = Array.from({ length: 300 }, (_, i) => i);
    expect(seen).toEqual(all);
    expect(heard).toEqual(all);
    await reader.close();
  });

  it('opens a recording that is closed at that moment', async () => {
    for (let round = 0; round < 15; round++) {
      const writer = await store.create(headerOf(`a${round}`));
      writer.append('event', 1, new Uint8Array(1));
      const closing = writer.close();
      for (let done = false; !done; ) {
        done = await Promise.race([closing.then(() => true), new Promise<false>((resolve) => setImmediate(resolve, false))]);
        const reader = await store.open(`a${round}`);
        expect(reader.index.records).toBe(1);
        await reader.close();
      }
    }
  });

  it('goes on when a listener throws, and says so', async () => {
    const errors: string[] = [];
    const writer = await store.create(headerOf('a1'), {
      onError: () => errors.push('stopped'),
      onWarning: (error) => errors.push(error.code),
    });
    writer.subscribe(() => {
      throw new Error('mine');
    });
    expect(writer.append('event', 0, new Uint8Array(1))).toBe(true);
    expect(writer.append('event', 0, new Uint8Array(1))).toBe(true);
    expect(errors).toEqual(['UNSUPPORTED']);
    expect(writer.state).toBe('open');
  });

  it('ends a recording after seven days and keeps it', async () => {
    const errors: string[] = [];
    const writer = await store.create(headerOf('a1'), { onError: (error) => errors.push(error.code) });
    expect(writer.append('event', 1, new Uint8Array(1))).toBe(true);
    expect(writer.append('event', 8 * 24 * 3600 * 1000, new Uint8Array(1))).toBe(false);
    expect(errors).toEqual(['LIMIT_EXCEEDED']);
    expect(writer.state).toBe('failed');
    await expect(writer.flush()).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    await writer.close();
    expect(await store.catalog.get('a1')).toMatchObject({ status: 'failed', durationMs: 1 });
    const reader = await store.open('a1');
    expect(await sequences(reader)).toEqual([0]);
    expect(reader.index.hasFooter).toBe(true);
    await reader.close();
  });

  it('refuses nonsense arguments, unsafe ids and ids that exist', async () => {
    const writer = await store.create(headerOf('a1'));
    expect(() => writer.append('pixels', -1, new Uint8Array(1))).toThrow(/time/);
    expect(() => writer.append('pixels', Number.NaN, new Uint8Array(1))).toThrow(/time/);
    expect(() => writer.append('pixels', 0, new Uint8Array(1), 5, 4)).toThrow(/frames/);
    expect(() => writer.append('pixels', 0, new Uint8Array(1), 0.5)).toThrow(/frames/);
    await expect(store.create(headerOf('a1'))).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    for (const id of ['', '../a1', 'a/b', 'a.b', 'x'.repeat(65), 'a\0']) {
      expect(() => store.filePath(id)).toThrow(/recording id/);
      await expect(store.open(id)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
      await expect(store.delete(id)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
      await expect(store.create(headerOf(id))).rejects.toThrow(/recording id/);
    }
    await expect(store.open('none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(store.recover('a1')).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });

  it('deletes files, thumbnail and row, also of a recording in progress', async () => {
    const writer = await store.create(headerOf('a1'));
    writer.append('event', 0, new Uint8Array(10));
    await store.savePreview('a1', new Uint8Array([9, 9]));
    expect(await store.readPreview('a1')).toEqual(Buffer.from([9, 9]));
    expect(await store.delete('a1')).toBe(true);
    expect(await store.delete('a1')).toBe(false);
    expect(await store.readPreview('a1')).toBeNull();
    expect(await store.catalog.get('a1')).toBeNull();
  });

  it('measures the disk without looking at one recording', async () => {
    const path = join(folder, 'recordings');
    await rm(path, { recursive: true });
    // Listing this would fail; the system still says what its disk has.
    await writeFile(path, '');
    const { freeBytes, totalBytes } = await store.disk();
    expect(freeBytes).toBeGreaterThan(0);
    expect(totalBytes).toBeGreaterThanOrEqual(freeBytes);
  });

  it('counts the frames that packets hold, not the ids they span, and none of refused packets', async () => {
    const writer = await store.create(headerOf('a1'));
    const reader = await store.open('a1');
    writer.append('pixels', 10, packetHead(0, 3, 4), 0, 3);
    // Whatever a client claims to have skipped.
    writer.append('pixels', 20, packetHead(10, 4_000_000_000, 2, 20), 10, 4_000_000_000);
    writer.append('pixels', 30, packetHead(0, 3, 4));
    writer.append('pixels', 40, new Uint8Array(10), 5, 9);
    expect(writer.figures.frames).toBe(6);
    await reader.refresh();
    expect(reader.index).toMatchObject({ frames: 6, records: 4, hasFooter: false });
    await writer.close();
    await reader.refresh();
    expect(reader.index).toMatchObject({ frames: 6, records: 4, hasFooter: true });
    await reader.close();
    expect(await store.catalog.get('a1')).toMatchObject({ frames: 6, bytesUp: 50 });
  });

  describe('when the catalog is away at the end of a recording', () => {
    const sql = async (statement: string) => {
      const client = createClient({ url: pathToFileURL(join(folder, 'catalog.sqlite')).href });
      await client.execute(statement);
      client.close();
    };
    const hide = () => sql('ALTER TABLE recordings RENAME TO hidden');
    const show = () => sql('ALTER TABLE hidden RENAME TO recordings');

    it('asks it once more', async () => {
      const warnings: string[] = [];
      const writer = await store.create(headerOf('a1'), { onWarning: ({ code }) => warnings.push(code) });
      vi.spyOn(store.catalog, 'update').mockRejectedValueOnce(new Error('busy'));
      await writer.close();
      expect(warnings).toEqual([]);
      expect(await store.catalog.get('a1')).toMatchObject({ status: 'finished' });
    });

    it('tells it once it is back, without a restart', async () => {
      await (await store.create(headerOf('a1'))).close();
      const teller = new EndTeller(store.catalog, 50);
      await hide();
      await expect(teller.tell('a1', { durationMs: 7 })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
      await new Promise((resolve) => setTimeout(resolve, 120));
      await show();
      await vi.waitFor(async () => expect(await store.catalog.get('a1')).toMatchObject({ durationMs: 7 }), 5_000);
      await teller.close();
    });

    it('says so, keeps the recording whole, and puts the row right at the next start', async () => {
      const warnings: string[] = [];
      const writer = await store.create(headerOf('a1'), { onWarning: ({ code }) => warnings.push(code) });
      writer.append('pixels', 40, packetHead(0, 3, 4), 0, 3);
      await hide();
      await writer.close();
      await show();
      expect(warnings).toEqual(['STORAGE_FAILED']);
      expect(writer).toMatchObject({ state: 'closed', error: null });
      expect(await store.catalog.get('a1')).toMatchObject({ status: 'recording' });
      // As by kill -9: the last try at the end is not made.
      vi.spyOn(EndTeller.prototype, 'close').mockResolvedValueOnce();
      await store.close();
      store = await RecordingStore.open({ folder });
      expect(await store.catalog.get('a1')).toMatchObject({ status: 'recording' });
      expect(await store.recoverAll()).toEqual([]);
      expect(await store.catalog.get('a1')).toMatchObject({ status: 'finished', frames: 4, durationMs: 40 });
    });
  });

  it('says finished, not recovered, of a whole recording whose thumbnail could not be stored', async () => {
    const writer = await store.create(headerOf('a1'));
    writer.snapshot(10, 3, new Uint8Array([1]), new Uint8Array([5]));
    await writer.close();
    await store.catalog.update('a1', { status: 'recording' });
    // A folder lies where the picture is written first.
    await mkdir(join(folder, 'recordings', 'a1.webp.tmp', 'x'), { recursive: true });
    vi.spyOn(RecordingFolder.prototype, 'removeDrafts').mockResolvedValueOnce();
    expect(await store.recoverAll()).toEqual([
      expect.objectContaining({ id: 'a1', status: 'finished', error: expect.objectContaining({ code: 'STORAGE_FAILED' }) }),
    ]);
    expect(await store.catalog.get('a1')).toMatchObject({ status: 'finished' });
  });

  it('takes the thumbnail of a recovered recording from its newest snapshot that has one', async () => {
    const preview = new Uint8Array([7, 8, 9]);
    const writer = await store.create(headerOf('a1'));
    writer.append('pixels', 40, new Uint8Array(10), 0, 3);
    writer.snapshot(10_000, 3, new Uint8Array([1]), new Uint8Array([5]));
    writer.snapshot(20_000, 3, new Uint8Array([2]), preview);
    writer.snapshot(30_000, 3, new Uint8Array([3]));
    await (await store.create(headerOf('short'))).close();
    await writer.flush();
    const parts = ['.sgaps', '.journal', '.journal2'];
    const file = (id: string, part: string) => join(folder, 'recordings', id + part);
    // What kill -9 would leave.
    for (const part of parts.toReversed()) await copyFile(file('a1', part), file('cut', part));
    await store.catalog.update('short', { status: 'recording' });
    const results = await store.recoverAll();
    expect(results).toEqual([expect.objectContaining({ id: 'cut', status: 'recovered', error: null })]);
    expect(await store.readPreview('cut')).toEqual(Buffer.from(preview));
    expect(await store.readPreview('short')).toBeNull();
    await store.savePreview('cut', new Uint8Array([1]));
    await store.catalog.update('cut', { status: 'recording' });
    await store.recoverAll();
    expect(await store.readPreview('cut')).toEqual(Buffer.from([1]));
  });

  it('puts the catalog right at start: unknown files, stale rows, rows without a file, files that are none', async () => {
    const writer = await store.create(headerOf('a1'));
    writer.append('pixels', 40, packetHead(0, 3, 4), 0, 3);
    await writer.close();
    await copyFile(store.filePath('a1'), store.filePath('copied'));
    await store.catalog.update('a1', { status: 'recording', frames: 0 });
    const row = await store.catalog.get('a1');
    if (row) await store.catalog.upsert({ ...row, id: 'lost' });
    await writeFile(store.filePath('junk'), 'no recording');
    await writeFile(join(folder, 'recordings', 'orphan.journal'), '');
    await writeFile(join(folder, 'recordings', 'half.sgaps.tmp'), '');
    const results = await store.recoverAll();
    expect(results.map(({ id, status, error }) => [id, status, error?.code])).toEqual([['junk', 'failed', 'BYTES_TRUNCATED']]);
    expect(await store.catalog.get('a1')).toMatchObject({ status: 'finished', frames: 4, bytesUp: 10 });
    expect(await store.catalog.get('copied')).toMatchObject({ status: 'finished', durationMs: 40 });
    expect(await store.catalog.get('lost')).toMatchObject({ status: 'failed' });
    expect(existsSync(join(folder, 'recordings', 'orphan.journal'))).toBe(false);
    expect(existsSync(join(folder, 'recordings', 'half.sgaps.tmp'))).toBe(false);
  });
});
