import type { Client } from '@colyseus/core';
import { MessageType, parseGameEvent, parseNumbers, SgapsError } from '@sgaps/protocol';
import { offenceOf } from './ClientConduct.js';
import type { ClientGuard } from './ClientGuard.js';
import { assertNotOurs, type LiveSession } from './LiveSession.js';
import type { RecorderIntake, Taken } from './RecorderIntake.js';
import type { RecorderLink } from './RecorderLink.js';

/**
 * What `RoomMessages` works with.
 *
 * @example
 * ```ts
 * const parts: RoomMessagesParts = { session, intake, recorder, guard, keeping: false, onFailed: (error) => stop(error) };
 * ```
 */
export interface RoomMessagesParts {
  readonly session: LiveSession;
  readonly intake: RecorderIntake;
  readonly recorder: RecorderLink;
  readonly guard: ClientGuard;
  /** The recorder sends first what it kept before the recording was wanted. */
  readonly keeping: boolean;
  /** A packet could not be dealt with: the recording cannot go on. */
  onFailed(error: unknown): void;
}

/**
 * Takes what the clients of a room send: each message is counted, and one that should not have come is an offence of who sent it.
 *
 * @example
 * ```ts
 * const messages = new RoomMessages(parts);
 * room.onMessageBytes('pixels', (client, bytes) => messages.pixels(client, bytes));
 * ```
 */
export class RoomMessages {
  #keeping: boolean;

  constructor(private readonly parts: RoomMessagesParts) {
    this.#keeping = parts.keeping;
  }

  /** The recorder still sends what it kept; nothing is asked until it is `live`. */
  get keeping(): boolean {
    return this.#keeping;
  }

  pixels(client: Client, bytes: unknown): void {
    if (!this.#admits(client)) return;
    const { recorder, guard, intake } = this.parts;
    if (recorder.is(client)) this.#settle(client, () => intake.take(bytes, performance.now()));
    else guard.offend(client, 'malformed', new SgapsError('UNAUTHORIZED', 'Only the recorder sends pixels.'));
  }

  kept(client: Client, bytes: unknown): void {
    if (!this.#admits(client)) return;
    const { recorder, guard, intake } = this.parts;
    if (recorder.is(client) && this.#keeping) this.#settle(client, () => intake.takeKept(bytes, performance.now()));
    else {
      const error = new SgapsError('OUT_OF_ORDER', 'Only a recorder that is not live yet sends what it kept.');
      guard.offend(client, 'malformed', error);
    }
  }

  /** All other messages, by name. */
  named(client: Client, type: string | number, message: unknown): void {
    if (!this.#admits(client)) return;
    try {
      if (type === MessageType.event) this.#event(client, message);
      else if (type === MessageType.stats) this.#stats(client, message);
      else if (type === MessageType.live) this.#live(client);
      else throw new SgapsError('ARGUMENT_INVALID', 'No message of that name is taken here.');
    } catch (error) {
      this.parts.guard.offend(client, offenceOf(error), error);
    }
  }

  #admits(client: Client): boolean {
    const { recorder, guard, intake } = this.parts;
    const isRecorder = recorder.is(client);
    if (guard.admits(client, isRecorder)) return true;
    // A packet may be among the messages that are thrown away.
    if (isRecorder) intake.interrupt();
    return false;
  }

  #settle(client: Client, take: () => Taken): void {
    if (!this.parts.session.live) return;
    try {
      const { answer, offence, error, reset } = take();
      if (answer) client.sendBytes(MessageType.coords, answer);
      if (offence) this.parts.guard.offend(client, offence, error, reset);
    } catch (error) {
      this.parts.onFailed(error);
    }
  }

  /** All that was kept is there: from now on the loop asks. */
  #live(client: Client): void {
    const { recorder, session } = this.parts;
    if (!recorder.is(client) || !this.#keeping || !session.live) return;
    this.#keeping = false;
    client.sendBytes(MessageType.coords, session.loop.start());
  }

  #event(client: Client, message: unknown): void {
    const { recorder, session } = this.parts;
    if (!recorder.is(client) || !session.live) return;
    const event = parseGameEvent(message);
    assertNotOurs(event.name);
    session.event(event);
  }

  #stats(client: Client, message: unknown): void {
    const { recorder, session } = this.parts;
    if (!recorder.is(client)) return;
    recorder.stats = parseNumbers(message);
    const { share = 1, pace = 1 } = recorder.stats;
    session.loop.allowance = { share, pace };
  }
}
