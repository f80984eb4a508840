import { matchMaker } from '@colyseus/core';

/**
 * What a session is that another process records, as its room is listed; null where none is.
 *
 * @example
 * ```ts
 * const session = await sessionElsewhere(roomId);
 * ```
 */
export async function sessionElsewhere(roomId: string): Promise<{ readonly game: string; readonly recordingId: string } | null> {
  const { game, recordingId } = ((await matchMaker.getRoomById(roomId))?.metadata ?? {}) as Record<string, unknown>;
  return typeof game === 'string' && typeof recordingId === 'string' ? { game, recordingId } : null;
}
