import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Cadence } from '@sgaps/server';
import { LoadRig } from './LoadRig.js';
import type { Vitals } from './serverProcess.js';
import { type SoakCheck, type SoakSample, soakVerdict } from './soakVerdict.js';
import { Visitors } from './Visitors.js';

/** Sessions begun a minute: in five minutes as many as a server of 50 players, who play for five minutes each, sees in an hour. */
const PER_MINUTE = 120;
/** Sessions at once, so that each lasts some seconds. */
const AT_ONCE = 16;
/** Recordings kept; the oldest are deleted. */
const KEPT = 40;
/** The same before anything is measured: code is compiled, pools and caches are filled. Part of the whole, and seconds at most. */
const WARM_PART = 0.3;
const WARM_UP = 90;
const MOST_MINUTES = 120;
/** ms between samples of memory, and every which one garbage is collected first. */
const SAMPLE_EVERY = 2000;
const COLLECT_EACH = 5;
/** ms in which a server that nobody uses any more must have closed what was open. */
const IDLE_WITHIN = 30_000;

/**
 * Options of `measureSoak`.
 *
 * @example
 * ```ts
 * const options: SoakOptions = { minutes: 5 };
 * ```
 */
export interface SoakOptions {
  /** Minutes after the warm-up, at most 120. */
  readonly minutes: number;
  /** Sessions at once; default 16. */
  readonly sessions?: number;
  /** Default `on-demand`. */
  readonly cadence?: Cadence;
  /** Told how it goes, twice a minute. */
  readonly told?: (line: string) => void;
}

/**
 * What a soak came to.
 *
 * @example
 * ```ts
 * const { flat, checks }: SoakFigures = await measureSoak({ minutes: 5 });
 * ```
 */
export interface SoakFigures {
  readonly minutes: number;
  readonly cadence: Cadence;
  /** Sessions that came and went after the warm-up; pictures viewers got; requests over HTTP; recordings archived and deleted. */
  readonly sessions: number;
  readonly pictures: number;
  readonly requests: number;
  readonly archived: number;
  readonly deleted: number;
  /** Sessions that the server had no room for. */
  readonly refused: number;
  /** With nobody there, garbage collected: before, and after. */
  readonly before: Vitals;
  readonly after: Vitals;
  readonly samples: readonly SoakSample[];
  readonly checks: readonly SoakCheck[];
  /** All checks hold. */
  readonly flat: boolean;
}

/**
 * Lets sessions come and go for minutes, an hour's worth in five: they are recorded, watched now and then, archived and deleted, and says whether the server's process grew. Rejects
 * with `CLOSED` when a process fails.
 *
 * @example
 * ```ts
 * const { flat } = await measureSoak({ minutes: 5 });
 * ```
 */
export async function measureSoak(options: SoakOptions): Promise<SoakFigures> {
  const { sessions = AT_ONCE, cadence = 'on-demand', told = () => undefined } = options;
  const minutes = Math.min(MOST_MINUTES, options.minutes);
  const data = mkdtempSync(join(tmpdir(), 'sgaps-bench-soak-'));
  let rig: LoadRig | null = null;
  try {
    rig = await LoadRig.start({ data, cadence, guard: false, viewing: true }, 1);
    const churn = new Churn(rig, new Visitors(rig.hello, data), sessions);
    await churn.run(Math.min(WARM_UP, WARM_PART * 60 * minutes), () => undefined);
    const before = await churn.empty();
    told(`warm: ${churn.ended} sessions came and went`);
    churn.clear();
    const samples: SoakSample[] = [];
    const { server } = rig;
    let taken = 0;
    await churn.run(60 * minutes, async (seconds) => {
      const collected = ++taken % COLLECT_EACH === 0;
      const vitals = await server.ask<Vitals>({ ask: 'vitals', collect: collected });
      samples.push({ ...vitals, minute: seconds / 60, ended: churn.ended, collected });
      if (taken % 15 === 0)
        told(`${(seconds / 60).toFixed(1)} min: ${churn.ended} sessions ended, ${(vitals.rss / 1e6).toFixed(0)} MB resident`);
    });
    const after = await churn.empty();
    const { pictures, requests, archived, deleted } = churn.visitors;
    const counted = { sessions: churn.ended, pictures, requests, archived, deleted, refused: churn.refused };
    const checks = soakVerdict(before, after, samples, churn.ended);
    await rig.close();
    rig = null;
    return { minutes, cadence, ...counted, before, after, samples, checks, flat: checks.every(({ holds }) => holds) };
  } finally {
    await rig?.close();
    rmSync(data, { recursive: true, force: true });
  }
}

/** Sessions that come and go, and those who look at them. */
class Churn {
  ended = 0;
  refused = 0;
  #alive: string[] = [];
  readonly #finished: string[] = [];

  constructor(
    readonly rig: LoadRig,
    readonly visitors: Visitors,
    readonly atOnce: number,
  ) {}

  clear(): void {
    this.ended = this.refused = 0;
    this.visitors.clear();
  }

  /** For so many seconds, calling `sample` from time to time. */
  async run(seconds: number, sample: (seconds: number) => void | Promise<void>): Promise<void> {
    const start = performance.now();
    const passed = () => (performance.now() - start) / 1000;
    let isOver = false;
    const sampling = (async () => {
      for (let next = SAMPLE_EVERY; !isOver; next += SAMPLE_EVERY) {
        await wait(Math.max(0, next - 1000 * passed()));
        if (!isOver) await sample(passed());
      }
    })();
    const visits = this.visitors.run(
      () => isOver,
      () => this.#alive.at(-1),
      () => this.#finished,
    );
    try {
      for (let next = 0; passed() < seconds; next += 60 / PER_MINUTE) {
        await wait(Math.max(0, 1000 * (next - passed())));
        await this.#turn();
      }
    } finally {
      isOver = true;
      await Promise.all([sampling, visits]);
    }
  }

  /** Ends all sessions; what the server holds when nothing is left to do. */
  async empty(): Promise<Vitals> {
    await this.#leave(this.#alive.length);
    const { server } = this.rig;
    let vitals = await server.ask<Vitals>({ ask: 'vitals', collect: true });
    for (const end = performance.now() + IDLE_WITHIN; vitals.sessions > 0 && performance.now() < end; ) {
      await wait(500);
      vitals = await server.ask<Vitals>({ ask: 'vitals', collect: true });
    }
    // Sockets that said goodbye, HTTP connections that were kept, timers of what has ended.
    await wait(8000);
    await server.ask<Vitals>({ ask: 'vitals', collect: true });
    return server.ask<Vitals>({ ask: 'vitals', collect: true });
  }

  /** One comes, and where all seats are taken the oldest goes. */
  async #turn(): Promise<void> {
    if (this.#alive.length >= this.atOnce) await this.#leave(1);
    const { recordings, refused } = await this.rig.join(1, 1);
    this.#alive.push(...recordings.map(({ recordingId }) => recordingId));
    this.refused += refused;
    while (this.#finished.length > KEPT) await this.visitors.delete(this.#finished.shift());
  }

  async #leave(sessions: number): Promise<void> {
    if (sessions === 0) return;
    const [recorders] = this.rig.recorders;
    await recorders.ask({ ask: 'leave', sessions });
    this.#finished.push(...this.#alive.splice(0, sessions));
    this.ended += sessions;
  }
}
