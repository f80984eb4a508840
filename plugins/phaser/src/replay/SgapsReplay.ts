import { ReplayPlayer } from '@sgaps/client/player';
import { isSgapsError, SgapsError } from '@sgaps/protocol';
import { GameObjects, type Scene } from 'phaser';
import { drawNotice } from './drawNotice.js';
import { FrameTexture } from './FrameTexture.js';
import type { SgapsReplayOptions } from './options.js';
import { SceneHold } from './SceneHold.js';

const POSTER = 0x12121c;
/** Pixels, and the shape of most games, until something is known. */
const UNKNOWN = { width: 640, height: 360 };

/**
 * A replay as a game object: an image whose picture plays. Origin, scale, mask, tint, crop and tweens act on it as on any image, in WebGL and on a canvas. It shows a poster until
 * its first frame, and words where nothing can be shown; nothing that goes wrong is thrown into the game's loop. A scene that is paused or sleeps pauses it.
 *
 * It emits `ready` (the player), `timeupdate` (seconds), `marker` (a `ReplayMarker` that was passed), `stall` and `playing` (no frame comes; it goes on), `ended`, and `error` (a
 * `SgapsError`). What else there is to ask or to command is at `player`.
 *
 * @example
 * ```ts
 * const replay = this.add.sgapsReplay(320, 180, { source: { server: 'https://replays.example.com', recording: 'a1' }, width: 320, autoplay: true });
 * replay.on('ended', () => this.tweens.add({ targets: replay, alpha: 0, onComplete: () => replay.destroy() }));
 * ```
 */
export class SgapsReplay extends GameObjects.Image {
  /** The player once it is open. Rejects where that fails, or the object is destroyed before. */
  readonly ready: Promise<ReplayPlayer>;
  readonly #options: SgapsReplayOptions;
  readonly #picture: FrameTexture;
  readonly #hold: SceneHold;
  readonly #listening = new AbortController();
  #player: ReplayPlayer | null = null;
  /** A frame came that is not in the texture yet. */
  #fresh = false;
  /** `error` has told why nothing more comes. */
  #told = false;

