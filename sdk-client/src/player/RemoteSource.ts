import type { OverlayLayer } from '@sgaps/protocol';
import { SgapsError, type SgapsErrorCode } from '@sgaps/protocol/vocabulary';
import { askServer, findTransport } from '../viewer/askServer.js';
import type { ViewerPort } from '../viewer/openPort.js';
import type { ReplayInfo, ReplayListener, ReplaySource } from './ReplaySource.js';
import type { FromViewer, ToViewer, ViewerChannelName, ViewerEncoder } from './remote/messages.js';

/** ms that a viewer may take to leave the transport before it is ended. */
const LEAVE_WITHIN = 2000;
const PARTY = /^party:[A-Za-z0-9_-]{1,64}$/;

/**
 * Options of `RemoteSource`.
 *
 * @example
 * ```ts
 * const options: RemoteSourceOptions = { server: 'https://replays.example.com', recording: 'a1', channel: 'party:friday' };
 * ```
 */
export interface RemoteSourceOptions {
  /** The SGAPS server, `https://…`: it knows where the transport is, and has the thumbnails. */
  readonly server: string;
  /** The recording's id, or a stream's name. */
  readonly recording: string;
  /** `replay` (default), or `stream` for streamed splats, which are seen from a camera that sees all of them. */
  readonly scene?: 'replay' | 'stream';
  /** `jpeg+depth` (default) brings depth with each frame; `h264` takes fewer bytes and needs WebCodecs. */
  readonly encoder?: 'jpeg+depth' | 'h264';
  /** `own` (default), or `party:NAME`: all who give the same name (1 … 64 of `A-Z a-z 0-9 _ -`) see the same. */
  readonly channel?: 'own' | `party:${string}`;
  /** A token that may watch the recording, where the server asks for one. Pages of the server's own need none: their user has logged in. */
  readonly token?: string;
  /** Where the transport is, `ws://…`, where the server is not to be asked. */
  readonly transport?: string;
  /** `true` (default): in a worker where the page allows one. `false`: on the page. A function makes the worker. */
  readonly worker?: boolean | (() => Worker);
  /** Told once when there should have been a worker and is none: the page decodes by itself then. */
  readonly onNoWorker?: (why: unknown) => void;
}

/**
 * A replay that a server renders: connection and decoding are in a worker.
 *
 * @example
 * ```ts
 * const source = new RemoteSource({ server: 'https://replays.example.com', recording: 'a1', encoder: 'h264' });
 * const player = await ReplayPlayer.open(source);
 * ```
 */
export class RemoteSource implements ReplaySource {
  readonly #options: RemoteSourceOptions;
  readonly #encoder: ViewerEncoder;
  readonly #channel: ViewerChannelName;
  readonly #closing = new AbortController();
  #listener: ReplayListener | null = null;
  #opening: { resolve(info: ReplayInfo): void; reject(error: SgapsError): void } | null = null;
  #port: ViewerPort<ToViewer> | null = null;
  #left: (() => void) | null = null;
  /** Requests so far. */
  #number = 0;
  /** How often others of a party began to choose. */
  #turn = 0;

  /** @throws SgapsError `ARGUMENT_INVALID` */
  constructor(options: RemoteSourceOptions) {
    const { recording, scene = 'replay', encoder = 'jpeg+depth', channel = 'own' } = options;
    if (!recording) throw new SgapsError('ARGUMENT_INVALID', 'A replay needs the id of its recording.');
    if (scene !== 'replay' && scene !== 'stream')
      throw new SgapsError('ARGUMENT_INVALID', `A player shows the scene 'replay' or 'stream', not '${scene}'.`);
    if (encoder !== 'jpeg+depth' && encoder !== 'h264')
      throw new SgapsError('ARGUMENT_INVALID', `An encoder is 'jpeg+depth' or 'h264', not '${encoder}'.`);
    if (channel !== 'own' && !PARTY.test(channel))
      throw new SgapsError(
        'ARGUMENT_INVALID',
        `A channel is 'own' or 'party:NAME' (1 … 64 of A-Z a-z 0-9 _ -), not '${channel}'.`,
      );
    this.#options = options;
    this.#encoder = encoder;
    this.#channel = channel;
  }

