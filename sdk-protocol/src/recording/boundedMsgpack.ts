import { Unpackr } from 'msgpackr';
import { SgapsError } from '../errors.js';

const unpackr = /* @__PURE__ */ new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });
const DEPTH = 8;

/**
 * Unpacks untrusted msgpack. msgpackr allocates arrays by the length the bytes claim, so the structure is walked first:
 * every count must be covered by bytes that are there, nesting is at most 8, extension types are refused.
 *
 * @example
 * ```ts
 * const value = unpackBounded(bytes, 'recording header');
 * ```
 */
export function unpackBounded(bytes: Uint8Array, what: string): unknown {
  const end = walk(bytes, 0, 0, what);
  if (end !== bytes.length) throw SgapsError.malformed(`${what} (bytes left over)`);
  try {
    return unpackr.unpack(bytes);
  } catch (cause) {
    throw new SgapsError('BYTES_MALFORMED', `Malformed ${what}.`, { cause });
  }
}

function walk(bytes: Uint8Array, at: number, depth: number, what: string): number {
  if (depth > DEPTH) throw SgapsError.malformed(`${what} (nested deeper than ${DEPTH})`);
  if (at >= bytes.length) throw SgapsError.truncated(what);
  const type = bytes[at];
  const next = at + 1;
  if (type <= 0x7f || type >= 0xe0 || type === 0xc0 || type === 0xc2 || type === 0xc3) return next;
  if (type <= 0x8f) return items(bytes, next, 2 * (type & 15), depth, what);
  if (type <= 0x9f) return items(bytes, next, type & 15, depth, what);
  if (type <= 0xbf) return skip(bytes, next, type & 31, what);
  switch (type) {
    case 0xc4:
    case 0xd9:
      return skip(bytes, next + 1, count(bytes, next, 1, what), what);
    case 0xc5:
    case 0xda:
      return skip(bytes, next + 2, count(bytes, next, 2, what), what);
    case 0xc6:
    case 0xdb:
      return skip(bytes, next + 4, count(bytes, next, 4, what), what);
    case 0xcc:
    case 0xd0:
      return skip(bytes, next, 1, what);
    case 0xcd:
    case 0xd1:
      return skip(bytes, next, 2, what);
    case 0xca:
    case 0xce:
    case 0xd2:
      return skip(bytes, next, 4, what);
    case 0xcb:
    case 0xcf:
    case 0xd3:
      return skip(bytes, next, 8, what);
    case 0xdc:
      return items(bytes, next + 2, count(bytes, next, 2, what), depth, what);
    case 0xdd:
      return items(bytes, next + 4, count(bytes, next, 4, what), depth, what);
    case 0xde:
      return items(bytes, next + 2, 2 * count(bytes, next, 2, what), depth, what);
    case 0xdf:
      return items(bytes, next + 4, 2 * count(bytes, next, 4, what), depth, what);
    default:
      throw SgapsError.malformed(`${what} (extension type)`);
  }
}

function count(bytes: Uint8Array, at: number, width: number, what: string): number {
  if (at + width > bytes.length) throw SgapsError.truncated(what);
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + bytes[at + i];
  return value;
}

function skip(bytes: Uint8Array, at: number, length: number, what: string): number {
  if (at + length > bytes.length) throw SgapsError.truncated(what);
  return at + length;
}

/** Every item takes at least one byte, so a count beyond the bytes left is refused before the loop. */
function items(bytes: Uint8Array, at: number, length: number, depth: number, what: string): number {
  if (length > bytes.length - at) throw SgapsError.truncated(what);
  for (let i = 0; i < length; i++) at = walk(bytes, at, depth + 1, what);
  return at;
}
