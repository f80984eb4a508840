import type { PlayedFrame } from '@sgaps/core';
import { LAYERS_ALPHA, MOTIONS, OVERLAY_STYLES, SOURCES, TIER_COLOURS, tableOf, tableOfKinds } from '@sgaps/core';
import { FlowOverlay, IMPORTANCE_FULL, quantise } from '@sgaps/pipeline';
import {
  BLOCK_KIND,
  BLOCK_SAMPLES,
  BLOCK_SIDE,
  type CaptureGrid,
  levelOf,
  type OverlayLayer,
  type SampleSet,
} from '@sgaps/protocol';
import type { Canvas, Colour } from './Canvas.js';

/** How strong overlays are, as the dashboard's slider stands at first: maps, and marks. */
const MAP_ALPHA = 0.75;
const MARK_ALPHA = 0.9;
const TIER_ALPHA = 0.45 * MARK_ALPHA;
/** The dashboard draws marks with lines of one pixel on four for each of the grid. */
const LINES_PER_PIXEL = 4;
/** Flow is told in sixteenths of a grid pixel a frame, and drawn as far as it goes in so many frames. */
const FLOW_STEPS = 16;
const FLOW_FRAMES = 2;
const FLOW_BYTES = 9;

const TIERS = TIER_COLOURS.map(colourOf);
const MOTION_COLOURS = MOTIONS.map(([, colour]) => colourOf(colour));
const TABLES = new Map<OverlayLayer, Uint8ClampedArray>([
  ...OVERLAY_STYLES.filter(({ stops }) => stops.length > 0).map(({ layer, stops }) => [layer, tableOf(stops)] as const),
  ['layers', tableOfKinds(SOURCES, LAYERS_ALPHA)],
]);

/**
 * Burns overlays into pictures, in the dashboard's colours: maps into the picture at the recording's own size, marks into it at that of the export.
 *
 * @example
 * ```ts
 * const painter = new OverlayPainter(grid, ['uncertainty', 'samples']);
 * painter.maps(frame, null, rgb);
 * canvas.enlarge(rgb, grid.width, 2);
 * painter.marks(frame, canvas, 2);
 * ```
 */
export class OverlayPainter {
  readonly #layers: readonly OverlayLayer[];
  readonly #map: Uint8Array;
  readonly #flow: FlowOverlay | null;
  /** The newest samples there were: a frame that used no request has none of its own, and those before it stay on show, instead of a flicker. */
  #samples: SampleSet | null = null;

  constructor(grid: CaptureGrid, layers: readonly OverlayLayer[]) {
    this.#layers = layers;
    this.#map = new Uint8Array(grid.width * grid.height);
    this.#flow = layers.includes('flow') ? new FlowOverlay(grid) : null;
  }

