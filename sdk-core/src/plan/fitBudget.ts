import type { SampleSet } from '@sgaps/protocol';
import type { RateController } from './RateController.js';

/** Finest quantiser asked for: a finer one buys nothing that a person sees. */
const FINEST = 2;
/** Bytes that a frame may always take. */
const LEAST = 64;

/**
 * Leaves the precision of a set's blocks to the client, within the bytes that frame `frameId` may take both ways, of which its
 * request takes about `bytesDown`.
 *
 * @example
 * ```ts
 * fitBudget(set, rate, targetFrameId, 40);
 * ```
 */
export function fitBudget(set: SampleSet, rate: RateController, frameId: number, bytesDown: number): void {
  const bytes = rate.bytes(frameId);
  set.quantiser = FINEST;
  set.budget = Math.max(LEAST, bytes - bytesDown);
  rate.expect(frameId, bytes);
}
