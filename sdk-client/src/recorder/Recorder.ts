import type { NumbersMessage } from '@sgaps/protocol';
import { LIMITS } from '@sgaps/protocol/vocabulary';
import { BatchBuilder, type FlatFrame } from '../courier/BatchBuilder.js';
import type { FrameBatch, PackedRequest } from '../courier/FrameBatch.js';
import type { MaskRect, SampledFrame, Sampler, Viewport } from '../sampler/Sampler.js';
import { FrameStateBuffer } from '../state/FrameStateBuffer.js';
import type { CostController } from './CostController.js';
import { MaskList } from './MaskList.js';
import { RecorderMeter } from './RecorderMeter.js';
import { assertFps, type RecorderDiagnostic, type RecorderOptions } from './RecorderOptions.js';
import type { RecorderStats } from './RecorderStats.js';
import { RequestBook } from './RequestBook.js';

/** Faults of one kind in a row after which recording stops by itself. */
const FAULTS_IN_A_ROW = 30;
/** Milliseconds between two `stats` messages, and between two looks at the cost. */
const STATS_EVERY = 5000;
const COST_EVERY = 1000;
/** The event that the server writes itself, after a cut. */
const GAP = 'gap';
/** Milliseconds that results of the last frames are waited for. */
const LAST_WAIT = 1000;
const NO_MASKS: readonly MaskRect[] = [];

interface Pending extends FlatFrame {
  frameId: number;
  /** What the sampler calls the frame: rises over all recordings, so that no frame of one gets into the next. */
  ticket: number;
}