  /** Draws the maps over a picture of the recording's size. `importance` is needed where that layer is drawn. */
  maps(frame: PlayedFrame, importance: Float32Array | null, rgb: Uint8ClampedArray): void {
    for (const layer of this.#layers) {
      const table = TABLES.get(layer);
      if (!table) continue;
      if (layer === 'uncertainty' || layer === 'confidence') quantise(frame[layer], this.#map);
      else if (layer === 'layers') this.#map.set(frame.sources());
      else if (importance) quantise(importance, this.#map, IMPORTANCE_FULL);
      for (let i = 0, at = 0; i < this.#map.length; i++, at += 3) {
        const colour = 4 * this.#map[i];
        const alpha = (MAP_ALPHA * table[colour + 3]) / 255;
        for (let c = 0; c < 3; c++) rgb[at + c] += (table[colour + c] - rgb[at + c]) * alpha;
      }
    }
  }

  /** Draws the marks over a picture of `factor` pixels a side for each of the recording's. */
  marks(frame: PlayedFrame, canvas: Canvas, factor: number): void {
    for (const layer of this.#layers) {
      if (layer === 'samples') drawSamples(canvas, this.#samplesOf(frame), factor);
      else if (layer === 'tiers') drawTiers(canvas, this.#samplesOf(frame), factor);
    }
    if (this.#flow) drawFlow(canvas, this.#flow.read(frame), factor);
  }

  #samplesOf({ samples }: PlayedFrame): SampleSet {
    if (samples.count > 0 || this.#samples === null) this.#samples = copyOf(samples);
    return this.#samples;
  }
}

/** Points as dots, means and blocks as outlines, in the colours of their tiers. */
function drawSamples(canvas: Canvas, samples: SampleSet, factor: number): void {
  eachSample(samples, (u, v, side, tier) => {
    const [x, y, size] = [u * factor, v * factor, side * factor];
    if (side === 1) canvas.fill(x, y, size, size, TIERS[tier], MARK_ALPHA);
    else canvas.outline(x, y, size, size, TIERS[tier], MARK_ALPHA);
  });
}

/** What was asked for, filled with the colour of its tier, the most critical on top. */
function drawTiers(canvas: Canvas, samples: SampleSet, factor: number): void {
  for (let top = TIERS.length - 1; top >= 0; top--) {
    eachSample(samples, (u, v, side, tier) => {
      if (tier !== top) return;
      const [x, y, size] = [u * factor, v * factor, side * factor];
      canvas.fill(x, y, size, size, TIERS[tier], side === 1 ? MARK_ALPHA : TIER_ALPHA);
      if (side > 4) canvas.outline(x, y, size, size, TIERS[tier], MARK_ALPHA);
    });
  }
}

/** Arrows from where blocks are to where they will be; a ring round what changes without moving. */
function drawFlow(canvas: Canvas, data: Uint8Array, factor: number): void {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const unit = Math.max(1, factor / LINES_PER_PIXEL);
  const reach = (FLOW_FRAMES * factor) / FLOW_STEPS;
  for (let at = 0; at + FLOW_BYTES <= data.length; at += FLOW_BYTES) {
    const x = view.getUint16(at, true) * factor;
    const y = view.getUint16(at + 2, true) * factor;
    const motion = data[at + 8];
    const colour = MOTION_COLOURS[motion];
    if (motion === 2) {
      canvas.ring(x, y, Math.max(1, factor), unit, colour, MARK_ALPHA);
      continue;
    }
    const dx = view.getInt16(at + 4, true) * reach;
    const dy = view.getInt16(at + 6, true) * reach;
    const [wide, head] = motion === 0 ? [unit, 3 * unit] : [2 * unit, 6 * unit];
    drawArrow(canvas, x, y, dx, dy, wide, head, colour);
  }
}

function drawArrow(
  canvas: Canvas,
  x: number,
  y: number,
  dx: number,
  dy: number,
  wide: number,
  head: number,
  colour: Colour,
): void {
  const length = Math.hypot(dx, dy);
  if (length < 2) {
    canvas.fill(Math.round(x - 1), Math.round(y - 1), 2, 2, colour, MARK_ALPHA);
    return;
  }
  const [ux, uy] = [dx / length, dy / length];
  const [toX, toY] = [x + dx, y + dy];
  canvas.line(x, y, toX, toY, wide, colour, MARK_ALPHA);
  canvas.line(toX, toY, toX - head * (ux - 0.6 * uy), toY - head * (uy + 0.6 * ux), wide, colour, MARK_ALPHA);
  canvas.line(toX, toY, toX - head * (ux + 0.6 * uy), toY - head * (uy - 0.6 * ux), wide, colour, MARK_ALPHA);
}

/** Each sample, a block as one, with the grid pixels of its side. */
function eachSample(
  { count, u, v, kind, tier }: SampleSet,
  visit: (u: number, v: number, side: number, tier: number) => void,
): void {
  for (let i = 0; i < count; ) {
    const isBlock = kind[i] >= BLOCK_KIND;
    visit(u[i], v[i], (isBlock ? BLOCK_SIDE : 1) << levelOf(kind[i]), tier[i]);
    i += isBlock ? BLOCK_SAMPLES : 1;
  }
}

function copyOf(samples: SampleSet): SampleSet {
  const part = <T extends Uint8Array | Uint16Array>(list: T): T => list.slice(0, samples.count) as T;
  return { ...samples, u: part(samples.u), v: part(samples.v), kind: part(samples.kind), tier: part(samples.tier) };
}

function colourOf(text: string): Colour {
  const part = (at: number) => Number.parseInt(text.slice(at, at + 2), 16);
  return [part(1), part(3), part(5)];
}
