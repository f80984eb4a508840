import type { ReplayFile } from './ReplayFile.js';

/** ms in which viewers are told of growth that nobody asked for. */
const TELL_WITHIN = 250;

/** Knows whether a recording grows, and waits for more of it. */
export class GrowthWatch {
  private isDirty = false;
  private isClosed = false;
  private wake: (() => void) | null = null;
  private unwatch: (() => void) | null = null;
  private soon: NodeJS.Timeout | null = null;
  private reading: Promise<boolean> | null = null;

  constructor(
    private readonly file: ReplayFile,
    /** Picks up what came; true if anything did. */
    private readonly refresh: () => Promise<boolean>,
    /** Hears that there is more, also where nobody asks for frames: soon after it came. */
    private readonly grew: () => Promise<void>,
    private readonly failed: (error: unknown) => void,
  ) {
    if (this.growing) this.unwatch = file.watch(() => this.note());
  }

  /** False once the recording was closed. */
  get growing(): boolean {
    return !this.isClosed && !this.file.reader.index.hasFooter;
  }

  /** Reads on where something may have come; true if it did. */
  async catchUp(): Promise<boolean> {
    // What was written since somebody else began to read may not be in it.
    await this.reading?.catch(() => undefined);
    if (!this.isDirty || !this.growing) return false;
    this.reading ??= this.readOn().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  private async readOn(): Promise<boolean> {
    this.isDirty = false;
    const grew = await this.refresh();
    if (grew) await this.grew();
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
    if (this.soon) clearTimeout(this.soon);
    this.isClosed = true;
    this.note();
  }

  private note(): void {
    this.isDirty = true;
    this.wake?.();
    if (this.isClosed) return;
    this.soon ??= setTimeout(() => {
      this.soon = null;
      this.catchUp().catch(this.failed);
    }, TELL_WITHIN);
  }
}
