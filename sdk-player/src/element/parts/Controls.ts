import type { ReplayMarker, ReplayPlayer } from '@sgaps/client/player';
import { clock, rateName } from '../clock.js';
import { make, setAttribute, setText } from '../dom.js';
import { type IconName, icon, setIcon } from '../icons.js';
import { KEY_HELP } from '../keyboard.js';
import { goLive, placeOf, RATES, seekTo, step, togglePlay } from '../transport.js';
import { markerList } from './MarkerList.js';
import type { OverlayPanel } from './OverlayPanel.js';
import { Popup } from './Popup.js';
import { Scrubber } from './Scrubber.js';
import { StateGraph } from './StateGraph.js';

/** What the controls ask for that is not the player's. */
export interface ControlActions {
  share(): void;
  compare(): void;
  fullscreen(): void;
  /** The graph was opened or closed. */
  graph(open: boolean): void;
}

/** Controls that can be left out. */
export type Feature = 'overlays' | 'graph' | 'share' | 'compare' | 'fullscreen';

/** Scrub bar, graph and buttons of a player. */
export class Controls {
  readonly element: HTMLDivElement;
  readonly scrubber = new Scrubber();
  readonly graph = new StateGraph();
  readonly #actions: ControlActions;
  readonly #play = button('play', 'Play', 'space', 'play');
  readonly #back = button('back', 'One frame back', ',', 'step');
  readonly #forward = button('forward', 'One frame forward', '.', 'step');
  readonly #now = make('b');
  readonly #whole = make('span');
  readonly #live = make('button', { type: 'button', class: 'live', part: 'live' }, 'Live');
  readonly #speed = make('button', { type: 'button', class: 'icon text', part: 'button speed' });
  readonly #markers = button('markers', 'Markers', 'm');
  readonly #overlays = button('overlays', 'Overlays', 'o');
  readonly #graph = button('graph', 'Graph of values', 'g');
  readonly #share = button('share', 'Share a link to this time');
  readonly #compare = button('compare', 'Compare with another replay');
  readonly #help = make(
    'button',
    { type: 'button', class: 'icon text', part: 'button', 'aria-label': 'Keyboard', title: 'Keyboard  ( ? )' },
    '?',
  );
  readonly #fullscreen = button('enter', 'Full screen', 'f');
  readonly #more = button('more', 'More', '', 'more');
  readonly #popups: Record<'speed' | 'markers' | 'overlays' | 'help' | 'more', Popup>;
  #player: ReplayPlayer | null = null;
  #features: ReadonlySet<Feature> = new Set();

  constructor(actions: ControlActions, overlays: OverlayPanel) {
    this.#actions = actions;
    this.#popups = {
      speed: new Popup(this.#speed, 'menu', 'Speed'),
      markers: new Popup(this.#markers, 'dialog', 'Markers'),
      overlays: new Popup(this.#overlays, 'dialog', 'Overlays'),
      help: new Popup(this.#help, 'dialog', 'Keyboard'),
      more: new Popup(this.#more, 'menu', 'More'),
    };
    const time = make('span', { class: 'time', part: 'time' }, this.#now, ' / ', this.#whole);
    const extra = [this.#markers, this.#overlays, this.#graph, this.#share, this.#compare, this.#help];
    for (const element of extra) element.classList.add('extra');
    const bar = make(
      'div',
      { class: 'bar', part: 'bar', role: 'group', 'aria-label': 'Playback' },
      ...[this.#back, this.#play, this.#forward, time, this.#live, make('span', { class: 'spring' })],
      ...[make('slot', { name: 'actions' }), this.#speed, ...extra, this.#more, this.#fullscreen],
      ...Object.values(this.#popups).map(({ panel }) => panel),
    );
    this.element = make('div', { class: 'controls', part: 'controls' }, this.scrubber.element, this.graph.element, bar);
    this.#popups.overlays.content.append(...overlays.content);
    this.#popups.help.content.append(keyList());
    this.#fillSpeeds();
    this.#fillMore(extra);
    this.#listen();
    this.attach(null);
  }

  /** True while something opened from the controls is shown, or is dragged. */
  get busy(): boolean {
    return this.scrubber.dragging || Object.values(this.#popups).some(({ isOpen }) => isOpen);
  }

  /** Which controls there are. */
  set features(features: ReadonlySet<Feature>) {
    this.#features = features;
    this.#overlays.hidden = !features.has('overlays');
    this.#graph.hidden = !features.has('graph');
    this.#share.hidden = !features.has('share');
    this.#compare.hidden = !features.has('compare');
    this.#fullscreen.hidden = !features.has('fullscreen') || !document.fullscreenEnabled;
  }

  attach(player: ReplayPlayer | null): void {
    this.#player = player;
    this.scrubber.attach(player);
    this.graph.attach(player);
    // Without values there is nothing to draw.
    this.#graph.hidden = !this.#features.has('graph') || player?.info.values.length === 0;
    for (const control of [this.#play, this.#back, this.#forward, this.#speed]) control.disabled = player === null;
    this.updateMarkers();
    this.updateRate();
    this.update();
  }

  /** Shows where the player is and what it does. */
  update(): void {
    const player = this.#player;
    const [name, label] =
      !player || player.paused ? (player?.ended ? ['again', 'Play again'] : ['play', 'Play']) : ['pause', 'Pause'];
    relabel(this.#play, name as IconName, label, 'space');
    setText(this.#now, clock(player ? placeOf(player) : 0));
    setText(this.#whole, clock(player?.duration ?? 0));
    const { isLive = false, growing = false } = player ?? {};
    this.#live.hidden = !growing && !isLive;
    setAttribute(this.#live, 'aria-pressed', String(isLive));
    setAttribute(this.#live, 'aria-label', isLive ? 'Live' : 'Go live');
    this.scrubber.update();
    this.graph.update();
  }

  updateRate(): void {
    const rate = this.#player?.playbackRate ?? 1;
    setText(this.#speed, rateName(rate));
    setAttribute(this.#speed, 'aria-label', `Speed ${rateName(rate)}`);
    this.#speed.title = 'Speed  ( [ ] )';
    for (const item of this.#popups.speed.content.children)
      setAttribute(item, 'aria-checked', String(Number((item as HTMLElement).dataset.rate) === rate));
  }

  updateMarkers(): void {
    const markers = this.#player?.markers ?? [];
    this.scrubber.setMarkers(markers);
    this.#markers.hidden = markers.length === 0;
    if (this.#popups.markers.isOpen) this.#listMarkers();
  }

  set fullscreen(on: boolean) {
    relabel(this.#fullscreen, on ? 'leave' : 'enter', on ? 'Leave full screen' : 'Full screen', 'f');
  }

  openOverlays(): void {
    if (!this.#overlays.hidden) this.#popups.overlays.toggle();
  }

  openHelp(): void {
    this.#popups.help.toggle();
  }

  toggleGraph(): void {
    if (this.#graph.hidden) return;
    const open = this.graph.element.hidden;
    this.graph.element.hidden = !open;
    this.#graph.setAttribute('aria-pressed', String(open));
    this.graph.redraw();
    this.#actions.graph(open);
  }

  #listen(): void {
    const withPlayer = (work: (player: ReplayPlayer) => void) => () => this.#player && work(this.#player);
    this.#play.addEventListener('click', withPlayer(togglePlay));
    this.#back.addEventListener(
      'click',
      withPlayer((player) => step(player, -1)),
    );
    this.#forward.addEventListener(
      'click',
      withPlayer((player) => step(player, 1)),
    );
    this.#live.addEventListener('click', withPlayer(goLive));
    this.#graph.setAttribute('aria-pressed', 'false');
    this.#graph.addEventListener('click', () => this.toggleGraph());
    this.#share.addEventListener('click', () => this.#actions.share());
    this.#compare.addEventListener('click', () => this.#actions.compare());
    this.#fullscreen.addEventListener('click', () => this.#actions.fullscreen());
    this.#popups.markers.onOpen = () => this.#listMarkers();
  }

  #listMarkers(): void {
    const go = ({ time }: ReplayMarker) => {
      if (this.#player) seekTo(this.#player, time);
      this.#popups.markers.hide();
    };
    const { markers = [], currentTime = 0 } = this.#player ?? {};
    this.#popups.markers.content.replaceChildren(...markerList(markers, currentTime, go));
  }

  #fillSpeeds(): void {
    const items = [...RATES].reverse().map((rate) => {
      const item = make(
        'button',
        { type: 'button', class: 'item', role: 'menuitemradio', 'data-rate': String(rate) },
        rateName(rate),
      );
      if (rate < 0) item.append(make('small', {}, 'backwards'));
      item.addEventListener('click', () => {
        if (this.#player) this.#player.playbackRate = rate;
        this.#popups.speed.hide();
      });
      return item;
    });
    this.#popups.speed.content.append(...items);
  }

  /** What has no room in a narrow bar. */
  #fillMore(extra: readonly HTMLButtonElement[]): void {
    const { more } = this.#popups;
    for (const popup of [this.#popups.markers, this.#popups.overlays, this.#popups.help]) popup.anchor = this.#more;
    more.onOpen = () => {
      more.content.replaceChildren(
        ...extra
          .filter(({ hidden }) => !hidden)
          .map((original) => {
            const text = original.getAttribute('aria-label') ?? '';
            const item = make('button', { type: 'button', class: 'item', role: 'menuitem' }, text);
            const svg = original.querySelector('svg');
            item.prepend(
              svg ? svg.cloneNode(true) : make('b', { class: 'glyph', 'aria-hidden': 'true' }, original.textContent ?? ''),
            );
            item.addEventListener('click', () => {
              more.hide();
              original.click();
            });
            return item;
          }),
      );
    };
  }
}

function button(name: IconName, label: string, key = '', kind = ''): HTMLButtonElement {
  const element = make('button', { type: 'button', class: `icon ${kind}`.trim(), part: `button ${kind}`.trim() }, icon(name));
  relabel(element, name, label, key);
  return element;
}

function relabel(element: HTMLButtonElement, name: IconName, label: string, key = ''): void {
  const svg = element.querySelector('svg');
  if (svg) setIcon(svg, name);
  setAttribute(element, 'aria-label', label);
  const title = key ? `${label}  ( ${key} )` : label;
  if (element.title !== title) element.title = title;
}

function keyList(): HTMLElement {
  const list = make('dl', { class: 'keys' });
  for (const [keys, does] of KEY_HELP) {
    const term = make('dt', {}, ...keys.flatMap((key) => (key === '…' ? ['…'] : [make('kbd', {}, key), ' '])));
    list.append(term, make('dd', {}, does));
  }
  return list;
}
