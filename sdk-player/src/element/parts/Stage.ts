import type { ReplayFrame } from '@sgaps/client/player';
import type { OverlayLayer, Picture } from '@sgaps/protocol';
import { make } from '../dom.js';
import { OverlayCanvas } from '../overlays/OverlayCanvas.js';

/** The picture and the overlays over it, as large as there is room for. */
export class Stage {
  readonly element: HTMLDivElement;
  /** Says which frame it holds: `data-frame` (number), `data-time` (seconds), `data-refined`. */
  readonly picture = make('canvas', { class: 'picture', part: 'picture', role: 'img', 'aria-label': 'The rebuilt frame' });
  readonly overlays: OverlayCanvas;
  readonly #context: CanvasRenderingContext2D | null;

  constructor() {
    const overlay = make('canvas', { class: 'overlay', part: 'overlay', 'aria-hidden': 'true' });
    this.element = make('div', { class: 'pictures' }, this.picture, overlay);
    this.#context = this.picture.getContext('2d');
    this.overlays = new OverlayCanvas(overlay);
  }

  /** For frames of this size. */
  resize(width: number, height: number): void {
    if (this.picture.width !== width || this.picture.height !== height) Object.assign(this.picture, { width, height });
    this.overlays.resize(width, height);
  }

  show({ image, frameId, time, refined }: ReplayFrame): void {
    this.resize(image.width, image.height);
    this.#context?.drawImage(image, 0, 0);
    Object.assign(this.picture.dataset, { frame: String(frameId), time: String(time), refined: String(refined) });
    this.overlays.draw();
  }

  enable(layers: Iterable<OverlayLayer>): void {
    this.overlays.enable(layers);
  }

  take(picture: Picture): Promise<void> {
    return this.overlays.take(picture);
  }

  clear(): void {
    this.#context?.clearRect(0, 0, this.picture.width, this.picture.height);
    for (const name of ['frame', 'time', 'refined']) delete this.picture.dataset[name];
  }
}
