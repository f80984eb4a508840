import type { ExportProgress } from './exportReplay.js';

const BAR = 28;
/** ms between two drawings. */
const EVERY = 100;

/**
 * One line of a terminal that shows how far an export is.
 *
 * @example
 * ```ts
 * const line = new ProgressLine(process.stderr);
 * line.show({ done: 30, total: 120, progress: 0.25 });
 * line.clear();
 * ```
 */
export class ProgressLine {
  readonly #terminal: NodeJS.WriteStream;
  readonly #since = performance.now();
  #shownAt = Number.NEGATIVE_INFINITY;

  constructor(terminal: NodeJS.WriteStream) {
    this.#terminal = terminal;
  }

  /** Draws it; nothing where nobody looks at a terminal. */
  show({ done, total, progress }: ExportProgress): void {
    const now = performance.now();
    if (!this.#terminal.isTTY || now - this.#shownAt < EVERY) return;
    this.#shownAt = now;
    const full = Math.round(BAR * progress);
    const bar = '█'.repeat(full) + '░'.repeat(BAR - full);
    const left = progress > 0.02 ? `  ${seconds(((now - this.#since) * (1 - progress)) / progress)} left` : '';
    const text = `  ${bar} ${String(Math.floor(100 * progress)).padStart(3)} %  ${total === null ? done : `${done}/${total}`}${left}`;
    this.#terminal.write(`\r\x1b[2K${text.slice(0, (this.#terminal.columns || 80) - 1)}`);
  }

  clear(): void {
    if (this.#terminal.isTTY) this.#terminal.write('\r\x1b[2K');
  }
}

function seconds(ms: number): string {
  const whole = Math.ceil(ms / 1000);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
