import { Client, type Room } from '@colyseus/sdk';
import {
  type ErrorMessage,
  type GameEventMessage,
  MessageType,
  type NumbersMessage,
  PROTOCOL_VERSION,
  RESTART,
  type RecordJoinOptions,
  RoomName,
  SgapsError,
  type WelcomeMessage,
} from '@sgaps/protocol';
import { type RoomHandlers, welcomed } from './joinRoom.js';
import type { RecorderConnection } from './RecorderConnection.js';

/** Coordinate packets kept for a courier that has not subscribed yet. */
const EARLY_PACKETS = 8;
/** Waiting before a try to come back, ms: doubled from the first to the longest. */
const FIRST_WAIT = 250;
const LONGEST_WAIT = 4000;
const GONE_AFTER = 60_000;
/** A try that is answered by nobody is given up after so long, ms: a network may swallow packets for good. */
const TRY_WITHIN = 10_000;
/** Closed by the network or a server that stops, as against told to go. */
const CUT: ReadonlySet<number> = new Set([1001, 1005, 1006, 1011, 1012, 1013, 4001, 4003, 4010]);

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
  /** A game's key, or a token with the scope record, where the server asks for one. */
  readonly token?: string;
  /** Room to open. Default `sgaps`. */
  readonly room?: string;
  /** Milliseconds a lost server is looked for before the connection is given up. Default 60,000; 0 gives up at once. */
  readonly goneAfter?: number;
}

/** What the connection needs of Colyseus' socket to see its backlog; private in the SDK's types. */
interface Backlog {
  readonly transport?: { readonly ws?: { readonly bufferedAmount?: number } };
}

/**
 * A recorder's room on a SGAPS server, over Colyseus. Sends only while open (a closed Colyseus room queues views of one shared
 * buffer) and never queues by itself: the courier looks at `bufferedAmount` and drops.
 *
 * After a cut it looks for the server again: the same room goes on with the same recording (`onReset`, then `onBack`); a server
 * that has forgotten the room, having restarted, begins another recording that names this one in `meta.continues` (`onRestart`). So does another
 * server where this one is about to stop and says so.
 *
 * @example
 * ```ts
 * const connection = await Connection.open({ endpoint: 'ws://localhost:2567', join });
 * const courier = new Courier({ connection, grid, schema, tierBits: connection.welcome.tierBits, bufferedBytes: 65_536 }, events);
 * ```
 */
export class Connection implements RecorderConnection {
  /** What the server said, last. */
  welcome!: WelcomeMessage;
  readonly #client: Client;
  readonly #options: ConnectionOptions;
  readonly #early: Uint8Array[] = [];
  #room: Room;
  #phase: 'open' | 'away' | 'closed' = 'open';
  /** The room of a server that stops. */
  #leaving: Room | null = null;
  #coordinates: ((bytes: Uint8Array) => void) | null = null;
  #reset: ((digest?: boolean) => void) | null = null;
  #away: ((reason: string) => void) | null = null;
  #back: (() => void) | null = null;
  #restart: ((welcome: WelcomeMessage) => void) | null = null;
  #closed: ((reason: string) => void) | null = null;
  /** What the server complained of last: why it closes, if it does. */
  #complaint = '';
  #reason: string | null = null;

  private constructor(client: Client, options: ConnectionOptions, room: Room) {
    this.#client = client;
    this.#options = options;
    this.#room = room;
  }

  /**
   * Opens a room and waits for the server's welcome. Rejects with `UNAUTHORIZED` when the server refuses the token, `CLOSED`
   * when it cannot be reached or says no, `BYTES_MALFORMED` when its welcome makes no sense.
   */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const client = clientFor(options);
    let room: Room;
    try {
      room = await create(client, options, {});
    } catch (cause) {
      const refused = (cause as { code?: unknown } | null)?.code;
      const code = refused === 401 || refused === 403 ? 'UNAUTHORIZED' : 'CLOSED';
      const reason = cause instanceof Error ? cause.message : 'it cannot be reached';
      throw new SgapsError(code, `No room at ${options.endpoint}: ${reason}.`, { cause });
    }
    const connection = new Connection(client, options, room);
    const { welcome, ready } = await welcomed(room, options.endpoint, connection.#handlers(room));
    connection.welcome = welcome;
    ready();
    return connection;
  }

  /** Id of the Colyseus room; watchers join it. */
  get roomId(): string {
    return this.#room.roomId;
  }

