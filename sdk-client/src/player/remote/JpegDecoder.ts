import { decodeJpegPicture, type JpegPicture, SgapsError } from '@sgaps/protocol';
import type { DecodedPicture, PictureDecoder } from './PictureDecoder.js';

/** Pictures that may wait for those before them; older ones are passed over. */
const BACKLOG = 3;

/** JPEG + depth, by the browser's own decoder. */
export class JpegDecoder implements PictureDecoder {
  readonly isLost = false;
  readonly #width: number;
  readonly #height: number;
  #last: JpegPicture | null = null;
  #count = 0;
  #before: Promise<unknown> = Promise.resolve();

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
  }

  async decode(bytes: Uint8Array<ArrayBuffer>): Promise<DecodedPicture | null> {
    const picture = decodeJpegPicture(bytes);
    this.#last = picture;
    const turn = ++this.#count;
    const done = this.#before.then(() => (this.#count - turn < BACKLOG ? this.#show(picture) : null));
    this.#before = done.catch(() => undefined);
    return done;
  }

  last(): () => Promise<DecodedPicture | null> {
    const picture = this.#last;
    return async () => picture && this.#show(picture);
  }

  close(): void {
    this.#last = null;
  }

  async #show({ frameId, jpeg, depth }: JpegPicture): Promise<DecodedPicture> {
    const [width, height] = [this.#width, this.#height];
    if (depth.length !== 0 && depth.length !== 2 * width * height)
      throw SgapsError.malformed(`picture: ${depth.length} bytes of depth for ${width}×${height}`);
    const blob = new Blob([jpeg as Uint8Array<ArrayBuffer>], { type: 'image/jpeg' });
    const image = await createImageBitmap(blob, { colorSpaceConversion: 'none' }).catch((cause: unknown) => {
      throw new SgapsError('BYTES_MALFORMED', 'Malformed picture: it is no JPEG.', { cause });
    });
    if (image.width !== width || image.height !== height) {
      const size = `${image.width}×${image.height}`;
      image.close();
      throw SgapsError.malformed(`picture: it is ${size}, not ${width}×${height}`);
    }
    // Half floats lie at an even place in a buffer of their own.
    return { frameId, image, depth: depth.length === 0 ? null : new Uint16Array(depth.slice().buffer as ArrayBuffer) };
  }
}
