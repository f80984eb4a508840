import { Counter } from 'prom-client';
import type { Offence } from '../rooms/ClientConduct.js';
import { metrics } from './registry.js';

/**
 * How a session ended: its recorder left, was lost and did not come back, or was sent away; the disk failed; a bound of time, bytes or quota was reached (`limit`); the server stopped; another process goes on with it.
 *
 * @example
 * ```ts
 * sessionMetrics.ended.inc({ how: 'left' });
 * ```
 */
export type SessionEnd = 'left' | 'lost' | 'dismissed' | 'storage' | 'limit' | 'shutdown' | 'handed-over';

const of = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
  new Counter<Label>({ name, help, labelNames, registers: [metrics] });

/**
 * Counts what rooms and their clients do.
 *
 * @example
 * ```ts
 * sessionMetrics.started.inc();
 * ```
 */
export const sessionMetrics = {
  started: of('sgaps_sessions_started_total', 'Sessions that began to be recorded.'),
  ended: of('sgaps_sessions_ended_total', 'Sessions that ended, by how.', 'how'),
  resumed: of('sgaps_session_resumes_total', 'Recorders that came back into their session after a cut.'),
  cut: of('sgaps_session_cuts_total', 'Recorders whose connection was cut and that are waited for.'),
  refused: of('sgaps_joins_refused_total', 'Joins of rooms that were refused, by error code.', 'code'),
  dropped: of('sgaps_packets_dropped_total', 'Packets and messages of recorders that were not taken in, by why.', 'why'),
  offences: of(
    'sgaps_client_offences_total',
    'Offences of clients that were told or punished, by kind and what came of it.',
    'offence',
    'verdict',
  ),
} as const;

const ENDS: readonly SessionEnd[] = ['left', 'lost', 'dismissed', 'storage', 'limit', 'shutdown', 'handed-over'];
const OFFENCES: readonly Offence[] = ['version', 'malformed', 'oversized', 'order', 'unsynchronised', 'flood', 'unanswered'];

/** The usual reasons to refuse a join; others have a series once they happen. */
const REFUSALS = [
  'ARGUMENT_INVALID',
  'LIMIT_EXCEEDED',
  'NOT_FOUND',
  'STORAGE_FAILED',
  'STORAGE_FULL',
  'UNAUTHORIZED',
  'INTERNAL',
];

// From zero on: an increase can only be seen of a series that is there.
for (const how of ENDS) sessionMetrics.ended.inc({ how }, 0);
for (const code of REFUSALS) sessionMetrics.refused.inc({ code }, 0);
for (const offence of OFFENCES) {
  if (offence !== 'unanswered') sessionMetrics.dropped.inc({ why: offence }, 0);
  for (const verdict of ['warn', 'disconnect']) sessionMetrics.offences.inc({ offence, verdict }, 0);
}
