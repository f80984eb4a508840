import { randomUUID } from 'node:crypto';
import { type AuthContext, type Client, CloseCode, Room } from '@colyseus/core';
import {
  isSgapsError,
  LIMITS,
  MessageType,
  type NumbersMessage,
  PROTOCOL_VERSION,
  parseGameEvent,
  parseJoinOptions,
  parseNumbers,
  type RecordJoinOptions,
  SgapsError,
  type TierBits,
} from '@sgaps/protocol';
import type { Logger } from 'pino';
import type { Watcher } from '../watch/FrameBroadcaster.js';
import { ByteBudget } from './ByteBudget.js';
import { errorMessage, toServerError } from './errors.js';
import { LiveSession } from './LiveSession.js';
import { assertViewerOrigin, joinOrigin } from './origins.js';
import type { ReplayServices } from './ReplayServices.js';
import { RoundTrip } from './RoundTrip.js';
import { overlaysOf, watcherOf } from './viewers.js';

/**
 * What a replay room is set to; every value has a default.
 *
 * @example
 * ```ts
 * const settings: ReplayRoomSettings = { bytesUp: 2048, maxWatchers: 50 };
 * ```
 */
export interface ReplayRoomSettings {
  /** Byte budgets per frame; defaults 2,048 and 512. */
  readonly bytesUp?: number;
  readonly bytesDown?: number;
  /** Bits per channel of the four tiers; default 8, 5, 3, 3 (S15). */
  readonly tierBits?: TierBits;
  /** Frames asked ahead at most; default 12 (S4, S13). */
  readonly maxLatency?: number;
  /** ms between decoder snapshots; default 10,000. */
  readonly snapshotEvery?: number;
  /** Seconds a recorder that lost its connection may come back; default 0: the SGAPS client opens a new session after a cut. */
  readonly reconnectSeconds?: number;
  /** Packets that do not decode before the recorder is sent away; default 20. */
  readonly maxBadPackets?: number;
  /** Messages per second and client; default 300. More closes the connection with 4002. */
  readonly maxMessages?: number;
  /** Bytes per second of pixel packets, mean; default 1,000,000. Twice that may come at once. */
  readonly maxBytesPerSecond?: number;
  /** Default 100. */
  readonly maxWatchers?: number;
  /** Origins other than the server's own whose pages may watch; default none. `*` allows all. */
  readonly viewerOrigins?: readonly string[];
}

/**
 * Close codes of this room, in the range Colyseus leaves to applications.
 *
 * @example
 * ```ts
 * room.onLeave((code) => code === REPLAY_CLOSE.storage && console.warn('The server could not store the recording.'));
 * ```
 */
export const REPLAY_CLOSE = { tooManyBadPackets: 4010, tooManyBytes: 4011, storage: 4012, ended: 4013 } as const;

/** ms between the figures watchers get, and between pings of the recorder. */
const FIGURES_EVERY = 500;
/** ms in which packets that were sent before the client heard of an error are not held against it. */
const GRACE = 2000;

/**
 * One recorded session (S2). The first client, with role `record`, is the recorder; any number may watch (`joinById`,
 * role `watch`). Made by `defineReplayRoom`, which closes over the data folder.
 *
 * @example
 * ```ts
 * const room = await client.create('sgaps', { role: 'record', protocol: 1, game: 'coins', engine: 'phaser', grid, fps: 30, schema });
 * room.onMessage('coords', (bytes) => recorder.requests(bytes));
 * ```
 */
export abstract class ReplayRoom extends Room {
  /** Provided by the class `defineReplayRoom` makes. */
  protected abstract services(): Promise<ReplayServices>;
  protected readonly settings: ReplayRoomSettings = {};

