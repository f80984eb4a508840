import type { Client } from '@colyseus/core';
import { OVERLAY_LAYERS, type OverlayLayer } from '../messages/PictureMessage.js';
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
 * The overlays a `watch` message asks for; what is not known is left out.
 *
 * @example
 * ```ts
 * broadcaster.setOverlays(watcher, overlaysOf(message));
 * ```
 */
export function overlaysOf(message: unknown): OverlayLayer[] {
  const list = typeof message === 'object' && message !== null && 'overlays' in message ? message.overlays : null;
  return Array.isArray(list) ? OVERLAY_LAYERS.filter((layer) => list.includes(layer)) : [];
}
