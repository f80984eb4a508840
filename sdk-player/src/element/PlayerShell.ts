import type { ReplayPlayer } from '@sgaps/client/player';
import type { OverlayLayer } from '@sgaps/protocol';
import { rateName } from './clock.js';
import { make, setText } from './dom.js';
import { actionOf, type KeyActions } from './keyboard.js';
import { Controls, type Feature } from './parts/Controls.js';
import { OverlayPanel } from './parts/OverlayPanel.js';
import { stylesOf } from './styles.js';
import { goToEnd, goToMarker, placeOf, seekTo, shiftRate, shuttle, skip, step, togglePlay } from './transport.js';

/** ms without a move of the pointer after which controls over a picture that plays go away. */
const IDLE = 2500;
/** ms that a notice stays. */
const NOTICE = 2600;
const FEATURES: readonly Feature[] = ['overlays', 'graph', 'share', 'fullscreen'];
/** Modules of elements are imported on servers too. */
const ElementBase = (globalThis.HTMLElement ?? Object) as typeof HTMLElement;

/** What both elements have: controls, keys, full screen, sharing, notices. */
export abstract class PlayerShell extends ElementBase {
  protected readonly frame = make('div', {
    class: 'player',
    part: 'player',
    tabindex: '0',
    role: 'region',
    'aria-label': 'Replay',
  });
  protected readonly stage = make('div', { class: 'stage', part: 'stage' });
  protected readonly overlayPanel: OverlayPanel;
  protected readonly controls: Controls;
  readonly #toast = make('div', { class: 'toast', part: 'toast' });
  readonly #said = make('p', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  #shown: ReplayPlayer | null = null;
  #listening = new AbortController();
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #toastTimer: ReturnType<typeof setTimeout> | undefined;
  #docked = false;

