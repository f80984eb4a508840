import type { Client } from '@colyseus/core';
import { MessageType, SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { sessionMetrics } from '../watching/sessionMetrics.js';
import { ClientConduct, type ConductOptions, closeCodeOf, type Offence } from './ClientConduct.js';
import { terminate } from './clientSocket.js';
import { errorMessage } from './errors.js';

/** ms that a client which was sent away has to close its end before its socket is torn down. */
const FAREWELL = 2000;

/**
 * Keeps count of every client of a room (`ClientConduct`), tells them what they did wrong and sends away who does not stop.
 *
 * @example
 * ```ts
 * const guard = new ClientGuard(settings, log, (client) => finish(client));
 * guard.greet(client);
 * if (guard.admits(client)) handle(message);
 * ```
 */
export class ClientGuard {
  readonly #options: ConductOptions;
  readonly #log: Logger;
  readonly #onDismissed: (client: Client) => void;
  readonly #conduct = new Map<string, ClientConduct>();

  /** `onDismissed` hears of every client that is sent away, before its socket is closed. */
  constructor(options: ConductOptions, log: Logger, onDismissed: (client: Client) => void) {
    this.#options = options;
    this.#log = log;
    this.#onDismissed = onDismissed;
  }

  /** From here on this client's offences are counted; one that comes back after a cut keeps its count. */
  greet(client: Client): void {
    if (!this.#conduct.has(client.sessionId)) this.#conduct.set(client.sessionId, new ClientConduct(this.#options));
  }

  /** The client has left for good. */
  forget(client: Client): void {
    this.#conduct.delete(client.sessionId);
  }

  /** Counts a message; false for one too many, of which the client is told once a second. `reset`: see `ErrorMessage`. */
  admits(client: Client, reset = false): boolean {
    if (this.#conduct.get(client.sessionId)?.admits(performance.now())) return true;
    sessionMetrics.dropped.inc({ why: 'flood' });
    this.offend(client, 'flood', new SgapsError('LIMIT_EXCEEDED', 'More messages per second than are taken.'), reset);
    return false;
  }

  /** Takes an offence in and does what it leads to. */
  offend(client: Client, offence: Offence, error: unknown, reset = false): void {
    const verdict = this.#conduct.get(client.sessionId)?.judge(offence, performance.now()) ?? 'tolerate';
    if (verdict === 'tolerate') return;
    sessionMetrics.offences.inc({ offence, verdict });
    const message = errorMessage(error, reset);
    if (message.code === 'INTERNAL') this.#log.error({ err: error }, 'message failed');
    this.#log.warn({ client: client.sessionId, offence, code: message.code, verdict }, 'client misbehaves');
    client.send(MessageType.error, message);
    if (verdict === 'disconnect') this.dismiss(client, closeCodeOf(offence), message.code);
  }

  /** Sends a client away. */
  dismiss(client: Client, code: number, reason: string): void {
    this.#onDismissed(client);
    client.leave(code, reason);
    // One who reads nothing does not hear the farewell either.
    setTimeout(() => terminate(client), FAREWELL).unref();
  }
}
