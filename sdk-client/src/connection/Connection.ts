import { Client, type Room } from '@colyseus/sdk';
import {
  type ErrorMessage,
  type GameEventMessage,
  MessageType,
  type NumbersMessage,
  PROTOCOL_VERSION,
  parseErrorMessage,
  parseWelcome,
  type RecordJoinOptions,
  RoomName,
  SgapsError,
  type TierBits,
  type WelcomeMessage,
} from '@sgaps/protocol';
import type { RecorderConnection } from './RecorderConnection.js';

/** Coordinate packets kept for a recorder that has not subscribed yet. */
const EARLY_PACKETS = 8;
const WELCOME_WITHIN = 10_000;

/**
 * What a recorder says of itself when it joins.
 *
 * @example
 * ```ts
 * const join: RecordJoin = { game: 'platformer', grid: { width: 320, height: 180 }, fps: 30, schema: { values: [] }, engine: 'phaser' };
 * ```
 */
export type RecordJoin = Omit<RecordJoinOptions, 'role' | 'protocol' | 'meta'> & {
  readonly meta?: RecordJoinOptions['meta'];
  /** Bits per channel of the four tiers the game would like (S15); the welcome says what counts. */
  readonly tierBits?: TierBits;
};

/**
 * Options of `Connection.open`.
 *
 * @example
 * ```ts
 * const options: ConnectionOptions = { endpoint: 'ws://localhost:2567', join };
 * ```
 */
export interface ConnectionOptions {
  /** Address of the server, `ws:`, `wss:`, `http:` or `https:`. */
  readonly endpoint: string;
  readonly join: RecordJoin;
  /** JWT with the record scope, where the server asks for one. */
  readonly token?: string;
  /** Room to open. Default `sgaps`. */
  readonly room?: string;
}

/** What the connection needs of Colyseus' socket to see its backlog; private in the SDK's types. */
interface Backlog {
  readonly transport?: { readonly ws?: { readonly bufferedAmount?: number } };
}

/**
 * A recorder's room on a SGAPS server, over Colyseus. Sends only while open (a closed Colyseus room queues views of one shared
 * buffer) and never queues by itself: the recorder looks at `bufferedAmount` and drops.
 *
 * @example
 * ```ts
 * const connection = await Connection.open({ endpoint: 'ws://localhost:2567', join });
 * const recorder = new Recorder({ connection, sampler, grid: join.grid, tierBits: connection.welcome.tierBits, state });
 * ```
 */
export class Connection implements RecorderConnection {
  readonly welcome: WelcomeMessage;
  readonly #room: Room;
  readonly #early: Uint8Array[] = [];
  #coordinates: ((bytes: Uint8Array) => void) | null = null;
  #closed: ((reason: string) => void) | null = null;
  #reset: (() => void) | null = null;
  /** What the server complained of last: why it closes, if it does. */
  #complaint = '';
  #reason: string | null = null;

  private constructor(room: Room, welcome: WelcomeMessage) {
    this.#room = room;
    this.welcome = welcome;
  }

