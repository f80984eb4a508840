import { make } from './dom.js';
import { bytes } from './format.js';

/** The `figures` message of both rooms, as far as it is shown. */
export interface FiguresMessage {
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly fps: number;
  readonly samples: number;
  readonly uncertainty: number;
  readonly decodeMs: number;
  readonly planMs: number;
  readonly rejected: number;
  readonly latencyFrames: number;
  readonly latencyMs: number;
  readonly roundTripMs?: number | null;
  readonly hitRate?: number;
  readonly watchers: number;
  readonly position: number;
  readonly duration: number;
  readonly playing?: boolean;
  readonly seeking?: boolean;
  readonly growing?: boolean;
  readonly rate?: number;
}

interface Row {
  readonly label: string;
  readonly hint: string;
  readonly value: (figures: FiguresMessage, pixels: number) => string;
  readonly detail?: (figures: FiguresMessage, pixels: number) => string;
  readonly graph: (figures: FiguresMessage) => number;
}

const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 2 : 1)} %`;

const ROWS: readonly Row[] = [
  {
    label: 'Up',
    hint: 'pixel packets, game to server',
    value: (f) => `${bytes(f.bytesUp)}/s`,
    detail: (f) => `${bytes(f.bytesUp / Math.max(1, f.fps))} per frame`,
    graph: (f) => f.bytesUp,
  },
  {
    label: 'Down',
    hint: 'coordinate packets, server to game',
    value: (f) => `${bytes(f.bytesDown)}/s`,
    detail: (f) => `${bytes(f.bytesDown / Math.max(1, f.fps))} per frame`,
    graph: (f) => f.bytesDown,
  },
  {
    label: 'Frames',
    hint: 'sampled frames per second',
    value: (f) => `${f.fps.toFixed(1)} fps`,
    detail: (f) => (f.rejected > 0 ? `${f.rejected} packets rejected` : ''),
    graph: (f) => f.fps,
  },
  {
    label: 'Samples',
    hint: 'samples per frame, and their share of the pixels',
    value: (f) => Math.round(f.samples).toLocaleString('en'),
    // Blocks that the edge cuts carry their 64 samples all the same.
    detail: (f, pixels) => `${percent(Math.min(1, f.samples / pixels))} of the pixels`,
    graph: (f) => f.samples,
  },
  {
    label: 'Latency',
    hint: 'how far ahead samples are asked for',
    value: (f) => (f.latencyFrames === 1 ? '1 frame' : `${f.latencyFrames} frames`),
    detail: (f) =>
      `${Math.round(f.latencyMs)} ms${typeof f.roundTripMs === 'number' ? ` · round trip ${f.roundTripMs.toFixed(1)} ms` : ''}`,
    graph: (f) => f.latencyFrames,
  },
  {
    label: 'Uncertainty',
    hint: 'mean over the picture, 0 to 1',
    value: (f) => f.uncertainty.toFixed(3),
    graph: (f) => f.uncertainty,
  },
  {
    label: 'Server time',
    hint: 'decoding and planning per frame',
    value: (f) => `${(f.decodeMs + f.planMs).toFixed(1)} ms`,
    detail: (f) => `decode ${f.decodeMs.toFixed(1)} · plan ${f.planMs.toFixed(1)}`,
    graph: (f) => f.decodeMs + f.planMs,
  },
];

const POINTS = 120;
const WIDTH = 120;
const HEIGHT = 28;

/** The cards of figures, each with a line of its last two minutes or so. */
export class FiguresPanel {
  readonly #pixels: number;
  readonly #cards: {
    row: Row;
    value: HTMLElement;
    detail: HTMLElement;
    line: SVGPathElement;
    area: SVGPathElement;
    points: number[];
  }[] = [];

  constructor(root: HTMLElement, pixels: number, options: { readonly live: boolean }) {
    this.#pixels = pixels;
    root.replaceChildren();
    for (const row of ROWS) {
      if (row.label === 'Server time' && !options.live) continue;
      const value = make('strong', {});
      const detail = make('span', { class: 'detail' });
      const { svg, line, area } = sparkline();
      const head = make(
        'div',
        { class: 'figure-head' },
        make('span', { class: 'label' }, row.label, make('span', { class: 'visually-hidden' }, `: ${row.hint}`)),
        value,
      );
      root.append(make('div', { class: 'figure', title: row.hint }, head, svg, detail));
      this.#cards.push({ row, value, detail, line, area, points: [] });
    }
  }

  update(figures: FiguresMessage): void {
    for (const { row, value, detail, line, area, points } of this.#cards) {
      value.textContent = row.value(figures, this.#pixels);
      detail.textContent = row.detail?.(figures, this.#pixels) ?? '';
      points.push(row.graph(figures));
      if (points.length > POINTS) points.shift();
      const path = trace(points);
      line.setAttribute('d', path);
      area.setAttribute(
        'd',
        points.length > 1 ? `${path}L${WIDTH} ${HEIGHT}L${WIDTH - ((points.length - 1) * WIDTH) / (POINTS - 1)} ${HEIGHT}Z` : '',
      );
    }
  }
}

function sparkline(): { svg: SVGSVGElement; line: SVGPathElement; area: SVGPathElement } {
  const create = <K extends keyof SVGElementTagNameMap>(tag: K) => document.createElementNS('http://www.w3.org/2000/svg', tag);
  const svg = create('svg');
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('class', 'spark');
  svg.setAttribute('aria-hidden', 'true');
  const area = create('path');
  area.setAttribute('class', 'area');
  const line = create('path');
  line.setAttribute('class', 'line');
  svg.append(area, line);
  return { svg, line, area };
}

/** Newest at the right edge; from zero to the largest value with a little air. */
function trace(points: readonly number[]): string {
  const top = Math.max(1e-6, ...points) * 1.15;
  const step = WIDTH / (POINTS - 1);
  return points
    .map((value, i) => {
      const x = WIDTH - (points.length - 1 - i) * step;
      const y = HEIGHT - 1 - (value / top) * (HEIGHT - 2);
      return `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
