import type { RecordingHeader } from '@sgaps/protocol';
import type { RecordingRow, RecordingStatus } from './Catalog.js';

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
  };
}
