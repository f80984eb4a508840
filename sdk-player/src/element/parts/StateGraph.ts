import type { ReplayPlayer } from '@sgaps/client/player';
import { clock } from '../clock.js';
import { make, setText } from '../dom.js';
import { placeOf, seekTo } from '../transport.js';

/** Colours of the values, in turn. */
const COLOURS = ['#5eead4', '#7aa2ff', '#ffb454', '#ff6b81', '#c297ff', '#7ee787', '#ffd84d', '#8b98a9'];
/** Values that are shown at first. */
const SHOWN = 4;
const HEIGHT = 96;
const INSET = 6;

interface Line {
  readonly colour: string;
  readonly button: HTMLButtonElement;
  readonly value: HTMLElement;
}

/** The game's values over time, each from its least to its most, and what they are at the playhead. */
export class StateGraph {
  readonly element: HTMLDivElement;
  readonly #canvas = make('canvas', { class: 'lines', part: 'graph', role: 'img' });
  readonly #head = make('div', { class: 'playhead', 'aria-hidden': 'true' });
  readonly #legend = make('div', { class: 'legend', role: 'group', 'aria-label': 'Values' });
  readonly #hint = make('p', { class: 'hint' });
  readonly #plot: HTMLDivElement;
  #player: ReplayPlayer | null = null;
  #lines: Line[] = [];
  #due = 0;

  constructor() {
    this.#plot = make('div', { class: 'plot' }, this.#canvas, this.#head, this.#hint);
    this.element = make('div', { class: 'graph', part: 'graph-panel' }, this.#plot, this.#legend);
    this.element.hidden = true;
    this.#plot.addEventListener('pointerdown', (event) => this.#seek(event));
    this.#plot.addEventListener('pointermove', (event) => event.buttons === 1 && this.#seek(event));
    new ResizeObserver(() => this.redraw()).observe(this.#plot);
  }

  attach(player: ReplayPlayer | null): void {
    this.#player = player;
    this.#lines = (player?.info.values ?? []).map((name, i) => {
      const value = make('strong');
      const button = make('button', { type: 'button', class: 'chip', 'aria-pressed': String(i < SHOWN) }, make('i'), name, value);
      const colour = COLOURS[i % COLOURS.length];
      button.style.setProperty('--colour', colour);
      button.addEventListener('click', () => {
        button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
        this.redraw();
      });
      return { colour, button, value };
    });
    this.#legend.replaceChildren(...this.#lines.map(({ button }) => button));
    this.redraw();
    this.update();
  }

  /** Shows what the values are at the playhead. */
  update(): void {
    const player = this.#player;
    if (!player || this.element.hidden) return;
    const { duration } = player;
    const currentTime = placeOf(player);
    this.#head.style.setProperty('--at', String(duration > 0 ? Math.min(1, currentTime / duration) : 0));
    const { times, values } = player.states;
    const at = indexAt(times, currentTime);
    this.#lines.forEach(({ value }, i) => setText(value, at < 0 ? '–' : number(values[i]?.[at])));
  }

  /** Draws the lines anew, at the next moment. */
  redraw(): void {
    if (this.element.hidden || this.#due !== 0) return;
    this.#due = requestAnimationFrame(() => {
      this.#due = 0;
      this.#draw();
      this.update();
    });
  }

  #draw(): void {
    const { clientWidth, clientHeight } = this.#plot;
    const context = this.#canvas.getContext('2d');
    const player = this.#player;
    if (!context || !player || clientWidth === 0) return;
    const scale = devicePixelRatio;
    const [width, height] = [Math.round(clientWidth * scale), Math.round((clientHeight || HEIGHT) * scale)];
    Object.assign(this.#canvas, { width, height });
    const { times, values } = player.states;
    const shown = this.#lines.filter(({ button }) => button.getAttribute('aria-pressed') === 'true');
    setText(
      this.#hint,
      this.#lines.length === 0 ? 'This game told no values.' : times.length === 0 ? 'Reading the game’s values…' : '',
    );
    const names = this.#lines.filter((line) => shown.includes(line)).map(({ button }) => button.childNodes[1].textContent);
    this.#canvas.setAttribute('aria-label', `Over ${clock(player.duration)}: ${names.join(', ') || 'no values'}`);
    context.lineWidth = 1.5 * scale;
    context.lineJoin = 'round';
    this.#lines.forEach((line, i) => {
      if (!shown.includes(line) || !values[i]) return;
      context.strokeStyle = line.colour;
      trace(context, times, values[i], player.duration, width, height, INSET * scale);
    });
  }

  #seek({ clientX }: PointerEvent): void {
    const player = this.#player;
    const { left, width } = this.#plot.getBoundingClientRect();
    if (player) seekTo(player, ((clientX - left) / width) * player.duration);
  }
}

/** Draws a line, in steps as the values are; of those in one column of pixels the least and the most. */
function trace(
  context: CanvasRenderingContext2D,
  times: readonly number[],
  values: readonly number[],
  duration: number,
  width: number,
  height: number,
  inset: number,
): void {
  const [least, most] = boundsOf(values);
  const span = most - least || 1;
  const y = (value: number) => height - inset - ((value - least) / span) * (height - 2 * inset);
  context.beginPath();
  let last = values[0];
  for (let i = 0; i < times.length; ) {
    const x = Math.floor((times[i] / Math.max(duration, 1e-3)) * width);
    let [low, high] = [values[i], values[i]];
    const first = values[i];
    // A value holds until the next.
    context.lineTo(x, y(last));
    for (; i < times.length && Math.floor((times[i] / Math.max(duration, 1e-3)) * width) === x; i++) {
      last = values[i];
      if (last < low) low = last;
      if (last > high) high = last;
    }
    context.lineTo(x, y(first));
    if (high > low) for (const value of [high, low, last]) context.lineTo(x, y(value));
  }
  context.stroke();
}

function boundsOf(values: readonly number[]): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

/** Index of the last time that is not later; −1 before the first. */
function indexAt(times: readonly number[], time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time + 1e-3) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function number(value: number | undefined): string {
  if (value === undefined) return '–';
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
