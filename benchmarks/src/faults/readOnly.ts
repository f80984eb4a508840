import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault, FaultContext, FaultFigures } from './Fault.js';
import { FaultRecorder } from './FaultRecorder.js';
import { FaultServer } from './FaultServer.js';
import { FaultTally } from './FaultTally.js';
import { mountDisk } from './fullDisk.js';
import { play, summary, until } from './play.js';
import { secondsUntilWell } from './secondsUntilWell.js';

const RECORDERS = 4;
/** ms in which a server that cannot start is to say so. */
const END_WITHIN = 60_000;
/** The user `nobody`. */
const NOBODY = 65_534;

/**
 * A disk that may not be written to: when the server starts (a file system remounted), for new files (rights taken away), and at once for all writes while
 * it records (as a file system does that the system takes to be broken: the process' calls are made to fail with EROFS).
 *
 * @example
 * ```ts
 * const rows = await readOnly.run(context);
 * ```
 */
export const readOnly: Fault = {
  name: 'read-only',
  title: 'a disk that may not be written to',
  async run(context) {
    return [...(await atStart(context)), ...(await newFiles(context)), ...(await allWrites(context))];
  },
};

async function atStart({ folder, built }: FaultContext): Promise<FaultFigures[]> {
  if (process.getuid?.() !== 0) return [];
  const tally = new FaultTally('read-only', 'when a server starts that has recordings to recover');
  const disk = join(folder, 'mounted');
  mountDisk(disk, 32 * 2 ** 20);
  try {
    const first = await FaultServer.start({ data: disk, built });
    const recorders = await play(first.url, RECORDERS, { goneAfter: 0 });
    await wait(1500);
    await first.kill();
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    const refused = FaultServer.spawn({ data: disk, built });
    const late = setTimeout(() => void refused.kill(), END_WITHIN);
    const { code, signal } = await refused.ended;
    clearTimeout(late);
    tally.expect(code === 1, `the server ended with ${code ?? signal}, not 1`);
    const said = refused.errors.trim();
    tally.expect(/STORAGE_FAILED.*(read-?only|may not be written)/i.test(said), `the server said: ${said}`);
    execFileSync('mount', ['-o', 'remount,rw', disk]);
    const since = performance.now();
    const next = await FaultServer.start({ data: disk, built });
    tally.well(await secondsUntilWell(next.url, since));
    await tally.check(disk, recorders, next);
    tally.runs++;
    await next.kill();
    return [tally.figures('nobody is there; the server says why and ends with 1')];
  } finally {
    execFileSync('umount', ['-l', disk]);
  }
}

async function newFiles({ folder, built }: FaultContext): Promise<FaultFigures[]> {
  const tally = new FaultTally('read-only', 'no new files, while recording (rights taken away)');
  const data = join(folder, 'rights');
  const asRoot = process.getuid?.() === 0;
  mkdirSync(data);
  if (asRoot) {
    chmodSync(folder, 0o755);
    chmodSync(join(folder, '..'), 0o755);
    chownSync(data, NOBODY, NOBODY);
  }
  const server = await FaultServer.start({ data, built, uid: asRoot ? NOBODY : undefined });
  const recorders = await play(server.url, RECORDERS, { goneAfter: 0 });
  await wait(500);
  chmodSync(join(data, 'recordings'), 0o555);
  const refused = await FaultRecorder.refusal(server.url);
  tally.expect(
    refused?.includes('STORAGE_FAILED') ?? false,
    `a new recorder was told ${refused ?? 'nothing'}, not STORAGE_FAILED`,
  );
  await wait(1500);
  tally.expect(
    recorders.every(({ isClosed }) => !isClosed),
    'those who recorded were sent away',
  );
  await Promise.all(recorders.map((recorder) => recorder.leave()));
  await wait(500);
  chmodSync(join(data, 'recordings'), 0o755);
  const since = performance.now();
  tally.well(await secondsUntilWell(server.url, since));
  await tally.check(data, recorders, server);
  tally.runs++;
  await server.kill();
  const next = await FaultServer.start({ data, built });
  tally.expect(!readdirSync(join(data, 'recordings')).some((name) => /journal|tmp/.test(name)), 'journals stay for ever');
  await next.kill();
  return [tally.figures(`${summary(recorders)}; newcomers: ${refused ?? 'nothing'}`)];
}

async function allWrites({ folder, built, points, random }: FaultContext): Promise<FaultFigures[]> {
  const tally = new FaultTally('read-only', 'all writes, while recording (EROFS)');
  const data = join(folder, 'writes');
  let client = '';
  const server = await FaultServer.start({ data, built, inject: {} });
  for (let run = 0; run < Math.max(1, Math.round(points / 20)); run++) {
    const recorders = await play(server.url, RECORDERS, { goneAfter: 0 });
    await wait(200 + 1500 * random());
    await server.inject({
      fail: { call: 'open|write|writeFile|ftruncate|truncate|fdatasync|rename|rm', path: '/recordings', error: 'EROFS' },
    });
    await until(() => recorders.every(({ isClosed }) => isClosed), 30_000, 'recorders to be told that the disk is read-only');
    client = summary(recorders);
    tally.expect(client.includes('STORAGE_FAILED'), `recorders were told ${client}, not STORAGE_FAILED`);
    const refused = await FaultRecorder.refusal(server.url);
    tally.expect(
      refused?.includes('STORAGE_FAILED') ?? false,
      `a new recorder was told ${refused ?? 'nothing'}, not STORAGE_FAILED`,
    );
    await server.inject({});
    tally.well(await secondsUntilWell(server.url, performance.now()));
    await tally.check(data, recorders, server);
    tally.runs++;
  }
  await server.kill();
  return [tally.figures(client)];
}
