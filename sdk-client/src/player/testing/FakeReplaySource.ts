import type { OverlayLayer } from '@sgaps/protocol';
import type { FrameOrigin, ReplayFrame, ReplayInfo, ReplayListener, ReplaySource } from '../ReplaySource.js';
import type { FakeTime } from './FakeTime.js';

/** A source without pictures: answers after `latency` ms, two requests at a time, the newest of those that wait. */
export class FakeReplaySource implements ReplaySource {
  latency = 20;
  /** Frames tell which are beside them. */
  tellsNeighbours = true;
  readonly requests: number[] = [];
  readonly images: { closed: number }[] = [];
  closed = 0;
  layers: readonly OverlayLayer[] = [];
  refuse: Error | null = null;
  listener!: ReplayListener;
  readonly #time: FakeTime;
  readonly #times: number[];
  readonly #info: Partial<ReplayInfo>;
  #underWay = 0;
  #waiting: number | null = null;
  #newest = 0;
  #shown: number | null = null;

  /** @param times Of its frames, seconds. */
  constructor(time: FakeTime, times: readonly number[], info: Partial<ReplayInfo> = {}) {
    this.#time = time;
    this.#times = [...times];
    this.#info = info;
  }

  async open(listener: ReplayListener): Promise<ReplayInfo> {
    this.listener = listener;
    if (this.refuse) throw this.refuse;
    return {
      recordingId: 'a1',
      game: 'fake',
      engine: 'none',
      width: 16,
      height: 16,
      fps: 30,
      startedAt: 0,
      duration: this.#times[this.#times.length - 1],
      growing: false,
      values: ['score'],
      ...this.#info,
    };
  }

  request(time: number): void {
    this.requests.push(time);
    this.#newest = this.requests.length;
    this.#waiting = time;
    this.#pump();
  }

  overlays(layers: readonly OverlayLayer[]): void {
    this.layers = layers;
  }

  async thumbnail(): Promise<ImageBitmap | null> {
    return null;
  }

  async close(): Promise<void> {
    this.closed++;
  }

  /** A frame comes, whoever asked for it. */
  show(at: number, origin?: FrameOrigin): void {
    this.#shown = origin === undefined ? at : null;
    const image = { closed: 0, close: () => image.closed++ };
    this.images.push(image);
    const frame: ReplayFrame = {
      image: image as unknown as ImageBitmap,
      time: this.#times[at],
      frameId: at,
      previous: this.#times[at - 1] ?? null,
      next: this.tellsNeighbours ? (this.#times[at + 1] ?? null) : null,
      depth: null,
      refined: false,
    };
    this.listener.frame(frame, origin);
  }

  /** The recording goes on. */
  grow(time: number): void {
    this.#times.push(time);
    this.listener.growth(time, true);
  }

  #pump(): void {
    if (this.#waiting === null || this.#underWay >= 2) return;
    const time = this.#waiting;
    const number = this.#newest;
    this.#waiting = null;
    this.#underWay++;
    this.#time.exactlyAfter(this.latency, () => {
      this.#underWay--;
      const later = this.#times.findIndex((other) => other > time + 0.001);
      const at = later < 0 ? this.#times.length - 1 : Math.max(0, later - 1);
      const isNewest = number === this.#newest;
      if (isNewest && this.#shown === at) this.listener.unchanged();
      else {
        this.show(at, isNewest ? undefined : 'earlier');
        this.#shown = at;
      }
      this.#pump();
    });
  }
}
