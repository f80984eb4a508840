import { type ByteReader, type ByteWriter, SgapsError, StateDecoder, StateEncoder } from '@sgaps/protocol';
import { ARCHIVE, type ArchivePicture, type ArchiveShape } from './ArchivePicture.js';

/** Times are exact to a microsecond. */
const TICKS = 1000;
/** Steps of time from here on, more than an hour, are said as the time they lead to; so are those back. */
const LONGEST = 0xffffffff;
const MOST_STATE = 1 << 20;

/** A time as a decoder will have it. */
export function exact(time: number): number {
  return Math.round(TICKS * time) / TICKS;
}

/** Writes what a group says of its pictures beside what they show: version, count, numbers, times, states. */
export function writeGroupHeader(writer: ByteWriter, { schema }: ArchiveShape, pictures: readonly ArchivePicture[]): void {
  writer.u8(ARCHIVE.version);
  writer.u8(pictures.length);
  const states = new StateEncoder(schema);
  let lastId = 0;
  let lastTick = 0;
  for (const { frameId, time, state } of pictures) {
    const tick = Math.round(TICKS * time);
    if (writer.length === 2) {
      writer.u32(frameId);
      writer.f64(tick);
    } else {
      writer.varint(frameId - lastId);
      const step = tick - lastTick;
      if (step >= 0 && step < LONGEST) writer.varint(step + 1);
      else {
        writer.varint(0);
        writer.f64(tick);
      }
    }
    lastId = frameId;
    lastTick = tick;
    const coded = state ? states.encode(state) : new Uint8Array(0);
    writer.varint(coded.length);
    writer.bytes(coded);
  }
}

/** Reads it; the reader stands at the pictures then. @throws SgapsError */
export function readGroupHeader(reader: ByteReader, { schema }: ArchiveShape): Omit<ArchivePicture, 'rgb'>[] {
  const version = reader.u8('archive version');
  if (version !== ARCHIVE.version)
    throw new SgapsError(
      'VERSION_UNSUPPORTED',
      `Archive version ${version} is not ${ARCHIVE.version}, the one this version of SGAPS reads.`,
    );
  const count = reader.u8('archive pictures');
  if (count === 0 || count > ARCHIVE.groupFrames)
    throw SgapsError.limit('Pictures of an archive group', count, ARCHIVE.groupFrames);
  const states = new StateDecoder(schema);
  const pictures: Omit<ArchivePicture, 'rgb'>[] = [];
  let frameId = 0;
  let tick = 0;
  for (let i = 0; i < count; i++) {
    if (i === 0) {
      frameId = reader.u32('archive frame');
      tick = reader.f64('archive time');
    } else {
      frameId += reader.varint('archive frame');
      const step = reader.varint('archive time');
      tick = step > 0 ? tick + step - 1 : reader.f64('archive time');
      if (frameId > 0xffffffff) throw SgapsError.malformed('archive frame');
    }
    if (!(tick >= 0 && tick <= Number.MAX_SAFE_INTEGER)) throw SgapsError.malformed('archive time');
    const length = reader.varint('archive state', MOST_STATE);
    const coded = reader.bytes(length, 'archive state');
    pictures.push({ frameId, time: tick / TICKS, state: length > 0 ? states.decode(coded) : null });
  }
  return pictures;
}
