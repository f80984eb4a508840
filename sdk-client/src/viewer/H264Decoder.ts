import { decodeH264Picture, type PictureTimes, SgapsError } from '@sgaps/protocol';
import type { DecodedPicture, PictureDecoder, PictureSize } from './PictureDecoder.js';

/** NAL units of an access unit. */
const KEY_SLICE = 5;
const SEQUENCE = 7;
/** ms until a picture comes out of the decoder, or will not. */
const DECODED_WITHIN = 3000;
const NEEDS = "use encoder 'jpeg+depth', or another browser";

/** What of a picture is known before it is decoded. */
interface Head {
  readonly frameId: number;
  readonly times: PictureTimes;
}

interface Waiting<D> extends Head {
  resolve(picture: DecodedPicture<D> | null): void;
  reject(error: SgapsError): void;
}

/** How H.264 pictures are taken apart. */
export interface H264Options<D> {
  /** Pixels of the colours (and of depth) in a frame. @throws SgapsError `BYTES_MALFORMED` */
  sizeOf(frame: VideoFrame): PictureSize;
  /** Reads the depth below the colours, for whoever wants it. */
  readonly depthOf?: (frame: VideoFrame, size: PictureSize) => Promise<D>;
}

/** H.264 by WebCodecs: colour above depth. */
export class H264Decoder<D = never> implements PictureDecoder<D> {
  readonly #options: H264Options<D>;
  #decoder: VideoDecoder | null = null;
  #codec = '';
  #count = 0;
  #isBroken = false;
  readonly #waiting = new Map<number, Waiting<D>>();
  /** The last that came out. */
  #last: { readonly frame: VideoFrame; readonly head: Head } | null = null;

  constructor(options: H264Options<D>) {
    this.#options = options;
  }

  get isLost(): boolean {
    return this.#isBroken && this.#last !== null;
  }

  /** @throws SgapsError `UNSUPPORTED` where this browser decodes none. */
  static async check(): Promise<void> {
    if (typeof VideoDecoder === 'undefined')
      throw new SgapsError('UNSUPPORTED', `H.264 needs WebCodecs, which this page has not (only https:// pages have): ${NEEDS}.`);
    const { supported } = await VideoDecoder.isConfigSupported({ codec: 'avc1.42E01E', optimizeForLatency: true });
    if (!supported) throw new SgapsError('UNSUPPORTED', `This browser decodes no H.264: ${NEEDS}.`);
  }

  async decode(bytes: Uint8Array<ArrayBuffer>): Promise<DecodedPicture<D> | null> {
    const { frameId, times, unit } = decodeH264Picture(bytes);
    const { isKey, codec } = lookInto(unit);
    if (isKey && codec && codec !== this.#codec) this.#configure(codec);
    const decoder = this.#decoder;
    // Whoever joins waits for a picture that needs none before it.
    if (!decoder || (this.#count === 0 && !isKey)) return null;
    const timestamp = this.#count++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(timestamp, { frameId, times, resolve, reject });
      setTimeout(() => {
        if (decoder === this.#decoder && this.#waiting.has(timestamp)) this.#fail('no picture comes of it');
      }, DECODED_WITHIN);
      try {
        decoder.decode(
          new EncodedVideoChunk({ type: isKey ? 'key' : 'delta', timestamp, data: unit as Uint8Array<ArrayBuffer> }),
        );
      } catch (cause) {
        this.#fail(cause);
      }
    });
  }

  last(): () => Promise<DecodedPicture<D> | null> {
    const timestamp = this.#count - 1;
    return async () => {
      const last = this.#last;
      if (last?.frame.timestamp !== timestamp) return null;
      return this.#takeApart(last.frame, last.head);
    };
  }

  close(): void {
    this.#reject(new SgapsError('CLOSED', 'The connection is closed.'));
    if (this.#decoder && this.#decoder.state !== 'closed') this.#decoder.close();
    this.#decoder = null;
    this.#last?.frame.close();
    this.#last = null;
  }

  #configure(codec: string): void {
    this.close();
    this.#codec = codec;
    this.#count = 0;
    const decoder = new VideoDecoder({
      output: (frame) => void this.#out(frame),
      error: (cause) => {
        if (decoder === this.#decoder) this.#fail(cause);
      },
    });
    this.#decoder = decoder;
    decoder.configure({ codec, optimizeForLatency: true });
  }

  async #out(frame: VideoFrame): Promise<void> {
    const waiting = this.#waiting.get(frame.timestamp);
    if (!waiting) return frame.close();
    for (const [timestamp, { resolve }] of this.#waiting) {
      if (timestamp > frame.timestamp) break;
      this.#waiting.delete(timestamp);
      // Passed over by the decoder.
      if (timestamp < frame.timestamp) resolve(null);
    }
    const before = this.#last;
    this.#last = { frame, head: waiting };
    try {
      waiting.resolve(await this.#takeApart(frame, waiting));
    } catch (cause) {
      waiting.reject(asError(cause));
    }
    before?.frame.close();
  }

  async #takeApart(frame: VideoFrame, { frameId, times }: Head): Promise<DecodedPicture<D>> {
    const { sizeOf, depthOf } = this.#options;
    const size = sizeOf(frame);
    // Both begin at once.
    const depth = depthOf?.(frame, size) ?? null;
    depth?.catch(() => undefined);
    const image = await createImageBitmap(frame, 0, 0, size.width, size.height);
    try {
      return { frameId, image, depth: await depth, alpha: null, times };
    } catch (error) {
      image.close();
      throw error;
    }
  }

  #fail(cause: unknown): void {
    this.#isBroken = true;
    this.#reject(asError(cause));
  }

  #reject(error: SgapsError): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function asError(cause: unknown): SgapsError {
  if (cause instanceof SgapsError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SgapsError('BYTES_MALFORMED', `A picture does not decode as H.264: ${why}.`, { cause });
}

/** Whether an access unit (Annex B) needs none before it, and the codec that its parameters name. */
function lookInto(unit: Uint8Array): { readonly isKey: boolean; readonly codec: string | null } {
  let isKey = false;
  let codec: string | null = null;
  for (let at = 0; at + 6 < unit.length; at++) {
    if (unit[at] !== 0 || unit[at + 1] !== 0 || unit[at + 2] !== 1) continue;
    const kind = unit[at + 3] & 31;
    if (kind === SEQUENCE) codec = `avc1.${[4, 5, 6].map((byte) => unit[at + byte].toString(16).padStart(2, '0')).join('')}`;
    // Slices are the bulk; what matters lies before them.
    if (kind === KEY_SLICE) isKey = true;
    if (kind >= 1 && kind <= KEY_SLICE) break;
  }
  return { isKey, codec };
}
