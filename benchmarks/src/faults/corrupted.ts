import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { FrameFinder } from '@sgaps/core';
import { type ChunkEntry, isSgapsError, RecordingReader } from '@sgaps/protocol';
import { exportReplay, fileSource, nodeMachine, RecordingStore, zstdCompressor } from '@sgaps/server';
import type { Fault, FaultContext, FaultFigures } from './Fault.js';
import { FaultServer } from './FaultServer.js';
import { FaultTally } from './FaultTally.js';
import { play } from './play.js';
import { secondsUntilWell } from './secondsUntilWell.js';

/** ms of play: a decoder snapshot is made after 10 s. */
const LASTS = 12_000;
/** ms in which each look at a damaged recording must have ended. */
const WITHIN = 20_000;
const DOCTOR_WITHIN = 120_000;
const CHUNK_HEADER = 72;
const FRAMES = 1;

/** Bytes of one of a recording's files. */
interface Region {
  readonly name: string;
  readonly file: '.sgaps' | '.journal' | '.journal2';
  readonly from: number;
  readonly to: number;
  /** Frames that are gone at most when a byte of it is wrong. */
  readonly frames: number;
}

type Damage = 'flipped' | 'zeroed' | 'cut';

/** A recording to damage: its folder, what it holds and where. */
interface Specimen {
  readonly folder: string;
  readonly id: string;
  readonly frames: number;
  readonly regions: readonly Region[];
}

/**
 * Recordings in which bytes of each region are flipped, zeroed or cut off: one that was finished, one that a killed server left. Recovery, reading, playing and
 * exporting each must end within seconds and say what is wrong with a typed error, and every frame outside the damaged chunk must be read.
 *
 * @example
 * ```ts
 * const rows = await corrupted.run(context);
 * ```
 */
export const corrupted: Fault = {
  name: 'corrupted',
  title: 'recordings with damaged bytes',
  async run(context) {
    const specimens = await makeSpecimens(context);
    const rows: FaultFigures[] = [];
    const damaged: string[] = [];
    for (const specimen of specimens) {
      for (const name of new Set(specimen.regions.map((region) => region.name))) {
        rows.push(await damageRegion(context, specimen, name, damaged));
        context.say(`${name}: ${rows.at(-1)?.client ?? ''}`);
      }
    }
    rows.push(await serveThem(context, damaged));
    return rows;
  },
};

async function makeSpecimens({ folder, built, points }: FaultContext): Promise<Specimen[]> {
  const data = join(folder, 'specimens');
  const server = await FaultServer.start({ data, built });
  const [finished] = await play(server.url, 1);
  await wait(points >= 20 ? LASTS : 2500);
  await finished.leave();
  const [left] = await play(server.url, 1);
  await wait(2700);
  await server.kill();
  left.stop();
  return Promise.all([finished, left].map(({ part }) => specimenOf(data, part.recordingId)));
}

async function specimenOf(folder: string, id: string): Promise<Specimen> {
  const path = join(folder, 'recordings', id);
  const reader = await openAll(path);
  const { chunks, hasFooter, frames } = reader.index;
  await reader.close();
  const file = '.sgaps' as const;
  const header = chunks[0].offset;
  const end = chunks.reduce((last, chunk) => Math.max(last, endOf(chunk)), 0);
  const of = hasFooter ? 'finished' : 'left by a crash';
  const regions: Region[] = [
    { name: `${of}: header`, file, from: 0, to: header, frames },
    ...chunks.map((chunk) => ({
      name: `${of}: chunk header`,
      ...{ file, from: chunk.offset, to: chunk.offset + CHUNK_HEADER },
      frames: chunk.kind === FRAMES ? chunk.frames : 0,
    })),
    ...chunks.map((chunk) => ({
      name: `${of}: chunk body (${chunk.kind === FRAMES ? 'frames' : chunk.kind === 2 ? 'events' : 'snapshot'})`,
      ...{ file, from: chunk.offset + CHUNK_HEADER, to: endOf(chunk) },
      frames: chunk.kind === FRAMES ? chunk.frames : 0,
    })),
  ];
  const size = readFileSync(path + file).length;
  if (hasFooter) {
    regions.push(
      { name: `${of}: footer header`, file, from: end, to: end + CHUNK_HEADER, frames: 0 },
      { name: `${of}: footer index`, file, from: end + CHUNK_HEADER, to: size - 24, frames: 0 },
      { name: `${of}: trailer`, file, from: size - 24, to: size, frames: 0 },
    );
  }
  for (const journal of ['.journal', '.journal2'] as const) {
    const bytes = existsSync(path + journal) ? readFileSync(path + journal) : new Uint8Array(0);
    if (bytes.length <= 16) continue;
    const inChunks = chunks.reduce((sum, chunk) => sum + chunk.frames, 0);
    const held = frames - inChunks;
    regions.push(
      { name: `${of}: journal header`, file: journal, from: 0, to: 16, frames: held },
      // A packet of the recorder has four frames; what says how long a record is takes all behind it along.
      { name: `${of}: journal record`, file: journal, from: 16, to: bytes.length, frames: held },
    );
  }
  return { folder, id, frames, regions };
}

