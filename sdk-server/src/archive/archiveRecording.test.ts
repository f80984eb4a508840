import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchiveDecoder, FrameFinder, RecordingSurvey, type StatePoints } from '@sgaps/core';
import { type RecordingReader, readEvent } from '@sgaps/protocol';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planExport } from '../export/exportPlan.js';
import { stateLines } from '../export/stateLines.js';
import { findRecording } from '../finetune/findRecording.js';
import { writeTruthClips } from '../finetune/writeTruthClips.js';
import { nodeMachine as machine } from '../playback/nodeMachine.js';
import { prepareRecording } from '../playback/prepareRecording.js';
import { SeekCache } from '../playback/SeekCache.js';
import { Catalog, RecordingStore } from '../storage/index.js';
import { RecordingFolder } from '../storage/RecordingFolder.js';
import { FRAMES, framesOf, likenessOf, recordFive, type Shown } from '../testing/archiveScene.js';
import { sceneHeader } from '../testing/recordScene.js';
import { archiveRecording } from './archiveRecording.js';

const folder = mkdtempSync(join(tmpdir(), 'sgaps-archive-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The pictures of an archive as its decoder gives them, group by group. */
async function decodedOf(reader: RecordingReader): Promise<Shown[]> {
  const decoder = new ArchiveDecoder(reader.header, { model: null });
  const shown: Shown[] = [];
  for await (const { bytes } of reader.records(0, { kinds: ['pictures'] })) {
    decoder.open(bytes);
    for (let picture = await decoder.next(); picture; picture = await decoder.next())
      shown.push({ frameId: picture.frameId, time: picture.time, rgb: Uint8ClampedArray.from(picture.rgb) });
  }
  return shown;
}

async function eventsOf(reader: RecordingReader): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const { time, bytes } of reader.events()) events.push({ time, ...readEvent(bytes) });
  return events;
}

/** What `jsonl` tells from the middle on, times to a hundredth of a second; sorted, since events of the past may come late. */
async function linesOf(reader: RecordingReader): Promise<string[]> {
  const lines: string[] = [];
  for await (const { line } of stateLines(reader, 2500, reader.duration)) {
    const told = JSON.parse(line) as { time: number };
    lines.push(JSON.stringify({ ...told, time: told.time?.toFixed(2) }));
  }
  return lines.sort();
}

async function valuesOf(reader: RecordingReader): Promise<StatePoints> {
  const shelf = {
    spacing: 1000,
    expect: () => undefined,
    wants: () => true,
    put: async () => undefined,
    before: () => null,
    read: async () => null,
  };
  const survey = new RecordingSurvey(reader, { machine, shelf });
  expect(await survey.run()).toBe(true);
  expect(survey.share).toBe(1);
  return survey.series.read();
}

let data: string;
let store: RecordingStore;
let truth: Shown[];
let decoded: Shown[];
let before: {
  readonly events: unknown[];
  readonly lines: string[];
  readonly values: StatePoints;
  readonly duration: number;
  readonly bytes: number;
};

beforeAll(async () => {
  data = join(folder, 'whole');
  await recordFive(data);
  store = await RecordingStore.open({ folder: data });
  const reader = await store.open('a1');
  truth = await framesOf(reader);
  const bytes = statSync(store.filePath('a1')).size;
  before = {
    events: await eventsOf(reader),
    lines: await linesOf(reader),
    values: await valuesOf(reader),
    duration: reader.duration,
    bytes,
  };
  await reader.close();
  mkdirSync(join(folder, 'refused', 'recordings'), { recursive: true });
  copyFileSync(store.filePath('a1'), join(folder, 'refused', 'recordings', 'a1.sgaps'));
  const recordings = await RecordingFolder.open(join(data, 'recordings'));
  // Of no use for an archive.
  mkdirSync(join(data, 'seek'));
  writeFileSync(join(data, 'seek', 'a1.states'), 'states');
  const told: number[] = [];
  const done = await archiveRecording('a1', {
    ...{ folder: recordings, catalog: store.catalog, archiveModel: null, keep: true, larger: true },
    onProgress: (frames) => told.push(frames),
  });
  expect(done).toMatchObject({ from: before.bytes, frames: FRAMES, modelId: '' });
  expect(done.bytes).toBe(statSync(store.filePath('a1')).size);
  const archive = await store.open('a1');
  decoded = await decodedOf(archive);
  await archive.close();
  expect(told).toEqual([32, 64, 96, 128, 152]);
});
afterAll(() => store.close());

