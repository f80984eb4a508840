import { createSampleSet, LIMITS, PixelPacketEncoder } from '@sgaps/protocol';
import type { SampledFrame, Sampler, Viewport } from '../sampler/Sampler.js';
import { FrameStateBuffer } from '../state/FrameStateBuffer.js';
import type { RecorderConnection, RecorderStats } from './RecorderConnection.js';
import { RecorderMeter } from './RecorderMeter.js';
import { assertFps, assertRange, type RecorderDiagnostic, type RecorderOptions } from './RecorderOptions.js';
import { type HeldRequest, RequestBook } from './RequestBook.js';

/** Faults in a row after which recording stops by itself. */
const FAULTS_IN_A_ROW = 30;
/** Milliseconds between two `stats` messages. */
const STATS_EVERY = 5000;
const NO_SAMPLES = createSampleSet(0);

interface Pending {
  frameId: number;
  time: number;
  request: HeldRequest | null;
  readonly state: FrameStateBuffer;
}

/**
 * The client's loop (S1), free of any engine: at the end of frame t it samples exactly what the server asked for t, and sends
 * one packet per batch. No call throws or waits; every fault is caught, counted in `stats`, and told once per kind.
 * Everything it holds is bounded.
 *
 * The adapter calls `beginFrame` before the engine queues any work and `endFrame` in the task that drew the frame. The
 * constructor throws `ARGUMENT_INVALID` or `LIMIT_EXCEEDED` for options that make no sense.
 *
 * @example
 * ```ts
 * const recorder = new Recorder({ sampler, connection, grid, state: (out) => collect(out) });
 * recorder.start();
 * // each displayed frame
 * recorder.beginFrame();
 * drawGame();
 * recorder.endFrame(viewport);
 * ```
 */
export class Recorder {
  readonly #sampler: Sampler;
  readonly #connection: RecorderConnection;
  readonly #options: RecorderOptions;
  readonly #clock: () => number;
  readonly #interval: number;
  readonly #bufferedBytes: number;
  readonly #book: RequestBook;
  readonly #encoder: PixelPacketEncoder;
  readonly #meter = new RecorderMeter();
  readonly #pending: Pending[] = [];
  readonly #pool: Pending[] = [];
  readonly #told = new Set<string>();
  #state: 'new' | 'running' | 'paused' | 'stopped' = 'new';
  #startedAt = 0;
  #nextFrameId = 0;
  #due = 0;
  #statsDue = STATS_EVERY;
  readonly #inARow = new Map<string, number>();
  #truth: Uint8Array<ArrayBuffer> | undefined;

