import { LIMITS, SgapsError } from '@sgaps/protocol';
import type { PictureSize } from './PictureDecoder.js';

/**
 * How large a JPEG says that it is: to be known before it is decoded, as some hundred bytes may claim gigabytes.
 *
 * @throws SgapsError `BYTES_MALFORMED` for what is no JPEG, `LIMIT_EXCEEDED` for a side of more than 4096 pixels
 * @example
 * ```ts
 * const { width, height } = jpegSize(bytes);
 * ```
 */
export function jpegSize(bytes: Uint8Array): PictureSize {
  const two = (at: number) => (bytes[at] << 8) | bytes[at + 1];
  if (two(0) !== 0xffd8) throw malformed();
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) throw malformed();
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      // Before a marker there may be more of them.
      at++;
      continue;
    }
    const length = two(at + 2);
    // Of those that have no length none may come before the frame's header, and pixels may not either.
    if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xda) || length < 2) throw malformed();
    if (isFrame(marker)) {
      if (length < 8 || at + 9 > bytes.length) throw malformed();
      return bounded(two(at + 7), two(at + 5));
    }
    at += 2 + length;
  }
  throw malformed();
}

/** All kinds of frame headers; between them lie tables, of Huffman and arithmetic codes, and an extension. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function bounded(width: number, height: number): PictureSize {
  const longest = Math.max(width, height);
  if (longest > LIMITS.pictureSide) throw SgapsError.limit('side of a picture', longest, LIMITS.pictureSide);
  if (width === 0 || height === 0) throw malformed();
  return { width, height };
}

function malformed(): SgapsError {
  return SgapsError.malformed('picture: it is no JPEG');
}