  get isOpen(): boolean {
    return this.#phase === 'open' && this.#room.connection.isOpen;
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

  /** Sends what was kept before the recording was wanted (`encodeKept`); only after joining with `keptMs`. */
  sendKept(message: Uint8Array): void {
    if (this.isOpen) this.#room.sendBytes(MessageType.kept, message);
  }

  /** All that was kept is sent: the server asks from now on. */
  sendLive(): void {
    if (this.isOpen) this.#room.send(MessageType.live);
  }

  onCoordinates(handler: (bytes: Uint8Array) => void): void {
    this.#coordinates = handler;
    for (const bytes of this.#early.splice(0)) handler(bytes);
  }

  onReset(handler: (digest?: boolean) => void): void {
    this.#reset = handler;
  }

  onAway(handler: (reason: string) => void): void {
    this.#away = handler;
  }

  onBack(handler: () => void): void {
    this.#back = handler;
  }

  onRestart(handler: (welcome: WelcomeMessage) => void): void {
    this.#restart = handler;
  }

  onClosed(handler: (reason: string) => void): void {
    this.#closed = handler;
    if (this.#reason !== null) handler(this.#reason);
  }

  /** Resolves when the server has taken leave too, or cannot any more. */
  async close(): Promise<void> {
    this.#closed = null;
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#reason = 'closed by the game';
    // Leaving cannot fail in a way that matters to a game that is done with the room.
    await this.#room.leave().catch(() => undefined);
  }

  #handlers(room: Room): RoomHandlers {
    return {
      onCoordinates: (bytes) => this.#receive(bytes),
      onError: (error) => this.#trouble(error),
      onHandover: () => void this.#goElsewhere(room),
      onLeave: (code, reason) => this.#left(room, code, reason),
    };
  }

  #receive(bytes: Uint8Array): void {
    if (this.#coordinates) this.#coordinates(bytes);
    else if (this.#early.length < EARLY_PACKETS) this.#early.push(bytes.slice());
  }

  #trouble(error: ErrorMessage): void {
    if (error.code !== RESTART.code) this.#complaint = `${error.code}: ${error.message}`;
    if (error.reset) this.#reset?.(error.digest);
  }

  #left(room: Room, code: number, reason: string): void {
    if (room !== this.#room || this.#phase !== 'open') return;
    const why = reason ? `${code} ${reason}` : `code ${code}`;
    const { goneAfter = GONE_AFTER } = this.#options;
    if (!CUT.has(code) || goneAfter <= 0) {
      this.#end(why);
      return;
    }
    this.#phase = 'away';
    this.#away?.(why);
    void this.#comeBack(why, performance.now() + goneAfter);
  }

  /**
   * Opens another room, which a server that does not stop has, and leaves this one only then, so that next to nothing is left unrecorded. Where that fails it is tried again, until
   * the server closes this room: then it is looked for as after a cut.
   */
  async #goElsewhere(from: Room): Promise<void> {
    if (this.#leaving === from) return;
    this.#leaving = from;
    const here = () => this.#room === from && this.#phase === 'open';
    for (let wait = FIRST_WAIT; here(); wait = Math.min(LONGEST_WAIT, 2 * wait)) {
      try {
        const room = await inTime(this.#createNext(), TRY_WITHIN);
        await this.#enter(room, false, here);
        if (this.#room === room) void from.leave().catch(() => undefined);
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  /** A room whose recording goes on from this one's. */
  #createNext(): Promise<Room> {
    return create(this.#client, this.#options, { continues: this.welcome.recordingId });
  }

  /** Tries again, ever more seldom, until the server is back, refuses, or has been gone too long. */
  async #comeBack(why: string, until: number): Promise<void> {
    let mayResume = true;
    let token = this.#room.reconnectionToken;
    for (let wait = FIRST_WAIT; performance.now() < until; wait = Math.min(LONGEST_WAIT, 2 * wait)) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (this.#phase !== 'away') return;
      const left = until - performance.now();
      if (left <= 0) break;
      try {
        const coming = mayResume ? this.#client.reconnect(token) : this.#createNext();
        const room = await inTime(coming, Math.min(TRY_WITHIN, left));
        // Each seat has its own token: the next try, after another cut, needs the newest.
        token = room.reconnectionToken || token;
        await this.#enter(room, mayResume, () => this.#phase === 'away');
        return;
      } catch (cause) {
        if ((cause as { code?: unknown } | null)?.code === 401) break;
        // A server that answers and knows the room no more has restarted, or waited long enough.
        if (!mayResume || !isRefusal(cause)) continue;
        mayResume = false;
        wait = FIRST_WAIT / 2;
      }
    }
    if (this.#phase === 'away') this.#end(why);
  }

  /** Goes on in a room, unless something else has happened by the time that its server has welcomed it. */
  async #enter(room: Room, resumed: boolean, wanted: () => boolean): Promise<void> {
    const { welcome, ready } = await welcomed(room, this.#options.endpoint, this.#handlers(room));
    if (!wanted()) {
      void room.leave().catch(() => undefined);
      return;
    }
    this.#room = room;
    this.#phase = 'open';
    this.#complaint = '';
    this.#early.length = 0;
    const sameRecording = resumed && welcome.recordingId === this.welcome.recordingId;
    this.welcome = welcome;
    if (sameRecording) {
      this.#reset?.(welcome.digest === true);
      this.#back?.();
    } else this.#restart?.(welcome);
    ready();
  }

  #end(reason: string): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#reason = this.#complaint ? `${reason}, ${this.#complaint}` : reason;
    this.#closed?.(this.#reason);
  }
}

function create(client: Client, { join, room }: ConnectionOptions, extra: Readonly<Record<string, string>>): Promise<Room> {
  return client.create(room ?? RoomName.live, {
    role: 'record',
    protocol: PROTOCOL_VERSION,
    ...join,
    // A recording begun anew has nothing that was kept.
    ...(extra.continues ? { keptMs: undefined } : {}),
    meta: { ...join.meta, ...extra },
  });
}

/**
 * A client that shows the token when it joins and in no address, which proxies log. The token that a game's own Colyseus client keeps for its own server is
 * none of this one's.
 */
function clientFor({ endpoint, token }: ConnectionOptions): Client {
  const client = new Client(endpoint, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
    urlBuilder: (url) => {
      url.searchParams.delete('_authToken');
      return url.href;
    },
  });
  client.auth.token = undefined as unknown as string;
  return client;
}

/** The room, if it comes within `ms`; one that comes later is dropped as by a cut, so that a later try may still have it. */
function inTime(coming: Promise<Room>, ms: number): Promise<Room> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error('no answer'));
      coming.then((room) => room.leave(false)).catch(() => undefined);
    }, ms);
    coming.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** The server was there to say that the room is gone, its seat expired, or its recording ended. */
function isRefusal(cause: unknown): boolean {
  const code = (cause as { code?: unknown } | null)?.code;
  return code === 522 || code === 524 || code === 410;
}
