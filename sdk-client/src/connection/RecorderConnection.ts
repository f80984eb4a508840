import type { GameEventMessage, NumbersMessage } from '@sgaps/protocol';
import type { CourierWelcome } from '../courier/CourierPort.js';

/**
 * What a courier needs of a connection. `Connection` (Colyseus) is one; tests and other transports bring their own.
 * Calls may throw: the courier catches and counts.
 *
 * @example
 * ```ts
 * const courier = new Courier({ connection, grid, schema, tierBits, bufferedBytes: 65_536 }, events);
 * ```
 */
export interface RecorderConnection {
  readonly isOpen: boolean;
  /** Bytes handed over and not yet sent. */
  readonly bufferedAmount: number;
  /** The bytes may be reused after the call returns. */
  sendPixels(bytes: Uint8Array): void;
  sendEvent(event: GameEventMessage): void;
  sendStats(stats: NumbersMessage): void;
  /** Coordinate packets, as they come; the bytes are valid during the call. */
  onCoordinates(handler: (bytes: Uint8Array) => void): void;
  /** The server could not follow the pixel stream, or wants to take it in another way: it has to start afresh, with or without digests where that is said. */
  onReset(handler: (digest?: boolean) => void): void;
  /** Called once when the connection is gone for good. */
  onClosed(handler: (reason: string) => void): void;
  /** The connection broke and is being brought back. Only where a connection can. */
  onAway?(handler: (reason: string) => void): void;
  /** It is back, in the same recording. */
  onBack?(handler: () => void): void;
  /** The server began another recording. */
  onRestart?(handler: (welcome: CourierWelcome) => void): void;
  /** Sends what was kept so far and goes on live; only where a connection keeps (`KeepingConnection`). */
  keep?(): Promise<CourierWelcome>;
  /** Leaves; called once, when recording stops. A promise, where there is one, resolves when it has left. */
  close(): void | Promise<void>;
}
