import { randomUUID } from 'node:crypto';
import { type AuthContext, type Client, CloseCode, Room } from '@colyseus/core';
import {
  DEFAULT_TIER_BITS,
  isRecordingId,
  MessageType,
  type NumbersMessage,
  PROTOCOL_VERSION,
  parseGameEvent,
  parseJoinOptions,
  parseNumbers,
  type RecordJoinOptions,
  SgapsError,
} from '@sgaps/protocol';
import type { Logger } from 'pino';
import type { RecordingWriter } from '../storage/index.js';
import type { Watcher } from '../watch/FrameBroadcaster.js';
import { ClientConduct, closeCodeOf, type Offence, offenceOf } from './ClientConduct.js';
import { isOpen, messagesThisSecond, terminate } from './clientSocket.js';
import { REPLAY_CLOSE, wasCut } from './closeCodes.js';
import { errorMessage, toServerError } from './errors.js';
import { GAP_EVENT, LiveSession } from './LiveSession.js';
import { assertViewerOrigin, joinOrigin } from './origins.js';
import { RecorderIntake } from './RecorderIntake.js';
import type { ReplayRoomSettings } from './ReplayRoomSettings.js';
import type { ReplayServices } from './ReplayServices.js';
import { RoundTrip } from './RoundTrip.js';
import { overlaysOf, watcherOf } from './viewers.js';

