import { matchMaker, type Room } from '@colyseus/core';

/** A room that can tell its recorder to go on elsewhere. */
interface HandsOver extends Room {
  handOver(): boolean;
}

/**
 * Tells the recorders of these rooms of this process to go on elsewhere; how many could be told.
 *
 * @example
 * ```ts
 * const told = handOverAll(sessions.keys());
 * ```
 */
export function handOverAll(roomIds: Iterable<string>): number {
  const rooms = [...roomIds].map((roomId) => matchMaker.getLocalRoomById(roomId));
  return rooms.filter((room) => room !== undefined && 'handOver' in room && (room as HandsOver).handOver()).length;
}
