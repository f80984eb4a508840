import { formatNumber } from '../clip/formatTable.js';
import type { LoadFigures } from './measureLoad.js';

/**
 * Column heads of `loadRow`.
 *
 * @example
 * ```ts
 * console.log(formatTable(LOAD_HEAD, [loadRow(figures)]));
 * ```
 */
export const LOAD_HEAD = [
  'cadence',
  'sessions',
  'kept up',
  'server CPU',
  'sessions per core',
  'loop ms p50',
  'p99',
  'answer ms p50',
  'p99',
  'B up',
  'B down',
  'late',
  'dropped',
  'MB per session',
  'held',
  'recorders CPU',
  'encoded',
  'shared',
  'check dB',
];

/**
 * One run as a row of text.
 *
 * @example
 * ```ts
 * const row = loadRow(await measureLoad({ sessions: 2, seconds: 5 }));
 * ```
 */
export function loadRow(figures: LoadFigures): string[] {
  const { loopMs, roundTripMs, frames, late, dropped, full, encoded, shared, check } = figures;
  const cpu = (percent: number, of: 'server' | 'recorders') => `${formatNumber(percent, 0)} %${full.includes(of) ? ' full' : ''}`;
  return [
    figures.cadence,
    String(figures.sessions),
    figures.keptUp ? 'yes' : 'no',
    cpu(figures.serverCpuPercent, 'server'),
    formatNumber(figures.sessionsPerCore, 1),
    formatNumber(loopMs.p50, 2),
    formatNumber(loopMs.p99, 2),
    formatNumber(roundTripMs.p50, 0),
    formatNumber(roundTripMs.p99, 0),
    formatNumber(figures.bytesUp, 0),
    formatNumber(figures.bytesDown, 0),
    `${formatNumber((100 * late) / Math.max(1, frames), 1)} %`,
    String(dropped),
    formatNumber(figures.memoryPerSession / 1e6, 1),
    formatNumber(figures.heldPerSession / 1e6, 1),
    cpu(figures.recordersCpuPercent, 'recorders'),
    String(encoded),
    `${formatNumber((100 * shared) / Math.max(1, encoded + shared), 1)} %`,
    check.rejected > 0 ? `${check.rejected} rejected` : formatNumber(check.psnrWorst, 1),
  ];
}

/** CPU of other programs, per cent of a core, from which on a run is not what the machine carries. */
const DISTURBED = 20;

/**
 * What there is to say of a run beside its row.
 *
 * @example
 * ```ts
 * console.log(loadNotes(figures));
 * ```
 */
export function loadNotes(figures: LoadFigures): string {
  const { packetMs, eventLoopMs, samplesPerFrame, refused, closed, full, parted, check, serverMainPercent, othersCpuPercent } =
    figures;
  const { processes, recordersWaitedMs, refusedJoins, lowered } = figures;
  const notes = [
    `${samplesPerFrame.toFixed(0)} samples per frame`,
    `the server's main thread took ${serverMainPercent.toFixed(0)} % of a core`,
    `per packet p50 ${packetMs.p50.toFixed(1)} ms, p99 ${packetMs.p99.toFixed(1)} ms`,
    `event loop kept waiting p50 ${eventLoopMs.p50.toFixed(1)} ms, p99 ${eventLoopMs.p99.toFixed(1)} ms`,
    `${refused} packets refused, ${closed} sessions closed`,
    `${refusedJoins} sessions not taken, ${lowered} recorded on demand because there was too much to do`,
    `${processes} processes of recorders, which kept their own waiting p99 ${recordersWaitedMs.toFixed(0)} ms`,
    `${parted} streams parted from their cohort`,
    `${check.recordings} recordings rebuilt: ${check.frames} frames, ${check.rejected} packets rejected, ` +
      `${(100 * check.hitRate).toFixed(1)} % answer their own request, ${check.psnr.toFixed(1)} dB (worst ${check.psnrWorst.toFixed(1)})`,
    `other programs took ${othersCpuPercent.toFixed(0)} % of a core${othersCpuPercent > DISTURBED ? ': too much for a fair row' : ''}`,
    ...full.map((which) =>
      which === 'server'
        ? "the server's core was full: take this row for no measure of the recorders'"
        : 'the recorders had no time left, so that the load was less than asked for: take this row for no measure of the server; more --processes, or a machine with more cores, would help',
    ),
  ];
  return notes.join('; ');
}
