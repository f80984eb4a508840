import { isArchiveState } from '@sgaps/core';
import { crc32c, type RecordingReader, SgapsError } from '@sgaps/protocol';
import { openRecording } from '../storage/openRecording.js';
import type { MadeArchive } from './makeArchive.js';

/** ms by which lengths may differ. */
const TOLERANCE = 1;

/**
 * Reads an archive back as it lies on the disk: its groups must be those that were seen to decode, and all of the recording's events must be there.
 *
 * @throws SgapsError `CHECKSUM_MISMATCH` or `BYTES_MALFORMED` where it is not what was written, and what `RecordingReader.open` throws.
 *
 * @example
 * ```ts
 * await checkArchive('a1.archive.tmp', reader, made);
 * ```
 */
export async function checkArchive(path: string, recording: RecordingReader, made: MadeArchive): Promise<void> {
  const archive = await openRecording(path, [], 'the archive just made');
  try {
    const { index } = archive;
    const isWhole = index.hasFooter && index.frames === made.frames && index.snapshots.length === made.groups;
    if (!isWhole || index.events.length !== recording.index.events.length) throw mismatch('index');
    if (Math.abs(archive.duration - recording.duration) > TOLERANCE) throw mismatch('length');
    let groups = 0;
    for await (const { kind, bytes } of archive.records(0, { kinds: ['pictures', 'event', 'snapshot'] })) {
      if (kind === 'pictures' && crc32c(bytes) !== made.checksums[groups++]) throw mismatch('group of pictures');
    }
    if (groups !== made.groups) throw mismatch('number of groups');
    const last = await archive.nearestSnapshot(archive.duration);
    if (!last || !isArchiveState(last.state)) throw mismatch('snapshot');
  } finally {
    await archive.close();
  }
}

function mismatch(what: string): SgapsError {
  return new SgapsError('CHECKSUM_MISMATCH', `The archive did not read back as it was written: another ${what}.`);
}
