/** Points at most. */
const MOST = 2000;

/**
 * The game's values over time.
 *
 * @example
 * ```ts
 * const { times, values }: StatePoints = series.read();
 * plot(times, values[0]);
 * ```
 */
export interface StatePoints {
  /** ms, rising. */
  readonly times: readonly number[];
  /** One list for each of the game's values (`header.schema.values`), as long as `times`. */
  readonly values: readonly (readonly number[])[];
}

interface Point {
  readonly time: number;
  readonly values: readonly number[];
}

/**
 * Values of a game, thinned evenly to 2,000 moments at most, in whatever order they come.
 *
 * @example
 * ```ts
 * const series = new StateSeries(header.schema.values.length);
 * series.expect(reader.duration);
 * series.add(33, frame.state.values);
 * ```
 */
export class StateSeries {
  readonly #values: number;
  #width = 1;
  #points = new Map<number, Point>();
  #fresh: Point[] = [];

  /** `values`: how many the game has. */
  constructor(values: number) {
    this.#values = values;
  }

  /** How long the recording is, ms: the moments are spread over all of it. */
  expect(duration: number): void {
    if (duration / this.#width > MOST - 1) this.#widen(duration / (MOST - 1));
  }

  add(time: number, values: readonly number[]): void {
    if (this.#values === 0) return;
    const slot = Math.floor(time / this.#width);
    if (this.#points.has(slot)) return;
    const point = { time, values };
    this.#points.set(slot, point);
    this.#fresh.push(point);
    if (this.#points.size > MOST) this.#widen(2 * this.#width);
  }

  /** All there is. */
  read(): StatePoints {
    return this.#list([...this.#points.values()]);
  }

  /** What came since this was called last; null for nothing. */
  readFresh(): StatePoints | null {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh.length > 0 ? this.#list(fresh) : null;
  }

  #widen(width: number): void {
    this.#width = width;
    const points = [...this.#points.values()].sort((a, b) => a.time - b.time);
    this.#points = new Map();
    for (const point of points) {
      const slot = Math.floor(point.time / width);
      if (!this.#points.has(slot)) this.#points.set(slot, point);
    }
  }

  #list(points: Point[]): StatePoints {
    points.sort((a, b) => a.time - b.time);
    return {
      times: points.map(({ time }) => time),
      values: Array.from({ length: this.#values }, (_, i) => points.map(({ values }) => values[i] ?? 0)),
    };
  }
}
