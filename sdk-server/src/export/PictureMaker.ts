import type { PlayedFrame, ReplaySource } from '@sgaps/core';
import type { CaptureGrid } from '@sgaps/protocol';
import sharp from 'sharp';
import { Canvas } from './Canvas.js';
import type { ExportPlan } from './exportPlan.js';
import { OverlayPainter } from './OverlayPainter.js';

/**
 * Makes the pictures of an export of rebuilt frames: overlays burned in, at the size that was asked for.
 *
 * @example
 * ```ts
 * const pictures = new PictureMaker(grid, plan, source);
 * const rgb = await pictures.make(frame);
 * ```
 */
export class PictureMaker {
  readonly #grid: CaptureGrid;
  readonly #plan: ExportPlan;
  readonly #source: ReplaySource;
  readonly #painter: OverlayPainter;
  readonly #picture: Uint8ClampedArray;
  readonly #canvas: Canvas;
  /** Its size is no multiple of the recording's. */
  readonly #resized: boolean;

  /** `source` is where the frames come from. */
  constructor(grid: CaptureGrid, plan: ExportPlan, source: ReplaySource) {
    const { factor, width, height, overlays } = plan;
    this.#grid = grid;
    this.#plan = plan;
    this.#source = source;
    this.#painter = new OverlayPainter(grid, overlays);
    this.#picture = new Uint8ClampedArray(3 * grid.width * grid.height);
    const [drawnWidth, drawnHeight] = [factor * grid.width, factor * grid.height];
    // A row or column more makes a side even.
    this.#resized = width < drawnWidth || height < drawnHeight || width > drawnWidth + 1 || height > drawnHeight + 1;
    this.#canvas = this.#resized ? new Canvas(drawnWidth, drawnHeight) : new Canvas(width, height);
  }

  /** RGB, 3 × width × height of the plan; belongs to the caller until the next call. */
  async make(frame: PlayedFrame): Promise<Uint8ClampedArray> {
    const { factor, width, height, overlays } = this.#plan;
    this.#picture.set(frame.rgb);
    this.#painter.maps(frame, overlays.includes('importance') ? this.#source.importance(frame) : null, this.#picture);
    this.#canvas.enlarge(this.#picture, this.#grid.width, factor);
    this.#painter.marks(frame, this.#canvas, factor);
    const { rgb } = this.#canvas;
    if (!this.#resized) return rgb;
    const raw = { width: this.#canvas.width, height: this.#canvas.height, channels: 3 as const };
    const resized = await sharp(rgb, { raw }).resize(width, height, { fit: 'fill' }).raw().toBuffer();
    return new Uint8ClampedArray(resized.buffer, resized.byteOffset, resized.length);
  }
}
