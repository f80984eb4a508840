import type { OverlayLayer } from '@sgaps/protocol';
import { SgapsError } from '@sgaps/protocol/vocabulary';
import { FrameRequests } from './FrameRequests.js';
import { MarkerTrack } from './MarkerTrack.js';
import { PlayClock } from './PlayClock.js';
import type { ReplayPlayerEvent, ReplayPlayerEvents } from './PlayerEvents.js';
import { type PlayerTiming, pageTiming } from './PlayerTiming.js';
import type { Playhead } from './Playhead.js';
import { RemoteSource, type RemoteSourceOptions } from './RemoteSource.js';
import { checkedRange, checkedRate, checkedTime, type ReplayPlayerOptions, type ReplayRange } from './ReplayPlayerOptions.js';
import type { FrameOrigin, ReplayFrame, ReplayInfo, ReplayMarker, ReplaySource, ReplayStates } from './ReplaySource.js';
import { StateTrack } from './StateTrack.js';

/** Frames a second where a source does not say. */
const FPS = 30;
/** Seconds behind the live edge at which a marker is still news. */
const NEWS_WITHIN = 2;
/** Seconds that others move on by playing; more is a jump. */
const STRIDE = 1;

/** Somebody who waits for the frame that was asked for. */
interface Waiter {
  resolve(): void;
  reject(error: SgapsError): void;
}

/**
 * Plays a replay, engine-free, as a media element plays a video: seconds everywhere, and events. The clock is the player's; its source gives frames by their time.
 *
 * @example
 * ```ts
 * const player = await ReplayPlayer.open({ server: 'https://replays.example.com', recording: 'a1' });
 * player.addEventListener('frame', ({ detail }) => context.drawImage(detail.image, 0, 0));
 * await player.play();
 * ```
 */
export class ReplayPlayer extends EventTarget {
  readonly #source: ReplaySource;
  readonly #requests: FrameRequests;
  readonly #clock: PlayClock;
  readonly #markers = new MarkerTrack();
  #states = new StateTrack(0);
  #info: ReplayInfo | null = null;
  #frame: ReplayFrame | null = null;
  #duration = 0;
  #growing = false;
  #paused = true;
  #seeking = false;
  #ended = false;
  #live = false;
  /** Others of a party choose what is shown. */
  #following = false;
  #stalled = false;
  #starting = false;
  #error: SgapsError | null = null;
  #disposed = false;
  #loop: boolean;
  #range: ReplayRange | null;
  #waiters: Waiter[] = [];

  private constructor(source: ReplaySource, options: ReplayPlayerOptions, timing: PlayerTiming) {
    super();
    this.#source = source;
    this.#requests = new FrameRequests(source, timing, () => this.#setStalled(true));
    const user = {
      runs: () => this.#runs,
      frame: () => this.#frame,
      bounds: () => this.#bounds,
      growing: () => this.#growing && this.#bounds.end === this.#duration,
      fps: () => this.#fps,
      moved: () => this.#pass(),
      over: () => this.#finish(),
    };
    this.#clock = new PlayClock(user, this.#requests, timing);
    this.#clock.head.rate = checkedRate(options.playbackRate ?? 1);
    this.#loop = options.loop ?? false;
    this.#range = checkedRange(options.range ?? null);
  }