async function damageRegion(
  { folder, points, random }: FaultContext,
  specimen: Specimen,
  name: string,
  kept: string[],
): Promise<FaultFigures> {
  const tally = new FaultTally('corrupted', name);
  const regions = specimen.regions.filter((region) => region.name === name);
  const said = new Set<string>();
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const damage of ['flipped', 'zeroed', 'cut'] as const) {
    for (let i = 0; i < Math.max(1, Math.round(points / 20)); i++) {
      const region = regions[Math.floor(random() * regions.length)];
      const data = join(folder, `${specimen.id}-${kept.length}`);
      damageFile(specimen, region, damage, data, random);
      kept.push(data);
      const outcome = await lookAt(data, specimen);
      for (const word of outcome.said) said.add(word);
      // Cut off, all behind it is gone as well.
      const whole = damage === 'cut' ? 0 : specimen.frames - region.frames;
      tally.expect(outcome.frames >= whole, `${damage} in ${name}: ${outcome.frames} of ${whole} whole frames are read`);
      for (const line of outcome.broken) tally.broken.push(`${damage} in ${name}: ${line}`);
      if (damage !== 'cut') [least, most] = [Math.min(least, outcome.frames), Math.max(most, outcome.frames)];
      tally.runs++;
    }
  }
  return tally.figures(`${least} … ${most} of ${specimen.frames} frames read; ${wordsOf(said)}`);
}

/** Each code once, with what was told it. */
function wordsOf(said: ReadonlySet<string>): string {
  const doing = new Map<string, string[]>();
  for (const word of said) {
    const [what, code] = word.split(': ');
    doing.set(code, [...(doing.get(code) ?? []), what]);
  }
  return [...doing].map(([code, all]) => `${code} (${all.join(', ')})`).join(', ') || 'nothing is said';
}

function damageFile({ folder, id }: Specimen, region: Region, damage: Damage, data: string, random: () => number): void {
  const target = join(data, 'recordings', id);
  mkdirSync(join(data, 'recordings'), { recursive: true });
  for (const ending of ['.sgaps', '.journal', '.journal2']) {
    const source = join(folder, 'recordings', id + ending);
    if (existsSync(source)) copyFileSync(source, target + ending);
  }
  const bytes = readFileSync(target + region.file);
  const at = region.from + Math.floor(random() * (region.to - region.from));
  if (damage === 'flipped') bytes[at] ^= 1 << Math.floor(8 * random());
  else if (damage === 'zeroed') bytes.fill(0, at, Math.min(at + 16, region.to));
  writeFileSync(target + region.file, damage === 'cut' ? bytes.subarray(0, at) : bytes);
}

