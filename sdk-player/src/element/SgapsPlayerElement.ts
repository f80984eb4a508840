import { type ReplayInfo, ReplayPlayer, type ReplaySource } from '@sgaps/client/player';
import type { OverlayLayer, Picture } from '@sgaps/protocol';
import { LocalSource } from '../player/LocalSource.js';
import { playingOf, rateOf, SOURCE_ATTRIBUTES, sourceOf, timeOf } from './attributes.js';
import { make, setText } from './dom.js';
import { watchGestures } from './gestures.js';
import { icon } from './icons.js';
import { PlayerShell } from './PlayerShell.js';
import { ErrorPanel } from './parts/ErrorPanel.js';
import { Stage } from './parts/Stage.js';
import { skip, togglePlay } from './transport.js';

/**
 * What a `<sgaps-player>` may be given to play: a source, or a function that makes one, so that a broken one can be opened anew.
 *
 * @example
 * ```ts
 * const source: PlayerSource = () => LocalSource.open(file, { model: '/models/sgaps-mae-small/model.json' });
 * ```
 */
export type PlayerSource = ReplaySource | (() => ReplaySource | Promise<ReplaySource>);

/** What a player tells, told by the element too. */
const EVENTS = [
  ...['frame', 'overlay', 'timeupdate', 'seeking', 'seeked', 'play', 'playing', 'pause', 'ratechange', 'durationchange'],
  ...['marker', 'markerschange', 'stateschange', 'figures', 'stall', 'live', 'ended', 'error'],
];
/**
 * `<sgaps-player>`: plays a replay, from a file (`src`, and `model` to refine it, `archive-model` to show archives) or a server (`server`, `recording`, `encoder`, `channel`), with a `token` where the server asks for one.
 * `autoplay`, `loop`, `time` (s), `rate`, `live` and `poster` are as those of a video; `controls` lists what there is of `overlays graph share compare
 * fullscreen docked` (default: all but `compare` and `docked`), `bare` leaves all controls out. Tells what its `ReplayPlayer` tells, and `opened`, `closed` and `compare`.
 * Register it with `definePlayerElements`.
 *
 * @example
 * ```ts
 * definePlayerElements();
 * document.body.innerHTML = '<sgaps-player src="/recordings/a1.sgaps" autoplay></sgaps-player>';
 * ```
 */
export class SgapsPlayerElement extends PlayerShell {
  static readonly observedAttributes = [...SOURCE_ATTRIBUTES, 'time', 'rate', 'loop', 'poster', 'controls', 'bare'];

