import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from './Fault.js';
import { FaultProxy } from './FaultProxy.js';
import { FaultServer } from './FaultServer.js';
import { FaultTally } from './FaultTally.js';
import { play, summary } from './play.js';

const RECORDERS = 6;
const LASTS = 20_000;
/** Part of the pieces that are late, and by how much, ms. */
const SHARE = 0.05;
const [LEAST, MOST] = [200, 1000];

/**
 * One piece in twenty of what goes over the network, either way, comes 0.2 … 1 s late, and all that is behind it.
 *
 * @example
 * ```ts
 * const rows = await delays.run(context);
 * ```
 */
export const delays: Fault = {
  name: 'delays',
  title: '5 % of packets are late',
  async run({ folder, built, points, random }) {
    const data = join(folder, 'data');
    const server = await FaultServer.start({ data, built });
    const proxy = await FaultProxy.open(server.url);
    let late = 0;
    proxy.delay = () => {
      if (random() >= SHARE) return 0;
      late++;
      return LEAST + (MOST - LEAST) * random();
    };
    const recorders = await play(proxy.url, RECORDERS);
    await wait(points >= 20 ? LASTS : 2000);
    const tally = new FaultTally('delays', `${SHARE * 100} % of pieces ${LEAST / 1000} … ${MOST / 1000} s late, either way`);
    for (const recorder of recorders) recorder.stop();
    await wait(2 * MOST);
    proxy.delay = () => 0;
    await Promise.all(recorders.map((recorder) => recorder.leave()));
    await wait(500);
    tally.runs = late;
    await tally.check(data, recorders, server);
    tally.expect(
      recorders.every(({ heard, parts }) => heard.length === 0 && parts.length === 1),
      `recorders were told ${summary(recorders)}`,
    );
    proxy.close();
    await server.kill();
    return [tally.figures(summary(recorders))];
  },
};
