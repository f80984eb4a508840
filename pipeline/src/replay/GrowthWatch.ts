import type { ReplayFile } from './ReplayFile.js';

/** Knows whether a recording grows, and waits for more of it. */
export class GrowthWatch {
  private isDirty = false;
  private isClosed = false;
  private wake: (() => void) | null = null;
  private unwatch: (() => void) | null = null;

  constructor(
    private readonly file: ReplayFile,
    /** Picks up what came; true if anything did. */
    private readonly refresh: () => Promise<boolean>,
  ) {
    if (this.growing) this.unwatch = file.watch(() => this.note());
  }

  /** False once the recording was closed. */
  get growing(): boolean {
    return !this.isClosed && !this.file.reader.index.hasFooter;
  }

  /** Reads on where something may have come; true if it did. */
  async catchUp(): Promise<boolean> {
    if (!this.isDirty || !this.growing) return false;
    this.isDirty = false;
    const grew = await this.refresh();
    if (!this.growing) this.close();
    return grew;
  }

  /** Settles when something may have come, or `signal` aborts. */
  async next(signal: AbortSignal): Promise<void> {
    if (this.isDirty || signal.aborted || !this.growing) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.wake = null;
  }

  close(): void {
    this.unwatch?.();
    this.unwatch = null;
    this.isClosed = true;
    this.note();
  }

  private note(): void {
    this.isDirty = true;
    this.wake?.();
  }
}
