import { Control } from '@babylonjs/gui/2D/controls/control.js';
import { Grid } from '@babylonjs/gui/2D/controls/grid.js';
import { Rectangle } from '@babylonjs/gui/2D/controls/rectangle.js';
import { Slider } from '@babylonjs/gui/2D/controls/sliders/slider.js';
import { TextBlock } from '@babylonjs/gui/2D/controls/textBlock.js';
import type { ReplayPlayer } from '@sgaps/client/player';
import { MarkerStrip } from './MarkerStrip.js';
import { PlayIcon } from './PlayIcon.js';

/**
 * How a `ReplayTimeline` looks, and which speeds its button goes through.
 *
 * @example
 * ```ts
 * const options: ReplayTimelineOptions = { accent: '#ffb454', rates: [0.25, 1, 2] };
 * ```
 */
export interface ReplayTimelineOptions {
  /** Pixels. Default 44. */
  readonly height?: number;
  /** What has been played, and what is on. Default `#4cc9f0`. */
  readonly accent?: string;
  /** Default `#ffd166`. */
  readonly markerColor?: string;
  /** −4 … 8, not 0. Default 0.25, 0.5, 1, 2, 4. */
  readonly rates?: readonly number[];
  readonly fontFamily?: string;
  /** Default `LIVE`. */
  readonly liveText?: string;
}

const EVENTS = [
  ...['timeupdate', 'durationchange', 'markerschange', 'play', 'playing', 'pause', 'ratechange', 'seeking', 'seeked'],
  ...['live', 'stall', 'ended', 'error'],
] as const;
const THUMB = 14;

/**
 * A control of `@babylonjs/gui` that plays, pauses and seeks: a button, the time with the markers, the speed, and for a session that
 * still grows a button to its live edge. It goes where any control goes, on the screen or on a mesh.
 *
 * @example
 * ```ts
 * const ui = AdvancedDynamicTexture.CreateFullscreenUI('ui', true, scene);
 * ui.addControl(new ReplayTimeline('timeline', layer));
 * ```
 */
export class ReplayTimeline extends Rectangle {
  readonly #rates: readonly number[];
  readonly #accent: string;
  readonly #icon = new PlayIcon('icon');
  readonly #slider = new Slider('time');
  readonly #strip = new MarkerStrip('markers');
  readonly #time = new TextBlock('clock');
  readonly #rate = new TextBlock('rate');
  readonly #live = new TextBlock('live');
  #player: ReplayPlayer | null = null;
  #disposed = false;
  /** The user holds the slider. */
  #held = false;
  /** The slider is moved by the player. */
  #following = false;

