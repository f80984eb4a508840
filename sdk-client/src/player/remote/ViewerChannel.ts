import { type OverlayLayer, type Picture, SgapsError, type SgapsErrorCode } from '@sgaps/protocol';
import { CameraQueue } from '../../viewer/CameraQueue.js';
import type { FrameIds } from '../../viewer/FrameIds.js';
import { H264Decoder } from '../../viewer/H264Decoder.js';
import { JpegDecoder } from '../../viewer/JpegDecoder.js';
import type { DecodedPicture, PictureDecoder } from '../../viewer/PictureDecoder.js';
import { ViewerLink } from '../../viewer/ViewerLink.js';
import type { ReplayFrame, ReplayInfo } from '../ReplaySource.js';
import type { ViewerOptions } from './messages.js';
import { type PictureNotice, readServerText, type ServerText } from './readServerText.js';

/** A replay has one camera of its own and takes no notice of others. */
const IDENTITY = Float32Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 1 : 0));
/** ms after which an unanswered camera is sent again, at first: what others share may have taken no notice of it. */
const AGAIN_AFTER = { own: 2000, shared: 600 };
const AGAIN_AT_MOST = 8000;
/** ms that others' pictures are passed over for while a viewer wants to take over. */
const CLAIM = 1000;
/** ms that a viewer who comes to a party waits for somebody else's picture before it asks for one. */
const POLITE = 600;
/** Pictures in a row that the renderer could not make. */
const MOST_FAILURES = 5;

/** What a source asks for; `number` counts its requests. */
export interface Request {
  readonly time: number;
  readonly number: number;
}

type Halves = Uint16Array<ArrayBuffer>;

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

/** One scene with one camera and time, as the transport has it. */
export class ViewerChannel {
  readonly #options: ViewerOptions;
  readonly #host: ChannelHost;
  readonly #cameras: CameraQueue<Request>;
  readonly #link: ViewerLink<ServerText, PictureNotice>;
  #layers: readonly OverlayLayer[] = [];
  #decoder: PictureDecoder<Halves> | null = null;
  /** Pictures, overlays and what holds still, in the order in which they came. */
  #line: Promise<void> = Promise.resolve();
  #hasBegun = false;
  #failures = 0;
  #repeats = 0;
  /** The last picture here was made for a camera of this viewer; when it began to want that, ms. */
  #drives = false;
  #claimedAt = Number.NEGATIVE_INFINITY;
  #politeUntil = 0;
  #repeatTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param patient Tries again also where nothing answers at the very beginning: the first channel's try is one. */
  constructor(
    readonly name: string,
    options: ViewerOptions,
    patient: boolean,
    host: ChannelHost,
  ) {
    this.#options = options;
    this.#host = host;
    this.#cameras = new CameraQueue(host.ids);
    const { transport, token, scene, recording, encoder } = options;
    /** How many values the game has, as `ready` said. */
    let values = 0;
    const read = (json: string) => {
      const text = readServerText(json, values);
      if (text.type === 'ready') values = text.info.values.length;
      return text;
    };
    const query = { scene: `${scene}:${recording}`, encoder, channel: name };
    this.#link = new ViewerLink<ServerText, PictureNotice>(
      { transport, token, query, patient, words: ['replays', 'replay'], read },
      {
        ready: (text) => text.type === 'ready' && this.#begin(text.info),
        text: (text) => this.#hear(text),
        picture: (notice, bytes) => this.#take(notice, bytes),
        overlay: (picture) => this.#queue(async () => host.overlay(this, picture)),
        dropped: () => this.#drop(),
        stalled: () => host.stalled(this, true),
        failed: (error) => host.failed(this, error),
      },
    );
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
    if (this.#link.isReady) this.#link.overlays(layers);
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  #hear(text: ServerText): void {
    if (text.type === 'failed') this.#miss(text);
    else if (text.type === 'markers' || text.type === 'states' || text.type === 'figures' || text.type === 'growth')
      this.#host.told(this, text);
  }

  #begin(info: ReplayInfo): void {
    const isFirst = !this.#hasBegun;
    this.#hasBegun = true;
    this.#decoder?.close();
    this.#decoder = this.#options.encoder === 'h264' ? h264Decoder(info) : new JpegDecoder(info, (halves) => halves);
    this.#host.ready(this, info);
    this.#host.stalled(this, false);
    if (this.#layers.length > 0) this.#link.overlays(this.#layers);
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
    if (!this.#link.isReady || performance.now() < this.#politeUntil) return;
    const camera = this.#cameras.next();
    if (!camera) return;
    if (!this.#drives && performance.now() - this.#claimedAt > CLAIM) this.#claimedAt = performance.now();
    const { id, request } = camera;
    const clientTime = performance.now();
    this.#link.camera({ view: IDENTITY, intrinsics: IDENTITY, frameId: id, timeIndex: request.time, clientTime });
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
      if (decoder?.isLost) this.#link.lose('a picture could not be decoded');
      else if (error instanceof SgapsError) this.#link.fail(error);
      else this.#link.fail(new SgapsError('BYTES_MALFORMED', `A picture could not be shown: ${String(error)}`, { cause: error }));
    });
  }

  #show(notice: PictureNotice, { frameId, image, depth }: DecodedPicture<Halves>): void {
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
  async #hold(notice: PictureNotice, last: () => Promise<DecodedPicture<Halves> | null>): Promise<void> {
    const request = this.#answer(notice.frameId);
    const picture = request !== null && this.#host.shows(this) ? null : await last();
    if (picture) this.#show(notice, { ...picture, frameId: notice.frameId });
    else if (request !== null) this.#host.unchanged(this, request);
    this.#pump();
  }

  #answer(id: number): number | null {
    this.#link.answered();
    // At the live edge all ask for the same.
    const found = this.#cameras.answer(id) ?? (this.name === 'live' ? (this.#cameras.answerAll() ?? 'forgotten') : null);
    if (found === null) return null;
    this.#drives = true;
    this.#claimedAt = Number.NEGATIVE_INFINITY;
    this.#failures = 0;
    this.#repeats = 0;
    this.#expect();
    return found === 'forgotten' ? 0 : found.number;
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
    if (++this.#failures >= MOST_FAILURES) this.#link.fail(errorOf(text));
    else this.#pump();
  }

  /** The connection is gone, and what hangs on it. */
  #drop(): void {
    clearTimeout(this.#repeatTimer);
    this.#repeatTimer = undefined;
    this.#decoder?.close();
    this.#decoder = null;
  }
}

function h264Decoder({ width, height }: ReplayInfo): H264Decoder {
  const sizeOf = ({ displayWidth, displayHeight }: VideoFrame) => {
    if (displayWidth < width || displayHeight < 2 * height)
      throw SgapsError.malformed(`picture: it is ${displayWidth}×${displayHeight}, not ${width}×${2 * height}`);
    return { width, height };
  };
  return new H264Decoder({ sizeOf });
}

function errorOf({ code, message }: { readonly code: string; readonly message: string }): SgapsError {
  return new SgapsError(code as SgapsErrorCode, message);
}
