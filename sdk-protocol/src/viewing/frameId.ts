import { SgapsError } from '../errors.js';

/** Writes a frame id as u64. @throws SgapsError `ARGUMENT_INVALID` for what is no whole number from 0 to 2⁵³ − 1. */
export function writeFrameId(into: DataView, frameId: number): void {
  if (!Number.isSafeInteger(frameId) || frameId < 0)
    throw new SgapsError('ARGUMENT_INVALID', `A frame id is a whole number from 0 on, not ${frameId}.`);
  into.setBigUint64(0, BigInt(frameId), true);
}

/** The u64 at the start of a header as a number; NaN for one beyond 2⁵³ − 1. */
export function readFrameId(from: DataView): number {
  const frameId = from.getBigUint64(0, true);
  return frameId > BigInt(Number.MAX_SAFE_INTEGER) ? Number.NaN : Number(frameId);
}
