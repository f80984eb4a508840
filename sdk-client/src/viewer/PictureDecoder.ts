import type { PictureTimes } from '@sgaps/protocol';

/** A picture as bytes became one; its depth in the form `D` that whoever decodes wants. */
export interface DecodedPicture<D> {
  readonly frameId: number;
  readonly image: ImageBitmap;
  readonly depth: D | null;
  /** How much of each pixel is covered, as grey; null where all is. */
  readonly alpha: ImageBitmap | null;
  readonly times: PictureTimes;
}

/** Pixels of a picture. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Decodes the pictures of one connection, in the order in which they came. */
export interface PictureDecoder<D> {
  /** It decoded, and does no longer (browsers take decoders back from hidden tabs): another connection's first picture may be decoded again. */
  readonly isLost: boolean;
  /**
   * Decodes what followed a picture's notice. Null where it is passed over: it depends on pictures that were never here, or newer ones wait.
   *
   * @throws SgapsError `BYTES_MALFORMED`, `BYTES_TRUNCATED`, `UNSUPPORTED`
   */
  decode(bytes: Uint8Array<ArrayBuffer>): Promise<DecodedPicture<D> | null>;
  /** The picture that came last, as of now: what is returned shows it once more; null where there was none, or newer ones are there by then. */
  last(): () => Promise<DecodedPicture<D> | null>;
  close(): void;
}