  override patchRate = null;
  #session: LiveSession | null = null;
  #log!: Logger;
  #catalog!: ReplayServices['catalog'];
  #options!: RecordJoinOptions;
  #recorder: Client | null = null;
  #recorderId: string | null = null;
  #roundTrip: RoundTrip | null = null;
  #budget!: ByteBudget;
  #watchers = new Map<string, Watcher>();
  #clientStats: NumbersMessage = {};
  #badPackets = 0;
  #graceUntil = 0;
  #closing = false;
  #forget = (): void => undefined;

  static override async onAuth(_token: string, options: unknown, context: AuthContext): Promise<unknown> {
    const role = typeof options === 'object' && options !== null && 'role' in options ? options.role : undefined;
    if (role !== 'record' && role !== 'watch') {
      throw toServerError(new SgapsError('ARGUMENT_INVALID', "role must be 'record' or 'watch'."));
    }
    return joinOrigin(context);
  }

  override async onCreate(raw: unknown): Promise<void> {
    try {
      const options = parseJoinOptions(raw);
      if (options.role !== 'record')
        throw new SgapsError('ARGUMENT_INVALID', 'Only a recorder opens a room; watchers join one by its id.');
      this.#options = options;
      const services = await this.services();
      await this.#open(services);
    } catch (error) {
      throw toServerError(error);
    }
  }

  override onJoin(client: Client, raw: { readonly role?: unknown }): void {
    try {
      if (raw.role === 'record') this.#joinRecorder(client);
      else this.#joinWatcher(client);
    } catch (error) {
      throw toServerError(error);
    }
  }

