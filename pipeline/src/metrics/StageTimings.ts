/** Pictures that the figures are over (P16). */
const WINDOW = 100;

/**
 * Mean and percentiles of one stage, ms.
 *
 * @example
 * ```ts
 * const { mean, p50, p95 }: StageFigure = timings.figures().render;
 * ```
 */
export interface StageFigure {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
}

/**
 * What each stage of the last 100 pictures took: drawing, encoding, from there until the transport sent it, and all of it since the camera came.
 *
 * @example
 * ```ts
 * const timings = new StageTimings();
 * timings.add({ render: 2.1, encode: 1.4, send: 0.3, total: 4.2 });
 * ```
 */
export class StageTimings {
  /** Pictures counted, ever. */
  count = 0;
  private readonly stages = {
    render: new Float64Array(WINDOW),
    encode: new Float64Array(WINDOW),
    send: new Float64Array(WINDOW),
    total: new Float64Array(WINDOW),
  };

  /** Takes one picture's times, ms. */
  add(ms: Readonly<Record<'render' | 'encode' | 'send' | 'total', number>>): void {
    const at = this.count++ % WINDOW;
    this.stages.render[at] = ms.render;
    this.stages.encode[at] = ms.encode;
    this.stages.send[at] = ms.send;
    this.stages.total[at] = ms.total;
  }

  /** Over the last 100; null before the first. */
  figures(): Readonly<Record<'render' | 'encode' | 'send' | 'total', StageFigure>> | null {
    if (this.count === 0) return null;
    const { render, encode, send, total } = this.stages;
    const of = (values: Float64Array) => figureOf(values.slice(0, Math.min(WINDOW, this.count)).sort());
    return { render: of(render), encode: of(encode), send: of(send), total: of(total) };
  }
}

function figureOf(sorted: Float64Array): StageFigure {
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]);
  return { mean: round(sorted.reduce((sum, value) => sum + value, 0) / sorted.length), p50: at(0.5), p95: at(0.95) };
}

function round(ms: number): number {
  return Math.round(100 * ms) / 100;
}
