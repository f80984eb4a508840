import { type AuthContext, defineRoom, type RegisteredHandler } from '@colyseus/core';
import { admitJoin, type JoinAuth } from '../access/admitJoin.js';
import { ReplayRoom } from './ReplayRoom.js';
import type { ReplayRoomSettings } from './ReplayRoomSettings.js';
import { openServices, type ReplayServices, type ServicesOptions } from './ReplayServices.js';

/**
 * The replay room for an existing Colyseus server: one line in its `rooms`. Recordings go to `data`. The transport must
 * let pixel packets through, and look at messages before they are unpacked: `maxPayload` and `WebSocket` below. `guardRequests` does so for HTTP.
 *
 * @example
 * ```ts
 * import { defineServer } from '@colyseus/core';
 * import { WebSocketTransport } from '@colyseus/ws-transport';
 * import { defineReplayRoom, REPLAY_MAX_PAYLOAD, ReplaySocket } from '@sgaps/server';
 *
 * const server = defineServer({
 *   rooms: { sgaps: defineReplayRoom({ data: './.sgaps-data' }) },
 *   transport: new WebSocketTransport({ maxPayload: REPLAY_MAX_PAYLOAD, WebSocket: ReplaySocket }),
 * });
 * await server.listen(2567);
 * ```
 */
export function defineReplayRoom(options: ServicesOptions & ReplayRoomSettings): RegisteredHandler {
  class ConfiguredReplayRoom extends ReplayRoom {
    static override onAuth = joinGate(options);
    protected override readonly settings: ReplayRoomSettings = options;
    protected override services(): Promise<ReplayServices> {
      return openServices(options);
    }
  }
  return defineRoom(ConfiguredReplayRoom);
}

/** What lets somebody who joins into a room of this data folder; Colyseus calls it without the class. */
export function joinGate(options: ServicesOptions): (token: string, joining: unknown, context: AuthContext) => Promise<JoinAuth> {
  return async (_token, joining, context) => admitJoin((await openServices(options)).access, joining, context);
}

/**
 * `maxPayload` a WebSocket transport needs for pixel packets: the largest packet and its message header. The
 * transport's own default of 4 KB closes the connection at the first larger batch.
 *
 * @example
 * ```ts
 * new WebSocketTransport({ maxPayload: REPLAY_MAX_PAYLOAD });
 * ```
 */
export const REPLAY_MAX_PAYLOAD = 80 * 1024;
