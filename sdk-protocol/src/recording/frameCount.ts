import { pixelPacketSpan } from '../packets/PixelPacket.js';
import type { RecordingRecord } from './types.js';

/**
 * How many game frames a record holds: what its pixel packet says, 0 … 16, whatever frame ids it spans (a game may drop
 * thousands between two). 0 for other records, for a packet that was refused (its record names no frames), and for bytes
 * that are no packet.
 *
 * @example
 * ```ts
 * frames += recordFrames(record);
 * ```
 */
export function recordFrames(record: Pick<RecordingRecord, 'kind' | 'firstFrame' | 'bytes'>): number {
  if (record.kind !== 'pixels' || record.firstFrame === null) return 0;
  return pixelPacketSpan(record.bytes)?.frames ?? 0;
}
