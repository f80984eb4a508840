import type { ICanvasRenderingContext } from '@babylonjs/core/Engines/ICanvas.js';
import { Control } from '@babylonjs/gui/2D/controls/control.js';

/** A triangle, two bars, or an arrow that runs in a circle; drawn, as fonts have them or not. */
export class PlayIcon extends Control {
  #shape: 'play' | 'pause' | 'again' = 'play';

  set shape(shape: 'play' | 'pause' | 'again') {
    if (shape === this.#shape) return;
    this.#shape = shape;
    this._markAsDirty();
  }

  get shape(): 'play' | 'pause' | 'again' {
    return this.#shape;
  }

  override _draw(context: ICanvasRenderingContext): void {
    const { centerX: x, centerY: y, heightInPixels } = this;
    const r = heightInPixels * 0.34;
    context.save();
    this._applyStates(context);
    context.fillStyle = context.strokeStyle = this.color;
    context.beginPath();
    if (this.#shape === 'pause') {
      context.rect(x - r * 0.8, y - r, r * 0.55, 2 * r);
      context.rect(x + r * 0.25, y - r, r * 0.55, 2 * r);
    } else if (this.#shape === 'play') {
      context.moveTo(x - r * 0.7, y - r);
      context.lineTo(x + r, y);
      context.lineTo(x - r * 0.7, y + r);
    } else {
      context.lineWidth = r * 0.3;
      context.arc(x, y, r * 0.85, -0.3 * Math.PI, 1.35 * Math.PI);
      context.stroke();
      context.beginPath();
      context.moveTo(x + r * 0.05, y - r * 1.15);
      context.lineTo(x + r * 0.95, y - r * 0.8);
      context.lineTo(x + r * 0.3, y - r * 0.1);
    }
    context.fill();
    context.restore();
  }
}
