import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { encodeViewerCamera, SgapsError } from '@sgaps/protocol';
import { WebSocket } from 'ws';
import type { Fault } from './Fault.js';
import { FaultServer } from './FaultServer.js';
import { FaultTally } from './FaultTally.js';
import { play, summary } from './play.js';

const IDENTITY = Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0));
const RECORDERS = 3;
/** ms that no renderer lives. */
const LASTS = 25_000;
/** Starts of a renderer in that time, by its pauses of 0.25 … 8 s. */
const MOST_STARTS = 9;
/** CPU of the server's process meanwhile, per cent of a core, beyond what recording takes. */
const MOST_CPU = 60;

/**
 * A renderer that dies as soon as it is there, again and again, while sessions are recorded and watched.
 *
 * @example
 * ```ts
 * const rows = await renderer.run(context);
 * ```
 */
export const renderer: Fault = {
  name: 'renderer',
  title: 'a renderer that crashes as soon as it is there',
  async run({ folder, built, points }) {
    const tally = new FaultTally('renderer', 'killed as soon as it is there, while sessions are recorded and watched');
    const data = join(folder, 'data');
    const server = await FaultServer.start({ data, built, viewing: true });
    const port = Number((await server.heard('server listening'))?.viewingPort);
    const [shown] = await play(server.url, 1);
    const recorders = await play(server.url, RECORDERS);
    await wait(2000);
    await shown.leave();
    const scene = `replay:${shown.part.recordingId}`;
    await firstPicture(port, scene, 60_000);
    const lasts = points >= 20 ? LASTS : 3000;
    const answers = recorders.map((recorder) => recorder.answers);
    const cpu = server.cpuMs;
    const began = performance.now();
    const told = firstPicture(port, scene, lasts).then(
      () => 'a picture',
      (error: unknown) => (error as { code?: string }).code ?? String(error),
    );
    let starts = 0;
    while (performance.now() - began < lasts) {
      for (const pid of childrenOf(server.pid, 'renderer')) {
        process.kill(pid, 'SIGKILL');
        starts++;
      }
      await wait(20);
    }
    const busy = (100 * (server.cpuMs - cpu)) / (performance.now() - began);
    const heard = await told;
    tally.expect(heard === 'RENDERER_UNAVAILABLE', `a viewer was told ${heard}, not RENDERER_UNAVAILABLE`);
    tally.expect(starts <= MOST_STARTS, `the renderer was started ${starts} times in ${lasts / 1000} s`);
    tally.expect(busy < MOST_CPU, `the server took ${busy.toFixed(0)} % of a core`);
    tally.expect(
      recorders.every((recorder, i) => recorder.answers > answers[i] + lasts / 200),
      'recorders were not answered meanwhile',
    );
    const since = performance.now();
    for (;;) {
      const isThere = await firstPicture(port, scene, 30_000).then(
        () => true,
        () => false,
      );
      if (isThere || performance.now() - since > 60_000) break;
    }
    tally.well((performance.now() - since) / 1000);
    await Promise.all(recorders.map((recorder) => recorder.leave()));
    await wait(500);
    tally.runs = starts;
    await tally.check(data, [shown, ...recorders], server);
    tally.expect(
      recorders.every(({ heard: lines }) => lines.length === 0),
      `recorders were told ${summary(recorders)}`,
    );
    await server.stop();
    return [tally.figures(`recorders: ${summary(recorders)}; viewers: ${heard}`)];
  },
};

/** Processes that were started by `parent` with `command` among their arguments. */
function childrenOf(parent: number, command: string): number[] {
  const found: number[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1].split(' ');
      if (Number(fields[1]) !== parent) continue;
      if (readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').includes(command)) found.push(Number(name));
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** Watches until the first picture has come. Rejects with what the transport says, or `CLOSED` after so many ms. */
function firstPicture(port: number, scene: string, ms: number): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/?${new URLSearchParams({ scene, encoder: 'jpeg+depth' })}`);
  return new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new SgapsError('CLOSED', 'No picture came.')), ms);
    const fail = (code: string, message: string) => {
      clearTimeout(late);
      reject(Object.assign(new Error(message), { code }));
    };
    socket.on('message', (bytes: Buffer, isBinary) => {
      if (isBinary) {
        clearTimeout(late);
        resolve();
        return;
      }
      const message = JSON.parse(bytes.toString()) as { type: string; code?: string; message?: string };
      if (message.type === 'error') fail(message.code ?? '', message.message ?? '');
      if (message.type !== 'ready') return;
      const camera = { view: IDENTITY, intrinsics: IDENTITY, timeIndex: 0.5, frameId: 1, clientTime: 0, serverTime: 0 };
      socket.send(encodeViewerCamera(camera));
    });
    socket.on('error', (error) => fail('CLOSED', error.message));
    socket.on('close', () => fail('CLOSED', 'The transport hung up.'));
  }).finally(() => socket.terminate());
}
