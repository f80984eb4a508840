import { Packr } from 'msgpackr';
import { ByteReader } from '../bytes/ByteReader.js';
import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { MsgpackWalk } from './plainMsgpack.js';

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
  new MsgpackWalk(reader, DEPTH, false).skipValue(0);
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
