import { LoadChild } from './LoadChild.js';
import type { LoadQuestion } from './messages.js';
import type { Joined, JoinedSession, RecordersReading } from './recordersProcess.js';
import type { ServerHello, ServerReading, ServerSetup } from './serverProcess.js';

/**
 * A server in a process of its own, and recorders in several others.
 *
 * @example
 * ```ts
 * const rig = await LoadRig.start({ data, cadence: 'on-demand', guard: true, viewing: false }, 2);
 * const { recordings, refused } = await rig.join(80, 2);
 * await rig.close();
 * ```
 */
export class LoadRig {
  private constructor(
    readonly server: LoadChild,
    readonly hello: ServerHello,
    readonly recorders: readonly LoadChild[],
  ) {}

  /** Starts them, the server as it was built, unless `fromSources`. Rejects with `CLOSED` when one does not come up. */
  static async start(setup: ServerSetup, processes: number, fromSources = false): Promise<LoadRig> {
    const { child: server, hello } = await LoadChild.start<ServerHello>(
      'serverProcess.ts',
      [JSON.stringify(setup)],
      !fromSources,
    );
    const started = await Promise.allSettled(Array.from({ length: processes }, () => LoadChild.start('recordersProcess.ts')));
    const recorders = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value.child] : []));
    const rig = new LoadRig(server, hello, recorders);
    const failed = started.find((one) => one.status === 'rejected');
    if (!failed) return rig;
    await rig.close();
    throw failed.reason;
  }

  /** Joins sessions, spread over the processes; each process plays cohorts of its own, of all `cohorts`, but at least one. */
  async join(
    sessions: number,
    cohorts: number,
  ): Promise<{ readonly recordings: readonly JoinedSession[]; readonly refused: number }> {
    const processes = this.recorders.length;
    const each = Math.max(1, Math.round(cohorts / processes));
    const answers = await Promise.all(
      this.recorders.map((child, i) => {
        const own = Math.floor((sessions + i) / processes);
        return child.ask<Joined>({
          ask: 'join',
          endpoint: this.hello.endpoint,
          sessions: own,
          cohorts: Math.max(1, Math.min(each, own)),
          firstCohort: i * each,
        });
      }),
    );
    return {
      recordings: answers.flatMap(({ recordings }) => recordings),
      refused: answers.reduce((all, { refused }) => all + refused, 0),
    };
  }

  /** Asks all of them. */
  async askAll(question: LoadQuestion): Promise<void> {
    await Promise.all([this.server, ...this.recorders].map((child) => child.ask(question)));
  }

  /** What was counted since `mark`. `profile` is where the server's process writes what its time went to. */
  async read(profile?: string): Promise<{ readonly made: readonly RecordersReading[]; readonly served: ServerReading }> {
    const [served, ...made] = await Promise.all([
      this.server.ask<ServerReading>({ ask: 'read', profile }),
      ...this.recorders.map((child) => child.ask<RecordersReading>({ ask: 'read' })),
    ]);
    return { made, served };
  }

  /** Ends the recorders, then the server. */
  async close(): Promise<void> {
    await Promise.all(this.recorders.map((child) => child.close()));
    await this.server.close();
  }
}
