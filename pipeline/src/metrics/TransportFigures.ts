/**
 * What a transport does and has done, in sums: no names of channels, which tell what is watched.
 *
 * @example
 * ```ts
 * const { viewers, sent }: TransportFigures = transport.figures();
 * ```
 */
export interface TransportFigures {
  readonly viewers: number;
  readonly channels: number;
  /** Channels that wait for a renderer. */
  readonly waiting: number;
  /** Cameras that wait for their renderer, in all channels, and those it has not answered. */
  readonly queued: number;
  readonly underWay: number;
  /** Renderer processes, channels that they draw, and could draw at once beside. */
  readonly renderers: number;
  readonly busy: number;
  readonly idle: number;
  /** Since the start: pictures sent, pictures that viewers missed since they were behind, cameras dropped since newer ones came, cameras never answered, renderers lost while they drew. */
  readonly sent: number;
  readonly missed: number;
  readonly dropped: number;
  readonly gaps: number;
  readonly lost: number;
  /** What each renderer said of itself last, added up. */
  readonly renderer: RendererFigures;
}

/**
 * What renderers say of themselves: numbers by name, such as `residentBytes` and `cpuSeconds`.
 *
 * @example
 * ```ts
 * const figures: RendererFigures = { residentBytes: process.memoryUsage.rss() };
 * ```
 */
export type RendererFigures = Readonly<Record<string, number>>;

/** Figures that one renderer may tell, and how their names look. */
const MOST = 32;
const NAME = /^[a-z][A-Za-z0-9]{0,40}$/;

/** Reads what a renderer tells; what makes no sense is left out. */
export function rendererFiguresOf(fields: Readonly<Record<string, unknown>>): RendererFigures {
  const numbers = Object.entries(fields).filter(
    (entry): entry is [string, number] => NAME.test(entry[0]) && typeof entry[1] === 'number' && Number.isFinite(entry[1]),
  );
  return Object.fromEntries(numbers.slice(0, MOST));
}

/** Adds up figures of several renderers. */
export function sumOf(all: Iterable<RendererFigures>): RendererFigures {
  const sum: Record<string, number> = {};
  for (const figures of all) for (const [name, value] of Object.entries(figures)) sum[name] = (sum[name] ?? 0) + value;
  return sum;
}
