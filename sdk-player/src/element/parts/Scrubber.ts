import type { ReplayMarker, ReplayPlayer } from '@sgaps/client/player';
import { clock, spokenTime } from '../clock.js';
import { make, setAttribute, setText } from '../dom.js';
import { placeOf, seekTo } from '../transport.js';
import { Thumbnails } from './Thumbnails.js';

/** Ticks that have room; markers closer than that share one. */
const TICKS = 400;
/** Pixels around a tick in which the pointer is on it. */
const NEAR = 6;
/** ms that the bubble stays at a marker that a key went to. */
const POINTED = 1800;

/** The bar that is dragged: what was played, markers as ticks, and a bubble with a small picture, a time and a marker's name. */
export class Scrubber {
  readonly element: HTMLDivElement;
  readonly #track = make('div', { class: 'track', part: 'track' });
  readonly #range = make('div', { class: 'range' });
  readonly #hover = make('div', { class: 'hover' });
  readonly #played = make('div', { class: 'played', part: 'played' });
  readonly #ticks = make('div', { class: 'ticks', 'aria-hidden': 'true' });
  readonly #knob = make('div', { class: 'knob', part: 'knob' });
  readonly #image = make('canvas', { class: 'thumbnail' });
  readonly #name = make('span', { class: 'name' });
  readonly #at = make('span', { class: 'at' });
  readonly #bubble: HTMLDivElement;
  #player: ReplayPlayer | null = null;
  #thumbnails: Thumbnails | null = null;
  #markers: readonly ReplayMarker[] = [];
  /** Where the pointer drags to; null while it does not. */
  #dragged: number | null = null;
  #pointing: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#bubble = make('div', { class: 'bubble', part: 'bubble', 'aria-hidden': 'true' }, this.#image, this.#name, this.#at);
    this.#bubble.hidden = this.#image.hidden = true;
    this.#track.append(this.#range, this.#hover, this.#played, this.#ticks, this.#knob);
    const attributes = {
      class: 'scrub',
      part: 'scrub',
      role: 'slider',
      tabindex: '0',
      'aria-label': 'Position',
      'aria-valuemin': '0',
    };
    this.element = make('div', attributes, this.#track, this.#bubble);
    this.element.addEventListener('pointerdown', (event) => this.#down(event));
    this.element.addEventListener('pointermove', (event) => this.#move(event));
    for (const name of ['pointerup', 'pointercancel'] as const) this.element.addEventListener(name, (event) => this.#up(event));
    this.element.addEventListener('pointerleave', () => this.#hide());
    this.element.addEventListener('blur', () => this.#hide());
  }

  /** True while the pointer drags. */
  get dragging(): boolean {
    return this.#dragged !== null;
  }

  attach(player: ReplayPlayer | null): void {
    this.#thumbnails?.close();
    this.#player = player;
    this.#thumbnails = player && new Thumbnails(player, (image) => this.#showImage(image));
    this.#showImage(null);
    this.#hide();
    this.setMarkers(player?.markers ?? []);
    this.update();
  }

  /** Shows where the player is. */
  update(): void {
    const player = this.#player;
    const { duration, time } = { duration: player?.duration ?? 0, time: this.#dragged ?? (player ? placeOf(player) : 0) };
    setAttribute(this.element, 'aria-disabled', String(player === null));
    setAttribute(this.element, 'aria-valuemax', duration.toFixed(1));
    setAttribute(this.element, 'aria-valuenow', Math.min(duration, time).toFixed(player?.paused === false ? 0 : 1));
    // Of a player that plays, whole seconds will do.
    const spoken = player?.paused === false ? spokenTime(time) : clock(time);
    setAttribute(
      this.element,
      'aria-valuetext',
      `${spoken} of ${player?.paused === false ? spokenTime(duration) : clock(duration)}`,
    );
    this.#track.style.setProperty('--at', String(share(time, duration)));
    const range = player?.range ?? null;
    this.#range.hidden = range === null;
    if (!range) return;
    this.#range.style.setProperty('--from', String(share(range.start, duration)));
    this.#range.style.setProperty('--to', String(share(range.end, duration)));
  }

  setMarkers(markers: readonly ReplayMarker[]): void {
    this.#markers = markers;
    const duration = this.#player?.duration ?? 0;
    const places = new Map<number, string>();
    for (const { time, name } of markers) {
      const place = Math.round(share(time, duration) * TICKS) / TICKS;
      if (!places.has(place)) places.set(place, name);
    }
    this.#ticks.replaceChildren(
      ...[...places].map(([place, name]) => {
        const tick = make('i', { class: 'tick', part: 'tick', 'data-name': name });
        tick.style.left = `${100 * place}%`;
        return tick;
      }),
    );
  }

  /** Shows the bubble at a time for a moment, as at a marker that a key went to. */
  point(seconds: number, name: string): void {
    this.#showBubble(seconds, name);
    clearTimeout(this.#pointing);
    this.#pointing = setTimeout(() => this.#hide(), POINTED);
  }

  #down(event: PointerEvent): void {
    if (!this.#player || (event.pointerType === 'mouse' && event.button !== 0)) return;
    this.element.setPointerCapture(event.pointerId);
    const seconds = this.#timeAt(event);
    this.#drag(this.#markerAt(event)?.time ?? seconds);
  }

  #move(event: PointerEvent): void {
    clearTimeout(this.#pointing);
    if (!this.#player) return;
    const marker = this.#markerAt(event);
    const seconds = this.#timeAt(event);
    if (this.#dragged !== null) this.#drag(seconds);
    else if (event.pointerType !== 'touch') this.#showBubble(marker?.time ?? seconds, marker?.name ?? '');
  }

  #up(event: PointerEvent): void {
    this.#dragged = null;
    if (event.pointerType !== 'mouse') this.#hide();
    this.update();
  }

  #drag(seconds: number): void {
    if (!this.#player) return;
    this.#dragged = seconds;
    seekTo(this.#player, seconds);
    this.#showBubble(seconds, this.#markers.find(({ time }) => time === seconds)?.name ?? '');
    this.update();
  }

  #showBubble(seconds: number, name: string): void {
    const part = share(seconds, this.#player?.duration ?? 0);
    this.#bubble.hidden = false;
    this.#track.style.setProperty('--hover', String(part));
    this.#bubble.style.setProperty('--hover', String(part));
    setText(this.#at, clock(seconds));
    setText(this.#name, name);
    this.#thumbnails?.want(seconds);
  }

  #hide(): void {
    if (this.#dragged !== null) return;
    this.#bubble.hidden = true;
    this.#track.style.setProperty('--hover', '0');
  }

  #showImage(image: ImageBitmap | null): void {
    this.#image.hidden = image === null;
    if (!image) return;
    Object.assign(this.#image, { width: image.width, height: image.height });
    this.#image.getContext('2d')?.drawImage(image, 0, 0);
  }

  #timeAt({ clientX }: PointerEvent): number {
    const { left, width } = this.#track.getBoundingClientRect();
    return Math.min(1, Math.max(0, (clientX - left) / width)) * (this.#player?.duration ?? 0);
  }

  #markerAt(event: PointerEvent): ReplayMarker | null {
    const duration = this.#player?.duration ?? 0;
    const within = (NEAR / Math.max(1, this.#track.getBoundingClientRect().width)) * duration;
    const seconds = this.#timeAt(event);
    let best: ReplayMarker | null = null;
    for (const marker of this.#markers) {
      const far = Math.abs(marker.time - seconds);
      if (far <= within && (best === null || far < Math.abs(best.time - seconds))) best = marker;
    }
    return best;
  }
}

function share(time: number, duration: number): number {
  return duration > 0 ? Math.min(1, Math.max(0, time / duration)) : 0;
}
