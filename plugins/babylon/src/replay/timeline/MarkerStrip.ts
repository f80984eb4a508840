import type { ICanvasRenderingContext } from '@babylonjs/core/Engines/ICanvas.js';
import { Control } from '@babylonjs/gui/2D/controls/control.js';
import type { ReplayMarker } from '@sgaps/client/player';

/** Ticks where markers are, in one control however many there are. */
export class MarkerStrip extends Control {
  /** Pixels that the slider below leaves on either side. */
  inset = 0;
  #markers: readonly ReplayMarker[] = [];
  #start = 0;
  #end = 1;

  show(markers: readonly ReplayMarker[], start: number, end: number): void {
    if (markers === this.#markers && start === this.#start && end === this.#end) return;
    this.#markers = markers;
    this.#start = start;
    this.#end = end;
    this._markAsDirty();
  }

  override _draw(context: ICanvasRenderingContext): void {
    const { left, top, width, height } = this._currentMeasure;
    const across = width - 2 * this.inset;
    const span = this.#end - this.#start;
    if (!(span > 0)) return;
    context.save();
    this._applyStates(context);
    context.fillStyle = this.color;
    for (const { time } of this.#markers) {
      const share = (time - this.#start) / span;
      if (share >= 0 && share <= 1) context.fillRect(Math.round(left + this.inset + share * across) - 1, top, 2, height);
    }
    context.restore();
  }
}