  constructor(options: RecorderOptions) {
    this.#interval = 1000 / assertFps(options.fps ?? 30);
    this.#bufferedBytes = assertRange('bufferedBytes', options.bufferedBytes ?? 65_536, 0, 2 ** 30);
    this.#options = options;
    this.#sampler = options.sampler;
    this.#connection = options.connection;
    this.#clock = options.clock ?? (() => performance.now());
    this.#book = new RequestBook(options.grid, options.sampler);
    this.#encoder = new PixelPacketEncoder({
      grid: options.grid,
      schema: options.schema ?? { values: [] },
      tierBits: options.tierBits ?? [8, 5, 3, 3],
    });
    options.connection.onCoordinates((bytes) => this.#receive(bytes));
    options.connection.onReset(() => this.#encoder.reset());
    options.connection.onClosed((reason) => {
      if (this.#state === 'stopped') return;
      this.#tell({ code: 'connection-closed', message: `The server is gone (${reason}); recording stopped.` });
      this.#halt();
    });
  }

  /** 'new', 'running', 'paused' or 'stopped'. */
  get state(): 'new' | 'running' | 'paused' | 'stopped' {
    return this.#state;
  }

  /** What recording did and cost so far. Works out percentiles: not for every frame. */
  get stats(): RecorderStats {
    return this.#meter.stats(this.#book.rejected);
  }

  /** Id the next sampled frame will carry. */
  get nextFrameId(): number {
    return this.#nextFrameId;
  }

  /** Starts recording; time counts from here. A stopped recorder stays stopped: make a new one. */
  start(): void {
    if (this.#state !== 'new') return;
    this.#startedAt = this.#clock();
    this.#state = 'running';
  }

  /** Takes no more frames until `resume`; what is under way is still sent. */
  pause(): void {
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    this.#guard('sampler-failed', () => this.#sampler.flush());
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    this.#due = this.#time();
  }

  /** Sends what is under way (the only call that may wait for the GPU), leaves the server and frees the sampler. */
  stop(): void {
    if (this.#state === 'stopped') return;
    if (this.#state !== 'new') {
      this.#guard('sampler-failed', () => {
        for (let i = 0; i < this.#sampler.depth; i++) {
          const frames = this.#sampler.drain();
          if (frames.length === 0) break;
          this.#send(frames);
        }
      });
      this.#guard('send-failed', () => this.#sendStats());
    }
    this.#halt();
  }

  /** Writes a named event into the recording. Data beyond `LIMITS.eventBytes` of JSON is refused and counted. */
  event(name: string, data: unknown = null): void {
    if (this.#state === 'stopped' || this.#state === 'new') return;
    this.#guard('event-invalid', () => {
      const json = JSON.stringify(data) ?? 'null';
      if (name.length > LIMITS.nameLength || new TextEncoder().encode(json).length > LIMITS.eventBytes) {
        throw new RangeError(`Event '${name.slice(0, 32)}' is too large; at most ${LIMITS.eventBytes} bytes of JSON fit.`);
      }
      if (this.#connection.isOpen) this.#connection.sendEvent({ name, data: JSON.parse(json), time: this.#time() });
    });
  }

  /** An event that marks a moment to find again. */
  marker(name: string): void {
    this.event('marker', { name });
  }

  /** Start of a displayed frame, before the engine queues GPU work: reads back and sends what is ready. */
  beginFrame(): void {
    if (this.#state !== 'running' && this.#state !== 'paused') return;
    const meter = this.#meter;
    meter.beginFrame();
    this.#guard('read-failed', () => {
      const frames = this.#sampler.beginFrame();
      meter.lap('read');
      if (frames.length > 0) this.#send(frames);
    });
    meter.suspend();
  }

  /** End of a displayed frame, in the task that drew it; `viewport` is what the engine last set. */
  endFrame(viewport: Viewport): void {
    if (this.#state !== 'running') return;
    const meter = this.#meter;
    meter.resume();
    this.#guard('sampler-failed', () => {
      const time = this.#time();
      // A displayed frame may come a little before its time; the mean rate stays `fps`.
      if (time < this.#due - this.#interval / 5 || !this.#connection.isOpen) this.#sampler.skipFrame();
      else this.#capture(time, viewport);
    });
    meter.endFrame();
  }

  #capture(time: number, viewport: Viewport): void {
    const meter = this.#meter;
    this.#due = Math.max(this.#due + this.#interval, time - this.#interval);
    if (this.#connection.bufferedAmount > this.#bufferedBytes) {
      meter.skipped++;
      this.#sampler.skipFrame();
      return;
    }
    const pending = this.#pool.pop() ?? { frameId: 0, time: 0, request: null, state: new FrameStateBuffer() };
    const request = this.#book.take(this.#nextFrameId);
    const taken = this.#sampler.endFrame(this.#nextFrameId, request?.loaded ?? null, viewport);
    meter.lap('issue');
    if (!taken) {
      meter.skipped++;
      if (request) this.#book.putBack(request);
      this.#pool.push(pending);
      return;
    }
    pending.frameId = this.#nextFrameId++;
    pending.time = time;
    pending.request = request;
    pending.state.clear();
    this.#pending.push(pending);
    while (this.#pending.length > this.#sampler.depth) this.#drop(this.#pending.shift() as Pending);
    meter.captured(pending.frameId, request);
    this.#guard('state-failed', () => this.#options.state(pending.state));
    meter.lap('state');
    if (this.#options.onTruth) this.#guard('truth-failed', () => this.#readTruth(pending));
  }

  #readTruth(pending: Pending): void {
    this.#truth = this.#sampler.readTruth(this.#truth);
    this.#options.onTruth?.(pending.frameId, pending.time, this.#truth);
    this.#meter.lap(null);
  }

  /** Encodes and sends a batch, or drops it before encoding, so that the codec's state never moves without the wire. */
  #send(frames: readonly SampledFrame[]): void {
    const batch: Parameters<PixelPacketEncoder['encode']>[0][number][] = [];
    const used: Pending[] = [];
    for (const frame of frames) {
      let pending = this.#pending.shift();
      // Frames lost with the GL context never come back: skip their entries.
      while (pending && pending.frameId !== frame.frameId) {
        this.#drop(pending);
        pending = this.#pending.shift();
      }
      if (!pending) break;
      used.push(pending);
      const samples = frame.samples ?? NO_SAMPLES;
      batch.push({
        frameId: frame.frameId,
        clientTime: pending.time,
        requestId: pending.request?.requestId ?? null,
        state: pending.state,
        samples,
        rgb: frame.rgb.subarray(0, 3 * samples.count),
      });
    }
    const open = this.#connection.isOpen && this.#connection.bufferedAmount <= this.#bufferedBytes;
    if (batch.length === 0 || !open) {
      this.#meter.dropped += batch.length;
    } else {
      const bytes = this.#guard('encode-failed', () => this.#encoder.encode(batch));
      this.#meter.lap('encode');
      const sent =
        bytes &&
        this.#guard('send-failed', () => {
          this.#connection.sendPixels(bytes);
          return true;
        });
      this.#meter.lap('send');
      if (bytes && sent) {
        this.#meter.sentPacket(batch, bytes.length);
      } else {
        this.#encoder.reset();
        this.#meter.dropped += batch.length;
      }
    }
    for (const pending of used) this.#recycle(pending);
    this.#guard('send-failed', () => {
      if (this.#time() >= this.#statsDue) this.#sendStats();
    });
  }

  #sendStats(): void {
    this.#statsDue = this.#time() + STATS_EVERY;
    if (this.#connection.isOpen) this.#connection.sendStats(this.#meter.numbers(this.#book.rejected));
  }

  #receive(bytes: Uint8Array): void {
    if (this.#state === 'stopped') return;
    this.#guard('coordinates-invalid', () => {
      this.#meter.received(bytes.length, this.#nextFrameId);
      this.#book.receive(bytes);
    });
  }

  #drop(pending: Pending): void {
    this.#meter.dropped++;
    this.#recycle(pending);
  }

  #recycle(pending: Pending): void {
    if (pending.request) this.#book.release(pending.request.loaded.set);
    pending.request = null;
    this.#pool.push(pending);
  }

  #time(): number {
    return this.#clock() - this.#startedAt;
  }

  #halt(): void {
    this.#state = 'stopped';
    this.#pending.length = 0;
    this.#book.clear();
    this.#guard('send-failed', () => this.#connection.close());
    this.#guard('sampler-failed', () => this.#sampler.dispose());
  }

  /** Runs `work`; what it throws is counted, told once, and stops the recorder when it keeps happening. */
  #guard<T>(code: RecorderDiagnostic['code'], work: () => T): T | undefined {
    try {
      const result = work();
      if (this.#inARow.size > 0) this.#inARow.delete(code);
      return result;
    } catch (cause) {
      this.#meter.faults++;
      this.#tell({ code, message: cause instanceof Error ? cause.message : String(cause), cause });
      const inARow = (this.#inARow.get(code) ?? 0) + 1;
      this.#inARow.set(code, inARow);
      // The game's own events may be refused for ever: the frames are none the worse for it.
      if (inARow >= FAULTS_IN_A_ROW && code !== 'event-invalid' && this.#state !== 'stopped') {
        this.#tell({
          code: 'stopped',
          message: `Recording stopped after ${FAULTS_IN_A_ROW} faults of one kind in a row (${code}).`,
        });
        this.#halt();
      }
      return undefined;
    }
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
