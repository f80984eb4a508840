import { matchMaker, type Presence, requestFromIPC, subscribeIPC } from '@colyseus/core';
import type { Logger } from 'pino';
import { toServerError } from '../rooms/errors.js';
import { type Member, type MemberLoad, Members } from './Members.js';
import { ProcessChooser } from './ProcessChooser.js';
import type { ProcessFolder } from './ProcessFolder.js';
import { RedisLink } from './RedisLink.js';
import { SteadyDriver } from './SteadyDriver.js';
import { SteadyPresence } from './SteadyPresence.js';

/** ms within which another process answers. */
const ANSWER_WITHIN = 1_000;

/**
 * What a process takes part in a cluster with.
 *
 * @example
 * ```ts
 * const options: ClusterOptions = { url: 'redis://127.0.0.1', address: 'replay-1.example.com:2567', processes, load, onTakenForDead, log };
 * ```
 */
export interface ClusterOptions {
  /** Address of Redis. */
  readonly url: string;
  /** Where clients reach this process; null: where they reached whichever process they asked. */
  readonly address: string | null;
  readonly processes: ProcessFolder;
  readonly load: () => MemberLoad;
  readonly onTakenForDead: () => void;
  readonly log: Logger;
}

/**
 * This process among others, which share rooms and recordings through Redis.
 *
 * @example
 * ```ts
 * const cluster = await Cluster.join(options);
 * defineServer({ ...cluster.colyseus, rooms });
 * ```
 */
export class Cluster {
  readonly #chooser = new ProcessChooser();

  private constructor(
    private readonly options: ClusterOptions,
    readonly link: RedisLink,
    readonly members: Members,
    private readonly presence: SteadyPresence,
    private readonly driver: SteadyDriver,
  ) {
    link.onBack(() => {
      // Where it goes away meanwhile, the next time that it is back does it.
      driver.relist().catch(() => undefined);
      void matchMaker.stats.persist(true);
    });
  }

  /** Rejects with `UNAVAILABLE` where Redis does not answer: a process that recorded alone beside others would not know which recordings are theirs. */
  static async join(options: ClusterOptions): Promise<Cluster> {
    const { url, address, processes, load, onTakenForDead, log } = options;
    const link = await RedisLink.open(url, log);
    try {
      const startedAt = Date.now();
      const { id, folderId: folder } = processes;
      // Colyseus has no id before it is set up.
      const identity = () => ({ id, processId: matchMaker.processId ?? null, address, folder, startedAt });
      const members = await Members.join(link, { identity, load, onTakenForDead, log });
      return new Cluster(options, link, members, await SteadyPresence.open(link.redis), new SteadyDriver(link.redis));
    } catch (error) {
      link.close();
      throw error;
    }
  }

  /** What Colyseus is to be given. */
  get colyseus() {
    const { presence, driver } = this;
    const { address } = this.options;
    return { presence: presence as Presence, driver, ...(address === null ? {} : { publicAddress: address }) };
  }

  /** Id in Colyseus of the process that gets the next session. Throws what a refused join carries. */
  choose(): string {
    const { link, members } = this;
    try {
      // Without Redis nobody knows how the others are doing: what can be recorded is, here.
      const { processId } = this.#chooser.choose(link.up ? members.living : [members.own]);
      return processId ?? matchMaker.processId;
    } catch (error) {
      throw toServerError(error);
    }
  }

  /** Answers other processes' questions of this name. Once Colyseus is set up. */
  async answer(question: string, answer: () => unknown): Promise<void> {
    await subscribeIPC(this.presence, channel(question, matchMaker.processId), answer);
  }

  /** What each of the others answers; null for one that does not within a second. */
  async ask(question: string): Promise<{ readonly member: Member; readonly answer: unknown }[]> {
    const { presence, members } = this;
    const asked = members.others.filter((member) => member.processId !== null);
    return Promise.all(
      asked.map(async (member) => ({
        member,
        answer: await requestFromIPC<unknown>(
          presence,
          channel(question, String(member.processId)),
          undefined,
          [],
          ANSWER_WITHIN,
        ).catch(() => null),
      })),
    );
  }

  /** Takes the rooms of a dead process from the lists. */
  async forgetRooms(id: string): Promise<void> {
    const processId = this.members.identity(id)?.processId;
    if (!processId) return;
    await matchMaker.stats.excludeProcess(processId);
    await this.driver.cleanup(processId);
  }

  async leave(): Promise<void> {
    await this.members.leave();
    this.presence.shutdown();
    this.link.close();
  }
}

function channel(question: string, processId: string): string {
  return `sgaps:${question}:${processId}`;
}
