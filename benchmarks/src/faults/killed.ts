import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { RecordingReader } from '@sgaps/protocol';
import { fileSource, zstdCompressor } from '@sgaps/server';
import { checkPart } from './checkPart.js';
import type { Fault, FaultContext, FaultFigures } from './Fault.js';
import { answersOf, FaultRecorder } from './FaultRecorder.js';
import { FaultServer, type Injection } from './FaultServer.js';
import { FaultTally } from './FaultTally.js';
import { play } from './play.js';
import { secondsUntilWell } from './secondsUntilWell.js';

/** Recorders at once: each is hit at another place. */
const RECORDERS = 6;
/** ms of recording at most before the kill; journals are sealed each second. */
const LONGEST = 2500;

/** Where a process dies, by the call of the system that it is about to make, or in the middle of. `n`: the last of those calls that may be hit. */
const CALLS: readonly {
  readonly what: string;
  readonly kill: Omit<NonNullable<Injection['kill']>, 'n'>;
  readonly most: number;
}[] = [
  { what: 'append', kill: { call: 'write', path: '\\.journal2?$', torn: true }, most: 120 },
  { what: 'seal: chunk', kill: { call: 'write', path: '\\.sgaps$', torn: true }, most: 12 },
  { what: 'seal: flush', kill: { call: 'fdatasync', path: '\\.sgaps$' }, most: 12 },
  { what: 'seal: journal', kill: { call: 'ftruncate', path: '\\.journal2?$' }, most: 12 },
  { what: 'create', kill: { call: 'open|write|fdatasync|rename', path: '\\.sgaps\\.tmp$', torn: true }, most: 4 * RECORDERS },
  { what: 'create: folder', kill: { call: 'fsync' }, most: RECORDERS },
  { what: 'close: footer', kill: { call: 'truncate', path: '\\.sgaps$' }, most: RECORDERS },
  { what: 'close: journals', kill: { call: 'rm', path: '\\.journal2?$' }, most: 2 * RECORDERS },
  { what: 'thumbnail', kill: { call: 'writeFile|rename', path: '\\.webp\\.tmp$' }, most: 2 * RECORDERS },
];

/** What happens at one point after the other. */
const KINDS = ['recording', 'call', 'turnover', 'call', 'start', 'call', 'archive'] as const;

/**
 * `kill -9` of a server that records: at random times (while recording, while sessions begin and end, which writes the catalog) and at or in the middle of
 * calls of the system. The next server on the folder recovers; then all recordings are compared with what their recorders exchanged.
 *
 * @example
 * ```ts
 * const rows = await killed.run(context);
 * ```
 */
export const killed: Fault = {
  name: 'killed',
  title: 'kill -9 of the server',
  async run(context) {
    const tallies = {
      recording: new FaultTally('killed', 'while recording, at a random time'),
      turnover: new FaultTally('killed', 'while sessions begin and end (catalog, thumbnails, footers), at a random time'),
      call: new FaultTally('killed', 'at, or in the middle of, a chosen call of the system'),
      start: new FaultTally('killed', 'while the next server recovers, at a random time'),
      archive: new FaultTally('killed', 'while recordings are archived, at a random time'),
    };
    const data = join(context.folder, 'data');
    // The server that recovers what the one before left is the next to be killed.
    let server = await FaultServer.start({ data, built: context.built, inject: {} });
    for (let point = 0; point < context.points; point++) {
      const kind = KINDS[point % KINDS.length];
      if (kind === 'archive') server = await killArchiver(context, data, server, tallies.archive);
      else {
        const { kill, most } = CALLS[Math.floor((3 * point) / KINDS.length) % CALLS.length];
        const plan = { kill: { ...kill, n: 1 + Math.floor(context.random() * most) } };
        server = await killOnce(context, data, server, kind, tallies[kind], plan);
      }
      if (point % 10 === 9) context.say(`killed ${point + 1} times`);
    }
    await server.kill();
    const rows: FaultFigures[] = [];
    for (const tally of Object.values(tallies)) {
      if (tally.hits > 0) context.say(`${tally.hits} of ${tally.runs} died at the chosen call, the others soon after`);
      if (tally.runs > 0) rows.push(tally.figures('the connection breaks; it looks for the server, then begins anew'));
    }
    return rows;
  },
};

async function killOnce(
  { random, built }: FaultContext,
  data: string,
  server: FaultServer,
  kind: 'recording' | 'turnover' | 'call' | 'start',
  tally: FaultTally,
  plan: Injection,
): Promise<FaultServer> {
  if (kind === 'call') await server.inject(plan);
  const recorders: FaultRecorder[] = [];
  const join = async () => {
    const recorder = await FaultRecorder.join(server.url, { goneAfter: 0 }).catch(() => null);
    if (!recorder) return;
    recorders.push(recorder);
    recorder.play(20 + Math.floor(random() * 40));
  };
  await Promise.all(Array.from({ length: RECORDERS }, join));
  const lasts = Math.floor(random() * LONGEST);
  if (kind === 'call') {
    await Promise.race([wait(lasts), server.ended]);
    // Those that only happen at an end.
    await Promise.race([Promise.all(recorders.map((recorder) => recorder.leave())), server.ended]);
    await Promise.race([wait(300), server.ended]);
  } else if (kind === 'turnover') {
    for (const end = performance.now() + lasts; performance.now() < end; ) {
      const leaving = recorders.filter(({ isClosed }) => !isClosed).slice(0, 2);
      for (const recorder of leaving) void recorder.leave();
      await Promise.all(leaving.map(join));
      await wait(Math.floor(random() * 60));
    }
  } else await wait(lasts);
  if (kind === 'call' && !server.isRunning) tally.hits++;
  await server.kill();
  const died = performance.now();
  if (kind === 'start') {
    const halfway = FaultServer.spawn({ data, built });
    await wait(Math.floor(random() * 1500));
    await halfway.kill();
  }
  for (const recorder of recorders) recorder.stop();
  const next = await FaultServer.start({ data, built, inject: {} });
  tally.well(await secondsUntilWell(next.url, died));
  tally.runs++;
  await tally.check(data, recorders, next);
  return next;
}

/** A recording is there after that: as it was, or as an archive with a picture of each frame. */
async function killArchiver(
  { random, built }: FaultContext,
  data: string,
  server: FaultServer,
  tally: FaultTally,
): Promise<FaultServer> {
  const recorders = await play(server.url, 2, { goneAfter: 0 });
  await wait(1000);
  await Promise.all(recorders.map((recorder) => recorder.leave()));
  await server.stop();
  const ids = recorders.map(({ part }) => part.recordingId);
  const archiver = FaultServer.spawnCommand(
    ['archive', '--data', data, '--reconstructor', 'none', '--larger', '--', ...ids],
    built,
  );
  await Promise.race([wait(4000 * random()), archiver.ended]);
  await archiver.kill();
  const next = await FaultServer.start({ data, built, inject: {} });
  for (const { part } of recorders) {
    const { recordingId } = part;
    const reader = await RecordingReader.open(await fileSource(join(data, 'recordings', `${recordingId}.sgaps`)), {
      compressor: zstdCompressor,
    });
    const { header, index } = reader;
    await reader.close();
    if (header.archive) {
      const acknowledged = 4 * answersOf(part);
      const trouble = index.damaged + index.missing > 0 ? 'its archive is damaged' : null;
      tally.add(recordingId, { acknowledged, lostFrames: Math.max(0, acknowledged - index.frames), lostRecords: 0, trouble });
    } else tally.add(recordingId, await checkPart(data, part));
  }
  tally.runs++;
  return next;
}