  /**
   * Opens a room and waits for the server's welcome. Rejects with `UNAUTHORIZED` when the server refuses the token, `CLOSED`
   * when it cannot be reached or says no, `BYTES_MALFORMED` when its welcome makes no sense.
   */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const client = new Client(options.endpoint);
    if (options.token) client.auth.token = options.token;
    let room: Room;
    try {
      room = await client.create(options.room ?? RoomName.live, {
        role: 'record',
        protocol: PROTOCOL_VERSION,
        meta: {},
        ...options.join,
      });
    } catch (cause) {
      const code = (cause as { code?: unknown } | null)?.code === 401 ? 'UNAUTHORIZED' : 'CLOSED';
      const reason = cause instanceof Error ? cause.message : 'it cannot be reached';
      throw new SgapsError(code, `No room at ${options.endpoint}: ${reason}.`, { cause });
    }
    // A cut ends the recording for now; resuming needs both codecs to restart together.
    room.reconnection.enabled = false;
    let connection: Connection | null = null;
    const early: Uint8Array[] = [];
    return new Promise((resolve, reject) => {
      const end = (reason: string) => {
        if (connection) connection.#end(reason);
      };
      const fail = (code: 'CLOSED' | 'BYTES_MALFORMED', message: string) => {
        clearTimeout(timer);
        if (connection) return;
        reject(new SgapsError(code, message));
        void room.leave().catch(() => undefined);
      };
      const timer = setTimeout(
        () => fail('CLOSED', `${options.endpoint} sent no welcome within ${WELCOME_WITHIN} ms.`),
        WELCOME_WITHIN,
      );
      room.onMessage(MessageType.coords, (bytes: unknown) => {
        if (!(bytes instanceof Uint8Array)) return;
        if (connection) connection.#receive(bytes);
        else if (early.length < EARLY_PACKETS) early.push(bytes.slice());
      });
      room.onMessage(MessageType.error, (body: unknown) => {
        const error = readError(body);
        if (connection) connection.#trouble(error);
        else fail('CLOSED', `${options.endpoint} refused the recording: ${error.code} ${error.message}`);
      });
      room.onLeave((code, reason) => {
        end(reason ? `${code} ${reason}` : `code ${code}`);
        fail('CLOSED', `${options.endpoint} closed the room (${code}${reason ? ` ${reason}` : ''}).`);
      });
      room.onMessage(MessageType.welcome, (body: unknown) => {
        if (connection) return;
        try {
          connection = new Connection(room, parseWelcome(body));
        } catch (cause) {
          fail(
            'BYTES_MALFORMED',
            `${options.endpoint} sent a welcome that makes no sense: ${cause instanceof Error ? cause.message : ''}`,
          );
          return;
        }
        clearTimeout(timer);
        connection.#early.push(...early);
        resolve(connection);
      });
    });
  }

  /** Id of the Colyseus room; watchers join it. */
  get roomId(): string {
    return this.#room.roomId;
  }

  get isOpen(): boolean {
    return this.#reason === null && this.#room.connection.isOpen;
  }

  get bufferedAmount(): number {
    return (this.#room.connection as unknown as Backlog).transport?.ws?.bufferedAmount ?? 0;
  }

  sendPixels(bytes: Uint8Array): void {
    if (this.isOpen) this.#room.sendBytes(MessageType.pixels, bytes);
  }

  sendEvent(event: GameEventMessage): void {
    if (this.isOpen) this.#room.send(MessageType.event, event);
  }

  sendStats(stats: NumbersMessage): void {
    if (this.isOpen) this.#room.send(MessageType.stats, stats);
  }

  onCoordinates(handler: (bytes: Uint8Array) => void): void {
    this.#coordinates = handler;
    for (const bytes of this.#early.splice(0)) handler(bytes);
  }

  onReset(handler: () => void): void {
    this.#reset = handler;
  }

  onClosed(handler: (reason: string) => void): void {
    this.#closed = handler;
    if (this.#reason !== null) handler(this.#reason);
  }

  close(): void {
    this.#closed = null;
    if (this.#reason !== null) return;
    this.#reason = 'closed by the game';
    // Leaving cannot fail in a way that matters to a game that is done with the room.
    void this.#room.leave().catch(() => undefined);
  }

  #receive(bytes: Uint8Array): void {
    if (this.#coordinates) this.#coordinates(bytes);
    else if (this.#early.length < EARLY_PACKETS) this.#early.push(bytes.slice());
  }

  #trouble(error: ErrorMessage): void {
    this.#complaint = `${error.code}: ${error.message}`;
    if (error.reset) this.#reset?.();
  }

  #end(reason: string): void {
    if (this.#reason !== null) return;
    this.#reason = this.#complaint ? `${reason}, ${this.#complaint}` : reason;
    this.#closed?.(this.#reason);
  }
}

/** What the server said, or that it said nothing that can be read. */
function readError(body: unknown): ErrorMessage {
  try {
    return parseErrorMessage(body);
  } catch {
    return { code: 'INTERNAL', message: 'the server reported an error in a form this client does not know', reset: false };
  }
}
