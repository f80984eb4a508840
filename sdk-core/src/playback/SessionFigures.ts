/** Span of the sliding window the per-second figures are taken over, ms. */
const WINDOW = 2000;

/**
 * What a page shows beside the picture. Bytes are those of the packets themselves, per second of the last two.
 *
 * @example
 * ```ts
 * const { bytesUp, fps }: Figures = loop.figures.read(now);
 * ```
 */
export interface Figures {
  /** Bytes per second, game to server (pixel packets) and server to game (coordinate packets). */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Sampled frames per second. */
  readonly fps: number;
  /** Samples per frame, mean. */
  readonly samples: number;
  /** Mean uncertainty of the newest frame, 0 … 1. */
  readonly uncertainty: number;
  /** Frames and packets since the start (or the last seek). */
  readonly frames: number;
  readonly packets: number;
  /** Packets that did not decode. */
  readonly rejected: number;
  /** ms of decoding and of planning per frame, mean. */
  readonly decodeMs: number;
  readonly planMs: number;
}

interface Entry {
  time: number;
  up: number;
  down: number;
  frames: number;
  samples: number;
  decodeMs: number;
  planMs: number;
}

/**
 * Sliding-window counters of one session.
 *
 * @example
 * ```ts
 * const figures = new SessionFigures();
 * figures.packet(now, { up: 2048, frames: 4, samples: 2304 });
 * ```
 */
export class SessionFigures {
  /** Packets that did not decode. */
  rejected = 0;
  /** Mean uncertainty of the newest frame. */
  uncertainty = 0;
  frames = 0;
  packets = 0;

  readonly #entries: Entry[] = [];

  /** Counts one packet, up or down; `now` in ms of any steady clock. */
  packet(now: number, counts: Partial<Omit<Entry, 'time'>>): void {
    const { up = 0, down = 0, frames = 0, samples = 0, decodeMs = 0, planMs = 0 } = counts;
    if (up > 0) this.packets++;
    this.frames += frames;
    this.#entries.push({ time: now, up, down, frames, samples, decodeMs, planMs });
    this.#trim(now);
  }

  /** Starts anew: after a seek, time runs from elsewhere. */
  restart(): void {
    this.#entries.length = 0;
    this.frames = this.packets = this.rejected = 0;
  }

  /** The figures at `now`, of the same clock. */
  read(now: number): Figures {
    this.#trim(now);
    const sum = { up: 0, down: 0, frames: 0, samples: 0, decodeMs: 0, planMs: 0 };
    for (const entry of this.#entries) {
      sum.up += entry.up;
      sum.down += entry.down;
      sum.frames += entry.frames;
      sum.samples += entry.samples;
      sum.decodeMs += entry.decodeMs;
      sum.planMs += entry.planMs;
    }
    const first = this.#entries[0];
    const seconds = Math.max(0.25, first ? Math.min(WINDOW, now - first.time) / 1000 : 1);
    const perFrame = Math.max(1, sum.frames);
    return {
      bytesUp: sum.up / seconds,
      bytesDown: sum.down / seconds,
      fps: sum.frames / seconds,
      samples: sum.samples / perFrame,
      uncertainty: this.uncertainty,
      frames: this.frames,
      packets: this.packets,
      rejected: this.rejected,
      decodeMs: sum.decodeMs / perFrame,
      planMs: sum.planMs / perFrame,
    };
  }

  #trim(now: number): void {
    let drop = 0;
    while (drop < this.#entries.length && this.#entries[drop].time < now - WINDOW) drop++;
    if (drop > 0) this.#entries.splice(0, drop);
  }
}

/**
 * Mean of a map, from every 16th value: exact enough for a figure, free for the loop.
 *
 * @example
 * ```ts
 * figures.uncertainty = sparseMean(decoded.uncertainty);
 * ```
 */
export function sparseMean(map: Float32Array): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < map.length; i += 16) {
    sum += map[i];
    count++;
  }
  return count > 0 ? sum / count : 0;
}