  constructor(scene: Scene, x: number, y: number, options: SgapsReplayOptions) {
    const { width, height } = sizeOf(options, UNKNOWN);
    const { poster = POSTER, loading = 'Loading…', smooth = scene.sys.game.config.antialias } = options;
    const notice = drawNotice({ width, height, colour: poster, text: loading });
    const picture = new FrameTexture(scene.sys.game, notice, width, height, smooth);
    super(scene, x, y, picture.key);
    this.type = 'SgapsReplay';
    this.#options = options;
    this.#picture = picture;
    this.#hold = new SceneHold(scene);
    scene.sys.events.on('prerender', this.#upload, this);
    this.ready = this.#open();
    // Told by `error` and on the object; who waits for `ready` hears it there too.
    this.ready.catch(() => undefined);
  }

  /** The player, or `null` until it is open. */
  get player(): ReplayPlayer | null {
    return this.#player;
  }

  /** Seconds; what is shown. Assigning it seeks, so that a tween can run through a replay. Nothing before it is open: begin with the option of that name. */
  get currentTime(): number {
    return this.#player?.currentTime ?? 0;
  }

  set currentTime(seconds: number) {
    if (this.#player) this.#player.currentTime = seconds;
  }

  /** 1 is the speed of the game; see `ReplayPlayer`. Nothing before it is open: begin with the option of that name. */
  get playbackRate(): number {
    return this.#player?.playbackRate ?? this.#options.playbackRate ?? 1;
  }

  set playbackRate(rate: number) {
    if (this.#player) this.#player.playbackRate = rate;
  }

  /** Plays, as soon as it is open and its scene runs. Like all commands it settles without an error where `error` has told one. */
  play(): Promise<void> {
    return this.#command((player) => player.play());
  }

  /** Pauses, as soon as it is open. */
  pause(): Promise<void> {
    return this.#command((player) => {
      this.#hold.forget();
      player.pause();
    });
  }

  /** Shows another time, seconds, as soon as it is open. */
  seek(seconds: number): Promise<void> {
    return this.#command((player) => player.seek(seconds));
  }

  /** Follows what is still recorded, as soon as it is open and its scene runs. */
  live(): Promise<void> {
    return this.#command((player) => player.live());
  }

  protected preDestroy(): void {
    this.scene.sys.events.off('prerender', this.#upload, this);
    this.#listening.abort();
    this.#hold.dispose();
    this.#picture.destroy();
    const player = this.#player;
    this.#player = null;
    if (player && !this.#isGiven) void player.dispose();
  }

  get #isGiven(): boolean {
    return this.#options.source instanceof ReplayPlayer;
  }

  async #command(act: (player: ReplayPlayer) => Promise<void> | void): Promise<void> {
    try {
      await act(await this.ready);
    } catch (cause) {
      if (!this.#told && !this.#listening.signal.aborted) throw cause;
    }
  }

  async #open(): Promise<ReplayPlayer> {
    const { source } = this.#options;
    try {
      const player = await (source instanceof ReplayPlayer ? source : ReplayPlayer.open(source, this.#options));
      if (this.#listening.signal.aborted) {
        if (!this.#isGiven) await player.dispose();
        throw new SgapsError('CLOSED', 'The replay was destroyed before it was open.');
      }
      if (this.#isGiven) this.#apply(player);
      this.#begin(player);
      return player;
    } catch (cause) {
      const error = isSgapsError(cause)
        ? cause
        : new SgapsError('UNSUPPORTED', `The replay cannot be opened: ${cause}`, { cause });
      this.#fail(error);
      throw error;
    }
  }

  /** A player that was given plays as its giver wanted, but for what is said here. What goes wrong is told by its own event. */
  #apply(player: ReplayPlayer): void {
    const { playbackRate, loop, range, currentTime, autoplay } = this.#options;
    if (playbackRate !== undefined) player.playbackRate = playbackRate;
    if (loop !== undefined) player.loop = loop;
    if (range !== undefined) player.range = range;
    if (currentTime !== undefined) player.currentTime = currentTime;
    if (autoplay) player.play().catch(() => undefined);
  }

  #begin(player: ReplayPlayer): void {
    this.#player = player;
    this.#fit(player.info);
    this.#hold.attach(player);
    const { signal } = this.#listening;
    player.addEventListener('frame', () => (this.#fresh = true), { signal });
    player.addEventListener('error', ({ detail }) => this.#fail(detail), { signal });
    player.addEventListener('timeupdate', () => void this.emit('timeupdate', player.currentTime), { signal });
    player.addEventListener('marker', ({ detail }) => void this.emit('marker', detail), { signal });
    for (const name of ['stall', 'playing', 'ended'] as const)
      player.addEventListener(name, () => void this.emit(name), { signal });
    this.#fresh = player.frame !== null;
    this.emit('ready', player);
    if (player.error) this.#fail(player.error);
  }

  #fit(frames: { readonly width: number; readonly height: number }): void {
    const { width, height } = sizeOf(this.#options, frames);
    this.#picture.resize(width, height);
    this.setSizeToFrame();
    this.updateDisplayOrigin();
  }

  /** Just before the scene is drawn, so that of several frames that came only the newest is uploaded. */
  #upload(): void {
    if (!this.#fresh) return;
    this.#fresh = false;
    const frame = this.#player?.frame;
    if (!frame) return;
    try {
      this.#picture.show(frame.image);
    } catch (cause) {
      this.#fail(new SgapsError('UNSUPPORTED', `A frame of the replay cannot be shown: ${cause}`, { cause }));
    }
  }

  #fail(error: SgapsError): void {
    if (this.#listening.signal.aborted) return;
    const { poster = POSTER, failed = ({ message }) => message } = this.#options;
    const { width, height } = this;
    this.#told = true;
    this.#fresh = false;
    this.#picture.show(drawNotice({ width, height, colour: poster, text: failed(error), behind: this.#player?.frame?.image }));
    this.emit('error', error);
  }
}

/** The size in the game: what was asked for, and the frames' shape for what was not. */
function sizeOf(wanted: { width?: number; height?: number }, frames: { readonly width: number; readonly height: number }) {
  const { width, height } = wanted;
  if (width !== undefined && height !== undefined) return { width, height };
  if (width !== undefined) return { width, height: (width * frames.height) / frames.width };
  if (height !== undefined) return { width: (height * frames.width) / frames.height, height };
  return { width: frames.width, height: frames.height };
}

declare global {
  namespace Phaser {
    namespace GameObjects {
      interface GameObjectFactory {
        /** Adds a replay. There with `SgapsReplayPlugin` in the game's config. */
        sgapsReplay(x: number, y: number, options: SgapsReplayOptions): SgapsReplay;
      }
    }
  }
}
