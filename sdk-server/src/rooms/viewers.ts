import type { Client } from '@colyseus/core';
import { isSgapsError, type OverlayLayer, parseWatchMessage } from '@sgaps/protocol';
import type { Watcher } from '../watch/FrameBroadcaster.js';

/**
 * A Colyseus client as a watcher.
 *
 * @example
 * ```ts
 * broadcaster.add(watcherOf(client));
 * ```
 */
export function watcherOf(client: Client): Watcher {
  return {
    send: (type, bytes) => client.sendBytes(type, bytes),
    backlog: () => ('bufferedAmount' in client.ref ? Number(client.ref.bufferedAmount) : 0),
  };
}

/**
 * The overlays a `watch` message asks for; none when the message makes no sense.
 *
 * @example
 * ```ts
 * broadcaster.setOverlays(watcher, overlaysOf(message));
 * ```
 */
export function overlaysOf(message: unknown): readonly OverlayLayer[] {
  try {
    return parseWatchMessage(message).overlays;
  } catch (error) {
    if (isSgapsError(error)) return [];
    throw error;
  }
}
