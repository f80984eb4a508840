import { CHUNK_OF, type ChunkEntry, ChunkFlag, ChunkKind, encodeChunk } from './chunk.js';
import { recordFrames } from './frameCount.js';
import { NO_FRAME, RECORD_HEADER_BYTES, writeRecordHeader } from './record.js';
import { type Compressor, RECORDING, type RecordingRecord } from './types.js';

/** Records that will become one chunk. */
interface Batch {
  readonly kind: number;
  readonly records: RecordingRecord[];
  bytes: number;
}

/**
 * Seals the records of one journal epoch into chunks, in one block of bytes to append to the file: frames, events,
 * audio and, one by one, snapshots. The last chunk carries the end-of-epoch flag, so that recovery can tell a whole epoch
 * from a torn one. Empty for no records.
 *
 * @example
 * ```ts
 * file.append(await sealEpoch(journal.epoch, journal.records, compressor));
 * ```
 */
export async function sealEpoch(epoch: number, records: readonly RecordingRecord[], compressor: Compressor): Promise<Uint8Array> {
  const batches = batchRecords(records);
  const chunks: Uint8Array[] = [];
  for (const [part, batch] of batches.entries()) {
    const flags = part === batches.length - 1 ? ChunkFlag.endOfEpoch : 0;
    chunks.push(await encodeChunk(describe(batch, flags, part, epoch), packBody(batch), compressor));
  }
  if (chunks.length === 1) return chunks[0];
  const group = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    group.set(chunk, at);
    at += chunk.length;
  }
  return group;
}

function batchRecords(records: readonly RecordingRecord[]): Batch[] {
  const batches: Batch[] = [];
  const open = new Map<number, Batch>();
  for (const record of records) {
    const kind = CHUNK_OF[record.kind];
    const bytes = RECORD_HEADER_BYTES + record.bytes.length;
    let batch = open.get(kind);
    if (batch === undefined || kind === ChunkKind.snapshot || batch.bytes + bytes > RECORDING.chunkTargetBytes) {
      batch = { kind, records: [], bytes: 0 };
      open.set(kind, batch);
      batches.push(batch);
    }
    batch.records.push(record);
    batch.bytes += bytes;
  }
  return batches;
}

function packBody(batch: Batch): Uint8Array {
  const body = new Uint8Array(batch.bytes);
  const view = new DataView(body.buffer);
  let at = 0;
  for (const { kind, sequence, time, firstFrame, lastFrame, bytes } of batch.records) {
    writeRecordHeader(view, at, kind, sequence, time, firstFrame ?? NO_FRAME, lastFrame ?? NO_FRAME, bytes.length);
    body.set(bytes, at + RECORD_HEADER_BYTES);
    at += RECORD_HEADER_BYTES + bytes.length;
  }
  return body;
}

function describe(
  batch: Batch,
  flags: number,
  part: number,
  epoch: number,
): Omit<ChunkEntry, 'offset' | 'packedLength' | 'unpackedLength' | 'crc'> {
  let firstTime = Number.POSITIVE_INFINITY;
  let lastTime = 0;
  let firstFrame = NO_FRAME;
  let lastFrame = -1;
  let frames = 0;
  for (const record of batch.records) {
    firstTime = Math.min(firstTime, record.time);
    lastTime = Math.max(lastTime, record.time);
    if (record.firstFrame === null || record.lastFrame === null) continue;
    firstFrame = Math.min(firstFrame, record.firstFrame);
    lastFrame = Math.max(lastFrame, record.lastFrame);
    frames += recordFrames(record);
  }
  return {
    kind: batch.kind,
    flags,
    part,
    epoch,
    records: batch.records.length,
    firstSequence: batch.records[0].sequence,
    lastSequence: batch.records[batch.records.length - 1].sequence,
    frames: Math.min(frames, NO_FRAME),
    firstTime,
    lastTime,
    firstFrame,
    lastFrame: lastFrame < 0 ? NO_FRAME : lastFrame,
  };
}