  /** @throws SgapsError `CLOSED` where nobody answers, `NOT_FOUND`, `UNSUPPORTED`, `ARGUMENT_INVALID`, and what the server says. */
  async open(listener: ReplayListener): Promise<ReplayInfo> {
    if (this.#listener) throw new SgapsError('ARGUMENT_INVALID', 'This source was opened before: make another.');
    this.#listener = listener;
    const { server, token, recording, scene = 'replay', worker = true, onNoWorker } = this.#options;
    const { signal } = this.#closing;
    const wish = { server, scene: `${scene}:${recording}`, token };
    const given = this.#options.transport;
    const found = given ? { url: given, token } : await this.#asked(findTransport(wish, 'replays', signal));
    // Its own file, beside which the worker lies.
    const { openViewerPort } = await import('./remote/openViewerPort.js');
    this.#assertOpen();
    const port = await openViewerPort(worker, (message) => this.#hear(message), onNoWorker);
    if (signal.aborted) port.end();
    this.#assertOpen();
    this.#port = port;
    return new Promise((resolve, reject) => {
      this.#opening = { resolve, reject };
      const options = {
        transport: found.url,
        token: found.token,
        scene,
        recording,
        encoder: this.#encoder,
        channel: this.#channel,
      };
      port.send({ type: 'open', options });
    });
  }

  request(time: number): void {
    this.#port?.send({ type: 'request', time, number: ++this.#number, turn: this.#turn });
  }

  overlays(layers: readonly OverlayLayer[]): void {
    this.#port?.send({ type: 'overlays', layers: [...layers] });
  }

  /** @throws SgapsError `CLOSED` where the server does not answer. */
  async thumbnail(time: number): Promise<ImageBitmap | null> {
    if (this.#options.scene === 'stream') return null;
    const path = `api/recordings/${encodeURIComponent(this.#options.recording)}/thumbnail?time=${Math.max(0, time)}`;
    const { server, token } = this.#options;
    const answer = askServer(server, path, (response) => response.blob(), this.#closing.signal, token);
    const { status, url, body } = await this.#asked(answer);
    if (status === 404) return null;
    if (status !== 200) throw new SgapsError('CLOSED', `${url} answers ${status}: there is no thumbnail now.`);
    return createImageBitmap(body);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#opening?.reject(closedError());
    this.#opening = null;
    const port = this.#port;
    if (!port) return;
    await new Promise<void>((resolve) => {
      this.#left = resolve;
      setTimeout(resolve, LEAVE_WITHIN);
      port.send({ type: 'close' });
    });
    port.end();
  }

  #hear(message: FromViewer): void {
    if (message.type === 'closed') return this.#left?.();
    const listener = this.#listener;
    if (!listener || this.#closing.signal.aborted) {
      if ('frame' in message) message.frame.image.close();
      return;
    }
    if (message.type === 'frame') {
      listener.frame(message.frame, message.request === this.#number ? undefined : 'earlier');
    } else if (message.type === 'others') {
      const { frame, turn, heard } = message;
      // This one set out before it was heard that somebody here takes over.
      if (turn === this.#turn && heard < this.#number) return frame.image.close();
      this.#turn = turn;
      listener.frame(frame, 'others');
    } else if (message.type === 'unchanged') {
      if (message.request === this.#number) listener.unchanged();
    } else if (message.type === 'opened') {
      this.#opening?.resolve(message.info);
      this.#opening = null;
    } else if (message.type === 'failed') this.#fail(new SgapsError(message.code as SgapsErrorCode, message.message));
    else if (message.type === 'overlay') listener.overlay(message.picture);
    else if (message.type === 'growth') listener.growth(message.duration, message.growing);
    else if (message.type === 'markers') listener.markers(message.markers);
    else if (message.type === 'states') listener.states(message.states);
    else if (message.type === 'figures') listener.figures?.(message.figures);
    else if (message.type === 'connection') listener.connection(message.stalled);
  }

  #fail(error: SgapsError): void {
    if (!this.#opening) return this.#listener?.failed(error);
    this.#opening.reject(error);
    this.#opening = null;
  }

  /** What a server answered; where this was closed meanwhile it says so. */
  async #asked<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      this.#assertOpen();
      throw error;
    }
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw closedError();
  }
}

function closedError(): SgapsError {
  return new SgapsError('CLOSED', 'This source was closed: make another.');
}