  protected constructor(kind: 'player' | 'compare') {
    super();
    this.overlayPanel = new OverlayPanel({
      layers: (layers) => this.showOverlays(layers),
      strength: (strength) => this.setStrength(strength),
      pixelated: (on) => this.showPixelated(on),
    });
    this.controls = new Controls(
      {
        share: () => void this.#share(),
        compare: () => this.dispatchEvent(new CustomEvent('compare', { detail: { time: this.#shown?.currentTime ?? 0 } })),
        fullscreen: () => this.toggleFullscreen(),
        graph: (open) => this.#graphToggled(open),
      },
      this.overlayPanel,
    );
    this.#toast.hidden = true;
    this.frame.append(this.stage, this.controls.element, this.#toast, this.#said);
    const root = this.attachShadow({ mode: 'open', delegatesFocus: false });
    root.adoptedStyleSheets = stylesOf(kind);
    root.append(this.frame);
    this.#listen();
  }

  /** The link that is shared for a time, seconds: this page's, with `?t=`. Set another function where pages have other addresses. */
  shareUrl: (time: number) => string = (time) => {
    const url = new URL(location.href);
    url.searchParams.set('t', String(Math.round(time * 100) / 100));
    return url.href;
  };

  /** Does what a key stands for. False where it stands for nothing. Keys that are pressed inside the element come here by themselves. */
  handleKey(event: KeyboardEvent): boolean {
    const action = event.defaultPrevented ? null : actionOf(event, this.#keys);
    if (!action) return false;
    event.preventDefault();
    action();
    this.wake();
    return true;
  }

  /** The overlays that are shown. */
  get overlays(): readonly OverlayLayer[] {
    return this.overlayPanel.layers;
  }

  /** Chooses overlays, as the menu does. */
  setOverlays(layers: readonly OverlayLayer[]): void {
    this.overlayPanel.layers = layers;
  }

  protected abstract showOverlays(layers: readonly OverlayLayer[]): void;
  protected abstract setStrength(strength: number): void;
  /** The graph was opened, and wants all values. */
  protected abstract wantStates(): void;

  protected showPixelated(on: boolean): void {
    this.frame.classList.toggle('pixelated', on);
  }

  /** Which controls there are, and whether they lie below the picture instead of on it: the words of the attribute `controls`. */
  protected setFeatures(words: string | null, docked: boolean): void {
    const list: readonly string[] = words?.split(/\s+/).filter(Boolean) ?? FEATURES;
    this.controls.features = new Set(list as Feature[]);
    this.#docked = docked || list.includes('docked');
    this.#dock();
  }

  /** Shows this player in the controls; null for none. */
  protected showPlayer(player: ReplayPlayer | null): void {
    this.#listening.abort();
    this.#listening = new AbortController();
    this.#shown = player;
    this.controls.attach(player);
    this.#update();
    if (!player) return;
    const on = (names: readonly string[], listener: (event: Event) => void) => {
      for (const name of names) (player as EventTarget).addEventListener(name, listener, { signal: this.#listening.signal });
    };
    const { controls } = this;
    on(['frame', 'timeupdate', 'seeking', 'seeked'], () => controls.update());
    on(['play', 'pause', 'ended'], () => this.#update());
    on(['playing', 'live'], () => controls.update());
    on(['durationchange'], () => {
      controls.updateMarkers();
      controls.graph.redraw();
      controls.update();
    });
    on(['markerschange'], () => controls.updateMarkers());
    on(['stateschange'], () => controls.graph.redraw());
    on(['ratechange'], () => {
      controls.updateRate();
      this.say(`Speed ${rateName(player.playbackRate)}`);
    });
    on(['play'], () => this.say('Playing'));
    on(['pause'], () => this.say(player.ended ? 'Ended' : 'Paused'));
    on(['ended'], () => this.say('Ended'));
    on(['stall'], () => this.say('Waiting for the picture'));
    on(['live'], () => this.say(player.isLive ? 'Live' : 'No longer live'));
    on(['marker'], (event) => this.say((event as CustomEvent<{ name: string }>).detail.name));
    if (!controls.graph.element.hidden) this.wantStates();
  }

  /** Tells those who listen instead of looking. */
  protected say(text: string): void {
    setText(this.#said, text);
  }

  /** Shows a notice for a moment. */
  protected notify(...content: (Node | string)[]): void {
    clearTimeout(this.#toastTimer);
    this.#toast.replaceChildren(...content);
    this.#toast.hidden = false;
    this.say(this.#toast.textContent ?? '');
    // What is to be copied by hand stays until it is left.
    if (!this.#toast.querySelector('input')) this.#toastTimer = setTimeout(() => (this.#toast.hidden = true), NOTICE);
  }

  /** Shows the controls, and lets them go away again after a while. */
  protected wake(): void {
    this.frame.classList.remove('idle');
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.#rest(), IDLE);
  }

  /** Takes the controls off the picture. */
  protected rest(): void {
    clearTimeout(this.#idleTimer);
    this.frame.classList.add('idle');
  }

  /** True while the controls are shown. */
  protected get awake(): boolean {
    return !this.frame.classList.contains('idle');
  }

  readonly #keys: KeyActions = {
    toggle: () => this.#do(togglePlay),
    skip: (seconds) => this.#do((player) => skip(player, seconds)),
    leap: (part) => this.#do((player) => skip(player, part * player.duration)),
    step: (frames) => this.#do((player) => step(player, frames)),
    shuttle: (direction) => this.#do((player) => shuttle(player, direction)),
    shiftRate: (by) => this.#do((player) => shiftRate(player, by)),
    jump: (part) => this.#do((player) => (part < 1 ? seekTo(player, part * player.duration) : goToEnd(player))),
    marker: (by) => this.#do((player) => this.#goToMarker(player, by)),
    fullscreen: () => this.toggleFullscreen(),
    overlays: () => this.controls.openOverlays(),
    pixelated: () => this.overlayPanel.togglePixelated(),
    graph: () => this.controls.toggleGraph(),
    help: () => this.controls.openHelp(),
  };

  #do(work: (player: ReplayPlayer) => void): void {
    if (this.#shown) work(this.#shown);
  }

  #goToMarker(player: ReplayPlayer, by: 1 | -1): void {
    const found = goToMarker(player, by);
    if (!found) return this.notify(by > 0 ? 'No marker after this' : 'No marker before this');
    this.controls.scrubber.point(found.time, found.name);
    this.say(found.name);
  }

  #listen(): void {
    this.frame.addEventListener('keydown', (event) => {
      if (this.handleKey(event)) event.stopPropagation();
    });
    this.frame.addEventListener('pointermove', ({ pointerType }) => pointerType !== 'touch' && this.wake());
    this.frame.addEventListener('pointerleave', ({ pointerType }) => pointerType !== 'touch' && this.#rest());
    this.frame.addEventListener('focusin', () => this.wake());
    this.#toast.addEventListener('focusout', () => (this.#toast.hidden = true));
    this.addEventListener('fullscreenchange', () => {
      this.controls.fullscreen = document.fullscreenElement === this;
      this.#dock();
    });
  }

  #update(): void {
    const playing = this.#shown !== null && !this.#shown.paused;
    this.frame.classList.toggle('playing', playing);
    this.controls.update();
    if (!playing) this.frame.classList.remove('idle');
    this.wake();
  }

  #rest(): void {
    if (this.#shown?.paused !== false) return;
    if (this.controls.busy || this.frame.querySelector('.controls :focus-visible')) return this.wake();
    this.rest();
  }

  #graphToggled(open: boolean): void {
    this.#dock();
    if (open) this.wantStates();
  }

  /** Controls with a graph would cover too much. */
  #dock(): void {
    const full = document.fullscreenElement === this && this.controls.graph.element.hidden;
    this.frame.classList.toggle('docked', !full && (this.#docked || !this.controls.graph.element.hidden));
  }

  protected toggleFullscreen(): void {
    const done = document.fullscreenElement === this ? document.exitFullscreen() : this.requestFullscreen();
    done.catch(() => this.notify('This page allows no full screen'));
  }

  async #share(): Promise<void> {
    const url = this.shareUrl(this.#shown ? placeOf(this.#shown) : 0);
    try {
      if (typeof navigator.share === 'function') return await navigator.share({ url, title: document.title });
      await navigator.clipboard.writeText(url);
      this.notify('Link copied');
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      const field = make('input', { value: url, readonly: '', 'aria-label': 'Link to this time' });
      this.notify('Copy this link', field);
      field.select();
    }
  }
}
