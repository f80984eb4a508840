import { OVERLAY_LAYERS, type OverlayLayer, type Picture } from '@sgaps/protocol';

/** How an overlay looks and what its colours say. */
export interface OverlayStyle {
  readonly layer: OverlayLayer;
  readonly name: string;
  readonly low: string;
  readonly high: string;
  /** Stops of the colour map, value → r, g, b, alpha (0 … 255). */
  readonly stops: readonly (readonly [number, number, number, number, number])[];
}

/** The overlays in the order of their keys 1 … 4. */
export const OVERLAY_STYLES: readonly OverlayStyle[] = [
  { layer: 'samples', name: 'Samples', low: '', high: '', stops: [] },
  {
    layer: 'importance',
    name: 'Importance',
    low: 'leave alone',
    high: 'look here next',
    stops: [
      [0, 30, 20, 80, 0],
      [60, 90, 40, 160, 120],
      [140, 200, 60, 190, 190],
      [220, 255, 150, 190, 225],
      [255, 255, 240, 245, 240],
    ],
  },
  {
    layer: 'uncertainty',
    name: 'Uncertainty',
    low: 'sure',
    high: 'a guess',
    stops: [
      [0, 40, 10, 10, 0],
      [50, 140, 30, 20, 110],
      [120, 230, 90, 20, 180],
      [200, 255, 190, 40, 220],
      [255, 255, 250, 200, 240],
    ],
  },
  {
    layer: 'confidence',
    name: 'Memory confidence',
    low: 'never seen',
    high: 'known',
    stops: [
      [0, 10, 20, 60, 210],
      [90, 20, 70, 130, 190],
      [170, 20, 140, 140, 150],
      [230, 60, 200, 150, 90],
      [255, 120, 240, 170, 50],
    ],
  },
];

/** Colours of the four tiers, as the legend shows them. */
export const TIER_COLOURS = ['#ff5d7a', '#ffb454', '#7ee787', '#6cb6ff'] as const;
const SCALE = 4;

/** The CSS gradient of an overlay's colour map. */
export function gradientOf({ stops }: OverlayStyle): string {
  const parts = stops.map(
    ([at, r, g, b, a]) => `rgb(${r} ${g} ${b} / ${((a / 255) * 100).toFixed(0)}%) ${((at / 255) * 100).toFixed(0)}%`,
  );
  return `linear-gradient(90deg, ${parts.join(', ')})`;
}

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
  #samples: Picture | null = null;
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
    for (const { layer, stops } of OVERLAY_STYLES) if (stops.length > 0) this.#tables.set(layer, table(stops));
  }

  set strength(value: number) {
    this.#strength = value;
    this.#redraw();
  }

  /** Chooses the overlays; those switched off vanish at once. */
  enable(layers: ReadonlySet<OverlayLayer>): void {
    this.#enabled = new Set(layers);
    for (const layer of OVERLAY_LAYERS) if (!layers.has(layer)) this.#maps.delete(layer);
    if (!layers.has('samples')) this.#samples = null;
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
    if (layer === 'samples') {
      this.#samples = { ...picture, data: picture.data.slice() };
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
    this.#overlay.imageSmoothingEnabled = true;
    for (const canvas of this.#maps.values()) this.#overlay.drawImage(canvas, 0, 0, width, height);
    if (this.#samples) this.#drawSamples(this.#samples);
  }

  #drawSamples({ data }: Picture): void {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const draw = this.#overlay;
    draw.globalAlpha = Math.min(1, this.#strength + 0.15);
    draw.lineWidth = 1;
    for (let at = 0; at + 6 <= data.length; at += 6) {
      const u = view.getUint16(at, true) * SCALE;
      const v = view.getUint16(at + 2, true) * SCALE;
      const kind = data[at + 4];
      const colourOf = TIER_COLOURS[data[at + 5] & 3];
      if (kind === 0) {
        draw.fillStyle = colourOf;
        draw.fillRect(u, v, SCALE, SCALE);
        continue;
      }
      const side = (kind === 8 ? 8 : 1 << kind) * SCALE;
      draw.strokeStyle = colourOf;
      draw.strokeRect(u + 0.5, v + 0.5, side - 1, side - 1);
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

function table(stops: OverlayStyle['stops']): Uint8ClampedArray {
  const out = new Uint8ClampedArray(4 * 256);
  for (let value = 0; value < 256; value++) {
    let i = 1;
    while (i < stops.length - 1 && stops[i][0] < value) i++;
    const [from, to] = [stops[i - 1], stops[i]];
    const share = (value - from[0]) / (to[0] - from[0]);
    for (let c = 0; c < 4; c++) out[4 * value + c] = from[c + 1] + (to[c + 1] - from[c + 1]) * share;
  }
  return out;
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
