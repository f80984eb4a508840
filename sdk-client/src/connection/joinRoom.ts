import type { Room } from '@colyseus/sdk';
import {
  type ErrorMessage,
  MessageType,
  parseErrorMessage,
  parseWelcome,
  SgapsError,
  type WelcomeMessage,
} from '@sgaps/protocol';

const WELCOME_WITHIN = 10_000;
/** Coordinate packets kept until the welcome has been dealt with. */
const EARLY_PACKETS = 8;

/**
 * What a joined room tells, from its welcome on.
 *
 * @example
 * ```ts
 * const handlers: RoomHandlers = { onCoordinates, onError, onHandover, onLeave };
 * ```
 */
export interface RoomHandlers {
  onCoordinates(bytes: Uint8Array): void;
  onError(error: ErrorMessage): void;
  /** The server stops: another has to go on. */
  onHandover(): void;
  /** The room is left or lost; called once. */
  onLeave(code: number, reason: string): void;
}

/**
 * Listens to a room and waits for the server's welcome. What comes with the welcome is handed on when `ready` is called.
 * Rejects with `CLOSED` when the server says no or nothing, `BYTES_MALFORMED` when its welcome makes no sense; the room is
 * then left.
 *
 * @example
 * ```ts
 * const { welcome, ready } = await welcomed(room, 'ws://localhost:2567', handlers);
 * ready();
 * ```
 */
export function welcomed(
  room: Room,
  endpoint: string,
  handlers: RoomHandlers,
): Promise<{ readonly welcome: WelcomeMessage; readonly ready: () => void }> {
  // Colyseus would bring the socket back by itself; both codecs have to start afresh together with it.
  room.reconnection.enabled = false;
  const early: Uint8Array[] = [];
  let joined = false;
  let isReady = false;
  const ready = () => {
    isReady = true;
    for (const bytes of early.splice(0)) handlers.onCoordinates(bytes);
  };
  return new Promise((resolve, reject) => {
    const fail = (code: 'CLOSED' | 'BYTES_MALFORMED', message: string) => {
      clearTimeout(timer);
      if (joined) return;
      reject(new SgapsError(code, message));
      // Nothing hangs on how leaving a room that refused us ends.
      void room.leave().catch(() => undefined);
    };
    const timer = setTimeout(() => fail('CLOSED', `${endpoint} sent no welcome within ${WELCOME_WITHIN} ms.`), WELCOME_WITHIN);
    room.onMessage(MessageType.coords, (bytes: unknown) => {
      if (!(bytes instanceof Uint8Array)) return;
      if (isReady) handlers.onCoordinates(bytes);
      else if (early.length < EARLY_PACKETS) early.push(bytes.slice());
    });
    room.onMessage(MessageType.error, (body: unknown) => {
      const error = readError(body);
      if (joined) handlers.onError(error);
      else fail('CLOSED', `${endpoint} refused the recording: ${error.code} ${error.message}`);
    });
    room.onMessage(MessageType.handover, () => {
      if (joined) handlers.onHandover();
    });
    room.onLeave((code, reason) => {
      if (joined) handlers.onLeave(code, reason ?? '');
      else fail('CLOSED', `${endpoint} closed the room (${code}${reason ? ` ${reason}` : ''}).`);
    });
    room.onMessage(MessageType.welcome, (body: unknown) => {
      if (joined) return;
      try {
        const welcome = parseWelcome(body);
        joined = true;
        clearTimeout(timer);
        resolve({ welcome, ready });
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : '';
        fail('BYTES_MALFORMED', `${endpoint} sent a welcome that makes no sense: ${why}`);
      }
    });
  });
}

/** What the server said, or that it said nothing that can be read. */
function readError(body: unknown): ErrorMessage {
  try {
    return parseErrorMessage(body);
  } catch {
    return { code: 'INTERNAL', message: 'the server reported an error in a form this client does not know', reset: false };
  }
}
