import type { NumbersMessage } from '@sgaps/protocol';
import { MicrosWindow } from './MicrosWindow.js';
import type { RecorderStats } from './RecorderConnection.js';
import type { HeldRequest } from './RequestBook.js';

type Stage = 'issue' | 'state' | 'read' | 'encode' | 'send';

const STAGES: readonly Stage[] = ['issue', 'state', 'read', 'encode', 'send'];
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
  dropped = 0;
  faults = 0;
  #displayed = 0;
  #frames = 0;
  #sent = 0;
  #stalls = 0;
  #samples = 0;
  #bytesUp = 0;
  #bytesDown = 0;
  #lapAt = 0;
  #callAt = 0;
  #awaited = -1;
  readonly #spent: Record<Stage | 'other', number> = { issue: 0, state: 0, read: 0, encode: 0, send: 0, other: 0 };
  readonly #windows: Record<Stage | 'total', MicrosWindow> = {
    issue: new MicrosWindow(WINDOW),
    state: new MicrosWindow(WINDOW),
    read: new MicrosWindow(WINDOW),
    encode: new MicrosWindow(WINDOW),
    send: new MicrosWindow(WINDOW),
    total: new MicrosWindow(WINDOW),
  };
  readonly #latency = new MicrosWindow(64);
  readonly #late = new MicrosWindow(64);

  beginFrame(): void {
    for (const stage of STAGES) this.#spent[stage] = 0;
    this.#spent.other = 0;
    this.resume();
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
  }

  captured(frameId: number, request: HeldRequest | null): void {
    this.#frames++;
    if (!request) return;
    this.#late.add(frameId - request.requestId);
    this.#samples += request.loaded.set.count;
  }

  sentPacket(batch: readonly { readonly frameId: number }[], bytes: number): void {
    this.#sent += batch.length;
    this.#bytesUp += bytes;
    if (this.#awaited < 0) this.#awaited = batch[0].frameId;
  }

  /** Coordinates came: the answer to the oldest frame sent and not yet answered. */
  received(bytes: number, nextFrameId: number): void {
    this.#bytesDown += bytes;
    if (this.#awaited >= 0) this.#latency.add(nextFrameId - this.#awaited);
    this.#awaited = -1;
  }

  stats(rejected: number): RecorderStats {
    const w = this.#windows;
    return {
      displayed: this.#displayed,
      frames: this.#frames,
      sent: this.#sent,
      skipped: this.skipped,
      dropped: this.dropped,
      stalls: this.#stalls,
      faults: this.faults,
      samples: this.#samples,
      bytesUp: this.#bytesUp,
      bytesDown: this.#bytesDown,
      rejected,
      latencyFrames: this.#latency.figure().p50,
      lateFrames: this.#late.figure().p50,
      micros: {
        issue: w.issue.figure(),
        state: w.state.figure(),
        read: w.read.figure(),
        encode: w.encode.figure(),
        send: w.send.figure(),
        total: w.total.figure(),
      },
    };
  }

  /** The same, flat, for the wire: `issueP50`, `issueP99` and so on in µs. */
  numbers(rejected: number): NumbersMessage {
    const { micros, ...counters } = this.stats(rejected);
    const flat: Record<string, number> = { ...counters };
    for (const [stage, figure] of Object.entries(micros)) {
      flat[`${stage}P50`] = figure.p50;
      flat[`${stage}P99`] = figure.p99;
    }
    return flat;
  }
}
