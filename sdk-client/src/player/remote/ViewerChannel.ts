import { type OverlayLayer, type Picture, SgapsError, type SgapsErrorCode } from '@sgaps/protocol';
import type { ReplayFrame, ReplayInfo } from '../ReplaySource.js';
import { CameraQueue, type Request } from './CameraQueue.js';
import type { FrameIds } from './FrameIds.js';
import { H264Decoder } from './H264Decoder.js';
import { JpegDecoder } from './JpegDecoder.js';
import type { ViewerOptions } from './messages.js';
import type { DecodedPicture, PictureDecoder } from './PictureDecoder.js';
import type { PictureNotice, ServerText } from './readServerText.js';
import { ViewerSocket } from './ViewerSocket.js';

/** ms before each try to get a lost connection back. */
const TRIES = [0, 1000, 2000, 4000, 8000];
/** Errors that end a channel for now: where it was once ready it may be so again. */
const COMES_BACK = new Set(['CLOSED', 'RENDERER_UNAVAILABLE']);
/** ms after which an unanswered camera is sent again, at first: what others share may have taken no notice of it. */
const AGAIN_AFTER = { own: 2000, shared: 600 };
const AGAIN_AT_MOST = 8000;
/** ms that others' pictures are passed over for while a viewer wants to take over. */
const CLAIM = 1000;
/** ms that a viewer who comes to a party waits for somebody else's picture before it asks for one. */
const POLITE = 600;
/** Pictures in a row that the renderer could not make. */
const MOST_FAILURES = 5;

/** What a channel tells whoever opened it. */
export interface ChannelHost {
  readonly ids: FrameIds;
  /** The server is ready, for the first time or again. */
  ready(channel: ViewerChannel, info: ReplayInfo): void;
  /** `request` is the number of the request it answers, null where others asked. */
  frame(channel: ViewerChannel, frame: ReplayFrame, request: number | null): void;
  unchanged(channel: ViewerChannel, request: number): void;
  /** Whether the last picture shown is this channel's. */
  shows(channel: ViewerChannel): boolean;
  overlay(channel: ViewerChannel, picture: Picture): void;
  told(channel: ViewerChannel, text: Extract<ServerText, { type: 'markers' | 'states' | 'figures' | 'growth' }>): void;
  stalled(channel: ViewerChannel, stalled: boolean): void;
  failed(channel: ViewerChannel, error: SgapsError): void;
}

