import { pixelPacketSpan } from '../packets/PixelPacket.js';
import { RECORDING, type RecordingRecord } from './types.js';

/**
 * How many game frames a record holds: what its pixel packet says, 0 … 16, or its group of pictures, 0 … 32, whatever frame ids it spans (a game may drop
 * thousands between two). 0 for other records, for a packet that was refused (its record names no frames), and for bytes
 * that are no packet or group.
 *
 * @example
 * ```ts
 * frames += recordFrames(record);
 * ```
 */
export function recordFrames(record: Pick<RecordingRecord, 'kind' | 'firstFrame' | 'bytes'>): number {
  if (record.firstFrame === null) return 0;
  if (record.kind === 'pictures') return groupFrames(record.bytes);
  return record.kind === 'pixels' ? (pixelPacketSpan(record.bytes)?.frames ?? 0) : 0;
}

/** Whatever its version, a group begins with that, u8, and its pictures, u8 (docs/protocol/recording.md). */
function groupFrames(bytes: Uint8Array): number {
  const frames = bytes.length < 2 ? 0 : bytes[1];
  return frames <= RECORDING.groupFrames ? frames : 0;
}
