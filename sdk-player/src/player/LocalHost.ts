import type { ReplayMarker } from '@sgaps/client/player';
import { SessionReplica } from '@sgaps/core';
import { isSgapsError, type RecordingReader } from '@sgaps/protocol';
import type { WebModel } from '../model/WebModel.js';
import { FrameSeeker } from './FrameSeeker.js';
import type { FromPlayer } from './messages.js';

/** Most markers that are told. */
const MARKERS = 10_000;
/** Previews that are kept, WebP. */
const PREVIEWS = 64;
/** ms of reading values before pictures get their turn, and of rest then. */
const SLICE = 6;
const REST = 6;
/** Frames whose values are told at once. */
const TOLD = 600;

type Post = (message: FromPlayer, transfer: Transferable[]) => void;

/** Frames of a recording by their time, of the requests that wait only the newest; and what lies beside them. */
export class LocalHost {
  readonly #seeker: FrameSeeker;
  readonly #previews = new Map<number, Uint8Array | null>();
  #wanted: number | null = null;
  #busy: Promise<void> | null = null;
  #readsStates = false;
  #closed = false;

  constructor(
    private readonly reader: RecordingReader,
    private readonly model: WebModel | null,
    private readonly post: Post,
  ) {
    this.#seeker = new FrameSeeker(reader, model);
  }

  /** Shows the frame at a time, seconds. Settles when it, or one that was asked for later, is shown. Rejects where it cannot be read. */
  request(time: number): Promise<void> {
    this.#wanted = Math.max(0, 1000 * Math.min(time, this.reader.duration / 1000));
    this.#busy ??= this.#work().finally(() => {
      this.#busy = null;
    });
    return this.#busy;
  }

  /** The stored picture nearest to a time, seconds; null where there is none. */
  async thumbnail(time: number): Promise<ImageBitmap | null> {
    const { snapshots } = this.reader.index;
    const ms = 1000 * time;
    const nearest = snapshots.reduce<number | null>(
      (best, { time }) => (best === null || Math.abs(time - ms) < Math.abs(best - ms) ? time : best),
      null,
    );
    if (nearest === null) return null;
    let webp = this.#previews.get(nearest);
    if (webp === undefined) {
      webp = (await this.reader.nearestSnapshot(nearest))?.preview?.slice() ?? null;
      if (this.#previews.size >= PREVIEWS) this.#previews.delete([...this.#previews.keys()][0]);
      this.#previews.set(nearest, webp);
    }
    return webp && createImageBitmap(new Blob([webp as Uint8Array<ArrayBuffer>], { type: 'image/webp' }));
  }

  /** Tells the events of the game. */
  async readMarkers(): Promise<void> {
    const markers: ReplayMarker[] = [];
    for await (const { time, bytes } of this.reader.events()) {
      if (markers.length >= MARKERS || this.#closed) break;
      const event = parseEvent(bytes);
      if (event) markers.push({ time: time / 1000, ...event });
    }
    if (markers.length > 0 && !this.#closed) this.post({ type: 'markers', markers }, []);
  }

  /** Tells the game's values, all of them, in between the pictures. Called again, it does nothing. */
  async readStates(): Promise<void> {
    const { grid, schema, tierBits, depth } = this.reader.header;
    if (this.#readsStates || schema.values.length === 0) return;
    this.#readsStates = true;
    const replica = new SessionReplica({ grid, schema, tierBits, depth });
    const times: number[] = [];
    const values: number[][] = schema.values.map(() => []);
    const tell = () => {
      if (times.length > 0)
        this.post({ type: 'states', states: { times: [...times], values: values.map((list) => [...list]) } }, []);
      times.length = 0;
      for (const list of values) list.length = 0;
    };
    let slice = performance.now();
    for await (const { kind, time, bytes } of this.reader.records(0, { kinds: ['coordinates', 'pixels'] })) {
      if (this.#closed) return;
      try {
        if (kind === 'coordinates') replica.coordinates(bytes);
        else
          for (const { frame, time: at } of replica.pixels(bytes, time)) {
            times.push(at / 1000);
            frame.state.values.forEach((value, i) => values[i].push(value));
          }
      } catch (error) {
        // The live session could not use this packet either.
        if (!isSgapsError(error)) throw error;
      }
      if (times.length >= TOLD) tell();
      if (performance.now() - slice < SLICE) continue;
      await this.#busy?.catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, REST));
      slice = performance.now();
    }
    tell();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wanted = null;
    await this.#busy?.catch(() => undefined);
    this.model?.dispose();
    await this.#seeker.close();
  }

  async #work(): Promise<void> {
    for (let time = this.#wanted; time !== null && !this.#closed; time = this.#wanted) {
      this.#wanted = null;
      const found = await this.#seeker.find(
        time,
        () => this.#closed || (this.#wanted !== null && this.#seeker.isElsewhere(this.#wanted)),
      );
      if (found === 'given up') continue;
      if (found === 'shown' || found === null) this.post({ type: 'unchanged' }, []);
      else {
        const { frame, time, previous, next } = found;
        const { width, height } = this.reader.header.grid;
        const image = await createImageBitmap(new ImageData(rgba(frame.rgb), width, height));
        const seconds = (ms: number | null) => (ms === null ? null : ms / 1000);
        this.post(
          {
            ...{ type: 'bitmap', image, frameId: frame.frameId, time: time / 1000, refined: frame.refined },
            ...{ previous: seconds(previous), next: seconds(next), modelFailures: this.model?.failures ?? 0 },
          },
          [image],
        );
      }
    }
  }
}

/** RGB as RGBA. */
export function rgba(rgb: ArrayLike<number>): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray((rgb.length / 3) * 4);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    pixels[to] = rgb[from];
    pixels[to + 1] = rgb[from + 1];
    pixels[to + 2] = rgb[from + 2];
    pixels[to + 3] = 255;
  }
  return pixels;
}

function parseEvent(bytes: Uint8Array): { name: string; data: unknown } | null {
  try {
    const { name, data } = JSON.parse(new TextDecoder().decode(bytes)) as { name?: unknown; data?: unknown };
    return typeof name === 'string' ? { name, data: data ?? null } : null;
  } catch {
    return null; // an event that is no JSON has nothing to show
  }
}
