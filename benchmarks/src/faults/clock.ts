import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault, FaultContext, FaultFigures } from './Fault.js';
import type { FaultRecorder } from './FaultRecorder.js';
import { FaultServer } from './FaultServer.js';
import { FaultTally } from './FaultTally.js';
import { play, summary } from './play.js';

const HOUR = 3_600_000;
/** Where the clock is turned to, ms from now. */
const JUMPS = [HOUR, -HOUR, 24 * HOUR, -30 * 24 * HOUR, 10 * 365 * 24 * HOUR, 0];
const RECORDERS = 3;
/** Debian's package `faketime`. */
const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

/**
 * A clock that is turned forwards and backwards while sessions are recorded, and between them: that of JavaScript, and with libfaketime, where it is
 * installed, that of the whole process (SQLite too).
 *
 * @example
 * ```ts
 * const rows = await clock.run(context);
 * ```
 */
export const clock: Fault = {
  name: 'clock',
  title: 'a clock that jumps',
  async run(context) {
    const data = join(context.folder, 'javascript');
    const injected = await FaultServer.start({ data, built: context.built, inject: { clock: 0 } });
    const rows = [await turn(context, injected, data, "JavaScript's clock", (ms) => injected.inject({ clock: ms }))];
    if (!existsSync(FAKETIME)) return rows;
    const file = join(context.folder, 'faketime');
    const set = (ms: number) => writeFileSync(file, `${ms >= 0 ? '+' : ''}${ms / 1000}\n`);
    set(0);
    const env = {
      LD_PRELOAD: FAKETIME,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    const other = join(context.folder, 'process');
    const whole = await FaultServer.start({ data: other, built: context.built, env });
    rows.push(await turn(context, whole, other, "the process' clock (libfaketime)", set));
    return rows;
  },
};

async function turn(
  { points, built }: FaultContext,
  server: FaultServer,
  data: string,
  which: string,
  set: (ms: number) => unknown,
): Promise<FaultFigures> {
  const tally = new FaultTally('clock', `${which}, ${JUMPS.length} jumps of an hour … 10 years`);
  const lasts = points >= 20 ? 1500 : 300;
  const through = await play(server.url, 2);
  const began = performance.now();
  const all: FaultRecorder[] = [...through];
  for (const jump of JUMPS) {
    const recorders = await play(server.url, RECORDERS);
    await wait(lasts);
    await set(jump);
    await wait(lasts);
    await Promise.all(recorders.map((recorder) => recorder.leave()));
    all.push(...recorders);
    tally.runs++;
  }
  const lasted = performance.now() - began;
  await Promise.all(through.map((recorder) => recorder.leave()));
  await wait(500);
  for (const { part } of through) {
    const row = (await (await fetch(`${server.url}/api/recordings/${part.recordingId}`)).json()) as { durationMs: number };
    tally.expect(
      row.durationMs <= lasted + 1000 && row.durationMs >= 0.5 * lasted,
      `a recording of ${Math.round(lasted)} ms says that it took ${Math.round(row.durationMs)} ms`,
    );
  }
  tally.expect(
    all.every(({ heard, parts }) => heard.length === 0 && parts.length === 1),
    `recorders were told ${summary(all)}`,
  );
  await tally.check(data, all, server);
  await server.kill();
  // The clock is right again: what was recorded then is still there.
  const next = await FaultServer.start({ data, built });
  await tally.check(data, [], next);
  const list = (await (await fetch(`${next.url}/api/recordings?limit=500`)).json()) as { total: number };
  tally.expect(list.total === all.length, `${list.total} of ${all.length} recordings are in the catalog`);
  await next.kill();
  return tally.figures(summary(all));
}
