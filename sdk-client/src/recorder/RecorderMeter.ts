import { MicrosWindow } from './MicrosWindow.js';
import type { RecorderStats } from './RecorderStats.js';
import type { HeldRequest } from './RequestBook.js';

type Stage = 'state' | 'issue' | 'read' | 'send';

const STAGES: readonly Stage[] = ['state', 'issue', 'read', 'send'];
/** A call that takes the game longer than this, µs, is a stall. */
const STALL = 4000;
/** Displayed frames the percentiles look back on. */
const WINDOW = 512;

/**
 * The recorder's stop watch and counters: microseconds of main thread per displayed frame and stage.
 *
 * @example
 * ```ts
 * meter.beginFrame(); read(); meter.lap('read'); meter.suspend();
 * meter.resume(); issue(); meter.lap('issue'); meter.endFrame();
 * ```
 */
export class RecorderMeter {
  skipped = 0;
  faults = 0;
  #displayed = 0;
  #frames = 0;
  #stalls = 0;
  #samples = 0;
  #lapAt = 0;
  #callAt = 0;
  #awaited = -1;
  #sinceUpdate = 0;
  #framesSinceUpdate = 0;
  #framesBefore = 0;
  #skippedBefore = 0;
  readonly #spent: Record<Stage | 'other', number> = { state: 0, issue: 0, read: 0, send: 0, other: 0 };
  readonly #windows: Record<Stage | 'total', MicrosWindow> = {
    issue: new MicrosWindow(WINDOW),
    state: new MicrosWindow(WINDOW),
    read: new MicrosWindow(WINDOW),
    send: new MicrosWindow(WINDOW),
    total: new MicrosWindow(WINDOW),
  };
  readonly #latency = new MicrosWindow(64);
  readonly #late = new MicrosWindow(64);

  /** Starts a displayed frame; returns the time, ms. */
  beginFrame(): number {
    for (const stage of STAGES) this.#spent[stage] = 0;
    this.#spent.other = 0;
    this.resume();
    return this.#callAt;
  }

  /** The recorder is called again within the same displayed frame. */
  resume(): void {
    this.#lapAt = this.#callAt = performance.now();
  }

  /** Books the time since the last lap to a stage; `null` forgets it (debugging work). */
  lap(stage: Stage | null): void {
    const now = performance.now();
    if (stage) this.#spent[stage] += 1000 * (now - this.#lapAt);
    else this.#callAt += now - this.#lapAt;
    this.#lapAt = now;
  }

  /** The recorder gives the game its thread back. */
  suspend(): void {
    const now = performance.now();
    this.#spent.other += 1000 * (now - this.#lapAt);
    if (1000 * (now - this.#callAt) > STALL) this.#stalls++;
  }

  endFrame(): void {
    this.suspend();
    this.#displayed++;
    let total = this.#spent.other;
    for (const stage of STAGES) {
      this.#windows[stage].add(this.#spent[stage]);
      total += this.#spent[stage];
    }
    this.#windows.total.add(total);
    this.#sinceUpdate += total;
    this.#framesSinceUpdate++;
  }

  captured(frameId: number, request: HeldRequest | null): void {
    this.#frames++;
    if (!request) return;
    this.#late.add(frameId - request.requestId);
    this.#samples += request.loaded.count;
  }

  /** A batch that starts with this frame was handed over. */
  handedOver(firstFrameId: number): void {
    if (this.#awaited < 0) this.#awaited = firstFrameId;
  }

  /** Requests came: the answer to the oldest frame handed over and not yet answered. */
  answered(nextFrameId: number): void {
    if (this.#awaited >= 0) this.#latency.add(nextFrameId - this.#awaited);
    this.#awaited = -1;
  }

  /** Frames are numbered from 0 again. */
  restart(): void {
    this.#awaited = -1;
  }

  /** Mean µs per displayed frame since the last call. */
  takeMean(): number {
    const mean = this.#framesSinceUpdate === 0 ? 0 : this.#sinceUpdate / this.#framesSinceUpdate;
    this.#sinceUpdate = this.#framesSinceUpdate = 0;
    return mean;
  }

  /** Part of the frames due since the last call that could not be taken. */
  takeMissed(): number {
    const frames = this.#frames - this.#framesBefore;
    const skipped = this.skipped - this.#skippedBefore;
    this.#framesBefore = this.#frames;
    this.#skippedBefore = this.skipped;
    return skipped === 0 ? 0 : skipped / (skipped + frames);
  }

  /** Everything the meter itself counts. */
  get figures(): MeterFigures {
    const w = this.#windows;
    return {
      displayed: this.#displayed,
      frames: this.#frames,
      skipped: this.skipped,
      stalls: this.#stalls,
      faults: this.faults,
      samples: this.#samples,
      latencyFrames: this.#latency.figure().p50,
      lateFrames: this.#late.figure().p50,
      micros: {
        state: w.state.figure(),
        issue: w.issue.figure(),
        read: w.read.figure(),
        send: w.send.figure(),
        total: w.total.figure(),
      },
    };
  }
}

/** The part of `RecorderStats` that the meter knows. */
type MeterFigures = Pick<
  RecorderStats,
  'displayed' | 'frames' | 'skipped' | 'stalls' | 'faults' | 'samples' | 'latencyFrames' | 'lateFrames' | 'micros'
>;
