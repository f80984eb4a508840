import { type AuthContext, type Client, CloseCode, Room } from '@colyseus/core';
import {
  isSgapsError,
  MessageType,
  PROTOCOL_VERSION,
  parseJoinOptions,
  RESTART,
  type RecordingHeader,
  type RecordJoinOptions,
  SgapsError,
} from '@sgaps/protocol';
import type { Logger } from 'pino';
import { AccessError } from '../access/AccessError.js';
import { type JoinAuth, visitorWith } from '../access/admitJoin.js';
import { SessionBounds } from '../access/SessionBounds.js';
import type { RecordingWriter } from '../storage/index.js';
import type { GameQuotas } from '../storage/quota/GameQuotas.js';
import { type SessionEnd, sessionMetrics } from '../watching/sessionMetrics.js';
import { ClientGuard } from './ClientGuard.js';
import { isOpen, messagesThisSecond } from './clientSocket.js';
import { REPLAY_CLOSE, wasCut } from './closeCodes.js';
import { errorMessage, toServerError } from './errors.js';
import { LiveSession } from './LiveSession.js';
import { assertViewerOrigin } from './origins.js';
import { RecorderIntake } from './RecorderIntake.js';
import { RecorderLink } from './RecorderLink.js';
import type { ReplayRoomSettings } from './ReplayRoomSettings.js';
import type { ReplayServices } from './ReplayServices.js';
import { RoomMessages } from './RoomMessages.js';
import { headerFor } from './recordingHeader.js';

/** ms between the figures watchers get, and between pings of the recorder. */
const FIGURES_EVERY = 500;
const RESUME_WITHIN = 30_000;
/** ms that a picture for a list may be old. */
const PICTURE_AGE = 1000;

