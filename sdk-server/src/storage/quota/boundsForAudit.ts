import type { GameRow } from '../index.js';

/** Bounds of a game as the audit log tells of them: one that was taken away stands there as text. */
export function boundsForAudit(bounds: Partial<Omit<GameRow, 'game'>>): Record<string, number | string> {
  return Object.fromEntries(Object.entries(bounds).map(([name, value]) => [name, value ?? 'none']));
}
