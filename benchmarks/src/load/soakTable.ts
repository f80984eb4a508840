import { formatTable } from '../clip/formatTable.js';
import type { SoakFigures } from './measureSoak.js';

/**
 * Column heads of `soakRows`.
 *
 * @example
 * ```ts
 * markdownTable(SOAK_HEAD, soakRows(figures));
 * ```
 */
export const SOAK_HEAD = ['what must not grow', 'figure', 'limit', 'holds'];

/**
 * A soak's checks as rows of text.
 *
 * @example
 * ```ts
 * const rows = soakRows(await measureSoak({ minutes: 5 }));
 * ```
 */
export function soakRows({ checks }: SoakFigures): string[][] {
  return checks.map(({ what, figure, limit, holds }) => [what, figure, limit, holds ? 'yes' : 'NO']);
}

/**
 * A soak in one sentence.
 *
 * @example
 * ```ts
 * console.log(soakSentence(figures));
 * ```
 */
export function soakSentence({
  minutes,
  cadence,
  sessions,
  pictures,
  requests,
  archived,
  deleted,
  refused,
  flat,
}: SoakFigures): string {
  const went = `${sessions} sessions came and went in ${minutes} minutes (${cadence}), ${refused} were refused`;
  const seen = `viewers got ${pictures} pictures, ${requests} requests were answered, ${archived} recordings archived, ${deleted} deleted`;
  return `${went}; ${seen}. Memory is ${flat ? 'flat' : 'NOT flat'}.`;
}

/**
 * All of a soak as text.
 *
 * @example
 * ```ts
 * console.log(soakTable(figures));
 * ```
 */
export function soakTable(figures: SoakFigures): string {
  return `${formatTable(SOAK_HEAD, soakRows(figures))}\n${soakSentence(figures)}`;
}
