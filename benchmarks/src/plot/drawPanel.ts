import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { COLOURS } from './colours.js';

/**
 * One plot, with what is said above it.
 *
 * @example
 * ```ts
 * const { svg, width, height }: Panel = drawPanel('phaser-arena', 'steady PSNR, dB', { marks: [] });
 * ```
 */
export interface Panel {
  readonly title: string;
  /** What the figures are. */
  readonly unit: string;
  /** `<svg>` of this size. */
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Plots that belong together.
 *
 * @example
 * ```ts
 * const figure: Figure = plotGrowth(growth);
 * ```
 */
export interface Figure {
  readonly title: string;
  /** How to read it, a sentence or two. */
  readonly note: string;
  readonly legend: readonly { readonly label: string; readonly colour: string; readonly dashed?: boolean }[];
  readonly panels: readonly Panel[];
}

/** Width of a panel: readable on a phone, and two beside each other on a page. */
export const PANEL_WIDTH = 440;
const PANEL_HEIGHT = 270;
const FONT_SIZE = 11.5;

/**
 * Draws a plot by Observable Plot. Its marks take their colours of `COLOURS`.
 *
 * @example
 * ```ts
 * const panel = drawPanel('CPU', 'per cent of one core', { marks: [Plot.line(runs, { x: 'sessions', y: 'cpu', stroke: COLOURS.ours })] });
 * ```
 */
export function drawPanel(title: string, unit: string, options: Plot.PlotOptions): Panel {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const width = options.width ?? PANEL_WIDTH;
  const height = options.height ?? PANEL_HEIGHT;
  const chart = Plot.plot({ marginTop: 14, ...options, width, height, document: document as unknown as Document });
  chart.querySelector('style')?.remove();
  chart.removeAttribute('class');
  chart.setAttribute('font-size', String(FONT_SIZE));
  chart.setAttribute('role', 'img');
  chart.setAttribute('aria-label', `${title}: ${unit}`);
  // Without a page around it, nothing says what colour is the current one.
  return { title, unit, svg: chart.outerHTML.replaceAll('currentColor', COLOURS.ink), width, height };
}