  /**
   * Opens a replay: of a source, or of a server by `RemoteSourceOptions`. Settles once it is known what is played; the first frame follows.
   *
   * @param timing Where the clock has its time from; the page's own by default.
   * @throws SgapsError What the source rejects with, `ARGUMENT_INVALID` for options that make no sense.
   */
  static async open(
    source: ReplaySource | RemoteSourceOptions,
    options: ReplayPlayerOptions = {},
    timing: PlayerTiming = pageTiming,
  ): Promise<ReplayPlayer> {
    checkedTime(options.currentTime ?? 0);
    const player = new ReplayPlayer('request' in source ? source : new RemoteSource(source), options, timing);
    try {
      await player.#open();
    } catch (error) {
      await player.dispose();
      throw error;
    }
    // Once whoever opened it has had time to listen.
    timing.after(0, () => player.#begin(options));
    return player;
  }

  get info(): ReplayInfo {
    return this.#info as ReplayInfo;
  }

  /** Seconds: of what is shown. Setting it seeks. */
  get currentTime(): number {
    const { time } = this.#head;
    if (!this.#frame) return time;
    return Math.max(this.#frame.time, Math.min(time, this.#frame.next ?? time));
  }

  set currentTime(seconds: number) {
    checkedTime(seconds);
    // Whoever does not wait hears of an error by its event.
    this.seek(seconds).catch(() => undefined);
  }

  get duration(): number {
    return this.#duration;
  }

  /** False while it plays, is live, or follows a party. */
  get paused(): boolean {
    return this.#paused;
  }

  get seeking(): boolean {
    return this.#seeking;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Follows the live edge. */
  get isLive(): boolean {
    return this.#live;
  }

  /** Is still recorded. */
  get growing(): boolean {
    return this.#growing;
  }

  get stalled(): boolean {
    return this.#stalled;
  }

  get error(): SgapsError | null {
    return this.#error;
  }

  /** −4 … 8, and at least 0.25 either way. @throws SgapsError `ARGUMENT_INVALID` */
  get playbackRate(): number {
    return this.#head.rate;
  }

  set playbackRate(rate: number) {
    if (checkedRate(rate) === this.#head.rate) return;
    this.#clock.turn(rate);
    this.#emit('ratechange', null);
  }

  get loop(): boolean {
    return this.#loop;
  }

  set loop(loop: boolean) {
    this.#loop = loop;
  }

  /** Plays and seeks within it. @throws SgapsError `ARGUMENT_INVALID` for one that ends before it starts. */
  get range(): ReplayRange | null {
    return this.#range;
  }

  set range(range: ReplayRange | null) {
    this.#range = checkedRange(range);
    const time = this.#head.time;
    if (range && !this.#error && (this.#live || this.#clamp(time) !== time)) this.currentTime = time;
    else this.#clock.look();
  }

  /** What is shown; its image holds until the next frame comes. */
  get frame(): ReplayFrame | null {
    return this.#frame;
  }

  /** Those known so far, by time. */
  get markers(): readonly ReplayMarker[] {
    return this.#markers.all;
  }

  /** The game's values so far, by time. */
  get states(): ReplayStates {
    return this.#states;
  }

  /** Settles once it plays, or something else was asked of it. At the end it starts over. @throws SgapsError What ended the replay. */
  async play(): Promise<void> {
    this.#assertUsable();
    if (this.#live || (!this.#paused && !this.#following)) return;
    const took = this.#takeOver();
    const { start, end } = this.#bounds;
    const [first, last] = this.#head.rate > 0 ? [start, end] : [end, start];
    const time = this.#head.time;
    this.#setPaused(false);
    this.#starting = true;
    if (time === last && !(this.#growing && last === end)) this.#seekTo(first);
    else if (took || (this.#requests.open === null && this.#requests.differs(time, this.#frame))) this.#requests.ask(time);
    if (this.#requests.open === null) this.#started();
    this.#clock.look();
    if (this.#starting) await this.#answer();
  }

  pause(): void {
    if (this.#paused || this.#disposed) return;
    const took = this.#takeOver() || this.#setLive(false);
    this.#setPaused(true);
    this.#clock.rest();
    const time = this.#head.time;
    if (took || (!this.#seeking && this.#requests.open !== time && this.#requests.differs(time, this.#frame)))
      this.#requests.ask(time);
  }

  /** Settles once the frame is shown, or something else was asked for. @throws SgapsError `ARGUMENT_INVALID`, or what ended the replay. */
  async seek(seconds: number): Promise<void> {
    checkedTime(seconds);
    if (seconds === Number.POSITIVE_INFINITY) return this.live();
    this.#assertUsable();
    this.#seekTo(this.#clamp(seconds));
    if (this.#seeking) await this.#answer();
  }

  /** Pauses and goes so many frames on, or back. @throws SgapsError `ARGUMENT_INVALID`, or what ended the replay. */
  async step(frames: number): Promise<void> {
    if (!Number.isSafeInteger(frames))
      throw new SgapsError('ARGUMENT_INVALID', `step() goes a whole number of frames, not ${frames}.`);
    this.#assertUsable();
    this.pause();
    for (let left = Math.abs(frames); left > 0; left--) {
      if (this.#requests.open !== null) await this.#answer();
      const time = this.#neighbour(Math.sign(frames));
      if (time === null || this.#clamp(time) !== time || !this.#paused) return;
      this.#seekTo(time);
      if (this.#seeking) await this.#answer();
      // Somebody sought meanwhile.
      if (this.#head.time !== time) return;
    }
  }

  /** Follows the live edge; settles with its first frame. Of a replay that does not grow, and of a clip, it shows the end. */
  async live(): Promise<void> {
    this.#assertUsable();
    if (!this.#growing || this.#range) return this.seek(this.#bounds.end);
    if (this.#live) return;
    this.#settle();
    this.#takeOver();
    this.#seeking = false;
    this.#clock.rest();
    this.#setPaused(false);
    this.#starting = true;
    this.#setLive(true);
    this.#requests.ask(Number.POSITIVE_INFINITY);
    await this.#answer();
  }

  /** Overlays to be told with each frame from now on, by `overlay` events. */
  setOverlays(layers: readonly OverlayLayer[]): void {
    if (!this.#disposed) this.#source.overlays(layers);
  }

  /** A small picture near a time, for a scrub bar; null where there is none. It is yours to close. */
  thumbnail(seconds: number): Promise<ImageBitmap | null> {
    return this.#source.thumbnail(seconds);
  }

  /** Ends it, at any time; nothing is told any more. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#clock.rest();
    this.#requests.forget();
    this.#settle();
    this.#frame?.image.close();
    this.#frame = null;
    await this.#source.close();
  }

  override addEventListener<K extends keyof ReplayPlayerEvents>(
    type: K,
    listener: ((event: ReplayPlayerEvent<K>) => void) | EventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener as EventListener | null, options);
  }

  override removeEventListener<K extends keyof ReplayPlayerEvents>(
    type: K,
    listener: ((event: ReplayPlayerEvent<K>) => void) | EventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener as EventListener | null, options);
  }

  async #open(): Promise<void> {
    const info = await this.#source.open({
      frame: (frame, origin) => this.#take(frame, origin),
      unchanged: () => {
        if (this.#live && this.#frame) this.#liveFrame(this.#frame.time, true);
        this.#answered();
      },
      overlay: (picture) => this.#emit('overlay', picture),
      growth: (duration, growing) => this.#grow(duration, growing),
      markers: (markers) => this.#mark(markers),
      states: (states) => {
        this.#states.add(states);
        this.#emit('stateschange', null);
      },
      figures: (figures) => this.#emit('figures', figures),
      connection: (stalled) => {
        // Once it is back, the frame that was asked for is still to come.
        if (stalled || this.#requests.open === null) this.#setStalled(stalled);
      },
      failed: (error) => this.#fail(error),
    });
    this.#info = info;
    this.#states = new StateTrack(info.values.length);
    this.#duration = info.duration;
    this.#growing = info.growing;
    this.#head.set(this.#bounds.start);
  }

  #begin({ currentTime = this.#bounds.start, autoplay = false }: ReplayPlayerOptions): void {
    // By now somebody may have asked for something.
    if (this.#disposed || this.#error || this.#following || this.#requests.askedAt > Number.NEGATIVE_INFINITY) return;
    this.currentTime = currentTime;
    if (autoplay) this.play().catch(() => undefined);
  }

  // ---- What the source tells.

  #take(frame: ReplayFrame, origin?: FrameOrigin): void {
    if (this.#disposed) {
      frame.image.close();
      return;
    }
    const before = this.#frame;
    this.#frame = frame;
    const reach = frame.next ?? frame.time;
    if (this.#growing && reach > this.#duration) this.#grow(reach, true);
    if (origin === 'others') this.#follow(frame.time);
    else if (origin === 'earlier') this.#requests.come(frame, this.#head.rate, this.#head.time);
    else if (this.#live) this.#liveFrame(frame.time, this.#requests.open !== null);
    this.#emit('frame', frame);
    before?.image.close();
    this.#emit('timeupdate', null);
    if (origin === undefined) this.#answered();
    else this.#setStalled(false);
  }

  /** What was asked for last is what is shown. */
  #answered(): void {
    if (this.#disposed) return;
    const open = this.#requests.open;
    this.#requests.settle();
    if (open !== null) {
      const sought = this.#seeking;
      this.#seeking = false;
      if (sought) this.#emit('seeked', null);
      // A listener may have asked for the next.
      if (this.#requests.open !== null) return;
    }
    this.#settle();
    if (this.#starting) this.#started();
    else this.#setStalled(false);
    this.#clock.look();
  }

  /** Somebody else of the party chose what is shown. */
  #follow(time: number): void {
    if (!this.#following) {
      this.#seeking = false;
      this.#settle();
      this.#clock.rest();
      this.#requests.forget();
      this.#setLive(false);
      this.#following = true;
      this.#ended = false;
      const rested = this.#paused;
      this.#setPaused(false);
      if (rested) this.#emit('playing', null);
      this.#markers.jump(time);
    } else if (Math.abs(time - this.#head.time) > STRIDE) this.#markers.jump(time);
    this.#head.set(time);
    this.#pass();
  }

  #liveFrame(time: number, first: boolean): void {
    this.#head.set(time);
    if (first) this.#markers.jump(time);
    else this.#pass();
  }

  #grow(duration: number, growing: boolean): void {
    if (duration === this.#duration && growing === this.#growing) return;
    this.#duration = duration;
    this.#growing = growing;
    this.#emit('durationchange', null);
    if (this.#live && !growing) this.#finish();
    else this.#clock.look();
  }

  #mark(markers: readonly ReplayMarker[]): void {
    this.#markers.add(markers);
    this.#emit('markerschange', null);
    if (!this.#live) return;
    // At the live edge a marker is told when its frame was shown already.
    const time = this.#head.time;
    for (const marker of markers) if (marker.time <= time && marker.time > time - NEWS_WITHIN) this.#emit('marker', marker);
  }

  #fail(error: SgapsError): void {
    if (this.#disposed || this.#error) return;
    this.#error = error;
    for (const { reject } of this.#waiters.splice(0)) reject(error);
    this.#clock.rest();
    this.#requests.forget();
    this.#seeking = false;
    this.#following = false;
    this.#stalled = false;
    this.#setLive(false);
    this.#setPaused(true);
    this.#emit('error', error);
  }

  // ---- As time goes by.

  #pass(): void {
    for (const marker of this.#markers.move(this.currentTime)) this.#emit('marker', marker);
  }

  #finish(): void {
    const { start, end } = this.#bounds;
    if (this.#loop && !this.#live && end > start) {
      this.#seekTo(this.#head.rate > 0 ? start : end);
      return;
    }
    this.#clock.rest();
    this.#requests.forget();
    this.#settle();
    this.#ended = true;
    this.#setLive(false);
    this.#emit('timeupdate', null);
    this.#setPaused(true);
    this.#emit('ended', null);
  }

  // ---- What its user wants.

  /** Sets the playhead; `#seeking` is true afterwards where the frame is still to come. */
  #seekTo(time: number): void {
    this.#settle();
    const took = [this.#takeOver(), this.#setLive(false)].includes(true);
    const late = this.#requests.open !== null;
    this.#clock.rest();
    this.#ended = false;
    this.#seeking = true;
    this.#head.set(time);
    this.#markers.jump(time);
    this.#emit('seeking', null);
    if (took || late || this.#requests.differs(time, this.#frame)) {
      this.#requests.forget();
      this.#requests.ask(time);
      return;
    }
    this.#seeking = false;
    this.#emit('timeupdate', null);
    this.#emit('seeked', null);
    this.#clock.look();
  }

  /** The user chooses again what is shown, and no longer others. */
  #takeOver(): boolean {
    const followed = this.#following;
    this.#following = false;
    return followed;
  }

  #neighbour(direction: number): number | null {
    const frame = this.#frame;
    if (!frame) return null;
    if (direction < 0) return frame.previous;
    const guess = frame.time + 1 / this.#fps;
    return frame.next ?? (guess < this.#duration ? guess : null);
  }

  get #runs(): boolean {
    return !(this.#paused || this.#live || this.#following || this.#seeking || this.#starting || this.#disposed);
  }

  get #head(): Playhead {
    return this.#clock.head;
  }

  get #fps(): number {
    return this.#info?.fps || FPS;
  }

  get #bounds(): ReplayRange {
    const end = Math.min(this.#range?.end ?? Number.POSITIVE_INFINITY, this.#duration);
    return { start: Math.min(this.#range?.start ?? 0, end), end };
  }

  #clamp(time: number): number {
    const { start, end } = this.#bounds;
    return Math.max(start, Math.min(end, time));
  }

  #answer(): Promise<void> {
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Whoever waits need not any longer: what was asked for is there, or something else was asked for. */
  #settle(): void {
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  #started(): void {
    this.#starting = false;
    this.#stalled = false;
    this.#emit('playing', null);
  }

  #setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    this.#starting = false;
    if (!paused) this.#ended = false;
    else if (!this.#seeking) this.#settle();
    this.#emit(paused ? 'pause' : 'play', null);
  }

  /** True where it was another. */
  #setLive(live: boolean): boolean {
    if (live === this.#live) return false;
    this.#live = live;
    this.#emit('live', null);
    return true;
  }

  #setStalled(stalled: boolean): void {
    if (stalled === this.#stalled || this.#disposed) return;
    this.#stalled = stalled;
    this.#emit(stalled ? 'stall' : 'playing', null);
  }

  #assertUsable(): void {
    if (this.#error) throw this.#error;
    if (this.#disposed) throw new SgapsError('CLOSED', 'This player was disposed of: open another.');
  }

  #emit<K extends keyof ReplayPlayerEvents>(type: K, detail: ReplayPlayerEvents[K]): void {
    if (!this.#disposed) this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
