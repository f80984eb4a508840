import { type AuthContext, type Client, CloseCode, Room } from '@colyseus/core';
import { Playback } from '@sgaps/core';
import { nodeMachine } from '@sgaps/pipeline';
import { encodePicture, isRecordingId, MessageType, type RecordingReader, SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { FrameBroadcaster, type Watcher } from '../watch/FrameBroadcaster.js';
import { errorMessage, toServerError } from './errors.js';
import { assertViewerOrigin, joinOrigin } from './origins.js';
import type { ReplayServices } from './ReplayServices.js';
import { overlaysOf, watcherOf } from './viewers.js';

/** Viewers of one playback room, who all see the same moment. */
const MOST_WATCHERS = 100;

/** ms between ticks of the playback clock and between figures. */
const TICK = 16;
const FIGURES_EVERY = 250;
/** Event markers sent to a viewer at most. */
const MAX_EVENTS = 2000;

/**
 * Settings of a playback room.
 *
 * @example
 * ```ts
 * const settings: PlaybackRoomSettings = { viewerOrigins: ['https://tools.example.com'] };
 * ```
 */
export interface PlaybackRoomSettings {
  /** Origins other than the server's own whose pages may watch; default none. `*` allows all. */
  readonly viewerOrigins?: readonly string[];
}

/**
 * Plays a stored recording, also one that still grows, to whoever joins. Created with `{ recordingId, time? }` (where to
 * start, ms); messages
 * `play`, `pause`, `seek` {time}, `rate` {rate}, `step` {frames}, `watch` {overlays}; sends `welcome`, `frame`,
 * `overlay`, `figures`, `events`, `error`. A recording that cannot be read refuses the join with its error code.
 *
 * @example
 * ```ts
 * const room = await client.create('sgaps-playback', { recordingId });
 * room.onMessage('frame', (bytes) => show(decodePicture(bytes)));
 * room.send('play');
 * ```
 */
export abstract class PlaybackRoom extends Room {
  protected abstract services(): Promise<ReplayServices>;
  protected readonly settings: PlaybackRoomSettings = {};

  override patchRate = null;
  #services!: ReplayServices;
  #log!: Logger;
  #reader!: RecordingReader;
  #playback!: Playback;
  #broadcaster!: FrameBroadcaster;
  #watchers = new Map<string, Watcher>();
  #sentEvents = -1;
  #startAt = 0;

  static override async onAuth(_token: string, _options: unknown, context: AuthContext): Promise<unknown> {
    return joinOrigin(context);
  }

  override async onCreate(raw: { readonly recordingId?: unknown; readonly time?: unknown } = {}): Promise<void> {
    try {
      const { recordingId } = raw;
      if (typeof recordingId !== 'string' || !isRecordingId(recordingId)) {
        throw new SgapsError('ARGUMENT_INVALID', 'recordingId must name a recording.');
      }
      this.#startAt = Math.max(0, numberOf(raw, 'time') || 0);
      this.#services = await this.services();
      this.#log = this.#services.log.child({ room: this.roomId, recording: recordingId });
      this.#reader = await this.#services.store.open(recordingId);
      this.#start(this.#services.store.writer(recordingId) !== undefined);
    } catch (error) {
      // Without a playback nobody else closes what was opened.
      if (!this.#playback) await this.#reader?.close();
      throw toServerError(error);
    }
  }

  override async onJoin(client: Client): Promise<void> {
    try {
      assertViewerOrigin(client.auth, this.settings.viewerOrigins);
    } catch (error) {
      throw toServerError(error);
    }
    const watcher = watcherOf(client);
    this.#watchers.set(client.sessionId, watcher);
    this.#broadcaster.add(watcher);
    const { header } = this.#reader;
    client.send(MessageType.welcome, {
      role: 'watch',
      roomId: this.roomId,
      live: false,
      duration: this.#reader.duration,
      ...header,
    });
    client.send(MessageType.events, await this.#events());
    if (this.#playback.started) this.#playback.show();
    else this.#playback.seek(this.#startAt);
  }

  override onLeave(client: Client): void {
    const watcher = this.#watchers.get(client.sessionId);
    this.#watchers.delete(client.sessionId);
    if (watcher) this.#broadcaster.remove(watcher);
  }

  override async onDispose(): Promise<void> {
    await this.#playback?.close();
  }

  override onBeforeShutdown(): void {
    this.disconnect(CloseCode.SERVER_SHUTDOWN).catch((error: unknown) =>
      this.#log.warn({ err: error }, 'room not closed cleanly'),
    );
  }

  #start(growing: boolean): void {
    const { grid } = this.#reader.header;
    const warn = (error: unknown) => this.#log.warn({ err: error }, 'picture not encoded');
    this.#broadcaster = new FrameBroadcaster(grid, warn);
    this.#playback = new Playback(
      this.#reader,
      {
        frame: (frame, time, importance) => this.#broadcaster.offer(frame, time, importance),
        preview: (data, frameId, time) => {
          const bytes = encodePicture({ layer: 'frame', format: 'image/webp', ...grid, frameId, time, data });
          for (const watcher of this.#watchers.values()) watcher.send('frame', bytes);
        },
        error: (error) => this.#report(error),
        wantsImportance: () => this.#broadcaster.wants('importance'),
      },
      nodeMachine,
      { growing, model: this.#services.inference?.open() ?? null },
    );
    this.maxMessagesPerSecond = 200;
    this.maxClients = MOST_WATCHERS;
    this.setMatchmaking({ private: true, metadata: { recordingId: this.#reader.header.recordingId } }).catch((error: unknown) =>
      this.#log.warn({ err: error }, 'playback room not listed'),
    );
    this.#onCommand(MessageType.play, () => this.#playback.play());
    this.#onCommand(MessageType.pause, () => this.#playback.pause());
    this.#onCommand(MessageType.seek, (message) => this.#playback.seek(numberOf(message, 'time')));
    this.#onCommand(MessageType.rate, (message) => this.#playback.setRate(numberOf(message, 'rate')));
    this.#onCommand(MessageType.step, (message) => this.#playback.step(numberOf(message, 'frames')));
    this.onMessage(MessageType.watch, (client, message) => {
      const watcher = this.#watchers.get(client.sessionId);
      if (!watcher) return;
      this.#broadcaster.setOverlays(watcher, overlaysOf(message));
      this.#playback.show();
    });
    this.clock.setInterval(() => this.#playback.tick(), TICK);
    this.clock.setInterval(() => this.#sendFigures(), FIGURES_EVERY);
    this.#log.info({ growing }, 'playback opened');
  }

  /** Carries a command out and answers with the figures at once, so that the page need not guess for a quarter of a second. */
  #onCommand(type: MessageType, carryOut: (message: unknown) => void): void {
    this.onMessage(type, (client, message) => {
      carryOut(message);
      client.send(MessageType.figures, this.#figures());
    });
  }

  #figures(): Record<string, unknown> {
    const { state } = this.#playback;
    const latencyMs = (state.latencyFrames * 1000) / this.#reader.header.fps;
    return { ...this.#playback.figures(), ...state, latencyMs, live: false, watchers: this.#watchers.size };
  }

  #sendFigures(): void {
    const { recordingId } = this.#reader.header;
    if (this.#playback.state.growing && !this.#services.store.writer(recordingId)) this.#playback.ended();
    const figures = this.#figures();
    for (const client of this.clients) client.send(MessageType.figures, figures);
    if (this.#reader.index.events.length === this.#sentEvents) return;
    this.#events()
      .then((events) => {
        for (const client of this.clients) client.send(MessageType.events, events);
      })
      .catch((error: unknown) => this.#report(error));
  }

  async #events(): Promise<{ time: number; name: string; data: unknown }[]> {
    this.#sentEvents = this.#reader.index.events.length;
    const list: { time: number; name: string; data: unknown }[] = [];
    for await (const { time, bytes } of this.#reader.events()) {
      if (list.length >= MAX_EVENTS) break;
      const event = parseEvent(bytes);
      if (event) list.push({ time, ...event });
    }
    return list;
  }

  #report(error: unknown): void {
    this.#log.warn({ err: error }, 'playback failed');
    for (const client of this.clients) client.send(MessageType.error, errorMessage(error));
  }
}

/** The field of a message as a number, NaN when it is none: the playback ignores it then. */
function numberOf(message: unknown, field: string): number {
  const value = typeof message === 'object' && message !== null ? (message as Record<string, unknown>)[field] : undefined;
  return typeof value === 'number' ? value : Number.NaN;
}

/** Events of other writers may hold anything: what is not our JSON is left out of the markers. */
function parseEvent(bytes: Uint8Array): { name: string; data: unknown } | null {
  try {
    const { name, data } = JSON.parse(new TextDecoder().decode(bytes)) as { name?: unknown; data?: unknown };
    return typeof name === 'string' ? { name, data: data ?? null } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
