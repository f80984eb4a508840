import { Protocol } from '@colyseus/core';
import { GuardedSocket } from '@sgaps/pipeline';
import { assertPlainMsgpack } from '@sgaps/protocol';
import { REPLAY_CLOSE } from './closeCodes.js';

/** Of a message's first byte, what kind it is. */
const KIND = 31;

/**
 * A client's WebSocket that looks at messages before Colyseus unpacks them: what is no plain msgpack sends the client away. For a server of your own give it to its transport.
 *
 * @example
 * ```ts
 * new WebSocketTransport({ maxPayload: REPLAY_MAX_PAYLOAD, WebSocket: ReplaySocket });
 * ```
 */
export class ReplaySocket extends GuardedSocket {
  protected override readonly refusal = REPLAY_CLOSE.misconduct;

  protected override inspect(data: unknown): void {
    if (!(data instanceof Uint8Array) || data.length === 0) return;
    const kind = data[0] & KIND;
    // Behind it: the message's name and its body; a request's number before them.
    if (kind === Protocol.ROOM_DATA || kind === Protocol.ROOM_REQUEST) assertPlainMsgpack(data.subarray(1));
  }
}
