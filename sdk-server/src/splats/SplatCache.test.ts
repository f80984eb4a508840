import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeScatter, scatterCamera } from '@sgaps/splats';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordingFolder } from '../storage/RecordingFolder.js';
import type { RecordingSplats } from './replaySplats.js';
import { SplatCache } from './SplatCache.js';

const log = pino({ level: 'silent' });
const { view, ...lens } = scatterCamera(32, 18, 0.3);
// JSON knows no −0.
const camera = { ...lens, view: view.map((value) => value + 0) };
const splats: RecordingSplats = { cloud: makeScatter(50), sky: 3, frames: 7, camera };

describe('splats kept of recordings', () => {
  let data: string;
  let recordings: string;
  const record = (id: string, bytes = 10) => writeFileSync(join(recordings, `${id}.sgaps`), new Uint8Array(bytes));
  const kept = () => readdirSync(join(data, 'free')).sort();
  const save = async (cache: SplatCache, id: string) => cache.save(id, (await cache.identify(id)) ?? '', splats);

  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'sgaps-cache-'));
    recordings = join(data, 'recordings');
    mkdirSync(recordings);
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));

  it('come back as they were', async () => {
    const cache = new SplatCache({ recordings, log });
    record('a1');
    expect(await cache.open('a1')).toBeNull();
    await save(cache, 'a1');
    const back = await cache.open('a1');
    expect(back).toMatchObject({ sky: 3, frames: 7 });
    expect(back?.camera).toEqual(camera);
    expect(back?.cloud.positions).toEqual(splats.cloud.positions);
  });

  it('are not those of a recording that is another by now, or gone', async () => {
    const cache = new SplatCache({ recordings, log });
    record('a1');
    await save(cache, 'a1');
    record('a1', 20);
    expect(await cache.open('a1')).toBeNull();
    expect(kept()).toEqual([]);
    await cache.save('a1', 'another', splats);
    await cache.save('b2', 'gone', splats);
    expect(kept()).toEqual([]);
    await expect(cache.open('../x')).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['a length that is too long', Uint8Array.of(255, 255, 255, 255, 1, 2, 3)],
    ['no JSON', Uint8Array.of(2, 0, 0, 0, 1, 2, 3)],
  ])('are passed over and removed where they hold %s', async (_, bytes) => {
    const cache = new SplatCache({ recordings, log });
    record('a1');
    mkdirSync(join(data, 'free'));
    writeFileSync(join(data, 'free', 'a1.free'), bytes);
    expect(await cache.open('a1')).toBeNull();
    expect(kept()).toEqual([]);
  });

  it('take no more than they may: the least recently used go', async () => {
    const one = new SplatCache({ recordings, log });
    for (const id of ['a1', 'b2', 'c3']) record(id);
    await save(one, 'a1');
    await save(one, 'b2');
    utimesSync(join(data, 'free', 'a1.free'), 1000, 1000);
    utimesSync(join(data, 'free', 'b2.free'), 500, 500);
    const cache = new SplatCache({ recordings, log, bytes: 12_000 });
    await save(cache, 'c3');
    expect(kept()).toEqual(['a1.free', 'c3.free']);
    await save(new SplatCache({ recordings, log, bytes: 100 }), 'b2');
    expect(kept()).toEqual(['a1.free', 'c3.free']);
  });

  it('go with their recording, and when it is gone', async () => {
    const cache = new SplatCache({ recordings, log });
    for (const id of ['a1', 'b2']) {
      record(id);
      await save(cache, id);
    }
    await (await RecordingFolder.open(recordings)).remove('a1');
    expect(kept()).toEqual(['b2.free']);
    rmSync(join(recordings, 'b2.sgaps'));
    await cache.tidy();
    expect(existsSync(join(data, 'free', 'b2.free'))).toBe(false);
  });
});
