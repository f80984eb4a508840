/** A picture as bytes became one. */
export interface DecodedPicture {
  readonly frameId: number;
  readonly image: ImageBitmap;
  readonly depth: Uint16Array<ArrayBuffer> | null;
}

/** Decodes the pictures of one connection, in the order in which they came. */
export interface PictureDecoder {
  /** It decoded, and does no longer (browsers take decoders back from hidden tabs): another connection's first picture may be decoded again. */
  readonly isLost: boolean;
  /**
   * Decodes what followed a picture's notice. Null where it is passed over: it depends on pictures that were never here, or newer ones wait.
   *
   * @throws SgapsError `BYTES_MALFORMED`, `BYTES_TRUNCATED`, `UNSUPPORTED`
   */
  decode(bytes: Uint8Array<ArrayBuffer>): Promise<DecodedPicture | null>;
  /** The picture that came last, as of now: what is returned shows it once more; null where there was none, or newer ones are there by then. */
  last(): () => Promise<DecodedPicture | null>;
  close(): void;
}
