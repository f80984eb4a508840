import type { CaptureGrid } from '@sgaps/protocol';

/**
 * Follows the camera from what digests say of it, and carries it on.
 *
 * @example
 * ```ts
 * view.follow(frameId, scrollX, scrollY);
 * blocks.lock(view.xAt(frameId + 2), view.yAt(frameId + 2));
 * ```
 */
export class LightView {
  /** Newest frame followed, −1 before the first. */
  frameId = -1;
  private x = 0;
  private y = 0;
  private speedX = 0;
  private speedY = 0;

  constructor(private readonly grid: CaptureGrid) {}

  /** The view of a frame, whole grid pixels; frames come in order. */
  follow(frameId: number, x: number, y: number): void {
    const frames = frameId - this.frameId;
    if (this.frameId >= 0 && frames > 0) {
      this.speedX = (x - this.x) / frames;
      this.speedY = (y - this.y) / frames;
    }
    // A camera that jumps does not go on so.
    if (Math.abs(this.speedX) > this.grid.width / 4 || Math.abs(this.speedY) > this.grid.height / 4)
      this.speedX = this.speedY = 0;
    this.x = x;
    this.y = y;
    this.frameId = frameId;
  }

  /** True where it moved from the frame before the newest to the newest. */
  get moving(): boolean {
    return this.speedX !== 0 || this.speedY !== 0;
  }

  /** Where it will probably be in a frame to come, whole grid pixels. */
  xAt(frameId: number): number {
    return Math.round(this.x + Math.max(0, frameId - this.frameId) * this.speedX);
  }

  /** As `xAt`, downwards. */
  yAt(frameId: number): number {
    return Math.round(this.y + Math.max(0, frameId - this.frameId) * this.speedY);
  }
}
