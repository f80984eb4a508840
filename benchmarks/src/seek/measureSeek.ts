import { dirname } from 'node:path';
import { FrameFinder, MemoryShelf, type SnapshotShelf } from '@sgaps/core';
import { FileShelf, nodeMachine as machine, type RecordingStore, SeekCache, surveyInWorker, zstdPacker } from '@sgaps/server';
import { pino } from 'pino';
import { makeRecording, type RecordingKind } from './makeRecording.js';

/** ms from one frame of the recordings to the next, and of a request that plays. */
const FRAME_MS = 1000 / 30;
/** Requests that play back or forth. */
const PLAYED = 150;

/**
 * Times of a number of seeks, ms.
 *
 * @example
 * ```ts
 * const { p95 }: SeekTimes = figures.filled;
 * ```
 */
export interface SeekTimes {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/**
 * What was measured of one recording and one kind of shelf.
 *
 * @example
 * ```ts
 * const { cold, filled, surveyMs }: SeekFigures = await measureSeek(store, 'kept', 'memory', 30);
 * ```
 */
export interface SeekFigures {
  readonly kind: RecordingKind;
  readonly shelf: 'memory' | 'file';
  readonly minutes: number;
  readonly frames: number;
  /** Snapshots in the recording, and the longest time between two, s. */
  readonly snapshots: number;
  readonly longestGap: number;
  /** In a recording just opened, each seek with an empty shelf. */
  readonly cold: SeekTimes;
  /** While it is surveyed, from its opening on. */
  readonly surveyed: SeekTimes;
  /** With the shelf filled. */
  readonly filled: SeekTimes;
  /** In a recording just opened whose states an earlier survey left in a file, each seek in a fresh finder; null for a shelf in memory. */
  readonly reopened: SeekTimes | null;
  /** Bytes of that file. */
  readonly keptBytes: number | null;
  /** Processor time of the thread that seeks, cold and with the shelf filled: what of it the machine's other work has no part in. */
  readonly coldCpu: SeekTimes;
  readonly filledCpu: SeekTimes;
  /** ms that the survey took, with a viewer seeking all the time. */
  readonly surveyMs: number;
  /** Processor time of the survey and of packing its states, ms. */
  readonly surveyCpu: number;
  readonly shelfBytes: number;
  readonly places: number;
  /** ms between places. */
  readonly spacing: number;
  /** Answers a second, one after the other, for requests in steps of a frame, of four frames back, and of eight forth. */
  readonly forth: number;
  readonly back: number;
  readonly back4: number;
  readonly forth8: number;
  /** The longest time that a step back took, ms. */
  readonly backMax: number;
}

/**
 * Makes a recording, if it is not there yet, and measures how quickly its frames are found.
 *
 * @example
 * ```ts
 * const figures = await measureSeek(store, 'points', 'file', 5);
 * ```
 */
export async function measureSeek(
  store: RecordingStore,
  kind: RecordingKind,
  shelfKind: SeekFigures['shelf'],
  minutes: number,
): Promise<SeekFigures> {
  const id = await makeRecording(store, kind, minutes);
  const random = createRandom(7);
  const probe = await store.open(id);
  const { duration, index } = probe;
  const gaps = index.snapshots.map(({ time }, i) => (time - (index.snapshots[i - 1]?.time ?? 0)) / 1000);
  await probe.close();

  const cold: Timed[] = [];
  for (let i = 0; i < 30; i++) {
    const finder = new FrameFinder(await store.open(id), { machine });
    // Half of the code is compiled by then, as in a server that runs.
    await finder.find(0);
    cold.push(await timed(() => finder.find(random() * duration)));
    await finder.close();
  }

  const shelf = shelfKind === 'file' ? await FileShelf.open() : new MemoryShelf({ packer: zstdPacker });
  const finder = new FrameFinder(await store.open(id), { machine, shelf });
  const surveyed: Timed[] = [];
  const begun = performance.now();
  const before = { all: process.cpuUsage(), here: process.threadCpuUsage() };
  const survey = surveyInWorker({ path: store.filePath(id) }, { shelf });
  let surveyMs = 0;
  void survey.done.then(() => {
    surveyMs = performance.now() - begun;
  });
  while (surveyMs === 0) {
    const time = random() * duration;
    survey.lookAt(time);
    surveyed.push(await timed(() => finder.find(time)));
    // Somebody looks for a moment, and goes on elsewhere.
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  await survey.done;
  const surveyCpu = totalMs(process.cpuUsage(before.all)) - totalMs(process.threadCpuUsage(before.here));
  await survey.close();

  const filled: Timed[] = [];
  for (let i = 0; i < 300; i++) {
    const time = random() * duration;
    filled.push(await timed(() => finder.find(time)));
  }
  const middle = duration / 2;
  const forth = await play(finder, middle, FRAME_MS);
  const back = await play(finder, middle + 30_000, -FRAME_MS);
  const back4 = await play(finder, middle - 10_000, -4 * FRAME_MS);
  const forth8 = await play(finder, middle / 2, 8 * FRAME_MS);
  await finder.close();
  const kept = shelf instanceof FileShelf ? await reopen(store, id, shelf, () => random() * duration) : null;
  const { bytes, places } = shelf.figures;
  const { spacing } = shelf as SnapshotShelf;
  if (shelf instanceof FileShelf) await shelf.close();
  return {
    kind,
    shelf: shelfKind,
    minutes,
    frames: index.frames,
    snapshots: index.snapshots.length,
    longestGap: Math.max(...gaps),
    cold: timesOf(cold, 'ms'),
    surveyed: timesOf(surveyed, 'ms'),
    filled: timesOf(filled, 'ms'),
    reopened: kept && timesOf(kept.seeks, 'ms'),
    keptBytes: kept?.bytes ?? null,
    coldCpu: timesOf(cold, 'cpu'),
    filledCpu: timesOf(filled, 'cpu'),
    surveyMs,
    surveyCpu,
    shelfBytes: bytes,
    places,
    spacing,
    forth: forth.perSecond,
    back: back.perSecond,
    back4: back4.perSecond,
    forth8: forth8.perSecond,
    backMax: back.longest,
  };
}

/** Keeps what is on a shelf and seeks as after a restart. */
async function reopen(
  store: RecordingStore,
  id: string,
  shelf: FileShelf,
  next: () => number,
): Promise<{ readonly seeks: readonly Timed[]; readonly bytes: number }> {
  const cache = new SeekCache({ recordings: dirname(store.filePath(id)), log: pino({ level: 'error' }) });
  const reader = await store.open(id);
  const { header } = reader;
  const bytes = await cache.save(id, header, shelf, { identity: (await cache.identify(id, header)) ?? '', points: null });
  const seeks: Timed[] = [];
  for (let i = 0; i < 60; i++) {
    const states = await cache.open(id, reader);
    if (!states) throw new Error('The states just kept are gone.');
    const finder = new FrameFinder(await store.open(id), { machine, shelf: states });
    await finder.find(0);
    seeks.push(await timed(() => finder.find(next())));
    await finder.close();
    await states.close();
  }
  await reader.close();
  return { seeks, bytes };
}

async function play(finder: FrameFinder, from: number, step: number): Promise<{ perSecond: number; longest: number }> {
  await finder.find(from);
  const begun = performance.now();
  let longest = 0;
  for (let i = 1; i <= PLAYED; i++) longest = Math.max(longest, (await timed(() => finder.find(from + i * step))).ms);
  return { perSecond: (1000 * PLAYED) / (performance.now() - begun), longest };
}

interface Timed {
  readonly ms: number;
  readonly cpu: number;
}

async function timed(work: () => Promise<unknown>): Promise<Timed> {
  const begun = performance.now();
  const before = process.threadCpuUsage();
  await work();
  return { ms: performance.now() - begun, cpu: totalMs(process.threadCpuUsage(before)) };
}

function totalMs({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

function timesOf(all: readonly Timed[], what: keyof Timed): SeekTimes {
  const sorted = all.map((each) => each[what]).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), max: sorted.at(-1) ?? Number.NaN };
}

/** The same places each time, 0 … 1. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
