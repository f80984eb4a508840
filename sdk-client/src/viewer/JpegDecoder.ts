import { decodeJpegPicture, type JpegPicture, SgapsError } from '@sgaps/protocol';
import { jpegSize } from './jpegSize.js';
import type { DecodedPicture, PictureDecoder, PictureSize } from './PictureDecoder.js';

/** Pictures that may wait for those before them; older ones are passed over. */
const BACKLOG = 3;

/** JPEG + depth, by the browser's own decoder. */
export class JpegDecoder<D> implements PictureDecoder<D> {
  readonly isLost = false;
  readonly #size: PictureSize | null;
  readonly #depthOf: (halves: Uint16Array<ArrayBuffer>) => D;
  #last: JpegPicture | null = null;
  #count = 0;
  #before: Promise<unknown> = Promise.resolve();

  /** @param size What all pictures have; null where each has its own. @param depthOf Makes of half floats what is wanted. */
  constructor(size: PictureSize | null, depthOf: (halves: Uint16Array<ArrayBuffer>) => D) {
    this.#size = size;
    this.#depthOf = depthOf;
  }

  async decode(bytes: Uint8Array<ArrayBuffer>): Promise<DecodedPicture<D> | null> {
    const picture = decodeJpegPicture(bytes);
    this.#last = picture;
    const turn = ++this.#count;
    const done = this.#before.then(() => (this.#count - turn < BACKLOG ? this.#show(picture) : null));
    this.#before = done.catch(() => undefined);
    return done;
  }

  last(): () => Promise<DecodedPicture<D> | null> {
    const picture = this.#last;
    return async () => picture && this.#show(picture);
  }

  close(): void {
    this.#last = null;
  }

  async #show({ frameId, jpeg, depth, times }: JpegPicture): Promise<DecodedPicture<D>> {
    const image = await bitmapOf(jpeg);
    let alpha: ImageBitmap | null = null;
    try {
      const { width, height } = this.#size ?? image;
      const depthBytes = 2 * width * height;
      // What follows depth is alpha.
      if (depth.length > depthBytes) alpha = await bitmapOf(depth.subarray(depthBytes));
      for (const map of [image, alpha])
        if (map && (map.width !== width || map.height !== height))
          throw SgapsError.malformed(`picture: it is ${map.width}×${map.height}, not ${width}×${height}`);
      if (depth.length !== 0 && depth.length < depthBytes)
        throw SgapsError.malformed(`picture: ${depth.length} bytes of depth for ${width}×${height}`);
      // Half floats lie at an even place in a buffer of their own.
      const halves = depth.length === 0 ? null : new Uint16Array(depth.slice(0, depthBytes).buffer as ArrayBuffer);
      return { frameId, image, depth: halves && this.#depthOf(halves), alpha, times };
    } catch (error) {
      image.close();
      alpha?.close();
      throw error;
    }
  }
}

async function bitmapOf(jpeg: Uint8Array): Promise<ImageBitmap> {
  // Who makes bytes must not say how much memory they take.
  jpegSize(jpeg);
  const blob = new Blob([jpeg as Uint8Array<ArrayBuffer>], { type: 'image/jpeg' });
  return createImageBitmap(blob, { colorSpaceConversion: 'none' }).catch((cause: unknown) => {
    throw new SgapsError('BYTES_MALFORMED', 'Malformed picture: it is no JPEG.', { cause });
  });
}
