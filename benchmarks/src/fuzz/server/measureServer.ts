import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { memorySource, RecordingReader } from '@sgaps/protocol';
import { zstdCompressor } from '@sgaps/server';
import { TestRecorder } from '../../../../sdk-server/src/testing/TestRecorder.js';
import { FuzzRandom } from '../FuzzRandom.js';
import type { Attack, AttackedServer } from './Attack.js';
import type { MemoryReading, Question } from './attackedProcess.js';
import { httpAttacks } from './httpAttacks.js';
import { socketAttacks } from './socketAttacks.js';

/** Options of `measureServer`. */
export interface ServerFuzzOptions {
  readonly seed: number;
  /** How often each attack is made over; 1 takes half a minute. */
  readonly effort: number;
  readonly only?: string;
  readonly onProgress?: (name: string) => void;
}

/** What an attack came to. */
interface AttackFigures {
  readonly name: string;
  readonly count: number;
  readonly ms: number;
  /** What was wrong; null where nothing was. */
  readonly failure: string | null;
  /** Largest readings meanwhile, bytes. */
  readonly peakHeap: number;
  readonly peakRss: number;
}

/** What all of them came to. */
export interface ServerFuzzFigures {
  readonly seed: number;
  readonly attacks: readonly AttackFigures[];
  readonly before: MemoryReading;
  readonly after: MemoryReading;
  /** Packets of the session that went on meanwhile, and how many of them its recording has. */
  readonly bystander: { readonly sent: number; readonly kept: number };
}

/** ms between readings of memory while an attack goes on, and until rooms that nobody came to are gone. */
const READ_EVERY = 250;
const ROOMS_GONE = 40_000;

/**
 * Attacks a server in a process of its own, over sockets of this machine, while an honest recorder goes on; tells what it answered, what it lost and what memory it took.
 *
 * @example
 * ```ts
 * const { attacks, before, after } = await measureServer({ seed: 7, effort: 1 });
 * ```
 */
export async function measureServer({ seed, effort, only, onProgress }: ServerFuzzOptions): Promise<ServerFuzzFigures> {
  const child = await AttackedChild.start();
  const { server } = child;
  const bystander = await TestRecorder.join(server.url);
  await bystander.play(3);
  const before = await child.ask('settled');
  const attacks: AttackFigures[] = [];
  for (const attack of [...httpAttacks, ...socketAttacks].filter(({ name }) => only === undefined || name === only)) {
    onProgress?.(attack.name);
    attacks.push(await carryOut(attack, child, bystander, new FuzzRandom(seed, attack.name, 0), effort));
  }
  const recordingId = bystander.recordingId;
  await bystander.room.leave();
  for (const end = performance.now() + ROOMS_GONE; performance.now() < end && (await child.ask('now')).rooms > 0; )
    await new Promise((resolve) => setTimeout(resolve, 500));
  const after = await child.ask('settled');
  const kept = await keptPackets(server, recordingId);
  const exact = bystander.sent.filter((bytes, i) => Buffer.from(bytes).equals(kept[i] ?? new Uint8Array(0))).length;
  await child.close();
  return { seed, attacks, before, after, bystander: { sent: bystander.sent.length, kept: exact } };
}

async function carryOut(
  attack: Attack,
  child: AttackedChild,
  bystander: TestRecorder,
  random: FuzzRandom,
  effort: number,
): Promise<AttackFigures> {
  const { name } = attack;
  const start = performance.now();
  let [peakHeap, peakRss, count, failure] = [0, 0, 0, null as string | null];
  let isOver = false;
  const beside = (async () => {
    while (!isOver) {
      const { heap, rss, external } = await child.ask('now');
      peakHeap = Math.max(peakHeap, heap + external);
      peakRss = Math.max(peakRss, rss);
      await bystander.play(1);
      await new Promise((resolve) => setTimeout(resolve, READ_EVERY));
    }
  })();
  try {
    count = await attack.run(child.server, random, effort);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  isOver = true;
  await beside.catch((error: unknown) => {
    failure ??= `the honest session failed: ${String(error)}`;
  });
  failure ??= await wrongWith(child, bystander);
  return { name, count, ms: performance.now() - start, failure, peakHeap, peakRss };
}

/** What the server does no more; null where it does all. */
async function wrongWith({ server, hasEnded }: AttackedChild, bystander: TestRecorder): Promise<string | null> {
  if (hasEnded) return 'the server has ended';
  const health = await fetch(`${server.url}/healthz`, { signal: AbortSignal.timeout(5000) }).catch(() => null);
  if (health?.status !== 200) return `/healthz was answered with ${health?.status ?? 'nothing'}`;
  const viewing = await fetch(`http://127.0.0.1:${server.viewingPort}/healthz`, { signal: AbortSignal.timeout(5000) }).catch(
    () => null,
  );
  if (viewing === null) return 'the transport does not answer';
  await bystander.play(2);
  if (bystander.left !== null) return `the honest recorder was sent away: ${bystander.left.code} ${bystander.left.reason}`;
  return bystander.errors.length > 0 ? `the honest recorder was told ${bystander.errors[0].code}` : null;
}

async function keptPackets(server: AttackedServer, id: string): Promise<Uint8Array[]> {
  const file = await fetch(`${server.url}/api/recordings/${id}/download`);
  const reader = await RecordingReader.open(memorySource(new Uint8Array(await file.arrayBuffer())), {
    compressor: zstdCompressor,
  });
  const packets: Uint8Array[] = [];
  for await (const { bytes } of reader.records(0, { kinds: ['pixels'] })) packets.push(bytes);
  return packets;
}

/** The server's process. */
class AttackedChild {
  hasEnded = false;

  private constructor(
    private readonly child: ChildProcess,
    readonly server: AttackedServer,
  ) {
    child.once('exit', () => {
      this.hasEnded = true;
    });
  }

  static async start(): Promise<AttackedChild> {
    const execArgv = ['--expose-gc', '--conditions=sgaps-source', '--import', 'tsx'];
    const child = fork(join(import.meta.dirname, 'attackedProcess.ts'), {
      execArgv,
      stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
    });
    return new AttackedChild(child, await heard<AttackedServer>(child));
  }

  ask(question: Question): Promise<MemoryReading> {
    const answer = heard<MemoryReading>(this.child);
    this.child.send(question);
    return answer;
  }

  async close(): Promise<void> {
    if (this.hasEnded) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.send('close' satisfies Question);
    await ended;
  }
}

function heard<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('The server has ended.'));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
}
