import { ByteWriter } from '@sgaps/protocol';
import type { ArchivePicture, ArchiveShape } from '../archive/ArchivePicture.js';
import { writeGroupHeader } from '../archive/groupHeader.js';

/** A group's bytes, of what is said of its pictures and of what `GroupEncoder` made of them. */
export function groupBytes(shape: ArchiveShape, pictures: readonly ArchivePicture[], coded: Uint8Array): Uint8Array {
  const writer = new ByteWriter();
  writeGroupHeader(writer, shape, pictures);
  writer.bytes(coded);
  return writer.toBytes();
}
