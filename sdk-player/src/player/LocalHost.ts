import type { ReplayMarker } from '@sgaps/client/player';
import { type ArchiveModel, FrameFinder, MemoryShelf, type PlaybackMachine, RecordingSurvey } from '@sgaps/core';
import { LIMITS, type RecordingReader, readEvent } from '@sgaps/protocol';
import type { WebModel } from '../model/WebModel.js';
import type { FromPlayer } from './messages.js';

/** Previews that are kept, WebP. */
const PREVIEWS = 64;
/** A request so far from the one under way has it given up, ms; a nearer one lets it be shown first. */
const ELSEWHERE = 1500;
/** Bytes of decoder states that are kept, so that any place is near one. */
const SHELF_BYTES = 96 * 2 ** 20;

type Post = (message: FromPlayer, transfer: Transferable[]) => void;

/** Frames of a recording by their time, of the requests that wait only the newest; and what lies beside them. */
export class LocalHost {
  readonly #shelf = new MemoryShelf({ bytes: SHELF_BYTES });
  readonly #finder: FrameFinder;
  readonly #previews = new Map<number, Uint8Array<ArrayBuffer> | null>();
  readonly #ending = new AbortController();
  #wanted: number | null = null;
  /** What is being looked for, ms. */
  #sought: { readonly time: number; readonly newer: AbortController } | null = null;
  #busy: Promise<void> | null = null;
  #told: number | null = null;
  #readsStates = false;

  constructor(
    private readonly reader: RecordingReader,
    private readonly model: WebModel | null,
    archiveModel: (modelId: string) => Promise<ArchiveModel>,
    private readonly machine: PlaybackMachine,
    private readonly post: Post,
  ) {
    this.#finder = new FrameFinder(reader, { machine, model, archiveModel, shelf: this.#shelf });
  }

  /** Shows the frame at a time, seconds. Settles when it, or one that was asked for later, is shown. Rejects where it cannot be read. */
  request(time: number): Promise<void> {
    const ms = 1000 * time;
    this.#wanted = ms;
    if (this.#sought && Math.abs(ms - this.#sought.time) > ELSEWHERE) this.#sought.newer.abort();
    this.#busy ??= this.#work().finally(() => {
      this.#busy = null;
    });
    return this.#busy;
  }

  /** The stored picture nearest to a time, seconds; null where there is none. */
  async thumbnail(time: number): Promise<ImageBitmap | null> {
    const ms = 1000 * time;
    let nearest: number | null = null;
    for (const time of this.reader.index.previews)
      if (nearest === null || Math.abs(time - ms) < Math.abs(nearest - ms)) nearest = time;
    if (nearest === null) return null;
    let webp = this.#previews.get(nearest);
    if (webp === undefined) {
      webp = (await this.reader.nearestSnapshot(nearest))?.preview?.slice() ?? null;
      if (this.#previews.size >= PREVIEWS) this.#previews.delete([...this.#previews.keys()][0]);
      this.#previews.set(nearest, webp);
    }
    return webp && createImageBitmap(new Blob([webp], { type: 'image/webp' }));
  }

  /** Tells the events of the game; of a damaged recording those before the damage. */
  async readMarkers(): Promise<void> {
    const markers: ReplayMarker[] = [];
    try {
      for await (const { time, bytes } of this.reader.events()) {
        if (markers.length >= LIMITS.markers || this.#ending.signal.aborted) break;
        const event = readEvent(bytes);
        if (event) markers.push({ time: time / 1000, ...event });
      }
    } catch (error) {
      if (!this.#ending.signal.aborted) console.warn(`SGAPS: not all markers can be read: ${String(error)}`);
    }
    if (markers.length > 0 && !this.#ending.signal.aborted) this.post({ type: 'markers', markers }, []);
  }

  /** Goes through all of the recording while no picture is wanted, and tells the game's values. Called again, it does nothing. */
  async readStates(): Promise<void> {
    if (this.#readsStates || this.reader.header.schema.values.length === 0) return;
    this.#readsStates = true;
    const survey = new RecordingSurvey(this.reader, {
      ...{ machine: this.machine, shelf: this.#shelf, lookedAt: () => this.#told ?? 0, waits: () => this.#finder.busy },
      onPoints: ({ times, values }) => this.post({ type: 'states', states: { times: times.map((ms) => ms / 1000), values } }, []),
    });
    while (!this.#ending.signal.aborted) {
      try {
        await survey.run(this.#ending.signal);
        return;
      } catch (error) {
        // What is damaged counts as gone through: the next run goes on behind it.
        if (!this.#ending.signal.aborted) console.warn(`SGAPS: not all values can be read: ${String(error)}`);
      }
    }
  }

  async close(): Promise<void> {
    this.#ending.abort();
    this.#sought?.newer.abort();
    this.#wanted = null;
    await this.#busy?.catch(() => undefined);
    this.model?.dispose();
    await this.#finder.close();
  }

  async #work(): Promise<void> {
    for (let time = this.#wanted; time !== null && !this.#ending.signal.aborted; time = this.#wanted) {
      this.#wanted = null;
      this.#sought = { time, newer: new AbortController() };
      const { signal } = this.#sought.newer;
      const found = await this.#finder.find(time, signal);
      this.#sought = null;
      if (signal.aborted) continue;
      if (found === null || found.time === this.#told) this.post({ type: 'unchanged' }, []);
      else await this.#tell(found);
    }
  }

  async #tell({
    rgb,
    frameId,
    time,
    previous,
    next,
    refined,
  }: NonNullable<Awaited<ReturnType<FrameFinder['find']>>>): Promise<void> {
    this.#told = time;
    const { width, height } = this.reader.header.grid;
    const image = await createImageBitmap(new ImageData(rgba(rgb), width, height));
    const seconds = (ms: number | null) => (ms === null ? null : ms / 1000);
    this.post(
      {
        ...{ type: 'bitmap', image, frameId, time: time / 1000, previous: seconds(previous), next: seconds(next) },
        ...{ refined, modelFailures: this.model?.failures ?? 0 },
      },
      [image],
    );
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
