import { MODEL_PLANES, type ModelBackend, type ModelOutput } from '@sgaps/core';
import { assertCaptureGrid, type CaptureGrid, SgapsError } from '@sgaps/protocol';
import { BatchQueue } from './BatchQueue.js';
import { outputBuffer } from './frameOutput.js';
import type { InferenceFigures } from './InferenceFigures.js';
import { assertMs, completeOptions, type InferenceOptions } from './InferenceOptions.js';
import { InferenceTally } from './InferenceTally.js';
import type { InferenceThread, RunningBatch, ThreadEnd } from './InferenceThread.js';
import { Pace } from './Pace.js';
import { type Asker, newAsker, PendingFrame } from './PendingFrame.js';
import { ThreadKeeper } from './ThreadKeeper.js';
import type { BatchReport } from './threadMessages.js';

/** Batches in the thread: one that runs, and one behind it if it cannot grow any more. */
const HANDED_OVER = 2;
/** Part of a frame's time that may be planned with: batches do not all take the same. */
const MARGIN = 0.8;
/** A model that seems too slow is tried again so often, ms. */
const PROBE_MS = 1_000;

/**
 * Runs a model for all sessions of a process in a thread of its own: frames of equal grid that come at about the same time run as one batch. A frame
 * that would come too late is not run; its `run` gives null and the caller keeps what memory drew. So does every other failure; `figures()` counts them.
 *
 * @example
 * ```ts
 * const service = await InferenceService.start({ folder: await openModel('sgaps-mae-small'), log });
 * const backend = service.open(); // one per session
 * const output = await backend.run({ width: 320, height: 180 }, input.planes);
 * await service.close();
 * ```
 */
export class InferenceService implements ModelBackend {
  readonly #options: ReturnType<typeof completeOptions>;
  readonly #tally: InferenceTally;
  readonly #queue = new BatchQueue((grid) => this.#capacity(grid));
  readonly #pace = new Pace();
  /** Who asks through the service itself. */
  readonly #everybody: Asker;
  #keeper!: ThreadKeeper;
  #closed = false;
  /** Pixels that fit in memory at once. */
  #maxPixels = Number.MAX_SAFE_INTEGER;
  #soon: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #probedAt = Number.NEGATIVE_INFINITY;

  private constructor(options: InferenceOptions) {
    this.#options = completeOptions(options);
    this.#tally = new InferenceTally(options.log);
    this.#everybody = newAsker(this.#options.lateAfterMs);
  }

  /**
   * Loads and warms the model.
   *
   * @throws SgapsError `MODEL_NOT_FOUND` where its files are missing; `MODEL_INVALID` where they are damaged or of another shape than `MODEL_PLANES` asks for;
   *   `PROVIDER_UNAVAILABLE` where `onnxruntime-node` or a provider asked for by name is missing; `ARGUMENT_INVALID`.
   */
  static async start(options: InferenceOptions): Promise<InferenceService> {
    const service = new InferenceService(options);
    const { folder, provider, threads, warmUp, hangAfterMs, log } = service.#options;
    const lost = (batches: readonly RunningBatch[]) => service.#tally.lost(batches.flatMap(({ frames }) => frames));
    const events = {
      onDone: (batch: RunningBatch, report: BatchReport, thread: InferenceThread) => service.#done(batch, report, thread),
      onGone: (batches: readonly RunningBatch[], end: ThreadEnd) => {
        service.#tally[end === 'hang' ? 'hangs' : 'crashes']++;
        lost(batches);
      },
      onReady: () => service.#began(),
      onDown: () => service.#tally.lost(service.#queue.clear()),
    };
    service.#keeper = await ThreadKeeper.start({ folder, provider, threads, warmUp, hangAfterMs }, events, log);
    service.#began();
    return service;
  }

  /** Id of the model that runs now, name@version. */
  get id(): string {
    return this.#keeper.model.id;
  }

