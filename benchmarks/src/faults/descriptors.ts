import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isSgapsError } from '@sgaps/protocol';
import type { Fault } from './Fault.js';
import { FaultRecorder } from './FaultRecorder.js';
import { FaultServer } from './FaultServer.js';
import { FaultTally } from './FaultTally.js';
import { summary } from './play.js';
import { secondsUntilWell } from './secondsUntilWell.js';

/** Files that the server may have open: a session takes four, with its socket. */
const FILES = 100;
const MOST_SESSIONS = 40;

/**
 * A server that may open too few files for all who come.
 *
 * @example
 * ```ts
 * const rows = await descriptors.run(context);
 * ```
 */
export const descriptors: Fault = {
  name: 'descriptors',
  title: 'a server that is out of file descriptors',
  async run({ folder, built }) {
    const tally = new FaultTally('descriptors', `more sessions than ${FILES} open files carry`);
    const data = join(folder, 'data');
    const server = await FaultServer.start({ data, built, wrap: ['prlimit', `--nofile=${FILES}`] });
    const recorders: FaultRecorder[] = [];
    const refusals = new Map<string, number>();
    for (let i = 0; i < MOST_SESSIONS; i++) {
      const joining = FaultRecorder.join(server.url, { goneAfter: 0 }).catch((error: unknown) => {
        if (!isSgapsError(error)) throw error;
        return error.message.replace(/^No room at \S+: /, '').replace(/recording [\w-]{36}/, 'a recording');
      });
      const joined = await Promise.race([joining, wait(3000).then(() => 'no answer')]);
      if (typeof joined === 'string') refusals.set(joined, (refusals.get(joined) ?? 0) + 1);
      else {
        recorders.push(joined);
        joined.play();
      }
    }
    await wait(2500);
    tally.expect(refusals.size > 0, 'nobody was refused: there were files enough');
    tally.expect(recorders.length > 5, `only ${recorders.length} could record`);
    tally.expect(
      recorders.every(({ heard }) => heard.length === 0),
      `those who recorded were told ${summary(recorders)}`,
    );
    await Promise.all(recorders.map((recorder) => recorder.leave()));
    tally.well(await secondsUntilWell(server.url, performance.now()));
    await wait(500);
    tally.runs = MOST_SESSIONS - recorders.length;
    await tally.check(data, recorders, server);
    await server.kill();
    const said = [...refusals].map(([text, count]) => `${count} × ${text}`).join(', ');
    return [tally.figures(`recorders: ${summary(recorders)}; newcomers: ${said}`)];
  },
};