  /** `replay`: a `ReplayTexture`, `ReplayLayer` or `ReplayScreenBehavior`, or a player. */
  constructor(
    name: string,
    replay: ReplayPlayer | { readonly ready: Promise<ReplayPlayer> },
    options: ReplayTimelineOptions = {},
  ) {
    super(name);
    const { height = 44, accent = '#4cc9f0', rates = [0.25, 0.5, 1, 2, 4], fontFamily = 'system-ui, sans-serif' } = options;
    this.#rates = rates;
    this.#accent = accent;
    this.heightInPixels = height;
    this.thickness = 0;
    this.background = '#0b0f16d0';
    this.verticalAlignment = Control.VERTICAL_ALIGNMENT_BOTTOM;
    this.isPointerBlocker = true;
    this.fontFamily = fontFamily;
    this.fontSizeInPixels = Math.round(height * 0.34);
    this.color = '#e6edf6';
    this.#live.text = `● ${options.liveText ?? 'LIVE'}`;
    this.#build(height, options.markerColor ?? '#ffd166');
    this.#show();
    if ('ready' in replay) replay.ready.then(this.#take, () => this.#say('No replay'));
    else this.#take(replay);
  }

  override _getTypeName(): string {
    return 'ReplayTimeline';
  }

  /** The player, once it is open. */
  get player(): ReplayPlayer | null {
    return this.#player;
  }

  override dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const event of EVENTS) this.#player?.removeEventListener(event, this.#show);
    this.#player = null;
    super.dispose();
  }

  readonly #take = (player: ReplayPlayer): void => {
    if (this.#disposed) return;
    this.#player = player;
    for (const event of EVENTS) player.addEventListener(event, this.#show);
    this.#show();
  };

  #build(height: number, markerColor: string): void {
    const grid = new Grid('row');
    grid.addRowDefinition(1);
    for (const [width, pixels] of [
      [height, true],
      [1, false],
      [height * 2.9, true],
      [height * 1.2, true],
      [height * 1.6, true],
    ] as const)
      grid.addColumnDefinition(width, pixels);
    this.addControl(grid);
    const play = this.#button('play', () => this.#toggle());
    play.addControl(this.#icon);
    this.#icon.isHitTestVisible = false;
    grid.addControl(play, 0, 0);

    const slider = this.#slider;
    slider.heightInPixels = Math.round(height * 0.5);
    slider.barOffset = `${Math.round(height * 0.17)}px`;
    slider.thumbWidth = `${THUMB}px`;
    slider.isThumbCircle = true;
    slider.isThumbClamped = true;
    slider.color = this.#accent;
    slider.background = '#454d5a';
    slider.borderColor = 'transparent';
    slider.thumbColor = '#ffffff';
    slider.minimum = 0;
    slider.maximum = 1;
    slider.value = 0;
    slider.onPointerDownObservable.add(() => {
      this.#held = true;
    });
    slider.onPointerUpObservable.add(() => {
      this.#held = false;
    });
    slider.onValueChangedObservable.add((seconds) => {
      if (!this.#following) this.#seek(seconds);
    });
    grid.addControl(slider, 0, 1);
    const strip = this.#strip;
    strip.heightInPixels = Math.round(height * 0.62);
    strip.inset = THUMB / 2;
    strip.color = markerColor;
    strip.isHitTestVisible = false;
    grid.addControl(strip, 0, 1);

    grid.addControl(this.#time, 0, 2);
    const rate = this.#button('rate', () => this.#faster());
    rate.addControl(this.#rate);
    grid.addControl(rate, 0, 3);
    const live = this.#button('live', () => this.#player?.live().catch(() => undefined));
    live.addControl(this.#live);
    grid.addControl(live, 0, 4);
  }

  #button(name: string, click: () => void): Rectangle {
    const button = new Rectangle(name);
    button.thickness = 0;
    button.cornerRadius = 6;
    button.hoverCursor = 'pointer';
    button.isPointerBlocker = true;
    button.onPointerEnterObservable.add(() => {
      button.background = '#ffffff24';
    });
    button.onPointerOutObservable.add(() => {
      button.background = '';
    });
    button.onPointerClickObservable.add(click);
    return button;
  }

  #toggle(): void {
    const player = this.#player;
    if (!player) return;
    // What ends a replay is told by its error.
    if (player.paused) player.play().catch(() => undefined);
    else player.pause();
  }

  #seek(seconds: number): void {
    if (this.#player) this.#player.currentTime = seconds;
  }

  /** The next of the speeds, the first after the last. */
  #faster(): void {
    const player = this.#player;
    if (!player || this.#rates.length === 0) return;
    player.playbackRate = this.#rates[(this.#rates.indexOf(player.playbackRate) + 1) % this.#rates.length];
  }

  /** Shows what the player says. Controls that get what they have already are not drawn anew. */
  readonly #show = (): void => {
    const player = this.#player;
    this.isEnabled = player !== null;
    this.#live.isVisible = player !== null && (player.growing || player.isLive);
    if (!player) return this.#say('Loading …');
    const { start, end } = player.range ?? { start: 0, end: player.duration };
    this.#icon.shape = player.ended ? 'again' : player.paused ? 'play' : 'pause';
    this.#following = true;
    this.#slider.minimum = start;
    this.#slider.maximum = Math.max(end, start + 1e-3);
    // Until a frame has come that was asked for, the player is where it was.
    if (!this.#held && !player.seeking) this.#slider.value = player.currentTime;
    this.#following = false;
    this.#strip.show(player.markers, start, end);
    this.#rate.text = `${player.playbackRate}×`;
    this.#live.color = player.isLive ? '#ff5c5c' : '#8b97a8';
    if (player.error) this.#say('Broken off');
    else if (player.stalled) this.#say('Waiting …');
    else this.#say(`${clock(this.#slider.value - start)} / ${clock(end - start)}`);
  };

  #say(text: string): void {
    this.#time.text = text;
  }
}

/** `1:05`, or `1:02:05`. */
function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds + 1e-6));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return `${h > 0 ? `${h}:${String(m).padStart(2, '0')}` : m}:${String(s).padStart(2, '0')}`;
}
