import type { ReplayPlayer } from '@sgaps/client/player';

/** Pictures that are kept. */
const KEPT = 80;
/** Places along the whole recording that have a picture of their own. */
const PLACES = 240;

/** Small pictures along the recording: asked for one at a time, of several wishes meanwhile only the last. */
export class Thumbnails {
  readonly #player: ReplayPlayer;
  readonly #show: (image: ImageBitmap | null) => void;
  readonly #kept = new Map<number, ImageBitmap | null>();
  #wanted: number | null = null;
  #busy = false;
  #closed = false;

  /** `show` is told the picture of the place that was wanted last; null where there is none. The picture stays this object's. */
  constructor(player: ReplayPlayer, show: (image: ImageBitmap | null) => void) {
    this.#player = player;
    this.#show = show;
  }

  want(seconds: number): void {
    const grain = Math.max(0.5, this.#player.duration / PLACES);
    const place = Math.round(seconds / grain) * grain;
    if (place === this.#wanted) return;
    this.#wanted = place;
    const kept = this.#kept.get(place);
    if (kept !== undefined) this.#show(kept);
    else if (!this.#busy) void this.#fetch();
  }

  close(): void {
    this.#closed = true;
    for (const image of this.#kept.values()) image?.close();
    this.#kept.clear();
  }

  async #fetch(): Promise<void> {
    this.#busy = true;
    for (let place = this.#wanted; place !== null && !this.#kept.has(place); place = this.#wanted) {
      // A picture that cannot be had is none: the time stands there all the same.
      const image = await this.#player.thumbnail(place).catch(() => null);
      if (this.#closed) return image?.close();
      this.#keep(place, image);
      if (place === this.#wanted) this.#show(image);
    }
    this.#busy = false;
  }

  #keep(place: number, image: ImageBitmap | null): void {
    this.#kept.set(place, image);
    if (this.#kept.size <= KEPT) return;
    const [oldest] = this.#kept.keys();
    this.#kept.get(oldest)?.close();
    this.#kept.delete(oldest);
  }
}
