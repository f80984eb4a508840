import { type DecodedFrame, Motion, PixelTrajectoryPredictor } from '@sgaps/core';
import type { CaptureGrid } from '@sgaps/protocol';

/** Side of a block of the flow, grid pixels. */
const BLOCK = 8;
const ENTRY_BYTES = 9;
/** Steps of a grid pixel a frame in which motion is told. */
const STEPS = 16;

/**
 * How each 8×8 block of the rebuilt picture moves, for people who debug (S12): as the camera explains, on its own, or not by
 * motion. Works on what is shown to them, and only while somebody looks.
 *
 * @example
 * ```ts
 * const flow = new FlowOverlay({ width: 320, height: 180 });
 * send(flow.read(decoded));
 * ```
 */
export class FlowOverlay {
  readonly #trajectories: PixelTrajectoryPredictor;
  #frameId = -1;
  #viewX = 0;
  #viewY = 0;

  constructor(grid: CaptureGrid) {
    this.#trajectories = new PixelTrajectoryPredictor(grid);
  }

  /** Takes the next frame in; nine bytes for each block that moves or changes: u16 u, u16 v (its middle), i16 motion each way in 1/16 pixels a frame, u8 `Motion`. */
  read({ rgb, frameId, state }: DecodedFrame): Uint8Array {
    const { motion, flowU, flowV, columns } = this.#trajectories;
    if (frameId !== this.#frameId) {
      const { viewX = 0, viewY = 0 } = state.cameras[0] ?? {};
      this.#trajectories.observe(rgb, frameId, this.#viewX - viewX, this.#viewY - viewY);
      this.#frameId = frameId;
      this.#viewX = viewX;
      this.#viewY = viewY;
    }
    const bytes = new Uint8Array(ENTRY_BYTES * motion.length);
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (let b = 0; b < motion.length; b++) {
      const [du, dv] = [Math.round(STEPS * flowU[b]), Math.round(STEPS * flowV[b])];
      if (motion[b] === Motion.explained && du === 0 && dv === 0) continue;
      view.setUint16(at, BLOCK * (b % columns) + BLOCK / 2, true);
      view.setUint16(at + 2, BLOCK * Math.floor(b / columns) + BLOCK / 2, true);
      view.setInt16(at + 4, Math.max(-32768, Math.min(32767, du)), true);
      view.setInt16(at + 6, Math.max(-32768, Math.min(32767, dv)), true);
      bytes[at + 8] = motion[b];
      at += ENTRY_BYTES;
    }
    return bytes.subarray(0, at);
  }
}
