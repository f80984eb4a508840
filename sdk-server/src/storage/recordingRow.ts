import type { RecordingHeader } from '@sgaps/protocol';
import type { RecordingRow, RecordingStatus } from './catalog/index.js';

/** The row of a recording of which nothing but its header is known. */
export function rowOf(header: RecordingHeader, status: RecordingStatus): RecordingRow {
  const { recordingId: id, game, engine, startedAt, grid, fps, modelId, meta } = header;
  const counted = { durationMs: 0, frames: 0, bytes: 0, bytesUp: 0, bytesDown: 0 };
  const size = { gridWidth: grid.width, gridHeight: grid.height };
  return {
    id,
    game,
    engine,
    startedAt,
    endedAt: null,
    ...counted,
    ...size,
    fps,
    status,
    modelId,
    meta: { ...meta },
    roomId: null,
    ...archiveColumns(header, null),
    storedAt: null,
    held: null,
    owner: null,
    continues: meta.continues ?? null,
  };
}

/** What the row of a recording tells of its being an archive; `bytes` of its file, where they are known. */
export function archiveColumns(
  { archive }: RecordingHeader,
  bytes: number | null,
): Pick<RecordingRow, 'archivedAt' | 'archivedFrom' | 'archivedTo' | 'archiveModel'> {
  if (!archive) return { archivedAt: null, archivedFrom: null, archivedTo: null, archiveModel: null };
  return { archivedAt: archive.madeAt, archivedFrom: archive.from, archivedTo: bytes, archiveModel: archive.modelId };
}
