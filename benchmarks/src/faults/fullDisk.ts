import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SgapsError } from '@sgaps/protocol';
import type { Fault, FaultContext } from './Fault.js';
import { FaultRecorder } from './FaultRecorder.js';
import { FaultServer } from './FaultServer.js';
import { FaultTally } from './FaultTally.js';
import { play, summary, until } from './play.js';
import { secondsUntilWell } from './secondsUntilWell.js';

const DISK_BYTES = 96 * 2 ** 20;
const RECORDERS = 4;
/** ms from a recording that is whole to its row. */
const ROWS_AFTER = 3000;
/** Bytes left at most when the disk is as good as full: the last recording ends somewhere within. */
const LEFT_BYTES = 64 * 1024;

/**
 * A disk that fills up while sessions are recorded (a tmpfs of its own), at random places of what is being written, and has room again afterwards.
 *
 * @example
 * ```ts
 * const rows = await fullDisk.run(context);
 * ```
 */
export const fullDisk: Fault = {
  name: 'full-disk',
  title: 'a disk that is full, and has room again',
  async run(context) {
    const tally = new FaultTally('full-disk', 'while recording; room again 2 s later');
    let client = '';
    for (let run = 0; run < Math.max(1, Math.round(context.points / 20)); run++) {
      const disk = join(context.folder, String(run));
      mountDisk(disk, DISK_BYTES);
      try {
        client = await fillOnce(context, disk, tally);
      } finally {
        execFileSync('umount', ['-l', disk]);
      }
    }
    return [tally.figures(client)];
  },
};

/**
 * Mounts a small disk in memory. Throws `UNSUPPORTED` where that is not allowed.
 *
 * @example
 * ```ts
 * mountDisk('/tmp/disk', 8 * 2 ** 20);
 * ```
 */
export function mountDisk(path: string, bytes: number): void {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path], { stdio: 'ignore' });
  } catch (cause) {
    throw new SgapsError('UNSUPPORTED', 'A small disk cannot be mounted: that needs root.', { cause });
  }
}

async function fillOnce({ built, random }: FaultContext, disk: string, tally: FaultTally): Promise<string> {
  const server = await FaultServer.start({ data: disk, built });
  const recorders = await play(server.url, RECORDERS, { goneAfter: 0 });
  await wait(500 + 1500 * random());
  const { bavail, bsize } = statfsSync(disk);
  const filler = join(disk, 'filler');
  writeFileSync(filler, new Uint8Array(Math.max(0, bavail * bsize - Math.floor(LEFT_BYTES * random()))));
  await until(() => recorders.every(({ isClosed }) => isClosed), 30_000, 'recorders to be told that the disk is full');
  const told = recorders.every(({ heard }) => heard.some((line) => line.includes('STORAGE_FULL')));
  tally.expect(told, `a recorder was told ${summary(recorders)}, not STORAGE_FULL`);
  const refused = await FaultRecorder.refusal(server.url);
  // UNAVAILABLE where the server has noticed before.
  tally.expect(
    /STORAGE_FULL|UNAVAILABLE/.test(refused ?? ''),
    `a new recorder was told ${refused ?? 'nothing'}, not STORAGE_FULL`,
  );
  tally.expect((await fetch(`${server.url}/readyz`)).status === 503, 'the server says that it is ready');
  await wait(2000);
  rmSync(filler);
  const since = performance.now();
  tally.well(await secondsUntilWell(server.url, since));
  // A server that goes on puts right what the disk had not taken.
  await until(
    () => !readdirSync(join(disk, 'recordings')).some((name) => name.includes('.journal')),
    30_000,
    'recordings to be put right',
  );
  await wait(ROWS_AFTER);
  await tally.check(disk, recorders, server);
  tally.runs++;
  await server.kill();
  const next = await FaultServer.start({ data: disk, built });
  const again = new FaultTally(tally.fault, tally.what);
  await again.check(disk, recorders, next);
  tally.broken.push(...again.broken.map((line) => `after a restart: ${line}`));
  await next.kill();
  return summary(recorders);
}