  /**
   * A backend for one session, which then has at most one frame waiting and under overload its turn like every other. It need not be closed.
   *
   * @param options `lateAfterMs`: default that of the service; Infinity for one that would rather wait, such as an export.
   */
  open({ lateAfterMs = this.#options.lateAfterMs }: { readonly lateAfterMs?: number } = {}): ModelBackend {
    assertMs('lateAfterMs', lateAfterMs);
    const asker = newAsker(lateAfterMs);
    const service = this;
    return {
      get id() {
        return service.id;
      },
      run: async (grid, planes, reuse) => {
        if (!asker.waiting) return service.#ask(asker, grid, planes, reuse);
        service.#tally.refused();
        return null;
      },
    };
  }

  /** As a backend of `open()`, for callers that are no session: any number of frames may wait. Rejects with `ARGUMENT_INVALID` for planes of another size. */
  async run(grid: CaptureGrid, planes: Uint8Array, reuse?: ModelOutput | null): Promise<ModelOutput | null> {
    return this.#ask(this.#everybody, grid, planes, reuse);
  }

  /**
   * Goes on with another model, once it is loaded and warm; what runs by then ends on the old one. On WebGPU both take turns, so that frames may be late
   * while the new one's shaders are made. Rejects as `start` does, or with `CLOSED`, and leaves the old one in place.
   */
  async swap(folder: string): Promise<void> {
    await this.#keeper.swap(folder);
    this.#tally.swaps++;
  }

  /** No thread runs the model, and none is to be hoped for until the next `swap`. */
  get down(): boolean {
    return this.#keeper.down;
  }

  figures(): InferenceFigures {
    const { id: model, provider } = this.#keeper.model;
    return { model, provider, ...this.#tally.figures(), waiting: this.#queue.length };
  }

  /** Ends the thread. Frames that wait are answered with null, those that run with their picture. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unschedule();
    this.#tally.lost(this.#queue.clear());
    await this.#keeper.close();
  }

  #ask(asker: Asker, grid: CaptureGrid, planes: Uint8Array, reuse: ModelOutput | null = null): Promise<ModelOutput | null> {
    assertCaptureGrid(grid);
    const pixels = grid.width * grid.height;
    const bytes = MODEL_PLANES.length * pixels;
    if (planes.length !== bytes) {
      const size = `${grid.width}×${grid.height}`;
      throw new SgapsError('ARGUMENT_INVALID', `A model's input of ${size} has ${bytes} bytes, not ${planes.length}.`);
    }
    const frame = new PendingFrame(asker, grid, planes, performance.now(), outputBuffer(reuse, pixels), (late) =>
      this.#tally.late(late),
    );
    if (this.#closed || this.#keeper.down) this.#tally.lost([frame]);
    else if (this.#fits(frame)) {
      this.#queue.add(frame);
      asker.waiting = frame;
      this.#schedule();
    } else {
      const displaced = this.#queue.displace(frame);
      if (displaced.length > 0) asker.waiting = frame;
      for (const loser of displaced.length > 0 ? displaced : [frame]) this.#tally.late(loser);
    }
    return frame.output;
  }

  /** Whether the frame can be there in time, by what lies before it. */
  #fits({ asker: { lateAfterMs }, grid, since }: PendingFrame): boolean {
    if (lateAfterMs === Number.POSITIVE_INFINITY) return true;
    const { thread } = this.#keeper;
    if (!thread || this.#queue.length >= this.#options.maxWaiting) return false;
    const passed = thread.running.length > 0 ? since - thread.running[0].since : 0;
    const running = Math.max(0, this.#pace.expect(thread.runningPixels) - passed);
    // Overdue by a frame's time: nobody knows when it will answer, if ever.
    if (passed > this.#pace.expect(thread.runningPixels) + lateAfterMs) return false;
    const needed = this.#pace.expect(this.#queue.pixels + grid.width * grid.height);
    if (running + needed <= MARGIN * lateAfterMs) return true;
    if (thread.running.length > 0 || this.#queue.length > 0 || since - this.#probedAt < PROBE_MS) return false;
    this.#probedAt = since;
    return true;
  }

  /** False, and the frame answered, where it has waited so long that its batch cannot be there in time any more. */
  #inTime(frame: PendingFrame, batchSize: number, now: number): boolean {
    const { asker, grid, since } = frame;
    const ms = this.#pace.expect(batchSize * grid.width * grid.height);
    if (now + ms <= since + asker.lateAfterMs || ms > asker.lateAfterMs) return true;
    this.#tally.late(frame);
    return false;
  }

  #capacity({ width, height }: CaptureGrid): number {
    const { maxBatch = this.#keeper.model.provider === 'cpu' ? 1 : 32 } = this.#options;
    return Math.max(1, Math.min(maxBatch, Math.floor(this.#maxPixels / (width * height))));
  }

  get #maxWaitMs(): number {
    return this.#options.maxWaitMs ?? (this.#keeper.model.provider === 'cpu' ? 0 : 2);
  }

  /** A thread that nothing is known of but how long a frame took it. */
  #began(): void {
    if (!this.#keeper) return; // `start` comes back to it.
    const { warmUp } = this.#options;
    this.#maxPixels = Number.MAX_SAFE_INTEGER;
    this.#pace.restart(this.#keeper.model.frameMs, warmUp.width * warmUp.height);
    this.#schedule();
  }

  #done(batch: RunningBatch, report: BatchReport, thread: InferenceThread): void {
    const { grid, frames } = batch;
    if (thread === this.#keeper.thread) {
      this.#pace.observe(report.ms, grid.width * grid.height * frames.length);
      this.#maxPixels = report.maxPixels;
    }
    this.#pump();
    this.#tally.answer(batch, report);
  }

  /** Sees to it that what waits is handed over as soon as it is ready; frames that come in one turn of the event loop go together. */
  #schedule(): void {
    const { thread } = this.#keeper;
    if (!thread || this.#soon || thread.running.length >= HANDED_OVER) return;
    const oldest = this.#queue.oldest;
    if (oldest === null) return;
    const wait = oldest + this.#maxWaitMs - performance.now();
    if (this.#queue.full || (thread.running.length === 0 && wait <= 0)) this.#soon = setImmediate(() => this.#pump());
    else if (thread.running.length === 0) this.#timer ??= setTimeout(() => this.#pump(), Math.ceil(wait));
  }

  #unschedule(): void {
    clearImmediate(this.#soon);
    clearTimeout(this.#timer);
    this.#soon = this.#timer = undefined;
  }

  #pump(): void {
    this.#unschedule();
    const { thread } = this.#keeper;
    while (thread && thread.running.length < HANDED_OVER) {
      const now = performance.now();
      const batch = this.#queue.take(thread.running.length === 0 ? now - this.#maxWaitMs : Number.NEGATIVE_INFINITY);
      if (!batch) break;
      const frames = batch.frames.filter((frame) => this.#inTime(frame, batch.frames.length, now));
      for (const { asker } of frames) {
        asker.waiting = null;
        asker.servedAt = now;
      }
      if (frames.length > 0) thread.run({ ...batch, frames });
    }
    this.#schedule();
  }
}
