import type { LoopSettings } from '../clip/createLoopParts.js';
import { formatNumber } from '../clip/formatTable.js';
import type { ClipFigures, ClipOptions } from '../clip/measureClip.js';
import { mean } from '../metrics/statistics.js';
import { NETWORKS, type NetworkName } from '../network/networks.js';

/** Whether what moves is carried on to the frame that is asked about. */
export type Compensation = 'with' | 'without';

/** Parts of the loop that are off without compensation. */
export const UNCOMPENSATED: NonNullable<LoopSettings['without']> = ['latency', 'trajectory'];

/** Frames of delay in the first table: 0 means that the answer to a frame is there before the next one is drawn. */
const MOST_DELAY = 5;

/**
 * A delay that the clips are run with.
 *
 * @example
 * ```ts
 * const jittery: DelayCase = { id: 'jittery', label: 'jittery', options: { network: 'jittery', latency: 2 } };
 * ```
 */
export interface DelayCase {
  readonly id: string;
  readonly label: string;
  readonly options: Pick<ClipOptions, 'latency' | 'network' | 'seed'>;
}

/**
 * Every delay of the bench: steady ones of 0 … 5 frames, then the networks.
 *
 * @example
 * ```ts
 * for (const { id, options } of listDelays(7)) console.log(id, options.latency);
 * ```
 */
export function listDelays(seed: number): DelayCase[] {
  const steady = Array.from({ length: MOST_DELAY + 1 }, (_, frames): DelayCase => {
    const words = ['none', '1 frame'][frames] ?? `${frames} frames`;
    return { id: `${frames}`, label: words, options: { latency: frames + 1 } };
  });
  const networks = (Object.keys(NETWORKS) as NetworkName[]).map(
    (network): DelayCase => ({ id: network, label: NETWORKS[network], options: { network, seed, latency: 2 } }),
  );
  return [...steady, ...networks];
}

/**
 * What one delay came to on one clip.
 *
 * @example
 * ```ts
 * const run: DelayRun = { delay: '2', compensation: 'with', clip: 'tank-arena', kind: '2d-scroll', figures };
 * ```
 */
export interface DelayRun {
  readonly delay: string;
  readonly compensation: Compensation;
  readonly clip: string;
  readonly kind: string;
  readonly figures: ClipFigures;
}

/** Means over clips at one delay. */
export interface DelayMean {
  readonly psnrSteady: number;
  /** Less than at no delay, compensated. */
  readonly loss: number;
  readonly lead: number;
  /** Share of the frames that had not got their own request. */
  readonly late: number;
}

/**
 * Means over the clips whose kind begins with `prefix`; undefined where none was run.
 *
 * @example
 * ```ts
 * const { psnrSteady, loss } = delayMean(runs, '2', 'with', '2d') ?? {};
 * ```
 */
export function delayMean(
  runs: readonly DelayRun[],
  delay: string,
  compensation: Compensation,
  prefix: string,
): DelayMean | undefined {
  const of = (id: string, how: Compensation) =>
    runs
      .filter((run) => run.delay === id && run.compensation === how && run.kind.startsWith(prefix))
      .map(({ figures }) => figures);
  const figures = of(delay, compensation);
  if (figures.length === 0) return undefined;
  const psnrSteady = mean(figures.map((f) => f.psnrSteady));
  return {
    psnrSteady,
    loss: mean(of('0', 'with').map((f) => f.psnrSteady)) - psnrSteady,
    lead: mean(figures.map((f) => f.lead ?? Number.NaN)),
    late: mean(figures.map((f) => (f.framesLate ?? Number.NaN) / f.frames)),
  };
}

/** Columns of each group of clips that was run. */
const GROUP_HEAD = ['with', 'loss', 'without', 'loss', 'gain'];

/**
 * A row per delay: steady PSNR with and without compensation, what is lost against no delay, and what compensation gains, for 2D and for 3D clips;
 * then the frames asked ahead and the share of frames that had not got their own request.
 *
 * @example
 * ```ts
 * const { head, rows } = delayRows(listDelays(7), runs);
 * ```
 */
export function delayRows(
  delays: readonly DelayCase[],
  runs: readonly DelayRun[],
): { readonly head: string[]; readonly rows: string[][] } {
  const groups = (['2d', '3d'] as const).filter((prefix) => runs.some(({ kind }) => kind.startsWith(prefix)));
  const head = [
    'delay',
    ...groups.flatMap((prefix) => GROUP_HEAD.map((word) => `${prefix.toUpperCase()} ${word}`)),
    'asked ahead',
    'late',
  ];
  const rows = delays
    .filter(({ id }) => runs.some(({ delay }) => delay === id))
    .map(({ id, label }) => {
      const cells = groups.flatMap((prefix) => {
        const on = delayMean(runs, id, 'with', prefix);
        const off = delayMean(runs, id, 'without', prefix);
        const gain = on && off ? on.psnrSteady - off.psnrSteady : undefined;
        return [on?.psnrSteady, on?.loss, off?.psnrSteady, off?.loss, gain].map((value) => formatNumber(value, 2));
      });
      const all = delayMean(runs, id, 'with', '');
      return [
        label,
        ...cells,
        formatNumber(all?.lead, 1),
        all && !Number.isNaN(all.late) ? `${(100 * all.late).toFixed(1)} %` : '–',
      ];
    });
  return { head, rows };
}
