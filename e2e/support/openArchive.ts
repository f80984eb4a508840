import { openReplaySource } from '@sgaps/core';
import { memorySource, RecordingReader } from '@sgaps/protocol';
import { ArchiveModels, zstdCompressor } from '@sgaps/server';

/** Decodes an archive from its first picture on; gives the pictures (RGB) of the frames in `keep`. */
export async function openArchive(file: Uint8Array, keep: readonly number[]): Promise<Map<number, Uint8Array>> {
  const reader = await RecordingReader.open(memorySource(file), { compressor: zstdCompressor });
  const models = new ArchiveModels();
  const source = openReplaySource(reader, { archiveModel: models.get });
  const pictures = new Map<number, Uint8Array>();
  while (await source.fill()) {
    const shown = await source.decode();
    if (shown && keep.includes(shown.frame.frameId)) pictures.set(shown.frame.frameId, Uint8Array.from(shown.frame.rgb));
  }
  await source.close();
  await models.close();
  return pictures;
}
