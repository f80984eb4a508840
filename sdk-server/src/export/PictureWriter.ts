/**
 * Makes a file of pictures.
 *
 * @example
 * ```ts
 * const writer: PictureWriter = new GifFile(plan, target);
 * for (const rgb of pictures) await writer.write(rgb);
 * await writer.finish();
 * ```
 */
export interface PictureWriter {
  /** The next picture, RGB; null where it is the same as the one before. May read it only until it settles. */
  write(rgb: Uint8ClampedArray | null): Promise<void>;
  /** Writes what is left. */
  finish(): Promise<void>;
  /** Lets go of everything; after `finish` or instead of it. */
  dispose(): void;
}
