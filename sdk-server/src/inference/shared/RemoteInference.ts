import { MODEL_PLANES, type ModelBackend, type ModelOutput } from '@sgaps/core';
import { assertCaptureGrid, type CaptureGrid, SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { outputBuffer } from '../frameOutput.js';
import type { Inference } from '../Inference.js';
import type { InferenceFigures } from '../InferenceFigures.js';
import { assertMs } from '../InferenceOptions.js';
import { InferenceTally } from '../InferenceTally.js';
import { type Asker, newAsker, PendingFrame } from '../PendingFrame.js';
import { isOwnMachine, readAddress } from './address.js';
import type { InferenceEntry } from './InferenceDirectory.js';
import { ServiceLink } from './ServiceLink.js';

/** ms between two looks at which services there are. */
const LOOK_EVERY = 1_000;
/** ms after which a picture is of no use any more, as of `InferenceService`. */
const LATE_AFTER = 250;
/** Frames in a row without a picture after which a session looks for another service. */
const PATIENCE = 8;
/** ms before a service that failed is tried again. */
const AVOID_MS = 5_000;

/**
 * The model whose pictures are wanted: two services give the same ones only where they run the same graph.
 *
 * @example
 * ```ts
 * const wanted: WantedModel = { id: 'sgaps-mae-small@1', sha256 };
 * ```
 */
export interface WantedModel {
  readonly id: string;
  readonly sha256: string;
}

/**
 * Options of `RemoteInference`.
 *
 * @example
 * ```ts
 * const options: RemoteInferenceOptions = { list: () => directory.list(), machine: hostname(), wanted, secret: null, log };
 * ```
 */
export interface RemoteInferenceOptions {
  /** Services there are. */
  list(): Promise<readonly InferenceEntry[]>;
  /** This machine, whose Unix sockets can be reached. */
  readonly machine: string;
  readonly wanted: WantedModel;
  readonly secret: string | null;
  readonly log: Logger;
}

/** A session: its asker, who serves it, and how often in a row it was not served. */
interface Session {
  readonly asker: Asker;
  readonly number: number;
  link: ServiceLink | null;
  misses: number;
}

/**
 * Runs the model in processes of their own, which several servers share. Each session is served by the least busy one that runs the model which is wanted; when that is slow or gone, by
 * another; where there is none `run` gives null, and the caller keeps what memory drew, as of a late picture.
 *
 * @example
 * ```ts
 * const inference = await RemoteInference.open({ list: () => directory.list(), machine: hostname(), wanted, secret: null, log });
 * const output = await inference.open().run(grid, planes);
 * ```
 */
export class RemoteInference implements Inference {
  readonly #tally: InferenceTally;
  readonly #links = new Map<string, ServiceLink>();
  readonly #opening = new Set<string>();
  /** Until when a service is not tried, ms of `performance.now()`. */
  readonly #avoided = new Map<string, number>();
  /** How busy each said it is. */
  #busy = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #nextSession = 0;
  #provider: InferenceFigures['provider'] = 'cpu';
  #closed = false;
  #alone = false;

  private constructor(private readonly options: RemoteInferenceOptions) {
    this.#tally = new InferenceTally(options.log);
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY);
    this.#timer.unref();
  }

  /** Connects to those that are there; others are found as they come. */
  static async open(options: RemoteInferenceOptions): Promise<RemoteInference> {
    const inference = new RemoteInference(options);
    await inference.look();
    return inference;
  }

  get id(): string {
    return this.options.wanted.id;
  }

  /** No service is connected. */
  get down(): boolean {
    return this.#links.size === 0;
  }

  /** Services that are connected. */
  get services(): number {
    return this.#links.size;
  }

  open({ lateAfterMs = LATE_AFTER }: { readonly lateAfterMs?: number } = {}): ModelBackend {
    assertMs('lateAfterMs', lateAfterMs);
    const session: Session = { asker: newAsker(lateAfterMs), number: this.#nextSession++ >>> 0, link: null, misses: 0 };
    return {
      id: this.id,
      run: async (grid, planes, reuse) => this.#run(session, grid, planes, reuse ?? null),
    };
  }

  figures(): InferenceFigures {
    let waiting = 0;
    for (const link of this.#links.values()) waiting += link.waiting;
    return { model: this.id, provider: this.#provider, ...this.#tally.figures(), waiting };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  /** Looks for services, and connects to new ones. Never rejects. */
  async look(): Promise<void> {
    const { list, wanted, machine } = this.options;
    // Where the list cannot be had, those that are known go on.
    const found = await list().catch(() => null);
    if (!found || this.#closed) return;
    const usable = found.filter(({ model, sha256, address, machine: where }) => {
      if (model !== wanted.id || sha256 !== wanted.sha256) return false;
      return where === machine || !isOwnMachine(readAddress(address));
    });
    this.#busy = new Map(usable.map(({ id, busy }) => [id, busy]));
    await Promise.all(usable.map((entry) => this.#connect(entry)));
    this.#tell(found.length);
  }

  #run(session: Session, grid: CaptureGrid, planes: Uint8Array, reuse: ModelOutput | null): Promise<ModelOutput | null> {
    assertCaptureGrid(grid);
    const size = grid.width * grid.height;
    if (planes.length !== MODEL_PLANES.length * size)
      throw new SgapsError(
        'ARGUMENT_INVALID',
        `A model's input of ${grid.width}×${grid.height} has ${MODEL_PLANES.length * size} bytes, not ${planes.length}.`,
      );
    const frame = new PendingFrame(session.asker, grid, planes, performance.now(), outputBuffer(reuse, size), (late) =>
      this.#tally.late(late),
    );
    const link = this.#linkOf(session);
    if (!link?.run(frame, session.number)) this.#tally.lost([frame]);
    return frame.output.then((output) => {
      session.misses = output ? 0 : session.misses + 1;
      return output;
    });
  }

  /** Who serves a session: who did, unless it is gone or there is another after it was slow. */
  #linkOf(session: Session): ServiceLink | null {
    const { link } = session;
    const serves = link !== null && [...this.#links.values()].includes(link);
    if (serves && session.misses < PATIENCE) return link;
    const next = this.#leastBusy(serves ? link : null) ?? (serves ? link : null);
    session.misses = 0;
    if (next === link) return link;
    if (link) link.sessions--;
    if (next) next.sessions++;
    session.link = next;
    return next;
  }

  #leastBusy(but: ServiceLink | null): ServiceLink | null {
    let best: ServiceLink | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const [id, link] of this.#links) {
      // What it was given since it last said how busy it is counts too.
      const busy = (this.#busy.get(id) ?? 1) + 0.01 * link.sessions;
      if (link === but || busy >= least) continue;
      best = link;
      least = busy;
    }
    return best;
  }

  async #connect({ id, address }: InferenceEntry): Promise<void> {
    const { secret, log, wanted } = this.options;
    if (this.#links.has(id) || this.#opening.has(id) || performance.now() < (this.#avoided.get(id) ?? 0)) return;
    this.#opening.add(id);
    let opened: ServiceLink | null = null;
    try {
      const link = await ServiceLink.open(readAddress(address), secret, {
        onOutput: (frame, output, ms) => this.#answer(frame, output, ms),
        onNothing: (frame, isGone) => (isGone ? this.#tally.lost([frame]) : this.#tally.late(frame)),
        onGone: (reason) => {
          if (!opened || this.#links.get(id) !== opened) return;
          this.#links.delete(id);
          this.#avoided.set(id, performance.now() + AVOID_MS);
          log.warn({ service: id, reason }, 'an inference service is gone');
        },
      });
      opened = link;
      const { model, sha256, provider } = link.hello;
      if (this.#closed) return link.close();
      if (model !== wanted.id || sha256 !== wanted.sha256) {
        link.close();
        throw new SgapsError('MODEL_INVALID', `It runs ${model}, not ${wanted.id}.`);
      }
      this.#provider = provider;
      this.#links.set(id, link);
      log.info({ service: id, address, model, provider }, 'an inference service is used');
    } catch (error) {
      if (!this.#avoided.has(id)) log.warn({ err: error, service: id }, 'an inference service cannot be used');
      this.#avoided.set(id, performance.now() + AVOID_MS);
    } finally {
      this.#opening.delete(id);
    }
  }

  #answer(frame: PendingFrame, output: ArrayBuffer, ms: number): void {
    const batch = { grid: frame.grid, frames: [frame], since: frame.since };
    const report = { kind: 'done', planes: output, outputs: [output], error: null, outOfMemory: 0, maxPixels: 0, ms } as const;
    this.#tally.answer(batch, report);
  }

  #tell(found: number): void {
    const alone = this.#links.size === 0;
    if (alone && !this.#alone)
      this.options.log.warn(
        { model: this.id, services: found },
        'no inference service runs this model: pictures are those of memory until one does',
      );
    this.#alone = alone;
  }
}