/**
 * One recorded session (S2). The first client, with role `record`, is the recorder; any number may follow its figures (`joinById`,
 * role `watch`); pictures come from the pipeline. Made by `defineReplayRoom`, which closes over the data folder.
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

  /** There is no state to patch: this is how often the room's clock ticks, which without it would be 60 times a second. */
  override patchRate = FIGURES_EVERY;
  #session: LiveSession | null = null;
  #log!: Logger;
  #options!: RecordJoinOptions;
  #recorder = new RecorderLink();
  #intake!: RecorderIntake;
  /** Those who follow its figures; pictures they get from the pipeline. */
  readonly #viewers = new Set<Client>();
  #guard!: ClientGuard;
  #quotas!: GameQuotas;
  /** The recorder is not to come back: it was sent away, or the server stops. */
  #over = false;
  #messages!: RoomMessages;
  #forget = (): void => undefined;
  /** Why the session ends, where it is not that its recorder leaves. */
  #ending: SessionEnd | null = null;
  #discard = async (): Promise<unknown> => undefined;
  #services!: ReplayServices;
  /** When it has to end, whatever its recorder does; null before one joined. */
  #bounds: SessionBounds | null = null;
  /** Counts no more for who may record only so many at once. */
  #leaveCount = (): void => undefined;

  /** Lets nobody in: the class that `defineReplayRoom` makes asks who it is. */
  static override async onAuth(_token: string, _options: unknown, _context: AuthContext): Promise<unknown> {
    return false;
  }

  override async onCreate(raw: unknown): Promise<void> {
    try {
      const options = parseJoinOptions(raw);
      if (options.role !== 'record')
        throw new SgapsError('ARGUMENT_INVALID', 'Only a recorder opens a room; watchers join one by its id.');
      this.#options = options;
      this.#services = await this.services();
      this.#services.admission.assert();
      this.#services.overload.admit(options.keptMs === undefined ? this.settings.cadence : undefined);
      await this.#open(this.#services);
    } catch (error) {
      const isOurs = !isSgapsError(error) || error.code.startsWith('STORAGE');
      if (isOurs) this.#services?.log.error({ err: error, room: this.roomId }, 'recording refused');
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
    if (code === CloseCode.WITH_ERROR && this.#floods(client))
      this.#guard.dismiss(client, REPLAY_CLOSE.flooding, 'LIMIT_EXCEEDED');
    if (!this.#recorder.is(client) || !this.#mayResume(client, code)) return;
    sessionMetrics.cut.inc();
    this.#log.info({ code, ms: this.#resumeWithin }, 'recorder lost its connection, waiting');
    try {
      await this.allowReconnection(client, this.#resumeWithin / 1000);
    } catch (error) {
      this.#ending ??= 'lost';
      // Colyseus rejects with false when the time is up and calls onLeave next; anything else is worth a line.
      if (error instanceof Error) this.#log.warn({ err: error }, 'recorder did not come back');
    }
  }

  override async onReconnect(client: Client): Promise<void> {
    await this.#assertStillGood(client);
    const session = this.#session;
    if (!session?.live) throw toServerError(new SgapsError('CLOSED', 'The recording has ended.'));
    this.#attach(client);
    this.#intake.interrupt();
    try {
      const requests = session.resume();
      sessionMetrics.resumed.inc();
      this.#log.info('recorder came back');
      client.send(MessageType.welcome, { ...this.#welcome('record'), resumed: true });
      client.sendBytes(MessageType.coords, requests);
    } catch (error) {
      this.#stopRecording(error);
    }
  }

  override async onLeave(client: Client, code: number): Promise<void> {
    this.#guard.forget(client);
    this.#viewers.delete(client);
    if (this.#session) this.#session.followed = this.#viewers.size > 0;
    if (!this.#recorder.is(client)) return;
    if (wasCut(code)) this.#ending ??= 'lost';
    await this.#finish();
  }

  override async onDispose(): Promise<void> {
    await this.#finish();
  }

  override onBeforeShutdown(): void {
    this.#ending ??= 'shutdown';
    this.#over = true;
    this.disconnect(CloseCode.SERVER_SHUTDOWN).catch((error: unknown) =>
      this.#log.warn({ err: error }, 'room not closed cleanly'),
    );
  }

  /**
   * Tells the recorder to go on in a room of another process; false where it cannot be told. The recording goes on until the recorder leaves.
   */
  handOver(): boolean {
    const { client } = this.#recorder;
    if (!client || !isOpen(client) || this.#messages.keeping || !this.#session?.live) return false;
    client.send(MessageType.handover, {});
    return true;
  }

  /** A fresh picture as base64, for other processes; null where there is none yet. */
  async picture(): Promise<string | null> {
    const webp = await this.#session?.previews.fresh(PICTURE_AGE);
    return webp ? Buffer.from(webp).toString('base64') : null;
  }

  get #resumeWithin(): number {
    return this.settings.resumeWithin ?? RESUME_WITHIN;
  }

  /** A cut, or a recorder that has come back on another socket before this one was known to be dead. */
  #mayResume(client: Client, code: number): boolean {
    // What was kept came in part: nobody can tell which.
    if (this.#over || this.#messages.keeping || !this.#session?.live || this.#resumeWithin <= 0) return false;
    return wasCut(code) || (code === CloseCode.WITH_ERROR && isOpen(client) && !this.#floods(client));
  }

  /** Colyseus itself has had enough of this client's messages. */
  #floods(client: Client): boolean {
    return messagesThisSecond(client) > this.maxMessagesPerSecond;
  }

  async #open(services: ReplayServices): Promise<void> {
    const header = headerFor(this.#options, this.settings.tierBits);
    const { recordingId } = header;
    this.#log = services.log.child({ room: this.roomId, recording: recordingId });
    this.#quotas = services.quotas;
    // Ours are counted, and told of, first (ClientConduct); this stops what goes round them.
    this.maxMessagesPerSecond = 4 * (this.settings.maxMessages ?? 300);
    this.maxClients = 1 + (this.settings.maxWatchers ?? 100);
    const continues = await continuesFrom(header, services);
    const begun = await this.#quotas.admit(header.game, header.recordingId);
    const creating = services.store.create(header, {
      roomId: this.roomId,
      continues,
      closeWithin: this.settings.closeWithin,
      onError: (error) => this.#stopRecording(error),
      onWarning: (error) => this.#log.warn({ err: error }, 'recording goes on after trouble'),
    });
    const writer = await creating.finally(begun);
    try {
      await this.#begin(services, writer);
    } catch (error) {
      this.#session = null;
      this.#forget();
      await services.store.delete(recordingId);
      throw error;
    }
    this.#discard = () => services.store.delete(recordingId);
    const { game, engine, grid, fps } = header;
    const cadence = this.#session?.cadence;
    sessionMetrics.started.inc();
    this.#log.info({ game, engine, grid: `${grid.width}x${grid.height}`, fps, cadence }, 'recording started');
  }

  async #begin(services: ReplayServices, writer: RecordingWriter): Promise<void> {
    const { keptMs } = this.#options;
    const restart = (digest?: boolean) =>
      this.#recorder.client?.send(MessageType.error, digest === undefined ? RESTART : { ...RESTART, digest });
    const session = new LiveSession({
      ...this.settings,
      model: services.inference?.open() ?? null,
      store: services.store,
      writer,
      log: this.#log,
      keptMs,
      restart,
      lowered: services.overload.lowers,
    });
    this.#session = session;
    this.#intake = new RecorderIntake(session, this.settings);
    this.#guard = new ClientGuard(this.settings, this.#log, (client) => this.#onDismissed(client));
    this.#messages = new RoomMessages({
      ...{ session, intake: this.#intake, recorder: this.#recorder, guard: this.#guard, keeping: keptMs !== undefined },
      onFailed: (error) => this.#stopRecording(error),
    });
    services.sessions.set(this.roomId, session);
    this.#forget = () => services.sessions.delete(this.roomId);
    const { recordingId, game, engine, grid, fps, startedAt } = writer.header;
    // Private: found by id only, so that every recorder gets a room of its own.
    await this.setMatchmaking({ private: true, metadata: { recordingId, game, engine, grid, fps, startedAt } });
    this.#listen();
  }

  override onBeforePatch(): void {
    this.#everyHalfSecond();
  }

  #listen(): void {
    const messages = this.#messages;
    this.onMessageBytes(MessageType.pixels, (client: Client, bytes: unknown) => messages.pixels(client, bytes));
    this.onMessageBytes(MessageType.kept, (client: Client, bytes: unknown) => messages.kept(client, bytes));
    this.onMessage('*', (client: Client, type: string | number, message: unknown) => messages.named(client, type, message));
  }

  #joinRecorder(client: Client): void {
    if (this.#recorder.sessionId !== null) {
      throw new SgapsError('OUT_OF_ORDER', 'This session is being recorded already; open a room of your own with create().');
    }
    const { access } = this.#services;
    const auth = client.auth as JoinAuth;
    // A room's game is that of whoever made it, which need not be who records.
    const grant = visitorWith(auth).require({ scope: 'record', game: this.#options.game });
    this.#leaveCount = access.limits.enterRoom(auth.client);
    this.#bounds = new SessionBounds(access, grant);
    this.#attach(client);
    client.send(MessageType.welcome, this.#welcome('record'));
    const session = this.#session;
    if (session && !this.#messages.keeping) client.sendBytes(MessageType.coords, session.loop.start());
  }

  #attach(client: Client): void {
    this.#guard.greet(client);
    this.#recorder.attach(client, {
      onBroken: (error) => {
        this.#over = true;
        this.#ending ??= 'dismissed';
        this.#log.warn({ err: error }, 'recorder broke the connection');
      },
      onRoundTrip: (ms) => this.#session?.loop.roundTrip(ms),
    });
  }

  #joinWatcher(client: Client): void {
    if (!this.#session || this.#recorder.sessionId === null) throw new SgapsError('NOT_FOUND', 'Nothing is being recorded here.');
    const auth = client.auth as JoinAuth;
    assertViewerOrigin(auth, this.settings.viewerOrigins);
    const { recordingId, game } = this.#session.writer.header;
    visitorWith(auth).require({ scope: 'watch', game, recording: recordingId });
    this.#guard.greet(client);
    client.send(MessageType.welcome, this.#welcome('watch'));
    this.#viewers.add(client);
    this.#session.followed = true;
    if (!this.#session.live) client.send(MessageType.ended, { recordingId: this.#session.writer.id });
    this.#log.info({ watchers: this.#viewers.size }, 'watcher joined');
  }

  #welcome(role: 'record' | 'watch'): Record<string, unknown> {
    const { writer } = this.#session ?? {};
    const { game, engine, grid, fps, schema } = this.#options;
    const common = { role, protocol: PROTOCOL_VERSION, recordingId: writer?.id, roomId: this.roomId, game, engine, grid, fps };
    const { tierBits, startedAt, depth } = writer?.header ?? {};
    const digest = role === 'record' && this.#session?.wantsDigest === true;
    const resumeWithin = role === 'record' ? { resumeWithin: this.#resumeWithin } : {};
    return { ...common, ...resumeWithin, schema, tierBits, startedAt, depth: depth === true, digest, live: true };
  }

  async #assertStillGood(client: Client): Promise<void> {
    const { grants } = client.auth as JoinAuth;
    try {
      for (const grant of grants) await this.#services.access.assertStillGood(grant);
    } catch (error) {
      // A catalog that does not answer revokes nothing.
      if (error instanceof AccessError) throw toServerError(error);
      this.#log.warn({ err: error }, 'not known whether a key is still good');
    }
  }

  /** Ends what may not go on: a session that was long enough, whose key was revoked or whose game takes all that it may, and watching with tokens that have expired. */
  #enforce(session: LiveSession): void {
    const { figures, header } = session.writer;
    const over = this.#bounds?.over({ time: session.time, bytes: figures.bytes }) ?? this.#quotas.excess(header.game);
    // One that is away sends nothing, and hears of it when it is back.
    if (over && this.#recorder.client)
      this.#stopRecording(over, over.code === 'UNAUTHORIZED' ? REPLAY_CLOSE.unauthorized : REPLAY_CLOSE.limit);
    const now = Date.now();
    for (const viewer of this.#viewers) {
      const { grants } = viewer.auth as JoinAuth;
      if (grants.some(({ expiresAt }) => expiresAt === null || expiresAt > now)) continue;
      this.#viewers.delete(viewer);
      this.#guard.dismiss(viewer, REPLAY_CLOSE.unauthorized, 'UNAUTHORIZED');
    }
  }

  #onDismissed(client: Client): void {
    if (!this.#recorder.is(client)) return;
    this.#ending ??= 'dismissed';
    this.#over = true;
    void this.#finish();
  }

  #stopRecording(error: unknown, code: number = REPLAY_CLOSE.storage): void {
    const isQuota = isSgapsError(error) && error.code === 'QUOTA_EXCEEDED';
    const bound = isQuota || code !== REPLAY_CLOSE.storage;
    this.#ending ??= bound ? 'limit' : 'storage';
    if (bound) this.#log.info({ reason: errorMessage(error).message }, 'recording ended: it may not go on');
    else this.#log.error({ err: error }, 'recording stopped');
    const { client } = this.#recorder;
    if (this.#over || !client) return;
    const message = errorMessage(error);
    client.send(MessageType.error, message);
    this.#guard.dismiss(client, code, message.code);
  }

  #everyHalfSecond(): void {
    const session = this.#session;
    if (!session?.live) return;
    this.#enforce(session);
    if (!session.live) return;
    this.#recorder.ping();
    const { size } = this.#viewers;
    if (size === 0) return;
    const figures = this.#recorder.figures(session, this.#options.fps, size);
    for (const viewer of this.#viewers) viewer.send(MessageType.figures, figures);
  }

  async #finish(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    const first = session.live;
    this.#leaveCount();
    await session.finish();
    if (!first) return;
    this.#recorder.close();
    this.#forget();
    if (this.#recorder.sessionId === null) {
      // A seat was reserved, and nobody came: there is no recording, however often somebody does so.
      await this.#discard();
      this.#log.info('nobody came to be recorded');
      return;
    }
    const { bytes, records } = session.writer.figures;
    const { frames } = session.loop.figures;
    const how = this.#ending ?? 'left';
    sessionMetrics.ended.inc({ how });
    this.#log.info({ frames, records, bytes, ms: Math.round(session.time), how }, 'recording finished');
    for (const viewer of this.#viewers) viewer.send(MessageType.ended, { recordingId: session.writer.id });
  }
}

/** The recording that this one goes on from, where it is of the same game; what a client says of it is only a wish. */
async function continuesFrom({ game, meta }: RecordingHeader, { catalog }: ReplayServices): Promise<string | null> {
  if (meta.continues === undefined) return null;
  return (await catalog.get(meta.continues))?.game === game ? meta.continues : null;
}