/** One scene with one camera and time, as the transport has it, and the connection to it, which comes back when it breaks. */
export class ViewerChannel {
  readonly #options: ViewerOptions;
  readonly #host: ChannelHost;
  readonly #cameras: CameraQueue;
  /** Tries to connect at the very beginning: those of the first channel are one. */
  readonly #patient: boolean;
  #layers: readonly OverlayLayer[] = [];
  #socket: ViewerSocket | null = null;
  #decoder: PictureDecoder | null = null;
  /** Pictures, overlays and what holds still, in the order in which they came. */
  #line: Promise<void> = Promise.resolve();
  #isReady = false;
  #isLost = false;
  #isClosed = false;
  #tries = 0;
  #failures = 0;
  #repeats = 0;
  #why = '';
  /** The last picture here was made for a camera of this viewer; when it began to want that, ms. */
  #drives = false;
  #claimedAt = Number.NEGATIVE_INFINITY;
  #politeUntil = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #repeatTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly name: string,
    options: ViewerOptions,
    patient: boolean,
    host: ChannelHost,
  ) {
    this.#options = options;
    this.#patient = patient;
    this.#host = host;
    this.#cameras = new CameraQueue(host.ids);
    this.#connect();
  }

  get #isParty(): boolean {
    return this.name.startsWith('party:');
  }

  request(request: Request): void {
    this.#cameras.push(request);
    this.#pump();
  }

  overlays(layers: readonly OverlayLayer[]): void {
    this.#layers = layers;
    if (this.#isReady) this.#socket?.overlays(layers);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#drop();
  }

  #connect(): void {
    const { transport, scene, recording, encoder } = this.#options;
    try {
      const url = new URL(transport);
      url.searchParams.set('scene', `${scene}:${recording}`);
      url.searchParams.set('encoder', encoder);
      url.searchParams.set('channel', this.name);
      this.#socket = new ViewerSocket(url.href, {
        text: (text) => this.#hear(text),
        picture: (notice, bytes) => this.#take(notice, bytes),
        overlay: (picture) => this.#queue(async () => this.#host.overlay(this, picture)),
        closed: (why) => this.#lose(why),
        refused: (error) => this.#fail(error),
      });
    } catch (cause) {
      const error = new SgapsError('ARGUMENT_INVALID', `The transport's address is none: ${transport}`, { cause });
      // Not before whoever made this channel has it.
      queueMicrotask(() => this.#fail(cause instanceof SgapsError ? cause : error));
    }
  }

  #hear(text: Parameters<ConstructorParameters<typeof ViewerSocket>[1]['text']>[0]): void {
    if (text.type === 'ready') this.#begin(text.info);
    else if (text.type === 'failed') this.#miss(text);
    else if (text.type === 'error') {
      this.#why = text.message;
      if (!COMES_BACK.has(text.code) || !(this.#isReady || this.#isLost)) this.#fail(errorOf(text));
    } else if (text.type !== 'other') this.#host.told(this, text);
  }

  #begin(info: ReplayInfo): void {
    const isFirst = !this.#isReady && !this.#isLost;
    this.#decoder?.close();
    this.#decoder =
      this.#options.encoder === 'h264' ? new H264Decoder(info.width, info.height) : new JpegDecoder(info.width, info.height);
    this.#isReady = true;
    this.#isLost = false;
    this.#why = '';
    this.#host.ready(this, info);
    this.#host.stalled(this, false);
    if (this.#layers.length > 0) this.#socket?.overlays(this.#layers);
    if (isFirst && this.#isParty) {
      this.#politeUntil = performance.now() + POLITE;
      this.#repeatTimer = setTimeout(() => this.#start(), POLITE);
    } else this.#start();
  }

  /** Asks for what was asked for last. */
  #start(): void {
    this.#repeatTimer = undefined;
    this.#politeUntil = 0;
    this.#cameras.again();
    this.#pump();
  }

  #pump(): void {
    if (!this.#isReady || performance.now() < this.#politeUntil) return;
    const camera = this.#cameras.next();
    if (!camera) return;
    if (!this.#drives && performance.now() - this.#claimedAt > CLAIM) this.#claimedAt = performance.now();
    this.#socket?.ask(camera.id, camera.time);
    if (this.#repeatTimer === undefined) this.#expect();
    this.#pump();
  }

  /** Asks anew where no answer comes. */
  #expect(): void {
    clearTimeout(this.#repeatTimer);
    const first = this.name === 'own' ? AGAIN_AFTER.own : AGAIN_AFTER.shared;
    const wait = Math.min(first * 2 ** this.#repeats, AGAIN_AT_MOST);
    const again = () => {
      this.#repeats++;
      this.#start();
    };
    this.#repeatTimer = this.#cameras.isOpen ? setTimeout(again, wait) : undefined;
  }

  #take(notice: PictureNotice, bytes: Uint8Array<ArrayBuffer> | null): void {
    const decoder = this.#decoder;
    if (!decoder) return;
    // Decoding begins at once, also of what others wait before.
    const decoded = bytes && decoder.decode(bytes);
    decoded?.catch(() => undefined);
    const last = decoder.last();
    this.#queue(async () => {
      const picture = await decoded;
      if (decoder !== this.#decoder) picture?.image.close();
      else if (bytes === null) await this.#hold(notice, last);
      else if (picture) this.#show(notice, picture);
    });
  }

  #queue(work: () => Promise<void>): void {
    const decoder = this.#decoder;
    this.#line = this.#line.then(work).catch((error: unknown) => {
      if (decoder !== this.#decoder) return;
      if (decoder?.isLost) this.#lose('a picture could not be decoded');
      else if (error instanceof SgapsError) this.#fail(error);
      else this.#fail(new SgapsError('BYTES_MALFORMED', `A picture could not be shown: ${String(error)}`, { cause: error }));
    });
  }

  #show(notice: PictureNotice, { frameId, image, depth }: DecodedPicture): void {
    const request = this.#answer(notice.frameId);
    if (frameId !== notice.frameId) {
      image.close();
      throw SgapsError.malformed(`picture: it is number ${frameId}, and ${notice.frameId} was announced`);
    }
    if (request === null && !this.#follows()) {
      image.close();
      return;
    }
    const { time, previous, next, recordedFrame, refined } = notice;
    this.#host.frame(this, { image, time, frameId: recordedFrame, previous, next, depth, refined }, request);
    this.#pump();
  }

  /** The picture before still holds; it may not be the one that is shown. */
  async #hold(notice: PictureNotice, last: () => Promise<DecodedPicture | null>): Promise<void> {
    const request = this.#answer(notice.frameId);
    const picture = request !== null && this.#host.shows(this) ? null : await last();
    if (picture) this.#show(notice, { ...picture, frameId: notice.frameId });
    else if (request !== null) this.#host.unchanged(this, request);
    this.#pump();
  }

  #answer(id: number): number | null {
    this.#tries = 0;
    // At the live edge all ask for the same.
    const found = this.#cameras.answer(id) ?? (this.name === 'live' ? this.#cameras.answerAll() : null);
    if (found === null) return null;
    this.#drives = true;
    this.#claimedAt = Number.NEGATIVE_INFINITY;
    this.#failures = 0;
    this.#repeats = 0;
    this.#expect();
    return found;
  }

  /** Somebody else's picture came: whether it is to be shown. */
  #follows(): boolean {
    if (performance.now() - this.#claimedAt < CLAIM) return false;
    this.#drives = false;
    this.#claimedAt = Number.NEGATIVE_INFINITY;
    this.#politeUntil = 0;
    this.#cameras.clear();
    clearTimeout(this.#repeatTimer);
    this.#repeatTimer = undefined;
    return true;
  }

  #miss(text: Extract<ServerText, { type: 'failed' }>): void {
    if (this.#cameras.answer(text.frameId) === null) return;
    if (++this.#failures >= MOST_FAILURES) this.#fail(errorOf(text));
    else this.#pump();
  }

  #lose(why: string): void {
    const began = this.#isReady || this.#isLost;
    void this.#drop();
    if (this.#isClosed) return;
    const { transport } = this.#options;
    this.#why ||= why;
    const wait = TRIES[this.#tries++];
    if (!began && !this.#patient)
      this.#fail(
        new SgapsError(
          'CLOSED',
          `No replays come from ${transport} (${why}): see that the transport runs there, can be reached from here, and allows pages of this origin.`,
        ),
      );
    else if (wait === undefined)
      this.#fail(
        new SgapsError(
          'CLOSED',
          `The connection to ${transport} is lost (${this.#why}) and did not come back: open the replay anew once the transport runs.`,
        ),
      );
    else {
      this.#isLost = true;
      if (began) this.#host.stalled(this, true);
      this.#retryTimer = setTimeout(() => this.#connect(), wait);
    }
  }

  #fail(error: SgapsError): void {
    if (this.#isClosed) return;
    void this.close();
    this.#host.failed(this, error);
  }

  /** Lets go of the connection and all that hangs on it. */
  async #drop(): Promise<void> {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#repeatTimer);
    this.#repeatTimer = undefined;
    this.#isReady = false;
    this.#decoder?.close();
    this.#decoder = null;
    const socket = this.#socket;
    this.#socket = null;
    await socket?.close();
  }
}

function errorOf({ code, message }: { readonly code: string; readonly message: string }): SgapsError {
  return new SgapsError(code as SgapsErrorCode, message);
}
