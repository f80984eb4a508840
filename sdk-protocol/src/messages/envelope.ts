import { Packr } from 'msgpackr';
import { ByteReader } from '../bytes/ByteReader.js';
import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';

/** Bytes of one enveloped message. */
const ENVELOPE_BYTES = 64 * 1024;
const DEPTH = 16;

let shared: Packr | undefined;

function packr(): Packr {
  shared ??= new Packr({ useRecords: false, variableMapSize: true, int64AsType: 'number' });
  return shared;
}

/**
 * A message with its name as msgpack bytes `[name, body]`, for transports that know only bytes. Colyseus rooms pack
 * bodies themselves: there, send the body and check it on arrival with the same `parse…` functions.
 *
 * @throws SgapsError `LIMIT_EXCEEDED` above 64 KiB
 * @example
 * ```ts
 * socket.send(encodeMessage(MessageType.event, { name: 'level-up', data: { level: 2 }, time: 12_000 }));
 * ```
 */
export function encodeMessage(type: string, body: unknown): Uint8Array {
  const packed = packr().pack([type, body]);
  if (packed.length > ENVELOPE_BYTES) throw SgapsError.limit('message bytes', packed.length, ENVELOPE_BYTES);
  return Uint8Array.from(packed);
}

/**
 * Reads what `encodeMessage` wrote. Only plain msgpack is taken (no extensions), and its lengths are checked against the
 * bytes there are before anything is built. The body is unchecked: give it to the `parse…` function of its type.
 *
 * @throws SgapsError `LIMIT_EXCEEDED`, `BYTES_TRUNCATED`, `BYTES_MALFORMED`
 * @example
 * ```ts
 * const { type, body } = decodeMessage(bytes);
 * if (type === MessageType.event) record(parseGameEvent(body));
 * ```
 */
export function decodeMessage(bytes: Uint8Array): { readonly type: string; readonly body: unknown } {
  if (bytes.length > ENVELOPE_BYTES) throw SgapsError.limit('message bytes', bytes.length, ENVELOPE_BYTES);
  const reader = new ByteReader(bytes);
  scan(reader, 0);
  reader.end('message');
  let message: unknown;
  try {
    message = packr().unpack(bytes);
  } catch (cause) {
    throw new SgapsError('BYTES_MALFORMED', 'Malformed message: it is not msgpack.', { cause });
  }
  if (
    !Array.isArray(message) ||
    message.length !== 2 ||
    typeof message[0] !== 'string' ||
    message[0].length > LIMITS.nameLength
  ) {
    throw SgapsError.malformed('message: not a name and a body');
  }
  return { type: message[0], body: message[1] as unknown };
}

/** Walks one msgpack value; every length is checked against the bytes left. */
function scan(reader: ByteReader, depth: number): void {
  if (depth > DEPTH) throw SgapsError.limit('message depth', depth, DEPTH);
  const tag = reader.u8('message');
  if (tag < 0x80 || tag >= 0xe0) return;
  if (tag < 0x90) return scanItems(reader, 2 * (tag & 15), depth);
  if (tag < 0xa0) return scanItems(reader, tag & 15, depth);
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
      return scanItems(reader, big(reader, 2), depth);
    case 0xdd: // array 32
      return scanItems(reader, big(reader, 4), depth);
    case 0xde: // map 16
      return scanItems(reader, 2 * big(reader, 2), depth);
    case 0xdf: // map 32
      return scanItems(reader, 2 * big(reader, 4), depth);
    default:
      throw SgapsError.malformed('message: only plain msgpack is taken');
  }
}

function scanItems(reader: ByteReader, count: number, depth: number): void {
  if (count > reader.remaining) throw SgapsError.truncated('a message');
  for (let i = 0; i < count; i++) scan(reader, depth + 1);
}

function skip(reader: ByteReader, length: number): void {
  reader.bytes(length, 'message');
}

function big(reader: ByteReader, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 256 + reader.u8('message');
  return value;
}
