import { ByteReader } from '../bytes/ByteReader.js';
import { SgapsError } from '../errors.js';

/** `undefined` as msgpackr writes it, and times as msgpack has them. */
const UNDEFINED = 0;
const TIMESTAMP = 0xff;

/** What `skipMsgpack` lets through. */
export interface MsgpackBounds {
  /** Levels of lists and maps. */
  readonly depth: number;
  /** Whether `undefined` and times may be among the values, the only extensions that no unpacker can be hurt with. */
  readonly extensions: boolean;
}

/**
 * Checks a row of msgpack values before they are unpacked: every length must be covered by bytes that are there, nesting is at most 64 deep, and of the extensions only `undefined`
 * and times are taken. Others make an unpacker build what a sender wants: parts that are shared, so that some hundred bytes have a text without end, or regular expressions.
 *
 * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED`
 * @example
 * ```ts
 * assertPlainMsgpack(bytes);
 * const value = unpack(bytes);
 * ```
 */
export function assertPlainMsgpack(bytes: Uint8Array): void {
  const reader = new ByteReader(bytes);
  while (reader.remaining > 0) skipMsgpack(reader, { depth: 64, extensions: true });
}

/** Passes over one value. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED` */
export function skipMsgpack(reader: ByteReader, bounds: MsgpackBounds, depth = 0): void {
  if (depth > bounds.depth) throw SgapsError.limit('message depth', depth, bounds.depth);
  const tag = reader.u8('message');
  if (tag < 0x80 || tag >= 0xe0) return;
  if (tag < 0x90) return skipItems(reader, 2 * (tag & 15), bounds, depth);
  if (tag < 0xa0) return skipItems(reader, tag & 15, bounds, depth);
  if (tag < 0xc0) return skip(reader, tag & 31);
  switch (tag) {
    case 0xc0: // nil
    case 0xc2: // false
    case 0xc3: // true
      return;
    case 0xc4: // bin 8
    case 0xd9: // str 8
      return skip(reader, reader.u8('message'));
    case 0xc5: // bin 16
    case 0xda: // str 16
      return skip(reader, big(reader, 2));
    case 0xc6: // bin 32
    case 0xdb: // str 32
      return skip(reader, big(reader, 4));
    case 0xca: // float 32
      return skip(reader, 4);
    case 0xcb: // float 64
      return skip(reader, 8);
    case 0xcc: // uint 8 … uint 64, int 8 … int 64
    case 0xcd:
    case 0xce:
    case 0xcf:
      return skip(reader, 1 << (tag - 0xcc));
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
      return skip(reader, 1 << (tag - 0xd0));
    case 0xdc: // array 16
      return skipItems(reader, big(reader, 2), bounds, depth);
    case 0xdd: // array 32
      return skipItems(reader, big(reader, 4), bounds, depth);
    case 0xde: // map 16
      return skipItems(reader, 2 * big(reader, 2), bounds, depth);
    case 0xdf: // map 32
      return skipItems(reader, 2 * big(reader, 4), bounds, depth);
    default:
      if (bounds.extensions) return skipExtension(reader, tag);
      throw refused();
  }
}

function skipExtension(reader: ByteReader, tag: number): void {
  const length = tag === 0xc7 ? reader.u8('message') : tag >= 0xd4 && tag <= 0xd8 ? 1 << (tag - 0xd4) : 0;
  const type = reader.u8('message');
  const isTime = type === TIMESTAMP && (length === 4 || length === 8 || length === 12);
  if (!isTime && !(type === UNDEFINED && length === 1)) throw refused();
  skip(reader, length);
}

function refused(): SgapsError {
  return SgapsError.malformed('message: only plain msgpack is taken');
}

function skipItems(reader: ByteReader, count: number, bounds: MsgpackBounds, depth: number): void {
  if (count > reader.remaining) throw SgapsError.truncated('a message');
  for (let i = 0; i < count; i++) skipMsgpack(reader, bounds, depth + 1);
}

function skip(reader: ByteReader, length: number): void {
  reader.bytes(length, 'message');
}

function big(reader: ByteReader, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 256 + reader.u8('message');
  return value;
}
