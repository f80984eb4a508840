import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault, FaultContext, FaultFigures } from './Fault.js';
import { FaultServer } from './FaultServer.js';
import { FaultTally } from './FaultTally.js';
import { play, summary } from './play.js';
import { secondsUntilWell } from './secondsUntilWell.js';

const MODEL = join(import.meta.dirname, '../../../e2e/models/untrained');
const RECORDERS = 3;
/** ms of trouble: longer than a thread may be silent. */
const LASTS = 15_000;

/**
 * A model that is not there, is no model, or whose thread ends or answers nothing any more while it helps to choose points.
 *
 * @example
 * ```ts
 * const rows = await model.run(context);
 * ```
 */
export const model: Fault = {
  name: 'model',
  title: 'a model that is missing or fails',
  async run(context) {
    return [
      await refused(context, 'missing when the server starts', './no-such-model', 'MODEL_NOT_FOUND'),
      await refused(context, 'broken when the server starts', brokenModel(context.folder), 'MODEL_INVALID'),
      await whileRecording(context, 'end'),
      await whileRecording(context, 'silent'),
    ];
  },
};

/** A model of which half of the file is there. */
function brokenModel(folder: string): string {
  const broken = join(folder, 'broken');
  mkdirSync(broken);
  copyFileSync(join(MODEL, 'model.json'), join(broken, 'model.json'));
  const bytes = readFileSync(join(MODEL, 'model.onnx'));
  writeFileSync(join(broken, 'model.onnx'), bytes.subarray(0, bytes.length / 2));
  return broken;
}

/** The server says why it does not start; without the model it does. */
async function refused({ folder, built }: FaultContext, what: string, name: string, code: string): Promise<FaultFigures> {
  const tally = new FaultTally('model', what);
  const data = join(folder, code);
  const first = await FaultServer.start({ data, built });
  const recorders = await play(first.url, RECORDERS, { goneAfter: 0 });
  await wait(1500);
  await first.kill();
  const server = FaultServer.spawn({ data, built, model: name });
  const late = setTimeout(() => void server.kill(), 60_000);
  const ended = await server.ended;
  clearTimeout(late);
  tally.expect(ended.code === 1, `the server ended with ${ended.code ?? ended.signal ?? 'nothing'}, not 1`);
  tally.expect(server.errors.includes(code), `the server said ${server.errors.trim()}, not ${code}`);
  const since = performance.now();
  const next = await FaultServer.start({ data, built });
  tally.well(await secondsUntilWell(next.url, since));
  await tally.check(data, recorders, next);
  await next.kill();
  tally.runs++;
  return tally.figures(`nobody is there; the server says ${code} and ends with 1`);
}

async function whileRecording({ folder, built, points }: FaultContext, thread: 'end' | 'silent'): Promise<FaultFigures> {
  const tally = new FaultTally(
    'model',
    thread === 'end' ? 'its thread ends, again and again' : 'its thread answers nothing any more',
  );
  const data = join(folder, thread);
  const flags = ['--sampling', 'points', '--provider', 'cpu'];
  const server = await FaultServer.start({ data, built, flags, model: 'sgaps-mae-small', inject: {} });
  const recorders = await play(server.url, RECORDERS);
  await wait(1500);
  await server.inject({ thread });
  await wait(points >= 20 ? LASTS : 2000);
  await server.inject({});
  const before = recorders.map(({ answers }) => answers);
  tally.well(await secondsUntilWell(server.url, performance.now()));
  await wait(1000);
  tally.expect(
    recorders.every(({ answers }, i) => answers > before[i]),
    'recorders get no answers any more',
  );
  await Promise.all(recorders.map((recorder) => recorder.leave()));
  await wait(500);
  const told = server.log.filter(({ msg }) => /inference thread|inference is down|the model failed/.test(String(msg)));
  tally.expect(told.length > 0, 'the log says nothing of it');
  tally.expect(told.length < 200, `the log says it ${told.length} times`);
  await tally.check(data, recorders, server);
  tally.runs++;
  await server.kill();
  return tally.figures(summary(recorders));
}
