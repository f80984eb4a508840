import { decodeH264Picture, SgapsError } from '@sgaps/protocol';
import type { DecodedPicture, PictureDecoder } from './PictureDecoder.js';

/** NAL units of an access unit. */
const KEY_SLICE = 5;
const SEQUENCE = 7;
/** ms until a picture comes out of the decoder, or will not. */
const DECODED_WITHIN = 3000;
const NEEDS = "use encoder 'jpeg+depth', or another browser";

interface Waiting {
  readonly frameId: number;
  resolve(picture: DecodedPicture | null): void;
  reject(error: SgapsError): void;
}

/** H.264 by WebCodecs: colour above depth, of which the upper half is shown. */
export class H264Decoder implements PictureDecoder {
  readonly #width: number;
  readonly #height: number;
  #decoder: VideoDecoder | null = null;
  #codec = '';
  #count = 0;
  #isBroken = false;
  readonly #waiting = new Map<number, Waiting>();
  /** The last that came out. */
  #last: { readonly frame: VideoFrame; readonly frameId: number } | null = null;

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
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

  async decode(bytes: Uint8Array<ArrayBuffer>): Promise<DecodedPicture | null> {
    const { frameId, unit } = decodeH264Picture(bytes);
    const { isKey, codec } = lookInto(unit);
    if (isKey && codec && codec !== this.#codec) this.#configure(codec);
    const decoder = this.#decoder;
    // Whoever joins waits for a picture that needs none before it.
    if (!decoder || (this.#count === 0 && !isKey)) return null;
    const timestamp = this.#count++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(timestamp, { frameId, resolve, reject });
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

  last(): () => Promise<DecodedPicture | null> {
    const timestamp = this.#count - 1;
    return async () => {
      const last = this.#last;
      if (last?.frame.timestamp !== timestamp) return null;
      return { frameId: last.frameId, image: await this.#upperHalf(last.frame), depth: null };
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
    const { frameId } = waiting;
    const before = this.#last;
    this.#last = { frame, frameId };
    try {
      waiting.resolve({ frameId, image: await this.#upperHalf(frame), depth: null });
    } catch (cause) {
      waiting.reject(asError(cause));
    }
    before?.frame.close();
  }

  async #upperHalf(frame: VideoFrame): Promise<ImageBitmap> {
    const [width, height] = [this.#width, this.#height];
    if (frame.displayWidth < width || frame.displayHeight < 2 * height)
      throw SgapsError.malformed(`picture: it is ${frame.displayWidth}×${frame.displayHeight}, not ${width}×${2 * height}`);
    return createImageBitmap(frame, 0, 0, width, height);
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
