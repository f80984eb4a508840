import type { ByteReader } from '../bytes/ByteReader.js';
import type { ByteWriter } from '../bytes/ByteWriter.js';
import { SgapsError } from '../errors.js';

const COLOURS = 0xffffff;

/** Keeps the top `bits` of each channel. */
export function maskOf(bits: number): number {
  const channel = (0xff00 >>> bits) & 255;
  return (channel << 16) | (channel << 8) | channel;
}

/** Words as they are. */
export function writeWords(writer: ByteWriter, words: Uint32Array): void {
  for (let i = 0; i < words.length; i++) writer.u32(words[i]);
}

/** Takes what `writeWords` wrote into as many words. */
export function readWords(reader: ByteReader, words: Uint32Array): void {
  for (let i = 0; i < words.length; i++) words[i] = reader.u32('codec state');
}

/** A map as runs of unknown and known entries, the known ones as 4 bytes. */
export function writeMap(writer: ByteWriter, map: Uint32Array): void {
  let at = 0;
  while (at < map.length) {
    const start = at;
    while (at < map.length && map[at] === 0) at++;
    writer.varint(at - start);
    const first = at;
    while (at < map.length && map[at] !== 0) at++;
    writer.varint(at - first);
    for (let i = first; i < at; i++) writer.u32(map[i]);
  }
}

/** Takes what `writeMap` wrote into an empty map. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED` */
export function readMap(reader: ByteReader, map: Uint32Array): void {
  let at = 0;
  while (at < map.length) {
    const unknown = reader.varint('map run', map.length - at);
    at += unknown;
    const end = at + reader.varint('map run', map.length - at);
    if (unknown === 0 && end === at) throw SgapsError.malformed('map run');
    while (at < end) {
      const entry = reader.u32('map entry');
      const bits = entry >>> 24;
      if (bits < 3 || bits > 8 || (entry & COLOURS & ~maskOf(bits)) !== 0) throw SgapsError.malformed('map entry');
      map[at++] = entry;
    }
  }
}
