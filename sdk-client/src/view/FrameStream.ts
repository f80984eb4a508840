import { halvesToDepth, isSgapsError, SgapsError, type SgapsErrorCode } from '@sgaps/protocol';
import { CameraQueue } from '../viewer/CameraQueue.js';
import { FrameIds } from '../viewer/FrameIds.js';
import { H264Decoder } from '../viewer/H264Decoder.js';
import { JpegDecoder } from '../viewer/JpegDecoder.js';
import type { DecodedPicture, PictureDecoder } from '../viewer/PictureDecoder.js';
import { ViewerLink } from '../viewer/ViewerLink.js';
import type { FromStream, Look, StreamInfo, StreamOptions, ToStream } from './messages.js';
import { inPixelsOf, intrinsicsOf, type PinholeCamera } from './PinholeCamera.js';
import { closePictures, nearestOf } from './pictures.js';
import { readViewText, type ViewNotice, type ViewText } from './readViewText.js';
import { SizeWatch, TAKEN_FOR_OWN } from './SizeWatch.js';
import { readVideoDepth, sizeOfStacked } from './videoDepth.js';

/** ms after which an unanswered camera is sent again, at first and at most. */
const AGAIN_AFTER = 2000;
const AGAIN_AT_MOST = 8000;
/** Pictures in a row that the renderer could not make, and ms in which it made none, until it is given up; ms after which what failed is asked for again. */
const MOST_FAILURES = 5;
const FAILED_FOR = 4000;
const FAILED_AGAIN_AFTER = 250;
/** Times that one camera is asked for since its picture has a size that was not expected: until a scene's own is known, and once more. */
const MOST_RESIZED = TAKEN_FOR_OWN + 2;
/** Depth maps kept to be filled again. */
const SPARE = 3;

type Distances = Float32Array<ArrayBuffer>;

/** What is asked for, and the camera that was sent for it. */
interface Wish {
  readonly look: Look;
  sent: PinholeCamera;
  isAnswered: boolean;
  /** Pictures of another size that came for it. */
  resized: number;
}

/**
 * Watches a scene through a camera of its own, in a worker or on the page: connects, sends what is looked at, decodes, and tells what comes.
 *
 * @example
 * ```ts
 * const stream = new FrameStream((message, transfer) => postMessage(message, transfer));
 * stream.take({ type: 'open', options });
 * ```
 */