  readonly #view = new Stage();
  readonly #poster = make('img', { class: 'poster', part: 'poster', alt: '' });
  readonly #busy: HTMLElement = make('div', { class: 'busy', part: 'busy' }, make('span'));
  readonly #big = make(
    'button',
    { type: 'button', class: 'big', part: 'big-play', tabindex: '-1', 'aria-hidden': 'true' },
    icon('play'),
  );
  readonly #errors = new ErrorPanel(() => this.retry());
  #player: ReplayPlayer | null = null;
  /** True where the element opened its player, and so disposes it. */
  #isOwner = false;
  #given: PlayerSource | null = null;
  #source: ReplaySource | null = null;
  /** The opening under way, and what it opens, once that is made. */
  #opening: { source: ReplaySource | null } | null = null;
  #isScheduled = false;
  #events = new AbortController();
  /** Where to go on after an error, seconds. */
  #lastTime: number | null = null;

  constructor() {
    super('player');
    this.#poster.hidden = this.#busy.hidden = this.#big.hidden = true;
    this.stage.append(this.#view.element, this.#poster, this.overlayPanel.legends, this.#big, this.#busy, this.#errors.element);
    this.#big.addEventListener('click', () => this.#player && togglePlay(this.#player));
    watchGestures(this.stage, {
      awake: () => this.awake,
      click: () => !this.#isBare && this.#player && togglePlay(this.#player),
      doubleClick: () => !this.#isBare && this.toggleFullscreen(),
      tap: (awake) => this.#tap(awake),
      doubleTap: (side) => this.#skip(side),
    });
    this.setFeatures(null, false);
  }

  /** The player at work; null before it is open. One that is set is played and stays whose it was. */
  get player(): ReplayPlayer | null {
    return this.#player;
  }

  set player(player: ReplayPlayer | null) {
    this.#close();
    this.#given = null;
    if (player) this.#take(player, false);
  }

  /** What is played instead of what the attributes say. */
  get source(): PlayerSource | null {
    return this.#given;
  }

  set source(source: PlayerSource | null) {
    this.#given = source;
    this.#lastTime = null;
    this.#schedule();
  }

  /** The canvas that the frames are drawn on, in their own size. */
  get picture(): HTMLCanvasElement {
    return this.#view.picture;
  }

  /** Sets how much overlays cover, 0 … 1. */
  setOverlayStrength(strength: number): void {
    this.#view.overlays.strength = strength;
  }

  /** Shows pixels sharp, or smooth. */
  setPixelated(on: boolean): void {
    this.showPixelated(on);
  }

  /** Whether what is played has overlays. */
  get hasOverlays(): boolean {
    return !(this.#source instanceof LocalSource);
  }

  /** Sees that all of the game's values are read, where what is played reads them only when asked. */
  readStates(): void {
    if (this.#source instanceof LocalSource) this.#source.readStates();
  }

  /** Opens anew what was to be played, where it was. */
  retry(): void {
    this.#schedule();
  }

  override handleKey(event: KeyboardEvent): boolean {
    return !this.#isBare && super.handleKey(event);
  }

  connectedCallback(): void {
    if (!this.#player && !this.#opening) this.#schedule();
  }

  disconnectedCallback(): void {
    // One that is only moved elsewhere is connected again by then.
    queueMicrotask(() => {
      if (!this.isConnected && (this.#isOwner || this.#opening)) this.#close();
    });
  }

  attributeChangedCallback(name: string, before: string | null, value: string | null): void {
    if (before === value) return;
    if (SOURCE_ATTRIBUTES.some((source) => source === name)) {
      this.#lastTime = null;
      if (!this.#given) this.#schedule();
    } else if (name === 'poster') this.#showPoster();
    else if (name === 'controls') this.setFeatures(value, false);
    else if (name === 'bare') {
      this.frame.tabIndex = value === null ? 0 : -1;
      // One with nothing to operate is no place to go to.
      this.frame.setAttribute('role', value === null ? 'region' : 'group');
    } else if (this.#player && name === 'loop') this.#player.loop = value !== null;
    else if (this.#player && name === 'rate') this.#player.playbackRate = rateOf(value);
    else if (this.#player && name === 'time' && value !== null) this.#player.currentTime = timeOf(value);
  }

  protected override showOverlays(layers: readonly OverlayLayer[]): void {
    this.#view.enable(layers);
    this.#player?.setOverlays(layers);
  }

  protected override setStrength(strength: number): void {
    this.setOverlayStrength(strength);
  }

  protected override wantStates(): void {
    this.readStates();
  }

  get #isBare(): boolean {
    return this.hasAttribute('bare');
  }

  /** Opens what is to be played once the task at hand has set all attributes. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      if (this.isConnected) void this.#open();
    });
  }

  async #open(): Promise<void> {
    this.#close();
    const making = this.#makeSource();
    if (!making) return;
    const opening: { source: ReplaySource | null } = { source: null };
    this.#opening = opening;
    this.#setBusy('Opening…');
    try {
      const playing = playingOf(this);
      const source = await making();
      if (this.#opening !== opening) return void (await source.close());
      opening.source = source;
      const player = await ReplayPlayer.open(source, { ...playing, currentTime: this.#lastTime ?? playing.currentTime });
      if (this.#opening !== opening) return void (await player.dispose());
      this.#source = source;
      this.#take(player, true);
    } catch (error) {
      if (this.#opening !== opening) return;
      this.#opening = null;
      this.#fail(error);
      this.dispatchEvent(new CustomEvent('error', { detail: error }));
    }
  }

  /** How the source is made; null where none is named. */
  #makeSource(): (() => ReplaySource | Promise<ReplaySource>) | null {
    const given = this.#given;
    if (given) return typeof given === 'function' ? given : () => given;
    return sourceOf(this);
  }

  #take(player: ReplayPlayer, isOwner: boolean): void {
    this.#opening = null;
    this.#player = player;
    this.#isOwner = isOwner;
    this.#setBusy(null);
    this.#describe(player.info);
    this.overlayPanel.available = this.hasOverlays;
    this.overlayPanel.archived = this.hasOverlays && player.info.archived === true;
    this.#listen(player);
    this.showPlayer(player);
    player.setOverlays(this.overlayPanel.layers);
    this.#big.hidden = this.#isBare;
    this.frame.classList.toggle('begun', !player.paused);
    if (player.frame) this.#view.show(player.frame);
    this.frame.classList.toggle('started', player.frame !== null);
    this.#showPoster();
    this.dispatchEvent(new CustomEvent('opened', { detail: player.info }));
  }

  #describe({ game, width, height }: ReplayInfo): void {
    this.frame.style.setProperty('--ratio', String(width / height));
    this.frame.setAttribute('aria-label', `Replay of ${game}`);
    this.#view.resize(width, height);
  }

  #listen(player: ReplayPlayer): void {
    this.#events = new AbortController();
    const { signal } = this.#events;
    const on = (name: string, listener: (event: CustomEvent) => void) =>
      (player as EventTarget).addEventListener(name, listener as EventListener, { signal });
    on('frame', ({ detail }) => {
      this.#view.show(detail);
      this.#lastTime = player.isLive ? null : player.currentTime;
      this.#setBusy(null);
      if (this.frame.classList.contains('started')) return;
      this.frame.classList.add('started');
      this.#showPoster();
    });
    on('overlay', ({ detail }) => {
      this.#view
        .take(detail as Picture)
        .catch((error: unknown) => this.notify(`This overlay could not be shown: ${String(error)}`));
    });
    on('play', () => this.frame.classList.add('begun'));
    // The first place is where it opens.
    on('seeking', () => this.frame.classList.toggle('begun', this.frame.classList.contains('started')));
    on('stall', () => this.#setBusy('Waiting for the picture…'));
    on('playing', () => this.#setBusy(null));
    on('error', ({ detail }) => this.#fail(detail));
    for (const name of EVENTS) on(name, ({ detail }) => this.dispatchEvent(new CustomEvent(name, { detail })));
  }

  #fail(error: unknown): void {
    this.#setBusy(null);
    this.#big.hidden = true;
    // A source that was given as it is can be opened once.
    this.#errors.show(error, this.#makeSource() !== null && (this.#given === null || typeof this.#given === 'function'));
  }

  #close(): void {
    // It may be long until it is open, or for ever: that is not waited for. One that has failed may not be able to say farewell.
    this.#opening?.source?.close().catch(() => undefined);
    this.#opening = null;
    this.#events.abort();
    this.#errors.show(null);
    this.#setBusy(null);
    this.#big.hidden = true;
    const player = this.#player;
    this.#player = null;
    this.#source = null;
    if (!player) return;
    this.showPlayer(null);
    if (this.#isOwner) player.dispose().catch(() => undefined);
    this.#isOwner = false;
    this.dispatchEvent(new CustomEvent('closed'));
  }

  #showPoster(): void {
    const poster = this.getAttribute('poster');
    this.#poster.hidden = poster === null || this.frame.classList.contains('started');
    if (poster !== null && this.#poster.getAttribute('src') !== poster) this.#poster.src = poster;
  }

  #setBusy(text: string | null): void {
    this.#busy.hidden = text === null;
    this.frame.setAttribute('aria-busy', String(text !== null));
    const span = this.#busy.firstElementChild;
    if (span) setText(span, text ?? '');
  }

  #tap(awake: boolean): void {
    if (this.#isBare) return;
    this.frame.classList.add('touched');
    if (awake) this.rest();
    else this.wake();
  }

  #skip(side: 1 | -1): void {
    if (this.#isBare || !this.#player) return;
    skip(this.#player, 5 * side);
    const sign = make(
      'div',
      { class: `skipped ${side < 0 ? 'left' : 'right'}`, 'aria-hidden': 'true' },
      side < 0 ? '−5 s' : '+5 s',
    );
    sign.addEventListener('animationend', () => sign.remove());
    // Where nothing is animated, nothing ends.
    setTimeout(() => sign.remove(), 700);
    this.stage.append(sign);
  }
}
