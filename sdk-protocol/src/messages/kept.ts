import { ByteReader } from '../bytes/ByteReader.js';
import { ByteWriter } from '../bytes/ByteWriter.js';
import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';

const KINDS = ['coordinates', 'pixels', 'event'] as const;
/** Kind, time and length of one record at most. */
const HEAD = 1 + 8 + 5;

/**
 * Something that was exchanged, or would have been, before the recording was wanted.
 *
 * @example
 * ```ts
 * const record: KeptRecord = { kind: 'pixels', time: 1234.5, bytes: packet };
 * ```
 */
export interface KeptRecord {
  readonly kind: (typeof KINDS)[number];
  /** Milliseconds since recording started. */
  readonly time: number;
  /** A coordinate packet, a pixel packet, or an event as UTF-8 JSON. */
  readonly bytes: Uint8Array;
}

/**
 * Bytes a record takes in a `kept` message at most.
 *
 * @example
 * ```ts
 * if (length + keptLength(record) > LIMITS.keptBytes) send();
 * ```
 */
export function keptLength(record: KeptRecord): number {
  return HEAD + record.bytes.length;
}

/**
 * Kept records as one message, oldest first: each a kind u8 (0 coordinates, 1 pixels, 2 event), time f64, varint length, bytes.
 *
 * @throws SgapsError `LIMIT_EXCEEDED` beyond `LIMITS.keptBytes`
 * @example
 * ```ts
 * room.sendBytes('kept', encodeKept([{ kind: 'pixels', time: 1234.5, bytes: packet }]));
 * ```
 */
export function encodeKept(records: readonly KeptRecord[]): Uint8Array {
  const writer = new ByteWriter(1024);
  for (const { kind, time, bytes } of records) {
    writer.u8(KINDS.indexOf(kind));
    writer.f64(time);
    writer.varint(bytes.length);
    writer.bytes(bytes);
  }
  if (writer.length > LIMITS.keptBytes) throw SgapsError.limit('kept bytes', writer.length, LIMITS.keptBytes);
  return writer.toBytes();
}

/**
 * Reads a `kept` message. Bytes are untrusted; those of the records are views of them. Times must not run backwards.
 *
 * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED`
 * @example
 * ```ts
 * for (const { kind, time, bytes } of decodeKept(message)) append(kind, time, bytes);
 * ```
 */
export function decodeKept(message: Uint8Array): KeptRecord[] {
  if (message.length > LIMITS.keptBytes) throw SgapsError.limit('kept bytes', message.length, LIMITS.keptBytes);
  const reader = new ByteReader(message);
  const records: KeptRecord[] = [];
  let last = 0;
  while (reader.remaining > 0) {
    const kind = KINDS[reader.u8('kept kind')];
    if (!kind) throw SgapsError.malformed('kept kind');
    const time = reader.f64('kept time');
    if (!(time >= last && time <= 2 * LIMITS.keptMs)) throw SgapsError.malformed('kept time');
    last = time;
    records.push({ kind, time, bytes: reader.bytes(reader.varint('kept length', LIMITS.keptBytes), 'kept bytes') });
  }
  return records;
}