describe('an archive', () => {
  it('shows the same frames at the same times, in as long a recording, with its events and values', async () => {
    const reader = await store.open('a1');
    expect(reader.header).toMatchObject({ recordingId: 'a1', archive: { modelId: '', from: before.bytes } });
    expect(reader.index).toMatchObject({ frames: FRAMES, hasFooter: true, duration: before.duration });
    expect(reader.index.snapshots).toHaveLength(5);
    expect(await framesOf(reader)).toEqual(decoded);
    expect(likenessOf(decoded, truth)).toBeGreaterThan(30);
    expect(await eventsOf(reader)).toEqual(before.events);
    expect((await valuesOf(reader)).values).toEqual(before.values.values);
    // A picture every ten seconds, from the first on.
    expect((await reader.nearestSnapshot(reader.index.previews[0]))?.preview?.length).toBeGreaterThan(20);
    expect(reader.index.previews).toHaveLength(1);
    await reader.close();
  });

  it('gives any frame by its time, whichever way one goes', async () => {
    const finder = new FrameFinder(await store.open('a1'), { machine });
    const order = [140, 3, 33, 32, 31, 30, 64, 65, 1, 149, 0, 77, 76, 75, 74, 78, 79, 110];
    for (const i of order) {
      const { time, frameId, rgb } = decoded[i];
      const found = await finder.find(time);
      expect(found).toMatchObject({ frameId, time, refined: false, previous: decoded[i - 1]?.time ?? null });
      expect(Buffer.from(found?.rgb ?? []).equals(Buffer.from(rgb))).toBe(true);
      expect(found?.samples.count).toBe(0);
      expect(found?.uncertainty.some((value) => value !== 0)).toBe(false);
      expect(await finder.importance()).toBeNull();
    }
    await finder.close();
  });

  it('tells what the game said of its frames, and has nothing to prepare, to learn from, or to fly through', async () => {
    const reader = await store.open('a1');
    const lines = await linesOf(reader);
    expect(lines).toHaveLength(before.lines.length);
    expect(lines).toEqual(before.lines);
    expect(() => planExport(reader, { format: 'ply' })).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    expect(() => planExport(reader, { format: 'png', overlays: ['tiers'] })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED' }),
    );
    expect(planExport(reader, { format: 'png', overlays: ['flow'] }).overlays).toEqual(['flow']);
    await reader.close();
    const recordings = join(data, 'recordings');
    const cache = new SeekCache({ recordings, log: pino({ level: 'silent' }) });
    const prepared = await prepareRecording('a1', { recordings, cache, signal: new AbortController().signal });
    expect(prepared).toMatchObject({ isNew: false, isArchive: true, bytes: 0 });
    const clips = writeTruthClips(await findRecording('a1', data), join(folder, 'clips'), 'split');
    await expect(clips).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it('is told of by its row, and the recording that it was made from is kept where that was wanted', async () => {
    const size = statSync(store.filePath('a1')).size;
    const archived = { archivedFrom: before.bytes, archivedTo: size, archiveModel: '', status: 'finished' };
    expect(await store.catalog.get('a1')).toMatchObject({ ...archived, frames: FRAMES, durationMs: before.duration });
    expect((await store.catalog.list({ archived: true })).total).toBe(1);
    expect((await store.catalog.list({ archived: false })).total).toBe(0);
    expect(
      readFileSync(join(data, 'recordings', 'a1.full.sgaps')).equals(readFileSync(join(folder, 'refused/recordings/a1.sgaps'))),
    ).toBe(true);
    expect(readdirSync(join(data, 'recordings')).sort()).toEqual(['a1.full.sgaps', 'a1.sgaps', 'a1.webp']);
    expect(readdirSync(join(data, 'seek'))).toEqual([]);
  });

  it('is found by who has lost its catalog', async () => {
    const copy = join(folder, 'copied');
    mkdirSync(join(copy, 'recordings'), { recursive: true });
    copyFileSync(store.filePath('a1'), join(copy, 'recordings', 'a1.sgaps'));
    const found = await RecordingStore.open({ folder: copy });
    await found.recoverAll();
    expect(await found.catalog.get('a1')).toMatchObject({ frames: FRAMES, archivedFrom: before.bytes, archiveModel: '' });
    expect((await found.readPreview('a1'))?.length).toBeGreaterThan(20);
    await found.delete('a1');
    expect(readdirSync(join(copy, 'recordings'))).toEqual([]);
    await found.close();
  });

  it('is not made of what is no finished recording, or would not get smaller', async () => {
    const recordings = await RecordingFolder.open(join(folder, 'refused', 'recordings'));
    const catalog = await Catalog.open(join(folder, 'refused'));
    const options = { folder: recordings, catalog, archiveModel: null };
    const archived = { ...options, folder: await RecordingFolder.open(join(data, 'recordings')) };
    const path = recordings.filePath('a1');
    const bytes = readFileSync(path);
    await expect(archiveRecording('a1', archived)).rejects.toMatchObject({ code: 'OUT_OF_ORDER' });
    await expect(archiveRecording('b2', options)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    // Nearly without loss it takes more than the recording.
    await expect(archiveRecording('a1', { ...options, quality: 70 })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    const stop = new AbortController();
    const aborted = archiveRecording('a1', { ...options, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(aborted).rejects.toMatchObject({ code: 'CLOSED' });
    const refusing = await RecordingStore.open({ folder: join(folder, 'refused'), catalog });
    const open = await refusing.create(sceneHeader('open'));
    await expect(archiveRecording('open', options)).rejects.toMatchObject({ code: 'OUT_OF_ORDER' });
    await open.close();
    await expect(archiveRecording('open', options)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(join(folder, 'refused', 'recordings')).sort()).toEqual(['a1.sgaps', 'open.sgaps']);
    await refusing.close();
  });
});
