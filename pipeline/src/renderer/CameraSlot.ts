import type { CameraFrame } from '@sgaps/protocol';

/** The newest camera that waits to be drawn, and those who wait for one. Others that came before it are passed over. */
export class CameraSlot {
  /** Cameras that a newer one replaced before they were drawn, ever. */
  replaced = 0;
  private camera: CameraFrame | null = null;
  private wake: (() => void) | null = null;
  private newer = new AbortController();
  private isClosed = false;

  /** True while one waits. */
  get isFull(): boolean {
    return this.camera !== null;
  }

  put(camera: CameraFrame): void {
    if (this.camera) this.replaced++;
    this.camera = camera;
    this.stir();
  }

  /** Ends whatever waits, as a newer camera would. */
  stir(): void {
    this.newer.abort();
    this.wake?.();
  }

  /** The next camera and a signal that aborts when something newer comes; null once closed. */
  async take(): Promise<{ readonly camera: CameraFrame; readonly newer: AbortSignal } | null> {
    while (!this.camera && !this.isClosed) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      this.wake = null;
    }
    const { camera } = this;
    if (!camera || this.isClosed) return null;
    this.camera = null;
    return { camera, newer: this.watch() };
  }

  /** A signal for what comes from now on. */
  watch(): AbortSignal {
    this.newer = new AbortController();
    return this.newer.signal;
  }

  close(): void {
    this.isClosed = true;
    this.stir();
  }
}