/**
 * The client's loop (S1), free of any engine: at the end of frame t it samples exactly what the server asked for t, and hands
 * one batch at a time to its courier. No call throws or waits; every fault is caught, counted in `stats`, and told once per
 * kind. Everything it holds is bounded.
 *
 * The adapter calls `beginFrame` before the engine queues any work and `endFrame` in the task that drew the frame. The
 * constructor throws `ARGUMENT_INVALID` or `LIMIT_EXCEEDED` for options that make no sense.
 *
 * @example
 * ```ts
 * const recorder = new Recorder({ sampler, port, state: (out) => collect(out) });
 * recorder.start();
 * // each displayed frame
 * recorder.beginFrame();
 * drawGame();
 * recorder.endFrame(viewport, canvas);
 * ```
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #sampler: Sampler;
  readonly #port: RecorderOptions['port'];
  readonly #clock: () => number;
  readonly #book: RequestBook;
  readonly #cost: CostController | null;
  readonly #fps: number;
  readonly #meter = new RecorderMeter();
  readonly #state = new FrameStateBuffer();
  readonly #masks = new MaskList();
  readonly #pending: Pending[] = [];
  readonly #pool: Pending[] = [];
  readonly #told = new Set<string>();
  readonly #inARow = new Map<string, number>();
  #builder = new BatchBuilder();
  #phase: 'new' | 'running' | 'paused' | 'stopped' = 'new';
  #halted = false;
  #interval: number;
  #startedAt = 0;
  #nextFrameId = 0;
  #nextTicket = 0;
  #due = 0;
  #statsDue = STATS_EVERY;
  #costDue = COST_EVERY;
  #lastBegin = 0;
  #lost = 0;
  /** Events written while the server was away. */
  #eventsLost = 0;
  #bytesPerSecond = 0;
  #bytesBefore = 0;
  #codingBefore = 0;
  #truth: Uint8Array<ArrayBuffer> | undefined;

  constructor(options: RecorderOptions) {
    const fps = assertFps(options.fps ?? 30);
    const batch = options.batch ?? options.sampler.batch;
    this.#options = options;
    this.#sampler = options.sampler;
    this.#sampler.batch = batch;
    this.#port = options.port;
    this.#interval = 1000 / fps;
    this.#clock = options.clock ?? (() => performance.now());
    this.#book = new RequestBook(options.sampler);
    this.#cost = options.cost ?? null;
    this.#fps = fps;
    options.port.listen({
      onRequests: (requests) => this.#receive(requests),
      onFault: (code, message) => this.#fault(code, message),
      onAway: (reason) => this.#tell({ code: 'connection-away', message: `The server is away (${reason}); trying again.` }),
      onBack: () => this.#book.clear(),
      onRestart: () => this.#restart(),
      onClosed: (reason) => {
        if (this.#phase === 'stopped') return;
        this.#tell({ code: 'connection-closed', message: `The server is gone (${reason}); recording stopped.` });
        this.#halt();
      },
    });
  }

  /** 'new', 'running', 'paused' or 'stopped'. */
  get state(): 'new' | 'running' | 'paused' | 'stopped' {
    return this.#phase;
  }

  /** What recording did and cost so far. Works out percentiles: not for every frame. */
  get stats(): RecorderStats {
    const { figures: courier, thread } = this.#port;
    const { level = 0, governed = false, fps = this.#fps, batch = this.#sampler.batch, share = 1 } = this.#cost ?? {};
    const { kind, counters } = this.#sampler;
    return {
      ...this.#meter.figures,
      sent: courier.sent,
      dropped: courier.dropped + this.#lost,
      postponed: counters.postponed,
      bytesUp: courier.bytesUp,
      bytesDown: courier.bytesDown,
      bytesPerSecond: this.#bytesPerSecond,
      rejected: courier.rejected,
      eventsDropped: courier.eventsDropped + this.#eventsLost,
      sampler: { kind, why: this.#options.why ?? '' },
      thread,
      cost: { level, governed, fps, pace: fps / this.#fps, batch, share },
    };
  }

  /** Id the next sampled frame will carry. */
  get nextFrameId(): number {
    return this.#nextFrameId;
  }

  /** Starts recording; time counts from here. A stopped recorder stays stopped: make a new one. */
  start(): void {
    if (this.#phase !== 'new') return;
    this.#startedAt = this.#clock();
    this.#phase = 'running';
  }

  /** Takes no more frames until `resume`; what is under way is still sent. */
  pause(): void {
    if (this.#phase !== 'running') return;
    this.flush();
    this.#phase = 'paused';
  }

  resume(): void {
    if (this.#phase !== 'paused') return;
    this.#phase = 'running';
    this.#due = this.#time();
  }

  /** Ends the batch being filled, so that nothing waits for frames that may not come (a page going into the background). */
  flush(): void {
    if (this.#phase === 'running') this.#guard('sampler-failed', () => this.#sampler.flush());
  }

  /**
   * Sends what is under way, leaves the server and frees the sampler. Waits for the GPU where that is the only way; where
   * results come by themselves it goes on by itself, for a second at most.
   */
  stop(): void {
    if (this.#phase === 'stopped') return;
    const started = this.#phase !== 'new';
    this.#phase = 'stopped';
    const idle = started ? this.#guard('sampler-failed', () => this.#idle()) : undefined;
    if (!idle) {
      this.#finish(started);
      return;
    }
    // A sampler that fails now has nothing left to give.
    void idle.catch(() => undefined).then(() => this.#finish(true));
  }

  #idle(): Promise<void> | undefined {
    const sampler = this.#sampler;
    if (!sampler.whenIdle) return undefined;
    sampler.flush();
    return Promise.race([sampler.whenIdle(), new Promise<void>((resolve) => setTimeout(resolve, LAST_WAIT))]);
  }

  #finish(drain: boolean): void {
    if (drain) {
      this.#guard('sampler-failed', () => {
        for (let i = 0; i < this.#sampler.depth; i++) {
          const frames = this.#sampler.drain();
          if (frames.length === 0) break;
          this.#handOver(frames);
        }
      });
      this.#guard('send-failed', () => this.#sendStats());
    }
    this.#halt();
  }

  /** Writes a named event into the recording. Data beyond `LIMITS.eventBytes` of JSON is refused and counted. */
  event(name: string, data: unknown = null): void {
    if (this.#phase === 'stopped' || this.#phase === 'new') return;
    this.#guard('event-invalid', () => {
      const json = JSON.stringify(data) ?? 'null';
      if (name === '' || name === GAP) throw new RangeError(`'${name}' is no name for a game's event.`);
      if (name.length > LIMITS.nameLength || new TextEncoder().encode(json).length > LIMITS.eventBytes) {
        throw new RangeError(`Event '${name.slice(0, 32)}' is too large; at most ${LIMITS.eventBytes} bytes of JSON fit.`);
      }
      if (this.#port.isOpen) this.#port.sendEvent({ name, data: JSON.parse(json), time: this.#time() });
      else this.#eventsLost++;
    });
  }

  /** An event that marks a moment to find again. */
  marker(name: string): void {
    this.event('marker', { name });
  }

  /** Start of a displayed frame, before the engine queues GPU work: reads back and hands over what is ready. */
  beginFrame(): void {
    if (this.#phase !== 'running' && this.#phase !== 'paused') return;
    const meter = this.#meter;
    const started = meter.beginFrame();
    this.#cost?.frame(started - this.#lastBegin);
    this.#lastBegin = started;
    this.#guard('read-failed', () => {
      const frames = this.#sampler.beginFrame();
      meter.lap('read');
      if (frames.length > 0) this.#handOver(frames);
    });
    meter.suspend();
  }

  /** End of a displayed frame, in the task that drew it; `viewport` is what the engine last set, `canvas` what it drew on. */
  endFrame(viewport: Viewport, canvas: { readonly width: number; readonly height: number }): void {
    if (this.#phase !== 'running') return;
    const meter = this.#meter;
    meter.resume();
    this.#guard('sampler-failed', () => {
      const time = this.#time();
      // A displayed frame may come a little before its time; the mean rate stays `fps`.
      if (time < this.#due - this.#interval / 5 || !this.#port.isOpen) this.#sampler.skipFrame();
      else this.#capture(time, viewport, canvas);
      if (time >= this.#costDue) this.#control(time);
    });
    meter.endFrame();
  }

  #capture(time: number, viewport: Viewport, canvas: { readonly width: number; readonly height: number }): void {
    const meter = this.#meter;
    this.#due = Math.max(this.#due + this.#interval, time - this.#interval);
    const masks = this.#port.isBehind ? null : this.#collectMasks(canvas);
    meter.lap('state');
    if (masks === null) {
      meter.skipped++;
      this.#sampler.skipFrame();
      return;
    }
    const request = this.#book.take(this.#nextFrameId);
    const taken = this.#sampler.endFrame(this.#nextTicket, request?.loaded ?? null, viewport, masks);
    meter.lap('issue');
    if (!taken) {
      meter.skipped++;
      if (request) this.#book.putBack(request);
      return;
    }
    const frameId = this.#nextFrameId++;
    this.#state.clear();
    this.#guard('state-failed', () => this.#options.state(this.#state));
    const pending = this.#pool.pop() ?? { frameId: 0, ticket: 0, numbers: new Float64Array(512), length: 0 };
    pending.frameId = frameId;
    pending.ticket = this.#nextTicket++;
    this.#builder.flatten(pending, frameId, time, request?.requestId ?? null, this.#state);
    this.#pending.push(pending);
    while (this.#pending.length > this.#sampler.depth) this.#lose(this.#pending.shift() as Pending);
    meter.captured(frameId, request);
    meter.lap('state');
    if (this.#options.onTruth) this.#guard('truth-failed', () => this.#readTruth(frameId, time));
  }

  /** What nobody may see of this frame; `null` when that is not known, and the frame must not be sampled. */
  #collectMasks(canvas: { readonly width: number; readonly height: number }): readonly MaskRect[] | null {
    const { masks } = this.#options;
    if (!masks) return NO_MASKS;
    return (
      this.#guard('masks-failed', () => {
        this.#masks.clear(canvas.width, canvas.height);
        masks(this.#masks);
        return this.#masks.rects;
      }) ?? null
    );
  }

  #readTruth(frameId: number, time: number): void {
    this.#truth = this.#sampler.readTruth(this.#truth);
    this.#options.onTruth?.(frameId, time, this.#truth);
    this.#meter.lap(null);
  }

  #handOver(frames: readonly SampledFrame[]): void {
    const builder = this.#builder;
    const { exchange } = this.#sampler;
    builder.begin(this.#port.takeSpare(), exchange?.bind(this.#sampler));
    let first = -1;
    for (const frame of frames) {
      // Frames lost with the GPU's context never come back: skip their entries.
      while (this.#pending.length > 0 && this.#pending[0].ticket < frame.frameId) this.#lose(this.#pending.shift() as Pending);
      // What is still on its way from the recording before has no entry any more.
      if (this.#pending[0]?.ticket !== frame.frameId) continue;
      const pending = this.#pending.shift() as Pending;
      if (first < 0) first = pending.frameId;
      builder.add(pending, frame);
      this.#pool.push(pending);
    }
    if (builder.frames > 0) {
      if (this.#port.isOpen) this.#send(builder.take(), first);
      else this.#lost += builder.frames;
    }
    this.#meter.lap('send');
    if (this.#time() >= this.#statsDue) this.#guard('send-failed', () => this.#sendStats());
  }

  #send(batch: FrameBatch, first: number): void {
    const sent = this.#guard('send-failed', () => {
      this.#port.send(batch);
      return true;
    });
    if (sent) this.#meter.handedOver(first);
    else {
      this.#lost += batch.frames;
      this.#builder.putBack(batch);
    }
  }

  /** Once a second: does less, or more again, as the measured cost allows. */
  #control(time: number): void {
    const seconds = (time - this.#costDue + COST_EVERY) / 1000;
    this.#costDue = time + COST_EVERY;
    const { bytesUp, bytesDown, codingMicros } = this.#port.figures;
    // On this thread it is in the mean already.
    const coding = this.#port.thread === 'worker' ? (codingMicros - this.#codingBefore) / (1e6 * seconds) : 0;
    this.#codingBefore = codingMicros;
    this.#bytesPerSecond = Math.max(0, (bytesUp + bytesDown - this.#bytesBefore) / seconds);
    this.#bytesBefore = bytesUp + bytesDown;
    const cost = this.#cost;
    const inline = this.#port.thread === 'main';
    if (!cost?.update(this.#meter.takeMean(), { coding, inline, missed: this.#meter.takeMissed() })) return;
    this.#sampler.batch = cost.batch;
    this.#interval = 1000 / cost.fps;
    this.#sendStats();
  }

  #sendStats(): void {
    this.#statsDue = this.#time() + STATS_EVERY;
    if (this.#port.isOpen) this.#port.sendStats(flatten(this.stats));
  }

  #receive(requests: readonly PackedRequest[]): void {
    if (this.#phase === 'stopped') return;
    this.#guard('coordinates-invalid', () => {
      this.#meter.answered(this.#nextFrameId);
      this.#book.receive(requests);
    });
  }

  /** Another recording: what is under way belongs to the old one. */
  #restart(): void {
    this.#guard('sampler-failed', () => {
      this.#sampler.flush();
      for (const pending of this.#pending.splice(0)) this.#lose(pending);
      this.#book.clear();
      this.#builder = new BatchBuilder(this.#builder.epoch + 1);
      this.#nextFrameId = 0;
      this.#startedAt = this.#clock();
      this.#due = 0;
      this.#statsDue = STATS_EVERY;
      this.#costDue = COST_EVERY;
      this.#meter.restart();
    });
  }

  #lose(pending: Pending): void {
    this.#lost++;
    this.#pool.push(pending);
  }

  #time(): number {
    return this.#clock() - this.#startedAt;
  }

  #halt(): void {
    if (this.#halted) return;
    this.#halted = true;
    this.#phase = 'stopped';
    this.#pending.length = 0;
    this.#book.clear();
    this.#guard('send-failed', () => this.#port.close());
    this.#guard('sampler-failed', () => this.#sampler.dispose());
    this.#guard('stopped', () => this.#options.onStopped?.());
  }

  /** Runs `work`; what it throws is a fault. */
  #guard<T>(code: RecorderDiagnostic['code'], work: () => T): T | undefined {
    try {
      const result = work();
      if (this.#inARow.size > 0) this.#inARow.delete(code);
      return result;
    } catch (cause) {
      this.#fault(code, cause instanceof Error ? cause.message : String(cause), cause);
      return undefined;
    }
  }

  /** Counts a fault, tells it once, and stops the recorder when it keeps happening. */
  #fault(code: RecorderDiagnostic['code'], message: string, cause?: unknown): void {
    this.#meter.faults++;
    this.#tell({ code, message, cause });
    const inARow = (this.#inARow.get(code) ?? 0) + 1;
    this.#inARow.set(code, inARow);
    // The game's own events may be refused, and its values be unreadable, for ever: the frames are none the worse for it.
    if (inARow < FAULTS_IN_A_ROW || code === 'event-invalid' || code === 'state-failed' || this.#phase === 'stopped') return;
    this.#tell({ code: 'stopped', message: `Recording stopped after ${FAULTS_IN_A_ROW} faults of one kind in a row (${code}).` });
    this.#halt();
  }

  #tell(diagnostic: RecorderDiagnostic): void {
    if (this.#told.has(diagnostic.code)) return;
    this.#told.add(diagnostic.code);
    try {
      this.#options.onDiagnostic?.(diagnostic);
    } catch {
      // The game's own callback failed: counted, and nobody is left to tell.
      this.#meter.faults++;
    }
  }
}

/** The numbers of the stats, flat, for the wire: `totalP50`, `totalP99` and so on in µs. */
function flatten({ micros, sampler: _sampler, thread: _thread, cost, ...counters }: RecorderStats): NumbersMessage {
  const { level, governed, share, pace } = cost;
  const flat: Record<string, number> = { ...counters, costLevel: level, governed: governed ? 1 : 0, share, pace };
  for (const [stage, figure] of Object.entries(micros)) {
    flat[`${stage}P50`] = figure.p50;
    flat[`${stage}P99`] = figure.p99;
  }
  return flat;
}