/** Recovers, reads, plays and exports a recording; what was said, and what none of them may do. */
async function lookAt(data: string, { id }: Specimen): Promise<{ frames: number; said: Set<string>; broken: string[] }> {
  const said = new Set<string>();
  const broken: string[] = [];
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), WITHIN);
    });
    try {
      if ((await Promise.race([work(), late])) === 'late') broken.push(`${what} does not end`);
    } catch (error) {
      if (isSgapsError(error)) said.add(`${what}: ${error.code}`);
      else broken.push(`${what} failed: ${String(error)}`);
    } finally {
      clearTimeout(timer);
    }
  };
  await attempt('recovery', async () => {
    const store = await RecordingStore.open({ folder: data });
    try {
      for (const { error } of await store.recoverAll()) if (error) said.add(`recovery: ${error.code}`);
    } finally {
      await store.close();
    }
  });
  let frames = 0;
  await attempt('reading', async () => {
    const reader = await openAll(join(data, 'recordings', id));
    const onDamage = () => undefined;
    for await (const { firstFrame, lastFrame } of reader.records(0, { kinds: ['pixels'], onDamage })) {
      if (firstFrame !== null && lastFrame !== null) frames += lastFrame - firstFrame + 1;
    }
    await reader.close();
  });
  await attempt('playing', async () => {
    const reader = await openAll(join(data, 'recordings', id));
    const finder = new FrameFinder(reader, { machine: nodeMachine });
    try {
      for (let time = 0; time <= reader.duration; time += 1000) {
        await finder.find(time).catch((error: unknown) => {
          if (!isSgapsError(error)) throw error;
          said.add(`playing: ${error.code}`);
        });
      }
    } finally {
      await finder.close();
    }
  });
  await attempt('export', async () => {
    const reader = await openAll(join(data, 'recordings', id));
    try {
      await exportReplay(reader, { format: 'jsonl', out: new Writable({ write: (_chunk, _encoding, done) => done() }) });
    } finally {
      await reader.close();
    }
  });
  return { frames, said, broken };
}

/** A server on a folder of all the damaged recordings: it starts, lists and shows them, and records. */
async function serveThem({ folder, built }: FaultContext, damaged: readonly string[]): Promise<FaultFigures> {
  const tally = new FaultTally('corrupted', 'a server with all of them in its folder');
  const data = join(folder, 'all');
  mkdirSync(join(data, 'recordings'), { recursive: true });
  const ids: string[] = [];
  for (const [i, other] of damaged.entries()) {
    const id = other.slice(other.lastIndexOf('/') + 1, other.lastIndexOf('-'));
    ids.push(`damaged-${i}`);
    for (const ending of ['.sgaps', '.journal', '.journal2']) {
      const source = join(other, 'recordings', id + ending);
      if (existsSync(source)) copyFileSync(source, join(data, 'recordings', `damaged-${i}${ending}`));
    }
    rmSync(other, { recursive: true });
  }
  const since = performance.now();
  const server = await FaultServer.start({ data, built });
  tally.well(await secondsUntilWell(server.url, since));
  const answers = new Map<number, number>();
  for (const id of ids) {
    for (const path of [id, `${id}/thumbnail`, `${id}/thumbnail?time=1`, `${id}/download`]) {
      const { status } = await fetch(`${server.url}/api/recordings/${path}`);
      answers.set(status, (answers.get(status) ?? 0) + 1);
      tally.expect(status !== 500, `${path} answers ${status}`);
    }
    tally.runs++;
  }
  tally.expect(server.isRunning, 'the server has ended');
  await server.stop();
  for (const flags of [['--deep'], ['--repair']]) {
    const doctor = FaultServer.spawnCommand(['doctor', '--data', data, ...flags], built);
    const late = setTimeout(() => void doctor.kill(), DOCTOR_WITHIN);
    const { code, signal } = await doctor.ended;
    clearTimeout(late);
    // 1: it found something.
    const isWell = code === 0 || code === 1;
    tally.expect(
      isWell && !/\n {4}at /.test(doctor.errors),
      `sgaps doctor ${flags.join()} ended with ${code ?? signal}: ${doctor.errors}`,
    );
  }
  return tally.figures([...answers].map(([status, count]) => `${count} × ${status}`).join(', '));
}

async function openAll(path: string): Promise<RecordingReader> {
  const journals = [`${path}.journal`, `${path}.journal2`].filter((journal) => existsSync(journal));
  const source = await fileSource(`${path}.sgaps`);
  const others = await Promise.all(journals.map((journal) => fileSource(journal)));
  try {
    return await RecordingReader.open(source, { compressor: zstdCompressor, journals: others });
  } catch (error) {
    for (const one of [source, ...others]) await one.close?.();
    throw error;
  }
}

function endOf({ offset, packedLength }: ChunkEntry): number {
  return offset + CHUNK_HEADER + packedLength;
}
