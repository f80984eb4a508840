import type { Client } from '@colyseus/core';
import { MessageType } from '@sgaps/protocol';
import type { Watcher } from '../watch/FrameBroadcaster.js';
import type { LiveSession } from './LiveSession.js';
import { overlaysOf, watcherOf } from './viewers.js';

/**
 * Those who watch a live session.
 *
 * @example
 * ```ts
 * const viewers = new LiveViewers(session);
 * viewers.add(client);
 * viewers.send('figures', figures);
 * ```
 */
export class LiveViewers {
  readonly #session: LiveSession;
  readonly #viewers = new Map<string, { readonly client: Client; readonly watcher: Watcher }>();

  constructor(session: LiveSession) {
    this.#session = session;
  }

  /** How many watch. */
  get size(): number {
    return this.#viewers.size;
  }

  /** Shows a client the newest frame and all that follow, or tells it that the session is over. */
  add(client: Client): void {
    const { broadcaster, loop, live, time, writer } = this.#session;
    const watcher = watcherOf(client);
    this.#viewers.set(client.sessionId, { client, watcher });
    broadcaster.add(watcher);
    if (!live) client.send(MessageType.ended, { recordingId: writer.id });
    else if (loop.newest) broadcaster.offer(loop.newest, time, loop.importance);
  }

  /** True for a client that watched; others are passed over, here and below. */
  remove(client: Client): boolean {
    const viewer = this.#viewers.get(client.sessionId);
    if (!viewer) return false;
    this.#viewers.delete(client.sessionId);
    this.#session.broadcaster.remove(viewer.watcher);
    return true;
  }

  /** Carries out a `watch` message. */
  watch(client: Client, message: unknown): void {
    const viewer = this.#viewers.get(client.sessionId);
    if (viewer) this.#session.broadcaster.setOverlays(viewer.watcher, overlaysOf(message));
  }

  /** Sends the same message to all. */
  send(type: MessageType, body: unknown): void {
    for (const { client } of this.#viewers.values()) client.send(type, body);
  }
}
