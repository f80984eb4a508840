import type { ReplayFrame, ReplayPlayer } from '@sgaps/client/player';
import type { OverlayLayer } from '@sgaps/protocol';
import { drawDifference } from './differ.js';
import { make, setText } from './dom.js';
import { watchGestures } from './gestures.js';
import { type IconName, icon } from './icons.js';
import { PlayerShell } from './PlayerShell.js';
import { SgapsPlayerElement } from './SgapsPlayerElement.js';
import { togglePlay } from './transport.js';

/** Frames a second of a replay that does not say. */
const FPS = 30;

/**
 * `<sgaps-compare>`: two replays side by side, its first two `<sgaps-player>`s, with one control bar and one clock. The second follows the first, `offset`
 * seconds ahead of it; frames to the left or right, swapped places and the difference of the two pictures are on buttons. A `label` of a player is written
 * over it. `controls` as of `<sgaps-player>`.
 *
 * @example
 * ```ts
 * definePlayerElements();
 * document.body.innerHTML = `<sgaps-compare>
 *   <sgaps-player src="/a1.sgaps" label="Without a model"></sgaps-player>
 *   <sgaps-player src="/a1.sgaps" model="/model/model.json" label="With one"></sgaps-player>
 * </sgaps-compare>`;
 * ```
 */
export class SgapsCompareElement extends PlayerShell {
  static readonly observedAttributes = ['offset', 'controls'];