/** ms between the figures watchers get, and between pings of the recorder. */
const FIGURES_EVERY = 500;
/** ms that a client which was sent away has to close its end before its socket is torn down. */
const FAREWELL = 2000;
const RESUME_WITHIN = 30_000;

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
  #options!: RecordJoinOptions;
  #recorder: Client | null = null;
  #recorderId: string | null = null;
  #roundTrip: RoundTrip | null = null;
  #intake!: RecorderIntake;
  #conduct = new Map<string, ClientConduct>();
  #watchers = new Map<string, Watcher>();
  #clientStats: NumbersMessage = {};
  /** The recorder is not to come back: it was sent away, or the server stops. */
  #over = false;
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

  override async onDrop(client: Client, code: number): Promise<void> {
    // Colyseus closes without a word when its own bound is passed; ours is a reason.
    if (code === CloseCode.WITH_ERROR && this.#floods(client)) this.#sendAway(client, REPLAY_CLOSE.flooding, 'LIMIT_EXCEEDED');
    if (client.sessionId !== this.#recorderId || !this.#mayResume(client, code)) return;
    this.#log.info({ code, ms: this.#resumeWithin }, 'recorder lost its connection, waiting');
    try {
      await this.allowReconnection(client, this.#resumeWithin / 1000);
    } catch (error) {
      // Colyseus rejects with false when the time is up and calls onLeave next; anything else is worth a line.
      if (error instanceof Error) this.#log.warn({ err: error }, 'recorder did not come back');
    }
  }

  override onReconnect(client: Client): void {
    const session = this.#session;
    if (client.sessionId !== this.#recorderId || !session?.live) return;
    this.#attach(client);
    this.#intake.interrupt();
    try {
      const requests = session.resume();
      this.#log.info('recorder came back');
      client.send(MessageType.welcome, { ...this.#welcome('record'), resumed: true });
      client.sendBytes(MessageType.coords, requests);
    } catch (error) {
      this.#stopRecording(error);
    }
  }

  override async onLeave(client: Client): Promise<void> {
    this.#conduct.delete(client.sessionId);
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
    this.#over = true;
    this.disconnect(CloseCode.SERVER_SHUTDOWN).catch((error: unknown) =>
      this.#log.warn({ err: error }, 'room not closed cleanly'),
    );
  }

  get #resumeWithin(): number {
    return this.settings.resumeWithin ?? RESUME_WITHIN;
  }

  /** A cut, or a recorder that has come back on another socket before this one was known to be dead. */
  #mayResume(client: Client, code: number): boolean {
    if (this.#over || !this.#session?.live || this.#resumeWithin <= 0) return false;
    return wasCut(code) || (code === CloseCode.WITH_ERROR && isOpen(client) && !this.#floods(client));
  }

  /** Colyseus itself has had enough of this client's messages. */
  #floods(client: Client): boolean {
    return messagesThisSecond(client) > this.maxMessagesPerSecond;
  }

  async #open(services: ReplayServices): Promise<void> {
    const { game, engine, grid, fps, schema, meta, depth } = this.#options;
    if (meta.continues !== undefined && !isRecordingId(meta.continues)) {
      throw new SgapsError('ARGUMENT_INVALID', 'meta.continues must be the id of an earlier recording.');
    }
    const recordingId = randomUUID();
    this.#log = services.log.child({ room: this.roomId, recording: recordingId });
    // Ours are counted, and told of, first (ClientConduct); this stops what goes round them.
    this.maxMessagesPerSecond = 4 * (this.settings.maxMessages ?? 300);
    this.maxClients = 1 + (this.settings.maxWatchers ?? 100);
    const writer = await services.store.create(
      {
        recordingId,
        game,
        engine,
        grid,
        fps,
        schema,
        meta,
        tierBits: this.settings.tierBits ?? DEFAULT_TIER_BITS,
        protocolVersion: PROTOCOL_VERSION,
        modelId: 'diffusion@1',
        startedAt: Date.now(),
        ...(depth ? { depth } : {}),
      },
      {
        roomId: this.roomId,
        closeWithin: this.settings.closeWithin,
        onError: (error) => this.#stopRecording(error),
        onWarning: (error) => this.#log.warn({ err: error }, 'recording goes on after trouble'),
      },
    );
    try {
      await this.#begin(services, writer);
    } catch (error) {
      this.#session = null;
      this.#forget();
      await services.store.delete(recordingId);
      throw error;
    }
    this.#log.info({ game, engine, grid: `${grid.width}x${grid.height}`, fps }, 'recording started');
  }

  async #begin(services: ReplayServices, writer: RecordingWriter): Promise<void> {
    const session = new LiveSession({ ...this.settings, store: services.store, writer, log: this.#log });
    this.#session = session;
    this.#intake = new RecorderIntake(session, this.settings);
    services.sessions.set(this.roomId, session);
    this.#forget = () => services.sessions.delete(this.roomId);
    const { recordingId, game, engine, grid, fps, startedAt } = writer.header;
    // Private: found by id only, so that every recorder gets a room of its own.
    await this.setMatchmaking({ private: true, metadata: { recordingId, game, engine, grid, fps, startedAt } });
    this.#listen();
    this.clock.setInterval(() => this.#everyHalfSecond(), FIGURES_EVERY);
  }

  #listen(): void {
    const handle = (act: (client: Client, message: unknown) => void) => (client: Client, message: unknown) => {
      if (this.#admit(client)) act(client, message);
    };
    this.onMessageBytes(
      MessageType.pixels,
      handle((client, bytes) => this.#onPixels(client, bytes)),
    );
    this.onMessage(
      MessageType.event,
      handle((client, message) => this.#onEvent(client, message)),
    );
    this.onMessage(
      MessageType.stats,
      handle((client, message) => this.#onStats(client, message)),
    );
    this.onMessage(
      MessageType.watch,
      handle((client, message) => this.#onWatch(client, message)),
    );
    const unknown = handle((client) =>
      this.#offend(client, 'malformed', new SgapsError('ARGUMENT_INVALID', 'No message of that name is taken here.')),
    );
    this.onMessage('*', (client, _type, message) => unknown(client, message));
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
    this.#greet(client);
    // What breaks the protocol itself (a message over maxPayload) closes as 1006, like a cut: it is none.
    client.ref.once('error', (error: unknown) => {
      this.#over = true;
      this.#log.warn({ err: error }, 'recorder broke the connection');
    });
    this.#roundTrip?.dispose();
    this.#roundTrip = new RoundTrip(client.ref);
    this.#roundTrip.ping();
  }

  /** From here on this client's offences are counted; one that comes back keeps its count. */
  #greet(client: Client): void {
    if (!this.#conduct.has(client.sessionId)) this.#conduct.set(client.sessionId, new ClientConduct(this.settings));
  }

  #joinWatcher(client: Client): void {
    const session = this.#session;
    if (!session || this.#recorderId === null) throw new SgapsError('NOT_FOUND', 'Nothing is being recorded here.');
    assertViewerOrigin(client.auth, this.settings.viewerOrigins);
    this.#greet(client);
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
    const { tierBits, startedAt, depth } = writer?.header ?? {};
    const resumeWithin = role === 'record' ? { resumeWithin: this.#resumeWithin } : {};
    return { ...common, ...resumeWithin, schema, tierBits, startedAt, depth: depth === true, live: true };
  }

  /** False for a message too many; the client is told once a second. */
  #admit(client: Client): boolean {
    const conduct = this.#conduct.get(client.sessionId);
    if (!conduct) return false;
    if (conduct.admits(performance.now())) return true;
    // A packet of the recorder's may be among those that are thrown away.
    const lost = client.sessionId === this.#recorderId;
    if (lost) this.#intake.interrupt();
    this.#offend(client, 'flood', new SgapsError('LIMIT_EXCEEDED', 'More messages per second than are taken.'), lost);
    return false;
  }

  #onPixels(client: Client, bytes: unknown): void {
    if (client.sessionId !== this.#recorderId) {
      this.#offend(client, 'malformed', new SgapsError('UNAUTHORIZED', 'Only the recorder sends pixels.'));
      return;
    }
    if (!this.#session?.live) return;
    try {
      const { answer, offence, error, reset } = this.#intake.take(bytes, performance.now());
      if (answer) client.sendBytes(MessageType.coords, answer);
      if (offence) this.#offend(client, offence, error, reset);
    } catch (error) {
      this.#stopRecording(error);
    }
  }

  /** Tells a client what it did wrong, and sends it away when there is no end to it. */
  #offend(client: Client, offence: Offence, error: unknown, reset = false): void {
    const verdict = this.#conduct.get(client.sessionId)?.judge(offence, performance.now()) ?? 'tolerate';
    if (verdict === 'tolerate') return;
    const message = errorMessage(error, reset);
    if (message.code === 'INTERNAL') this.#log.error({ err: error }, 'message failed');
    client.send(MessageType.error, message);
    this.#log.warn({ client: client.sessionId, offence, code: message.code, verdict }, 'client misbehaves');
    if (verdict === 'disconnect') this.#sendAway(client, closeCodeOf(offence), message.code);
  }

  #sendAway(client: Client, code: number, reason: string): void {
    client.leave(code, reason);
    // One who reads nothing does not hear the farewell either.
    setTimeout(() => terminate(client), FAREWELL).unref();
    if (client.sessionId !== this.#recorderId) return;
    this.#over = true;
    void this.#finish();
  }

  #stopRecording(error: unknown): void {
    this.#log.error({ err: error }, 'recording stopped');
    if (this.#over || !this.#recorder) return;
    const message = errorMessage(error);
    this.#recorder.send(MessageType.error, message);
    this.#sendAway(this.#recorder, REPLAY_CLOSE.storage, message.code);
  }

  #onEvent(client: Client, message: unknown): void {
    const session = this.#session;
    if (client.sessionId !== this.#recorderId || !session?.live) return;
    try {
      const event = parseGameEvent(message);
      if (event.name === GAP_EVENT) throw new SgapsError('ARGUMENT_INVALID', `The event name '${GAP_EVENT}' is the server's own.`);
      session.event(event);
    } catch (error) {
      this.#offend(client, offenceOf(error), error);
    }
  }

  #onStats(client: Client, message: unknown): void {
    if (client.sessionId !== this.#recorderId) return;
    try {
      this.#clientStats = parseNumbers(message);
    } catch (error) {
      this.#offend(client, offenceOf(error), error);
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
    const { bytes, records } = session.writer.figures;
    const { frames } = session.loop.figures;
    this.#log.info({ frames, records, bytes, ms: Math.round(session.time) }, 'recording finished');
    for (const client of this.clients) {
      if (this.#watchers.has(client.sessionId)) client.send(MessageType.ended, { recordingId: session.writer.id });
    }
  }
}
