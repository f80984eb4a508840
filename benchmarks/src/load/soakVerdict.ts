import { fitLine } from '../metrics/fitLine.js';
import type { Vitals } from './serverProcess.js';

/**
 * What the server's process held at some time of a soak.
 *
 * @example
 * ```ts
 * const { minute, sessions, rss }: SoakSample = samples[0];
 * ```
 */
export interface SoakSample extends Vitals {
  readonly minute: number;
  /** Sessions that had ended since the warm-up. */
  readonly ended: number;
  /** Garbage was collected before. */
  readonly collected: boolean;
}

/** Bytes a session that may stay for good: nothing, within what can be told apart from chance in minutes. An hour of 600 sessions would add 1.8 and 12 MB. */
const MOST_HELD = 3000;
const MOST_RESIDENT = 20_000;
/** Growth in all that cannot be told apart from caches, pools and the allocator settling. */
const SETTLING = { held: 2e6, resident: 24e6 };
/** Files, sockets and timers that may come and go at any time. */
const SPARE = 3;

/**
 * One thing that must not grow.
 *
 * @example
 * ```ts
 * const { what, figure, holds }: SoakCheck = checks[0];
 * ```
 */
export interface SoakCheck {
  readonly what: string;
  readonly figure: string;
  readonly limit: string;
  readonly holds: boolean;
}

/**
 * Whether a process grew by the sessions that came and went: not where it surely did, by more than the limits.
 *
 * @example
 * ```ts
 * const flat = soakVerdict(before, after, samples, 600).every(({ holds }) => holds);
 * ```
 */
export function soakVerdict(before: Vitals, after: Vitals, samples: readonly SoakSample[], sessions: number): SoakCheck[] {
  const held = (vitals: Vitals) => vitals.heap - vitals.code + vitals.external;
  const grown = held(after) - held(before);
  const kinds = new Set([...Object.keys(before.resources), ...Object.keys(after.resources)]);
  const more = [...kinds].map((kind) => [kind, (after.resources[kind] ?? 0) - (before.resources[kind] ?? 0)] as const);
  const files = (after.openFiles ?? 0) - (before.openFiles ?? 0);
  const collected = samples.filter((sample) => sample.collected);
  const list = (changes: readonly (readonly [string, number])[]) =>
    changes.map(([kind, by]) => `${kind} ${by > 0 ? '+' : ''}${by}`).join(', ') || 'none more';
  return [
    {
      what: 'held after collection, nobody there, before → after',
      figure: `${megabytes(held(before))} → ${megabytes(held(after))} MB, ${kilobytes(grown / Math.max(1, sessions))} KB a session`,
      limit: limitOf(MOST_HELD, SETTLING.held),
      holds: grown <= Math.max(SETTLING.held, MOST_HELD * sessions),
    },
    slopeCheck('held after collection, sessions coming and going', collected, held, MOST_HELD, SETTLING.held),
    slopeCheck('resident', samples, ({ rss }) => rss, MOST_RESIDENT, SETTLING.resident),
    {
      what: 'open files and sockets, nobody there',
      figure: `${before.openFiles ?? '?'} → ${after.openFiles ?? '?'}`,
      limit: `${SPARE} more`,
      holds: files <= SPARE,
    },
    {
      what: 'timers, sockets and requests, nobody there',
      figure: list(more.filter(([, by]) => by !== 0)),
      limit: `${SPARE} more of a kind`,
      holds: more.every(([, by]) => by <= SPARE),
    },
    { what: 'sessions left, nobody there', figure: String(after.sessions), limit: '0', holds: after.sessions === 0 },
  ];
}

/** The line through the samples, by sessions that have ended; it holds where the limit may be the truth, with 97.5 % and more, or it is little in all. */
function slopeCheck(
  what: string,
  samples: readonly SoakSample[],
  of: (sample: SoakSample) => number,
  limit: number,
  settling: number,
): SoakCheck {
  const ended = samples.map((sample) => sample.ended);
  const { slope, slopeError } = fitLine(ended, samples.map(of));
  return {
    what: `${what}: slope of ${samples.length} samples`,
    figure: `${kilobytes(slope)} ± ${kilobytes(slopeError)} KB a session`,
    limit: limitOf(limit, settling),
    holds: slope - slopeError <= limit || slope * Math.max(...ended) <= settling,
  };
}

const limitOf = (bytes: number, settling: number) => `${kilobytes(bytes)} KB a session, or ${settling / 1e6} MB in all`;
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
const kilobytes = (bytes: number) => (bytes / 1e3).toFixed(1);
