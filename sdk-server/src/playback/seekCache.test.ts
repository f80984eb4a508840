import { mkdtempSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FrameFinder, type StatePoints } from '@sgaps/core';
import { isSgapsError } from '@sgaps/protocol';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RecordingStore } from '../storage/index.js';
import { recordScene, sceneHeader } from '../testing/recordScene.js';
import { ReplayLibrary } from '../viewing/ReplayLibrary.js';
import { nodeMachine as machine } from './nodeMachine.js';
import { prepareRecording } from './prepareRecording.js';
import { SeekCache } from './SeekCache.js';
import { SeekFile } from './SeekFile.js';
import { decodeSeekHead, decodeSeekIndex, encodeSeekIndex, HEAD_BYTES, type SeekIndex } from './seekIndex.js';
import { writeSeekFile } from './writeSeekFile.js';

const log = pino({ level: 'silent' });
const signal = new AbortController().signal;

describe('decoder states that are kept', () => {
  let data: string;
  let recordings: string;
  let store: RecordingStore;
  const libraries: ReplayLibrary[] = [];

  const cacheOf = (bytes?: number) => new SeekCache({ recordings, bytes, log });
  const states = (id: string) => join(data, 'seek', `${id}.states`);
  const library = (cache = cacheOf()) => {
    const made = new ReplayLibrary(recordings, log, cache);
    libraries.push(made);
    return made;
  };

  async function record(id: string, frames: number): Promise<void> {
    const writer = await store.create(sceneHeader(id));
    await recordScene(writer, { frames, cuts: [60], snapshotEvery: 5000 });
    await writer.close();
  }

  async function pictures(id: string, from: ReplayLibrary, times: readonly number[]): Promise<Buffer[]> {
    const file = await from.open(id);
    const finder = new FrameFinder(file.reader, { machine, shelf: file.shelf });
    const found: Buffer[] = [];
    for (const time of times) found.push(Buffer.from((await finder.find(time))?.rgb ?? []));
    await finder.close();
    await file.close();
    return found;
  }

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'sgaps-seek-'));
    recordings = join(data, 'recordings');
    store = await RecordingStore.open({ folder: data });
    await record('a1', 240);
    await record('a2', 120);
  });
  afterEach(async () => {
    for (const made of libraries.splice(0)) await made.close();
  });
  afterAll(async () => {
    await store.close();
    await rm(data, { recursive: true, force: true });
  });

  it('come of the first who watches, and give the next the same pictures without a survey', async () => {
    const times = [7000, 100, 4321, 7900, 2500];
    const first = library();
    const cold = await pictures('a1', new ReplayLibrary(recordings, log), times);
    const told: StatePoints[] = [];
    const file = await first.open('a1');
    file.states?.((points) => told.push(points));
    await expect
      .poll(
        () =>
          stat(states('a1')).then(
            ({ size }) => size > 0,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    await file.close();
    const second = library();
    const again = await second.open('a1');
    expect(again.shelf).toBeInstanceOf(SeekFile);
    await again.close();
    expect(await pictures('a1', second, times)).toEqual(cold);
  });

  it('are made beforehand, once', async () => {
    const cache = cacheOf();
    const shares: number[] = [];
    const prepare = () => prepareRecording('a2', { recordings, cache, signal, onProgress: (share) => void shares.push(share) });
    const made = await prepare();
    expect(made).toMatchObject({ isNew: true, bytes: (await stat(states('a2'))).size });
    expect(made.places).toBeGreaterThan(1);
    expect(await prepare()).toEqual({ ...made, isNew: false });
  });

  it('are of no use for a recording that changed, and go with one that is deleted', async () => {
    await record('gone', 60);
    const cache = cacheOf();
    await prepareRecording('gone', { recordings, cache, signal });
    const later = new Date(Date.now() + 60_000);
    await utimes(store.filePath('gone'), later, later);
    const reader = await store.open('gone');
    expect(await cache.open('gone', reader)).toBeNull();
    expect(readdirSync(join(data, 'seek'))).not.toContain('gone.states');
    await reader.close();
    await prepareRecording('gone', { recordings, cache, signal });
    expect(readdirSync(join(data, 'seek'))).toContain('gone.states');
    await store.delete('gone');
    expect(readdirSync(join(data, 'seek'))).not.toContain('gone.states');
  });

  it('take no more than they may: the least recently used go', async () => {
    const cache = cacheOf();
    for (const id of ['a1', 'a2']) await prepareRecording(id, { recordings, cache, signal });
    const bytes = (await stat(states('a1'))).size;
    const past = new Date(Date.now() - 60_000);
    await utimes(states('a2'), past, past);
    await cacheOf(bytes + 1000).tidy();
    expect(readdirSync(join(data, 'seek'))).toEqual(['a1.states']);
    await expect(prepareRecording('a2', { recordings, cache: cacheOf(100), signal })).rejects.toMatchObject({
      code: 'STORAGE_FULL',
    });
  });

  it('that are damaged anywhere cost time and nothing else', async () => {
    await prepareRecording('a2', { recordings, cache: cacheOf(), signal });
    const whole = await readFile(states('a2'));
    const [truth] = await pictures('a2', new ReplayLibrary(recordings, log), [3333]);
    for (const damage of ['head', 'state', 'index', 'end'] as const) {
      const bytes = Buffer.from(whole);
      const at = { head: 9, state: HEAD_BYTES + 100, index: bytes.length - 50, end: 0 }[damage];
      bytes[at] ^= 0x55;
      await writeFile(states('a2'), damage === 'end' ? whole : bytes);
      if (damage === 'end') await truncate(states('a2'), whole.length - 5);
      expect(await pictures('a2', library(), [3333])).toEqual([truth]);
    }
  });
});

