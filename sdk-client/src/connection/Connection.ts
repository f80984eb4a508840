import { Client, type Room } from '@colyseus/sdk';
import { type CaptureGrid, SgapsError, type StateSchema } from '@sgaps/protocol';
import type { RecorderConnection, RecorderEvent, RecorderStats } from '../recorder/RecorderConnection.js';

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
export interface RecordJoin {
  readonly game: string;
  readonly grid: CaptureGrid;
  readonly fps: number;
  readonly schema: StateSchema;
  readonly engine: string;
  readonly meta?: Readonly<Record<string, string>>;
  /** Bits per channel of the four tiers the game would like (S15); the welcome says what counts. */
  readonly tierBits?: readonly [number, number, number, number];
}

/**
 * The server's answer to a recorder.
 *
 * @example
 * ```ts
 * console.log(`${endpoint}/session/${connection.welcome.recordingId}`);
 * ```
 */
export interface RecordWelcome {
  readonly recordingId: string;
  readonly grid: CaptureGrid;
  readonly tierBits: readonly [number, number, number, number];
}

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
  readonly welcome: RecordWelcome;
  readonly #room: Room;
  readonly #early: Uint8Array[] = [];
  #coordinates: ((bytes: Uint8Array) => void) | null = null;
  #closed: ((reason: string) => void) | null = null;
  #reason: string | null = null;

  private constructor(room: Room, welcome: RecordWelcome) {
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
      room = await client.create(options.room ?? 'sgaps', { role: 'record', protocol: 1, ...options.join });
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
      const timer = setTimeout(() => fail('CLOSED', `${options.endpoint} sent no welcome within ${WELCOME_WITHIN} ms.`), WELCOME_WITHIN);
      room.onMessage('coords', (bytes: unknown) => {
        if (!(bytes instanceof Uint8Array)) return;
        if (connection) connection.#receive(bytes);
        else if (early.length < EARLY_PACKETS) early.push(bytes.slice());
      });
      room.onMessage('error', (error: unknown) => {
        const said = error as { code?: unknown; message?: unknown } | null;
        end(`${String(said?.code)}: ${String(said?.message)}`);
        fail('CLOSED', `${options.endpoint} refused the recording: ${String(said?.message)}`);
      });
      room.onLeave((code, reason) => {
        end(reason ? `${code} ${reason}` : `code ${code}`);
        fail('CLOSED', `${options.endpoint} closed the room (${code}${reason ? ` ${reason}` : ''}).`);
      });
      room.onMessage('welcome', (message: unknown) => {
        if (connection) return;
        if (!isWelcome(message)) {
          fail('BYTES_MALFORMED', `${options.endpoint} sent a welcome without recordingId, grid or tierBits.`);
          return;
        }
        clearTimeout(timer);
        connection = new Connection(room, message);
        connection.#early.push(...early);
        resolve(connection);
      });
    });
  }

  get isOpen(): boolean {
    return this.#reason === null && this.#room.connection.isOpen;
  }

  get bufferedAmount(): number {
    return (this.#room.connection as unknown as Backlog).transport?.ws?.bufferedAmount ?? 0;
  }

  sendPixels(bytes: Uint8Array): void {
    if (this.isOpen) this.#room.sendBytes('pixels', bytes);
  }

  sendEvent(event: RecorderEvent): void {
    if (this.isOpen) this.#room.send('event', event);
  }

  sendStats(stats: RecorderStats): void {
    if (this.isOpen) this.#room.send('stats', stats);
  }

  onCoordinates(handler: (bytes: Uint8Array) => void): void {
    this.#coordinates = handler;
    for (const bytes of this.#early.splice(0)) handler(bytes);
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

  #end(reason: string): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    this.#closed?.(reason);
  }
}

function isWelcome(message: unknown): message is RecordWelcome {
  const { recordingId, grid, tierBits } = (message ?? {}) as Partial<RecordWelcome>;
  return (
    typeof recordingId === 'string' &&
    Number.isInteger(grid?.width) &&
    Number.isInteger(grid?.height) &&
    Array.isArray(tierBits) &&
    tierBits.length === 4 &&
    tierBits.every((bits) => Number.isInteger(bits) && bits >= 3 && bits <= 8)
  );
}
