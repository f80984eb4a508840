import { ARCHIVE_OVERLAYS, gradientOf, OVERLAY_STYLES, type OverlayStyle } from '@sgaps/core';
import type { OverlayLayer } from '@sgaps/protocol';
import { make } from '../dom.js';

/** What is chosen in an `OverlayPanel`. */
export interface OverlayChoices {
  layers(layers: readonly OverlayLayer[]): void;
  /** How much overlays cover, 0 … 1. */
  strength(strength: number): void;
  pixelated(on: boolean): void;
}

/** Which overlays lie over the picture, how strongly, and whether pixels are shown sharp. */
export class OverlayPanel {
  readonly content: readonly HTMLElement[];
  /** What the colours of the overlays shown mean. */
  readonly legends = make('div', { class: 'legends', part: 'legends' });
  readonly #boxes = new Map<OverlayLayer, HTMLInputElement>();
  readonly #pixelated = make('input', { type: 'checkbox' });
  readonly #strength = make('input', {
    type: 'range',
    min: '0.15',
    max: '1',
    step: '0.05',
    value: '0.75',
    'aria-label': 'Strength',
  });
  readonly #missing = make(
    'p',
    { class: 'item note', part: 'overlays-missing' },
    'An archive has pictures only: no samples, no doubts.',
  );
  readonly #choices: OverlayChoices;
  readonly #own: readonly HTMLElement[];

  constructor(choices: OverlayChoices) {
    this.#choices = choices;
    const rows = OVERLAY_STYLES.map((style) => {
      const box = make('input', { type: 'checkbox', name: style.layer });
      box.addEventListener('change', () => this.#changed());
      this.#boxes.set(style.layer, box);
      return make('label', { class: 'item' }, box, style.name, make('span', { class: 'spring' }), swatch(style));
    });
    this.#strength.addEventListener('input', () => choices.strength(this.#strength.valueAsNumber));
    this.#pixelated.addEventListener('change', () => choices.pixelated(this.#pixelated.checked));
    const strength = make('label', { class: 'item' }, 'Strength', this.#strength);
    this.#own = [...rows, strength];
    this.#missing.hidden = true;
    this.content = [this.#missing, ...this.#own, make('label', { class: 'item' }, this.#pixelated, 'Sharp pixels')];
  }

  /** The overlays that are chosen. */
  get layers(): OverlayLayer[] {
    return [...this.#boxes].filter(([, box]) => box.checked).map(([layer]) => layer);
  }

  set layers(layers: readonly OverlayLayer[]) {
    for (const [layer, box] of this.#boxes) box.checked = layers.includes(layer) && !box.disabled;
    this.#changed();
  }

  /** Whether what is played has overlays at all. */
  set available(available: boolean) {
    for (const element of this.#own) element.hidden = !available;
    if (!available && this.layers.length > 0) this.layers = [];
  }

  /** Whether it is an archive that is played: then there are few. */
  set archived(archived: boolean) {
    this.#missing.hidden = !archived;
    for (const [layer, box] of this.#boxes) box.disabled = archived && !ARCHIVE_OVERLAYS.includes(layer);
    const left = this.layers.filter((layer) => !this.#boxes.get(layer)?.disabled);
    if (left.length < this.layers.length) this.layers = left;
  }

  togglePixelated(): void {
    this.#pixelated.click();
  }

  #changed(): void {
    const { layers } = this;
    this.legends.replaceChildren(...OVERLAY_STYLES.filter(({ layer }) => layers.includes(layer)).map(legendOf));
    this.#choices.layers(layers);
  }
}

function swatch({ stops, kinds }: OverlayStyle): HTMLElement {
  const element = make('i', { class: 'swatch' });
  if (kinds) element.append(...kinds.slice(0, 4).map(([, colour]) => coloured(colour)));
  else element.style.backgroundImage = gradientOf({ stops });
  return element;
}

function legendOf(style: OverlayStyle): HTMLElement {
  const label = make('b', {}, style.name);
  if (style.kinds) {
    const kinds = style.kinds.map(([name, colour]) => make('span', { class: 'kind' }, coloured(colour), name));
    return make('div', {}, label, ...kinds, ...(style.note ? [make('span', { class: 'note' }, style.note)] : []));
  }
  const scale = make('i', { class: 'scale' });
  scale.style.backgroundImage = gradientOf(style);
  return make('div', {}, label, make('span', {}, style.low), scale, make('span', {}, style.high));
}

function coloured(colour: string): HTMLElement {
  const element = make('i');
  element.style.background = colour;
  return element;
}
