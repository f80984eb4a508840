import { OVERLAY_LAYERS, type OverlayLayer, type Picture } from '@sgaps/protocol';
import { drawFlow, drawSamples, drawTiers } from './marks.js';
import { LAYERS_ALPHA, OVERLAY_STYLES, SOURCES, tableOf, tableOfKinds } from './overlayStyles.js';

/** Pixels of the overlay a grid pixel. */
const SCALE = 4;

/** A frame to be decoded. */
interface Waiting {
  readonly picture: Picture;
  readonly blob: Blob;
}

/** Draws frames on one canvas and overlays on another above it. */
export class Screen {
  /** Frames drawn since the start. */
  drawn = 0;

  readonly #picture: CanvasRenderingContext2D;
  readonly #overlay: CanvasRenderingContext2D;
  readonly #maps = new Map<OverlayLayer, OffscreenCanvas>();
  readonly #tables = new Map<OverlayLayer, Uint8ClampedArray>();
  /** Overlays that are drawn, not mapped. */
  readonly #marks = new Map<OverlayLayer, Uint8Array>();
  #enabled = new Set<OverlayLayer>();
  #strength = 0.75;
  #next: Waiting | null = null;
  #decoding = false;

  constructor(picture: HTMLCanvasElement, overlay: HTMLCanvasElement, width: number, height: number) {
    picture.width = width;
    picture.height = height;
    overlay.width = width * SCALE;
    overlay.height = height * SCALE;
    this.#picture = context(picture);
    this.#overlay = context(overlay);
    for (const { layer, stops } of OVERLAY_STYLES) if (stops.length > 0) this.#tables.set(layer, tableOf(stops));
    this.#tables.set('layers', tableOfKinds(SOURCES, LAYERS_ALPHA));
  }

  set strength(value: number) {
    this.#strength = value;
    this.#redraw();
  }

  /** Chooses the overlays; those switched off vanish at once. */
  enable(layers: ReadonlySet<OverlayLayer>): void {
    this.#enabled = new Set(layers);
    for (const layer of OVERLAY_LAYERS) {
      if (layers.has(layer)) continue;
      this.#maps.delete(layer);
      this.#marks.delete(layer);
    }
    this.#redraw();
  }

  /**
   * Draws a rebuilt frame. Decoding is asynchronous and one frame is decoded at a time: of those that come meanwhile only the
   * newest is drawn, so a slow page shows fewer frames and never none. The canvas says which frame it
   * holds: `data-frame` (id) and `data-time` (ms of the recording).
   */
  async frame(picture: Picture): Promise<void> {
    this.#next = { picture, blob: blobOf(picture) };
    if (this.#decoding) return;
    this.#decoding = true;
    try {
      for (let next: Waiting | null = this.#next; next; next = this.#next) {
        this.#next = null;
        this.#draw(next.picture, await createImageBitmap(next.blob));
      }
    } finally {
      this.#decoding = false;
    }
  }

  /** Takes in an overlay; it is drawn with the frame that follows. */
  async overlay(picture: Picture): Promise<void> {
    const { layer } = picture;
    if (layer === 'frame' || !this.#enabled.has(layer)) return;
    if (layer === 'samples' || layer === 'tiers' || layer === 'flow') {
      this.#marks.set(layer, picture.data.slice());
      return;
    }
    const bitmap = await createImageBitmap(blobOf(picture));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const target = canvas.getContext('2d', { willReadFrequently: true });
    if (!target) return;
    target.drawImage(bitmap, 0, 0);
    bitmap.close();
    const image = target.getImageData(0, 0, canvas.width, canvas.height);
    colour(image.data, this.#tables.get(layer));
    target.putImageData(image, 0, 0);
    if (this.#enabled.has(layer)) this.#maps.set(layer, canvas);
  }

  #draw({ frameId, time }: Picture, bitmap: ImageBitmap): void {
    const { canvas } = this.#picture;
    this.#picture.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    canvas.dataset.frame = String(frameId);
    canvas.dataset.time = String(time);
    this.drawn++;
    this.#redraw();
  }

  #redraw(): void {
    const { width, height } = this.#overlay.canvas;
    this.#overlay.clearRect(0, 0, width, height);
    this.#overlay.globalAlpha = this.#strength;
    for (const [layer, canvas] of this.#maps) {
      // Kinds have edges, no slopes.
      this.#overlay.imageSmoothingEnabled = layer !== 'layers';
      this.#overlay.drawImage(canvas, 0, 0, width, height);
    }
    this.#overlay.globalAlpha = Math.min(1, this.#strength + 0.15);
    for (const [layer, data] of this.#marks) {
      if (layer === 'samples') drawSamples(this.#overlay, data, SCALE);
      else if (layer === 'tiers') drawTiers(this.#overlay, data, SCALE);
      else drawFlow(this.#overlay, data, SCALE);
    }
  }
}

function context(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const result = canvas.getContext('2d');
  if (!result) throw new Error('This browser has no 2D canvas.');
  return result;
}

function blobOf({ data, format }: Picture): Blob {
  return new Blob([data.slice()], { type: format });
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
