import { createSampleSet, SampleKind, type SampleRequest, Tier } from '@sgaps/protocol';

/** Cells of a density map, all alike. */
const EVEN = new Uint8Array(144).fill(1);
/** Samples a frame: detail that one looks for, and means that cover the picture several times a second. */
const POINTS = 480;
const MEANS = 480;

/**
 * Requests for `count` frames from `frameId` on by a recorder that no server answers: evenly spread, elsewhere in every frame,
 * and named by a seed each, so that they take tens of bytes (DESIGN.md, "Bytes").
 *
 * @example
 * ```ts
 * const packet = codec.encode(blindRequests(0, 8));
 * ```
 */
export function blindRequests(frameId: number, count: number): SampleRequest[] {
  return Array.from({ length: count }, (_, i) => ({
    frameId: frameId + i,
    explicit: createSampleSet(0),
    seeded: [
      { seed: 2 * (frameId + i), count: POINTS, kind: SampleKind.point, tier: Tier.important, density: EVEN },
      { seed: 2 * (frameId + i) + 1, count: MEANS, kind: SampleKind.mean2, tier: Tier.important, density: EVEN },
    ],
  }));
}
