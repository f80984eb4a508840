import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault, FaultContext, FaultFigures } from './Fault.js';
import { FaultProxy } from './FaultProxy.js';
import type { FaultRecorder } from './FaultRecorder.js';
import { FaultServer } from './FaultServer.js';
import { FaultTally } from './FaultTally.js';
import { play, summary, until } from './play.js';

const RECORDERS = 4;
/** ms that a network is in the way. */
const LASTS = 12_000;
/** Bytes that the server may grow by meanwhile. */
const MOST_GROWTH = 64 * 2 ** 20;

/** What is wrong with a network, how long, and whether sessions go on afterwards. */
const KINDS: readonly { readonly what: string; begin(proxy: FaultProxy): void; end(proxy: FaultProxy): void }[] = [
  {
    what: 'bytes trickle in, 600 a second',
    begin: (proxy) => {
      proxy.rateUp = 600;
    },
    end: (proxy) => {
      proxy.rateUp = null;
    },
  },
  {
    what: 'clients that read nothing any more',
    begin: (proxy) => {
      proxy.held = 'down';
    },
    end: (proxy) => {
      proxy.held = 'none';
    },
  },
  {
    what: 'clients that vanish without a word, and come back',
    begin: (proxy) => {
      proxy.held = 'both';
    },
    end: (proxy) => {
      proxy.held = 'none';
      proxy.cut();
    },
  },
  { what: 'connections that break, again and again', begin: (proxy) => proxy.cut(), end: (proxy) => proxy.cut() },
];

/**
 * Slow and vanishing clients, behind a proxy: beside them others record undisturbed, and the server does not grow.
 *
 * @example
 * ```ts
 * const rows = await clients.run(context);
 * ```
 */
export const clients: Fault = {
  name: 'clients',
  title: 'slow and vanishing clients',
  async run(context) {
    const rows: FaultFigures[] = [];
    for (const kind of KINDS) rows.push(await runKind(context, kind));
    return rows;
  },
};

async function runKind({ folder, built, points }: FaultContext, kind: (typeof KINDS)[number]): Promise<FaultFigures> {
  const tally = new FaultTally('clients', kind.what);
  const data = join(folder, String(KINDS.indexOf(kind)));
  const server = await FaultServer.start({ data, built });
  const proxy = await FaultProxy.open(server.url);
  const bystanders = await play(server.url, 2);
  const recorders = await play(proxy.url, RECORDERS);
  await wait(1500);
  const before = server.rss;
  const lasts = points >= 20 ? LASTS : 1500;
  kind.begin(proxy);
  await wait(lasts);
  tally.expect(server.rss - before < MOST_GROWTH, `the server has grown by ${Math.round((server.rss - before) / 2 ** 20)} MiB`);
  const since = performance.now();
  kind.end(proxy);
  const answers = new Map<FaultRecorder, number>(recorders.map((recorder) => [recorder, recorder.answers]));
  const goesOn = (recorder: FaultRecorder) => recorder.isClosed || recorder.answers > (answers.get(recorder) ?? 0);
  await until(() => recorders.every(goesOn), 60_000, 'recorders to go on');
  tally.well((Math.max(...recorders.map(({ answeredAt }) => answeredAt)) - since) / 1000);
  await wait(1000);
  await Promise.all([...recorders, ...bystanders].map((recorder) => recorder.leave()));
  await wait(500);
  tally.expect(
    bystanders.every(({ heard, parts }) => heard.length === 0 && parts.length === 1),
    `bystanders were told ${summary(bystanders)}`,
  );
  tally.runs += recorders.length;
  await tally.check(data, [...recorders, ...bystanders]);
  proxy.close();
  await server.stop();
  const next = await FaultServer.start({ data, built });
  for (const recorder of recorders) {
    for (const { recordingId } of recorder.parts) {
      const row = (await (await fetch(`${next.url}/api/recordings/${recordingId}`)).json()) as { status: string };
      tally.expect(row.status === 'finished', `recording ${recordingId} ended as ${row.status}`);
    }
  }
  await next.kill();
  return tally.figures(summary(recorders));
}
