import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FrameFinder, MemoryShelf, type ShelfPlace, type SnapshotShelf } from '@sgaps/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RecordingStore } from '../storage/index.js';
import { recordScene, sceneHeader } from '../testing/recordScene.js';
import { FileShelf } from './FileShelf.js';
import { nodeMachine as machine } from './nodeMachine.js';
import { surveyInWorker } from './surveyInWorker.js';
import { zstdPacker as packer } from './zstdPacker.js';

/** A state that packs to a third or so, and says where it is from. */
function stateOf(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0, x = seed + 1; i < length; i += 3) bytes[i] = (x = (Math.imul(x, 1_103_515_245) + 12_345) >>> 0) >>> 24;
  return bytes;
}

function isState(bytes: Uint8Array | null, seed: number, length: number): boolean {
  return bytes !== null && Buffer.compare(bytes, stateOf(seed, length)) === 0;
}

describe.each(['memory', 'file'])('a shelf (%s)', (kind) => {
  const opened: FileShelf[] = [];

  async function openShelf(
    bytes: number,
  ): Promise<SnapshotShelf & { readonly figures: { bytes: number; places: number; fileBytes?: number } }> {
    if (kind === 'memory') return new MemoryShelf({ packer, bytes });
    const shelf = await FileShelf.open({ bytes });
    opened.push(shelf);
    return shelf;
  }

  afterAll(async () => {
    for (const shelf of opened) await shelf.close();
  });

  it('keeps what it may, evenly, gives back what it kept, and never takes more than it may', async () => {
    const put = fc.record({ time: fc.integer({ min: 0, max: 600_000 }), length: fc.integer({ min: 1000, max: 400_000 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1_000_000, 2_000_000, 1e9),
        fc.boolean(),
        fc.array(put, { maxLength: 60 }),
        async (limit, waits, puts) => {
          const shelf = await openShelf(limit);
          shelf.expect(600_000);
          const places = new Map<number, ShelfPlace>();
          for (const [sequence, { time, length }] of puts.entries()) {
            const place = { time, frameId: sequence, sequence, bytes: length };
            const wanted = shelf.wants(time);
            const putting = shelf.put(place, stateOf(sequence, length));
            if (wanted) {
              places.set(time, place);
              expect(isState(await shelf.read(place), sequence, length)).toBe(true);
            }
            if (waits) await putting;
            expect(shelf.figures.bytes).toBeLessThanOrEqual(limit);
          }
          await shelf.put({ time: -1, frameId: 0, sequence: -1, bytes: 3 }, new Uint8Array(3));
          expect(shelf.figures.fileBytes ?? 0).toBeLessThanOrEqual(limit);
          let found = 0;
          for (
            let place = shelf.before(Number.POSITIVE_INFINITY);
            place && place.sequence >= 0;
            place = shelf.before(place.time)
          ) {
            expect(place).toEqual(places.get(place.time));
            expect(isState(await shelf.read(place), place.sequence, place.bytes)).toBe(true);
            found++;
          }
          if (limit === 1e9) expect(found).toBe(places.size);
          const slots = [...places.keys()].map((time) => Math.floor(time / shelf.spacing));
          expect(found).toBeLessThanOrEqual(new Set(slots).size);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('spaces a long recording by what its states take, so that they reach from its start to its end', async () => {
    const shelf = await openShelf(2_000_000);
    shelf.expect(120_000);
    for (let time = 500; time < 120_000; time += 100)
      if (shelf.wants(time)) await shelf.put({ time, frameId: time, sequence: time, bytes: 100_000 }, stateOf(time, 100_000));
    const times: number[] = [];
    for (let place = shelf.before(1e9); place; place = shelf.before(place.time)) times.unshift(place.time);
    expect(times[0]).toBe(500);
    expect(times.length).toBeGreaterThan(15);
    const gaps = times.slice(1).map((time, i) => time - times[i]);
    expect(Math.max(...gaps, 120_000 - (times.at(-1) ?? 0))).toBeLessThanOrEqual(2 * shelf.spacing);
    expect(shelf.spacing).toBeLessThan(10_000);
  });
});

describe('FileShelf', () => {
  it('leaves nothing behind even while it is open, so that nothing stays of a process that is killed', async () => {
    const own = await mkdtemp(join(tmpdir(), 'sgaps-own-'));
    vi.stubEnv('TMPDIR', own);
    const shelf = await FileShelf.open().finally(() => vi.unstubAllEnvs());
    const place = { time: 10, frameId: 0, sequence: 0, bytes: 5000 };
    await shelf.put(place, stateOf(1, 5000));
    expect(readdirSync(own)).toEqual([]);
    expect(isState(await shelf.read(place), 1, 5000)).toBe(true);
    await shelf.close();
    await rm(own, { recursive: true });
  });

  it('finds nothing after it was closed', async () => {
    const shelf = await FileShelf.open();
    void shelf.put({ time: 10, frameId: 0, sequence: 0, bytes: 5000 }, stateOf(1, 5000));
    await shelf.close();
    expect(shelf.wants(5000)).toBe(false);
    expect(await shelf.read({ time: 10, frameId: 0, sequence: 0, bytes: 5000 })).toBeNull();
  });
});

describe('surveyInWorker', () => {
  let folder: string;
  let store: RecordingStore;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sgaps-worker-'));
    store = await RecordingStore.open({ folder });
  });

  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('fills a shelf of this thread, tells the values, and goes on as the recording grows', async () => {
    const writer = await store.create(sceneHeader('a1'));
    const path = store.filePath('a1');
    const journals = ['.journal', '.journal2'].map((ending) => path.replace(/\.sgaps$/, ending));
    const shelf = await FileShelf.open();
    const times: number[] = [];
    let survey: ReturnType<typeof surveyInWorker> | null = null;
    await recordScene(writer, {
      frames: 300,
      snapshotEvery: 1000,
      onPacket: async (packet) => {
        if (packet !== 40) return;
        survey = surveyInWorker({ path, journals }, { shelf, onPoints: (points) => times.push(...points.times) });
        expect(await survey.done).toBe(true);
        expect(times).toHaveLength(164);
      },
    });
    await writer.close();
    const surveyed = survey as ReturnType<typeof surveyInWorker> | null;
    surveyed?.grew();
    await expect.poll(() => [times.length, surveyed?.share], { timeout: 20_000 }).toEqual([300, 1]);
    await surveyed?.close();
    const finder = new FrameFinder(await store.open('a1'), { machine, shelf });
    expect(shelf.figures.places).toBe(10);
    expect((await finder.find(8000))?.frameId).toBe(242);
    await finder.close();
    await shelf.close();
  });

  it('says why it cannot, and ends when it is closed in between', async () => {
    const shelf = new MemoryShelf();
    const missing = surveyInWorker({ path: join(folder, 'no.sgaps') }, { shelf });
    await expect(missing.done).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await writeFile(join(folder, 'bad.sgaps'), new Uint8Array(100));
    await expect(surveyInWorker({ path: join(folder, 'bad.sgaps') }, { shelf }).done).rejects.toMatchObject({
      code: 'BYTES_MALFORMED',
    });
    const writer = await store.create(sceneHeader('b2'));
    await recordScene(writer, { frames: 300 });
    await writer.close();
    const survey = surveyInWorker({ path: store.filePath('b2') }, { shelf });
    await survey.close();
    expect(typeof (await survey.done)).toBe('boolean');
  });
});
