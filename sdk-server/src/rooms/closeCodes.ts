/**
 * Close codes of the replay room, in the range Colyseus leaves to applications and clear of its own (4010 asks its client to
 * come back). None of them is worth another try by itself.
 *
 * - `misconduct`: too much that did not decode, came twice, was too big or of another version.
 * - `flooding`: too many messages or bytes.
 * - `storage`: the server could not store the recording.
 * - `unanswered`: the recorder used none of the server's requests for too long.
 * - `limit`: the session took as long, or as many bytes, as one may, or its game all that it may.
 * - `unauthorized`: the key that the session was opened with was revoked, or the token to watch it with has expired.
 *
 * @example
 * ```ts
 * room.onLeave((code) => code === REPLAY_CLOSE.storage && console.warn('The server could not store the recording.'));
 * ```
 */
export const REPLAY_CLOSE = {
  misconduct: 4020,
  flooding: 4021,
  storage: 4022,
  unanswered: 4023,
  limit: 4024,
  unauthorized: 4025,
} as const;

/** Closed in order (the client's own `leave`, its page gone, our codes), or because of what was sent: nothing to wait for. */
const FINAL = new Set([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010]);

/**
 * True for a socket that was cut, as far as its close code tells: the client may come back. Codes 4000 … 4099 are Colyseus' and ours.
 *
 * @example
 * ```ts
 * if (wasCut(code)) await room.allowReconnection(client, 30);
 * ```
 */
export function wasCut(code: number): boolean {
  return !FINAL.has(code) && !(code >= 4000 && code < 4100);
}
