const BAR = 24;
/** ms between two drawings in a terminal, and between two lines elsewhere. */
const DRAWN_EVERY = 100;
const TOLD_EVERY = 5_000;
/** Share of the work before which nobody knows how long it takes. */
const KNOWN = 0.01;

/**
 * How far a piece of work is.
 *
 * @example
 * ```ts
 * const at: ProgressState = { done: 30, total: 120, unit: 'frames' };
 * ```
 */
export interface ProgressState {
  readonly done: number;
  /** Null where nobody knows. */
  readonly total: number | null;
  /** Share of the work, 0 … 1; default done of total. */
  readonly progress?: number;
  /** What is counted. */
  readonly unit?: string;
  /** What is being done. */
  readonly note?: string;
}

/**
 * What `Progress` writes to: standard error, of a terminal or not.
 *
 * @example
 * ```ts
 * const stream: ProgressStream = process.stderr;
 * ```
 */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Shows how far long work is, how quickly it goes and how long it still takes: in a terminal in one line that is drawn over, else in a plain line every five seconds.
 * Own code, since it is little: cli-progress, ora and listr2 redraw well but tell too little where nobody looks at a terminal, and each brings its colours along.
 *
 * @example
 * ```ts
 * const progress = new Progress();
 * progress.show({ done: 30, total: 120, unit: 'frames' });
 * progress.clear();
 * ```
 */
export class Progress {
  readonly #stream: ProgressStream;
  readonly #quiet: boolean;
  readonly #now: () => number;
  readonly #since: number;
  #shownAt: number;
  #isDrawn = false;

  constructor(
    stream: ProgressStream = process.stderr,
    { quiet = false, now = () => performance.now() }: { readonly quiet?: boolean; readonly now?: () => number } = {},
  ) {
    this.#stream = stream;
    this.#quiet = quiet;
    this.#now = now;
    this.#since = now();
    // What is over at once needs no line of its own where lines stay.
    this.#shownAt = stream.isTTY ? Number.NEGATIVE_INFINITY : this.#since;
  }

  /** Tells it, if it is time to. */
  show(at: ProgressState): void {
    const now = this.#now();
    const isTerminal = this.#stream.isTTY === true;
    if (this.#quiet || now - this.#shownAt < (isTerminal ? DRAWN_EVERY : TOLD_EVERY)) return;
    this.#shownAt = now;
    const text = this.#describe(at, now - this.#since, isTerminal);
    if (!isTerminal) {
      this.#stream.write(`${text}\n`);
      return;
    }
    this.#isDrawn = true;
    this.#stream.write(`\r\x1b[2K  ${text.slice(0, (this.#stream.columns || 80) - 3)}`);
  }

  /** Says something in a line that stays. */
  say(text: string): void {
    this.clear();
    if (!this.#quiet) this.#stream.write(`${text}\n`);
  }

  /** Takes away the line that is drawn over, if there is one. */
  clear(): void {
    if (this.#isDrawn) this.#stream.write('\r\x1b[2K');
    this.#isDrawn = false;
  }

  #describe(
    { done, total, progress = total ? done / total : undefined, unit, note }: ProgressState,
    ms: number,
    bar: boolean,
  ): string {
    const parts: string[] = [];
    if (progress !== undefined) {
      const full = Math.round(BAR * Math.min(1, Math.max(0, progress)));
      if (bar) parts.push('█'.repeat(full) + '░'.repeat(BAR - full));
      parts.push(`${String(Math.floor(100 * progress)).padStart(3)} %`);
    }
    const count = Number.isInteger(done) ? String(done) : done.toFixed(1);
    parts.push(`${count}${total === null ? '' : `/${total}`}${unit ? ` ${unit}` : ''}`);
    if (done > 0 && ms >= 1000) parts.push(rate((1000 * done) / ms));
    if (progress !== undefined && progress > KNOWN && progress < 1)
      parts.push(`${duration((ms * (1 - progress)) / progress)} left`);
    if (note) parts.push(note);
    return parts.join('  ');
  }
}

function rate(perSecond: number): string {
  return perSecond >= 1 ? `${perSecond.toFixed(1)}/s` : `${(60 * perSecond).toFixed(1)}/min`;
}

function duration(ms: number): string {
  const whole = Math.ceil(ms / 1000);
  if (whole < 60) return `${whole} s`;
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