describe('a file of states', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sgaps-states-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const index = fc
    .record({
      identity: fc.string({ maxLength: 60 }),
      spacing: fc.integer({ min: 1, max: 1e6 }),
      lengths: fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 20 }),
      values: fc.integer({ min: 0, max: 3 }),
      moments: fc.integer({ min: 1, max: 20 }),
    })
    .map(({ identity, spacing, lengths, values, moments }) => {
      let at = HEAD_BYTES;
      const entries = lengths.map((length, i) => {
        const entry = { place: { time: 10 * i, frameId: i, sequence: 2 * i, bytes: length }, at, length, crc: i, packed: false };
        at += length;
        return entry;
      });
      const times = Array.from({ length: moments }, (_, i) => i);
      const points = { times, values: Array.from({ length: values }, () => times.map((time) => time / 3)) };
      return { whole: { identity, spacing, entries, points } satisfies SeekIndex, end: at };
    });

  it('says again what was written, and refuses all else by code', () => {
    fc.assert(
      fc.property(
        index,
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 4 }),
        fc.nat(),
        ({ whole, end }, flips, cut) => {
          const bytes = encodeSeekIndex(whole);
          expect(decodeSeekIndex(bytes, end)).toEqual(whole);
          const damaged = bytes.slice(0, bytes.length - (cut % 3 === 0 ? cut % bytes.length : 0));
          for (const [at, bits] of flips) if (damaged.length > 0) damaged[at % damaged.length] ^= bits;
          for (const read of [() => decodeSeekIndex(damaged, end), () => decodeSeekHead(damaged, 1000)]) {
            try {
              read();
            } catch (error) {
              expect(isSgapsError(error)).toBe(true);
            }
          }
        },
      ),
    );
  });

  it('is not written over another, nor by whoever gave up', async () => {
    const path = join(folder, 'b.states');
    const about = { identity: 'b', spacing: 1000, points: null };
    const place = { time: 0, frameId: 0, sequence: 0, bytes: 3 };
    const one = async function* () {
      yield { place, bytes: Uint8Array.of(1, 2, 3), packed: false };
    };
    await writeSeekFile(path, about, one());
    await expect(writeSeekFile(path, about, one())).rejects.toThrow();
    const file = await SeekFile.open(path, 'b', () => undefined);
    expect(await file.read(place)).toEqual(Uint8Array.of(1, 2, 3));
    await file.close();
    await expect(SeekFile.open(path, 'c', () => undefined)).rejects.toMatchObject({ code: 'VERSION_UNSUPPORTED' });
    const gone = AbortSignal.abort();
    await expect(writeSeekFile(join(folder, 'c.states'), about, one(), gone)).rejects.toMatchObject({ code: 'CLOSED' });
    expect(readdirSync(folder)).toEqual(['b.states']);
  });
});
