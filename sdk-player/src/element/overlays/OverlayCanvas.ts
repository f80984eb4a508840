import { LAYERS_ALPHA, OVERLAY_STYLES, SOURCES, tableOf, tableOfKinds } from '@sgaps/core';
import { OVERLAY_LAYERS, type OverlayLayer, type Picture } from '@sgaps/protocol';
import { drawFlow, drawSamples, drawTiers } from './marks.js';

/** Pixels of the overlay a grid pixel. */
const SCALE = 4;

/** Draws overlays on a canvas that lies over the picture. */
export class OverlayCanvas {
  readonly #canvas: HTMLCanvasElement;
  readonly #maps = new Map<OverlayLayer, OffscreenCanvas>();
  readonly #tables = new Map<OverlayLayer, Uint8ClampedArray>();
  /** Overlays that are drawn, not mapped. */
  readonly #marks = new Map<OverlayLayer, Uint8Array>();
  #enabled: ReadonlySet<OverlayLayer> = new Set();
  #strength = 0.75;
  /** The animation frame that it is drawn in; 0 where none is asked for. */
  #due = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    for (const { layer, stops } of OVERLAY_STYLES) if (stops.length > 0) this.#tables.set(layer, tableOf(stops));
    this.#tables.set('layers', tableOfKinds(SOURCES, LAYERS_ALPHA));
  }

  /** For pictures of this size. */
  resize(width: number, height: number): void {
    if (this.#canvas.width === width * SCALE && this.#canvas.height === height * SCALE) return;
    this.#canvas.width = width * SCALE;
    this.#canvas.height = height * SCALE;
    this.draw();
  }

  /** How much overlays cover, 0 … 1. */
  set strength(value: number) {
    this.#strength = value;
    this.draw();
  }

  /** Chooses the overlays; those switched off vanish at once. */
  enable(layers: Iterable<OverlayLayer>): void {
    this.#enabled = new Set(layers);
    for (const layer of OVERLAY_LAYERS) if (!this.#enabled.has(layer)) this.#forget(layer);
    this.draw();
  }

  /** Takes in an overlay. It is drawn with the frame that follows, or soon where none follows. */
  async take(picture: Picture): Promise<void> {
    const { layer } = picture;
    if (layer === 'frame' || !this.#enabled.has(layer)) return;
    if (layer === 'samples' || layer === 'tiers' || layer === 'flow') {
      this.#marks.set(layer, picture.data.slice());
      this.#drawSoon();
      return;
    }
    const bitmap = await createImageBitmap(new Blob([picture.data.slice()], { type: picture.format }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const target = canvas.getContext('2d', { willReadFrequently: true });
    target?.drawImage(bitmap, 0, 0);
    bitmap.close();
    if (!target || !this.#enabled.has(layer)) return;
    const image = target.getImageData(0, 0, canvas.width, canvas.height);
    colour(image.data, this.#tables.get(layer));
    target.putImageData(image, 0, 0);
    this.#maps.set(layer, canvas);
    this.#drawSoon();
  }

  draw(): void {
    cancelAnimationFrame(this.#due);
    this.#due = 0;
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    const { width, height } = this.#canvas;
    context.clearRect(0, 0, width, height);
    context.globalAlpha = this.#strength;
    for (const [layer, canvas] of this.#maps) {
      // Kinds have edges, no slopes.
      context.imageSmoothingEnabled = layer !== 'layers';
      context.drawImage(canvas, 0, 0, width, height);
    }
    context.globalAlpha = Math.min(1, this.#strength + 0.15);
    for (const [layer, data] of this.#marks) {
      if (layer === 'samples') drawSamples(context, data, SCALE);
      else if (layer === 'tiers') drawTiers(context, data, SCALE);
      else drawFlow(context, data, SCALE);
    }
  }

  #drawSoon(): void {
    if (this.#due === 0) this.#due = requestAnimationFrame(() => this.draw());
  }

  #forget(layer: OverlayLayer): void {
    this.#maps.delete(layer);
    this.#marks.delete(layer);
  }
}

function colour(pixels: Uint8ClampedArray, map: Uint8ClampedArray | undefined): void {
  if (!map) return;
  for (let i = 0; i < pixels.length; i += 4) {
    const at = 4 * pixels[i];
    pixels[i] = map[at];
    pixels[i + 1] = map[at + 1];
    pixels[i + 2] = map[at + 2];
    pixels[i + 3] = map[at + 3];
  }
}