  readonly #panes: readonly [HTMLElement, HTMLElement];
  readonly #labels = [make('span', { class: 'label', part: 'label' }), make('span', { class: 'label', part: 'label' })] as const;
  readonly #picture = make('canvas', {
    class: 'difference-picture',
    part: 'difference',
    role: 'img',
    'aria-label': 'The difference, four times',
  });
  readonly #told = make('output', { 'aria-label': 'Offset of the second' });
  readonly #swap = tool('swap', 'Swap');
  readonly #difference = tool('difference', 'Difference');
  readonly #children = new MutationObserver(() => this.#adopt());
  #elements: readonly SgapsPlayerElement[] = [];
  #listening = new AbortController();
  #offset = 0;
  #due = 0;

  constructor() {
    super('compare');
    this.frame.setAttribute('aria-label', 'Two replays');
    const pane = (name: 'first' | 'second', at: 0 | 1) =>
      make('div', { class: `pane ${name}` }, make('slot', { name }), this.#labels[at]);
    this.#panes = [pane('first', 0), pane('second', 1)];
    this.stage.append(...this.#panes, this.#picture, this.overlayPanel.legends);
    this.stage.before(this.#makeTools());
    this.setFeatures(null, true);
    watchGestures(this.stage, {
      awake: () => true,
      click: () => this.#toggle(),
      doubleClick: () => this.toggleFullscreen(),
      tap: () => this.#toggle(),
      doubleTap: () => undefined,
    });
  }

  /** The players at work: the one whose clock it is, and the one that follows; null before they are open. */
  get players(): readonly [ReplayPlayer | null, ReplayPlayer | null] {
    return [this.#elements[0]?.player ?? null, this.#elements[1]?.player ?? null];
  }

  /** Seconds that the second is ahead of the first. */
  get offset(): number {
    return this.#offset;
  }

  set offset(seconds: number) {
    if (!Number.isFinite(seconds)) return;
    this.#offset = seconds;
    this.#tellOffset();
    this.#follow();
  }

  /** Whether the difference is shown instead of the two. */
  get difference(): boolean {
    return this.stage.classList.contains('difference');
  }

  set difference(on: boolean) {
    this.stage.classList.toggle('difference', on);
    this.#difference.setAttribute('aria-pressed', String(on));
    this.#setRatio();
    this.#drawSoon();
  }

  /** Puts the second where the first is, and back. */
  swap(): void {
    const swapped = this.stage.classList.toggle('swapped');
    this.#swap.setAttribute('aria-pressed', String(swapped));
    this.say(swapped ? 'Swapped' : 'In their order');
  }

  connectedCallback(): void {
    this.#children.observe(this, { childList: true });
    this.#adopt();
  }

  disconnectedCallback(): void {
    this.#children.disconnect();
    this.#listening.abort();
    this.#elements = [];
    this.showPlayer(null);
  }

  attributeChangedCallback(name: string, before: string | null, value: string | null): void {
    if (before === value) return;
    if (name === 'controls') this.setFeatures(value, true);
    else this.offset = Number(value) || 0;
  }

  protected override showOverlays(layers: readonly OverlayLayer[]): void {
    for (const element of this.#elements) element.setOverlays(layers);
  }

  protected override setStrength(strength: number): void {
    for (const element of this.#elements) element.setOverlayStrength(strength);
  }

  protected override showPixelated(on: boolean): void {
    super.showPixelated(on);
    for (const element of this.#elements) element.setPixelated(on);
  }

  protected override wantStates(): void {
    this.#elements[0]?.readStates();
  }

  /** Takes the first two players among the children. */
  #adopt(): void {
    // They come to life after this element, where all came at once.
    customElements.upgrade(this);
    const elements = [...this.children].filter((child) => child instanceof SgapsPlayerElement).slice(0, 2);
    if (elements.length === this.#elements.length && elements.every((element, i) => element === this.#elements[i])) return;
    this.#listening.abort();
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.#elements = elements;
    elements.forEach((element, i) => {
      element.slot = i === 0 ? 'first' : 'second';
      element.toggleAttribute('bare', true);
      element.addEventListener('opened', () => this.#opened(i), { signal });
      element.addEventListener('frame', (event) => this.#shown(i, (event as CustomEvent<ReplayFrame>).detail), { signal });
      element.addEventListener('closed', () => this.#opened(i), { signal });
      this.#opened(i);
    });
  }

  #opened(i: number): void {
    const element = this.#elements[i];
    const info = element.player?.info;
    setText(
      this.#labels[i],
      element.getAttribute('label') ?? (info ? `${info.game} · ${new Date(info.startedAt).toLocaleString()}` : ''),
    );
    if (i === 0) this.showPlayer(element.player);
    else element.player?.pause();
    this.overlayPanel.available = this.#elements.some(({ hasOverlays }) => hasOverlays);
    const infos = this.#elements.flatMap(({ player }) => (player ? [player.info] : []));
    this.overlayPanel.archived = infos.length > 0 && infos.every(({ archived }) => archived === true);
    this.#setRatio();
    this.#tellOffset();
    this.#follow();
  }

  #shown(i: number, { time }: ReplayFrame): void {
    if (i === 0) this.#follow(time);
    this.#drawSoon();
  }

  /** Sends the second after the first. */
  #follow(time = this.players[0]?.frame?.time): void {
    const second = this.players[1];
    if (!second || time === undefined) return;
    // Where it cannot go there, its own element tells why.
    second.seek(Math.min(second.duration, Math.max(0, time + this.#offset))).catch(() => undefined);
  }

  #drawSoon(): void {
    if (!this.difference || this.#due !== 0) return;
    this.#due = requestAnimationFrame(() => {
      this.#due = 0;
      const [a, b] = this.#elements;
      if (a && b && this.difference) drawDifference(this.#picture, a.picture, b.picture);
    });
  }

  #toggle(): void {
    const [first] = this.players;
    if (first) togglePlay(first);
  }

  #setRatio(): void {
    const { width = 16, height = 9 } = this.players[0]?.info ?? {};
    this.frame.style.setProperty('--ratio', String(width / height));
  }

  #nudge(frames: number): void {
    const fps = this.players[1]?.info.fps || FPS;
    this.offset = Math.round((this.#offset + frames / fps) * fps * 1000) / fps / 1000;
  }

  #tellOffset(): void {
    const frames = Math.round(this.#offset * (this.players[1]?.info.fps || FPS));
    const sign = this.#offset > 0 ? '+' : this.#offset < 0 ? '−' : '';
    const size = Math.abs(frames);
    setText(this.#told, `${sign}${Math.abs(this.#offset).toFixed(2)} s · ${sign}${size} ${size === 1 ? 'frame' : 'frames'}`);
  }

  #makeTools(): HTMLElement {
    const nudge = (title: string, text: string, frames: number) => {
      // Who speaks to a page says what a button shows.
      const name = `Second ${text} frame`;
      const button = make('button', { type: 'button', class: 'icon text', 'aria-label': name, title }, text);
      button.addEventListener('click', () => this.#nudge(frames));
      return button;
    };
    const reset = make('button', { type: 'button', class: 'icon text' }, 'Reset');
    reset.addEventListener('click', () => (this.offset = 0));
    this.#swap.addEventListener('click', () => this.swap());
    this.#difference.addEventListener('click', () => (this.difference = !this.difference));
    return make(
      'div',
      { class: 'offset', part: 'offset', role: 'group', 'aria-label': 'Comparison' },
      make('span', {}, 'Second'),
      nudge('Second one frame earlier', '−1', -1),
      this.#told,
      nudge('Second one frame later', '+1', 1),
      reset,
      make('span', { class: 'spring' }),
      this.#swap,
      this.#difference,
    );
  }
}

function tool(name: IconName, label: string): HTMLButtonElement {
  return make('button', { type: 'button', class: 'icon text', 'aria-pressed': 'false' }, icon(name), label);
}