export class FrameStream {
  readonly #tell: (message: FromStream, transfer: Transferable[]) => void;
  readonly #sizes = new SizeWatch();
  readonly #cameras = new CameraQueue<Wish>(new FrameIds());
  #link: ViewerLink<ViewText, ViewNotice> | null = null;
  #encoder: StreamOptions['encoder'] = 'jpeg+depth';
  #decoder: PictureDecoder<Distances> | null = null;
  /** Pictures, in the order in which they came. */
  #line: Promise<void> = Promise.resolve();
  #spare: Distances[] = [];
  /** The last picture that came is shown. */
  #showsLast = false;
  #isOpen = false;
  #isClosed = false;
  #failures = 0;
  #failedAt = 0;
  #repeats = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (message: FromStream, transfer: Transferable[]) => void) {
    this.#tell = tell;
  }

  take(message: ToStream): void {
    if (message.type === 'open') void this.#open(message.options);
    else if (message.type === 'close') void this.#close();
    else if (message.type === 'spare') {
      if (this.#spare.length < SPARE) this.#spare.push(message.depth);
    } else {
      this.#cameras.push({ look: message.look, sent: message.look.camera, isAnswered: false, resized: 0 });
      this.#pump();
    }
  }

  async #open({ transport, token, scene, encoder }: StreamOptions): Promise<void> {
    this.#encoder = encoder;
    try {
      if (encoder === 'h264') await H264Decoder.check();
    } catch (cause) {
      this.#fail(isSgapsError(cause) ? cause : new SgapsError('UNSUPPORTED', String(cause), { cause }));
      return;
    }
    if (this.#isClosed) return;
    const query = { scene, encoder, channel: 'own' };
    this.#link = new ViewerLink<ViewText, ViewNotice>(
      { transport, token, query, patient: false, words: ['pictures', 'view'], read: readViewText },
      {
        ready: (text) => text.type === 'ready' && this.#begin(text.info),
        text: (text) => this.#read(text),
        picture: (notice, bytes) => this.#hear(notice, bytes),
        overlay: () => undefined,
        dropped: () => this.#drop(),
        stalled: () => this.#say({ type: 'connection', stalled: true }),
        failed: (error) => this.#fail(error),
      },
    );
  }

  #read(text: ViewText): void {
    if (text.type === 'failed') this.#miss(text);
    else if (text.type === 'building') this.#say(text);
    else if (text.type === 'unbuilt') this.#link?.fail(new SgapsError(text.code as SgapsErrorCode, text.message));
    else if (text.type === 'built') {
      this.#say(text);
      // What was asked for before saw nothing.
      this.#ask();
    }
  }

  #begin(info: StreamInfo): void {
    this.#decoder?.close();
    this.#decoder =
      this.#encoder === 'h264'
        ? new H264Decoder<Distances>({
            sizeOf: ({ displayWidth: width, displayHeight: height }) =>
              sizeOfStacked({ width, height }, [...this.#sizes.candidates, info]),
            depthOf: async (frame, size) => {
              const depth = this.#memory(size.width * size.height);
              await readVideoDepth(frame, size, depth);
              return depth;
            },
          })
        : new JpegDecoder<Distances>(null, (halves) => halvesToDepth(halves, this.#memory(halves.length)) as Distances);
    this.#showsLast = false;
    this.#sizes.forget();
    if (this.#isOpen) this.#say({ type: 'connection', stalled: false });
    else this.#say({ type: 'opened', info });
    this.#isOpen = true;
    this.#ask();
  }

  #memory(length: number): Distances {
    const at = this.#spare.findIndex((depth) => depth.length === length);
    // Of another size: no more of those will come.
    if (at < 0) this.#spare = [];
    return at < 0 ? new Float32Array(length) : this.#spare.splice(at, 1)[0];
  }

  /** Asks for what was asked for last. */
  #ask(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#cameras.again();
    this.#pump();
  }

  #pump(): void {
    const link = this.#link;
    if (!link?.isReady) return;
    for (let next = this.#cameras.next(); next; next = this.#cameras.next()) {
      const { id, request } = next;
      const { camera, time, askedAt } = request.look;
      if (this.#sizes.ask(camera)) link.size(camera.width, camera.height);
      const { width, height } = this.#sizes.expected ?? camera;
      request.sent = inPixelsOf(camera, width, height);
      const intrinsics = intrinsicsOf(request.sent);
      link.camera({ view: camera.view, intrinsics, frameId: id, timeIndex: time, clientTime: askedAt });
    }
    if (this.#timer === undefined) this.#expect();
  }

  /** Asks anew where no answer comes. */
  #expect(): void {
    clearTimeout(this.#timer);
    const again = () => {
      this.#repeats++;
      this.#ask();
    };
    const wait = Math.min(AGAIN_AFTER * 2 ** this.#repeats, AGAIN_AT_MOST);
    this.#timer = this.#cameras.isOpen ? setTimeout(again, wait) : undefined;
  }

  #hear(notice: ViewNotice, bytes: Uint8Array<ArrayBuffer> | null): void {
    const decoder = this.#decoder;
    if (!decoder) return;
    const came = performance.now();
    // What was asked for is no longer under way, however long decoding takes.
    const wish = this.#answer(notice.frameId);
    const decoded = bytes && decoder.decode(bytes);
    decoded?.catch(() => undefined);
    const last = decoder.last();
    this.#queue(async () => {
      const picture = await decoded;
      if (decoder !== this.#decoder) picture && closePictures(picture);
      else if (bytes === null) await this.#hold(notice, wish, last);
      else if (picture) this.#show(notice, wish, picture, came);
      else this.#showsLast = false;
    });
    this.#pump();
  }

  #queue(work: () => Promise<void>): void {
    const decoder = this.#decoder;
    this.#line = this.#line.then(work).catch((error: unknown) => {
      if (decoder !== this.#decoder) return;
      if (decoder?.isLost) this.#link?.lose('a picture could not be decoded');
      else if (error instanceof SgapsError) this.#link?.fail(error);
      else
        this.#link?.fail(new SgapsError('BYTES_MALFORMED', `A picture could not be shown: ${String(error)}`, { cause: error }));
    });
  }

  #show(notice: ViewNotice, wish: Wish | null, picture: DecodedPicture<Distances>, came: number): void {
    const { frameId, image, depth, alpha, times } = picture;
    if (frameId !== notice.frameId) {
      closePictures(picture);
      throw SgapsError.malformed(`picture: it is number ${frameId}, and ${notice.frameId} was announced`);
    }
    // Of a camera that is forgotten: whoever sees it could not say where it lies.
    this.#showsLast = wish !== null;
    if (!wish) return closePictures(picture);
    this.#sizes.saw(image);
    // The scene took its numbers for pixels of this picture, and so they are, whichever they were meant for.
    const { width, height } = image;
    const camera = { ...wish.sent, width, height };
    const frame = {
      image,
      depth,
      alpha,
      nearest: depth ? nearestOf(depth) : Number.POSITIVE_INFINITY,
      look: { ...wish.look, camera },
      about: notice.about,
      isFirst: !wish.isAnswered,
      decode: performance.now() - came,
      render: times.processed - times.received,
    };
    wish.isAnswered = true;
    this.#say({ type: 'frame', frame }, [image, ...(depth ? [depth.buffer] : []), ...(alpha ? [alpha] : [])]);
    const isRight = width === wish.sent.width && height === wish.sent.height;
    // A camera at rest would see this for ever: its numbers were meant for another picture.
    if (!isRight && !this.#cameras.isOpen && ++wish.resized < MOST_RESIZED) this.#ask();
  }

  /** The picture before still holds; it may not be the one that is shown. */
  async #hold(notice: ViewNotice, wish: Wish | null, last: () => Promise<DecodedPicture<Distances> | null>): Promise<void> {
    if (!wish) return;
    if (this.#showsLast) {
      const look = { ...wish.look, camera: wish.sent };
      return this.#say({ type: 'unchanged', look, about: notice.about });
    }
    const came = performance.now();
    const picture = await last();
    if (picture) this.#show(notice, wish, { ...picture, frameId: notice.frameId }, came);
  }

  #answer(id: number): Wish | null {
    const wish = this.#cameras.answer(id);
    if (wish === null) return null;
    this.#link?.answered();
    this.#failures = 0;
    this.#repeats = 0;
    this.#expect();
    return wish === 'forgotten' ? null : wish;
  }

  #miss({ frameId, code, message }: Extract<ViewText, { type: 'failed' }>): void {
    if (this.#cameras.answer(frameId) === null) return;
    const now = performance.now();
    if (this.#failures++ === 0) this.#failedAt = now;
    // A moving camera asks often: a moment without pictures is not the end.
    if (this.#failures >= MOST_FAILURES && now - this.#failedAt >= FAILED_FOR)
      return this.#link?.fail(new SgapsError(code as SgapsErrorCode, message));
    this.#pump();
    // Nothing newer is under way: without another try a camera at rest would never see its picture.
    if (this.#cameras.isOpen) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), FAILED_AGAIN_AFTER * Math.min(this.#failures, MOST_FAILURES));
  }

  /** The connection is gone, and what hangs on it. */
  #drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#decoder?.close();
    this.#decoder = null;
  }

  #say(message: FromStream, transfer: Transferable[] = []): void {
    if (!this.#isClosed) this.#tell(message, transfer);
    else if (message.type === 'frame') closePictures(message.frame);
  }

  #fail({ code, message }: SgapsError): void {
    this.#say({ type: 'failed', code, message });
    void this.#close();
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    await this.#link?.close();
    this.#tell({ type: 'closed' }, []);
  }
}