  override async onDrop(client: Client): Promise<void> {
    if (client.sessionId !== this.#recorderId || this.#closing || !this.#session?.live || this.#reconnectSeconds <= 0) return;
    this.#log.info({ seconds: this.#reconnectSeconds }, 'recorder lost its connection, waiting');
    try {
      await this.allowReconnection(client, this.#reconnectSeconds);
    } catch (error) {
      // Colyseus rejects with false when the time is up and calls onLeave next; anything else is worth a line.
      if (error instanceof Error) this.#log.warn({ err: error }, 'recorder did not come back');
    }
  }

  override onReconnect(client: Client): void {
    if (client.sessionId !== this.#recorderId || !this.#session) return;
    this.#attach(client);
    this.#log.info('recorder came back');
    client.send(MessageType.welcome, this.#welcome('record'));
    client.sendBytes(MessageType.coords, this.#session.loop.start());
  }

  override async onLeave(client: Client): Promise<void> {
    const watcher = this.#watchers.get(client.sessionId);
    if (watcher) {
      this.#watchers.delete(client.sessionId);
      this.#session?.broadcaster.remove(watcher);
    }
    if (client.sessionId === this.#recorderId) await this.#finish();
  }

  override async onDispose(): Promise<void> {
    await this.#finish();
  }

  override onBeforeShutdown(): void {
    this.#closing = true;
    this.disconnect(CloseCode.SERVER_SHUTDOWN).catch((error: unknown) =>
      this.#log.warn({ err: error }, 'room not closed cleanly'),
    );
  }

  get #reconnectSeconds(): number {
    return this.settings.reconnectSeconds ?? 0;
  }

  async #open(services: ReplayServices): Promise<void> {
    const { game, engine, grid, fps, schema, meta } = this.#options;
    const recordingId = randomUUID();
    this.#log = services.log.child({ room: this.roomId, recording: recordingId });
    this.#catalog = services.catalog;
    this.maxMessagesPerSecond = this.settings.maxMessages ?? 300;
    this.maxClients = 1 + (this.settings.maxWatchers ?? 100);
    const perSecond = this.settings.maxBytesPerSecond ?? 1_000_000;
    this.#budget = new ByteBudget({ perSecond, burst: 2 * perSecond });
    const writer = await services.store.create(
      {
        recordingId,
        game,
        engine,
        grid,
        fps,
        schema,
        meta,
        tierBits: this.settings.tierBits ?? [8, 5, 3, 3],
        protocolVersion: PROTOCOL_VERSION,
        modelId: 'diffusion@1',
        startedAt: Date.now(),
      },
      {
        roomId: this.roomId,
        onError: (error) => this.#stopRecording(error),
        onWarning: (error) => this.#log.warn({ err: error }, 'recording goes on after trouble'),
      },
    );
    this.#session = new LiveSession({ ...this.settings, store: services.store, writer, log: this.#log });
    services.sessions.set(this.roomId, this.#session);
    this.#forget = () => services.sessions.delete(this.roomId);
    // Private: found by id only, so that every recorder gets a room of its own.
    await this.setMatchmaking({
      private: true,
      metadata: { recordingId, game, engine, grid, fps, startedAt: writer.header.startedAt },
    });
    this.onMessageBytes(MessageType.pixels, (client, bytes) => this.#onPixels(client, bytes));
    this.onMessage(MessageType.event, (client, message) => this.#onEvent(client, message));
    this.onMessage(MessageType.stats, (client, message) => this.#onStats(client, message));
    this.onMessage(MessageType.watch, (client, message) => this.#onWatch(client, message));
    this.clock.setInterval(() => this.#everyHalfSecond(), FIGURES_EVERY);
    this.#log.info({ game, engine, grid: `${grid.width}x${grid.height}`, fps }, 'recording started');
  }

  #joinRecorder(client: Client): void {
    if (this.#recorderId !== null) {
      throw new SgapsError('OUT_OF_ORDER', 'This session is being recorded already; open a room of your own with create().');
    }
    this.#recorderId = client.sessionId;
    this.#attach(client);
    client.send(MessageType.welcome, this.#welcome('record'));
    const session = this.#session;
    if (session) client.sendBytes(MessageType.coords, session.loop.start());
  }

  #attach(client: Client): void {
    this.#recorder = client;
    this.#roundTrip?.dispose();
    this.#roundTrip = new RoundTrip(client.ref);
    this.#roundTrip.ping();
  }

  #joinWatcher(client: Client): void {
    const session = this.#session;
    if (!session || this.#recorderId === null) throw new SgapsError('NOT_FOUND', 'Nothing is being recorded here.');
    assertViewerOrigin(client.auth, this.settings.viewerOrigins);
    const watcher = watcherOf(client);
    this.#watchers.set(client.sessionId, watcher);
    session.broadcaster.add(watcher);
    client.send(MessageType.welcome, this.#welcome('watch'));
    if (!session.live) client.send(MessageType.ended, { recordingId: session.writer.id });
    else if (session.loop.newest) session.broadcaster.offer(session.loop.newest, session.time, session.loop.importance);
    this.#log.info({ watchers: this.#watchers.size }, 'watcher joined');
  }

  #welcome(role: 'record' | 'watch'): Record<string, unknown> {
    const { writer } = this.#session ?? {};
    const { game, engine, grid, fps, schema } = this.#options;
    const common = { role, protocol: PROTOCOL_VERSION, recordingId: writer?.id, roomId: this.roomId, game, engine, grid, fps };
    return { ...common, schema, tierBits: writer?.header.tierBits, startedAt: writer?.header.startedAt, live: true };
  }

  #onPixels(client: Client, bytes: Uint8Array): void {
    const session = this.#session;
    if (client.sessionId !== this.#recorderId || !session?.live) return;
    if (!this.#budget.spend(bytes.length, performance.now())) {
      this.#sendAway(
        client,
        REPLAY_CLOSE.tooManyBytes,
        SgapsError.limit('bytes per second', bytes.length, LIMITS.pixelPacketBytes),
      );
      return;
    }
    if (bytes.length > LIMITS.pixelPacketBytes) {
      this.#badPacket(client, SgapsError.limit('pixel packet bytes', bytes.length, LIMITS.pixelPacketBytes));
      return;
    }
    try {
      const answer = session.pixels(bytes);
      if (answer) client.sendBytes(MessageType.coords, answer);
    } catch (error) {
      if (isSgapsError(error) && !error.code.startsWith('STORAGE') && error.code !== 'CLOSED') this.#badPacket(client, error);
      else if (!isSgapsError(error)) {
        this.#log.error({ err: error }, 'packet failed');
        this.#badPacket(client, error);
      } else this.#stopRecording(error);
    }
  }

  /** Counts it, tells the client to start its codec anew, and ends it when there is no end to it. */
  #badPacket(client: Client, error: unknown): void {
    const now = performance.now();
    // What was already on its way when the client was told cannot decode either.
    if (now < this.#graceUntil && isSgapsError(error) && error.code !== 'LIMIT_EXCEEDED') return;
    this.#graceUntil = now + GRACE;
    this.#badPackets++;
    client.send(MessageType.error, errorMessage(error, true));
    if (this.#badPackets === 1)
      this.#log.warn({ code: errorMessage(error).code }, 'packet did not decode, client asked to reset');
    if (this.#badPackets >= (this.settings.maxBadPackets ?? 20)) this.#sendAway(client, REPLAY_CLOSE.tooManyBadPackets, error);
  }

  #sendAway(client: Client, code: number, error: unknown): void {
    this.#closing = true;
    const message = errorMessage(error);
    this.#log.warn({ code: message.code, badPackets: this.#badPackets }, 'recorder sent away');
    client.send(MessageType.error, message);
    client.leave(code, message.code);
  }

  #stopRecording(error: unknown): void {
    this.#log.error({ err: error }, 'recording stopped');
    if (this.#recorder) this.#sendAway(this.#recorder, REPLAY_CLOSE.storage, error);
  }

  #onEvent(client: Client, message: unknown): void {
    const session = this.#session;
    if (client.sessionId !== this.#recorderId || !session?.live) return;
    try {
      session.event(new TextEncoder().encode(JSON.stringify(parseGameEvent(message))));
    } catch (error) {
      client.send(MessageType.error, errorMessage(error));
    }
  }

  #onStats(client: Client, message: unknown): void {
    if (client.sessionId !== this.#recorderId) return;
    try {
      this.#clientStats = parseNumbers(message);
    } catch (error) {
      client.send(MessageType.error, errorMessage(error));
    }
  }

  #onWatch(client: Client, message: unknown): void {
    const watcher = this.#watchers.get(client.sessionId);
    if (watcher) this.#session?.broadcaster.setOverlays(watcher, overlaysOf(message));
  }

  #everyHalfSecond(): void {
    const session = this.#session;
    if (!session?.live) return;
    this.#roundTrip?.ping();
    if (this.#watchers.size === 0) return;
    const { lead, hitRate } = session.loop.latency;
    const measured = session.figures();
    const figures = {
      ...measured,
      live: true,
      position: session.time,
      duration: session.time,
      latencyFrames: lead,
      latencyMs: (lead * 1000) / Math.min(this.#options.fps, Math.max(1, measured.fps)),
      hitRate,
      roundTripMs: this.#roundTrip?.ms ?? null,
      jitterMs: this.#roundTrip?.jitter ?? null,
      watchers: this.#watchers.size,
      client: this.#clientStats,
    };
    for (const client of this.clients) if (this.#watchers.has(client.sessionId)) client.send(MessageType.figures, figures);
  }

  async #finish(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    const first = session.live;
    await session.finish();
    if (!first) return;
    this.#recorder = null;
    this.#roundTrip?.dispose();
    this.#forget();
    const row = await this.#catalog.get(session.writer.id).catch((error: unknown) => {
      this.#log.warn({ err: error }, 'catalog not read');
      return null;
    });
    this.#log.info(
      { frames: session.loop.figures.frames, bytes: row?.bytes, ms: Math.round(session.time) },
      'recording finished',
    );
    for (const client of this.clients) {
      if (this.#watchers.has(client.sessionId)) client.send(MessageType.ended, { recordingId: session.writer.id });
    }
  }
}
