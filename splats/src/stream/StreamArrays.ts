import { harmonicsOf, makeCloud, type SplatCloud } from '../cloud/SplatCloud.js';

/** Share of room for added Gaussians beyond those of the frame at hand, so that others need no new arrays. */
const SPARE = 1.25;

/** Arrays that clouds of a stream are written to again and again: room for more splats than a frame may have, the first being those of frame 0. */
export type StreamArrays = SplatCloud;

/** Arrays for a base and so many others. Scales and opacities of the base, which stay, are in place. */
export function arraysFor(base: SplatCloud, added: number): StreamArrays {
  const arrays = makeCloud(base.count + Math.ceil(SPARE * added), base.degree);
  arrays.scales.set(base.scales);
  arrays.opacities.set(base.opacities);
  return arrays;
}

/** A cloud of the first `count` splats, on the same memory. */
export function firstOf(arrays: StreamArrays, count: number): SplatCloud {
  const { degree, positions, scales, rotations, opacities, harmonics } = arrays;
  return {
    count,
    degree,
    positions: positions.subarray(0, 3 * count),
    scales: scales.subarray(0, 3 * count),
    rotations: rotations.subarray(0, 4 * count),
    opacities: opacities.subarray(0, count),
    harmonics: harmonics.subarray(0, 3 * harmonicsOf(degree) * count),
  };
}

/** Writes all splats of a cloud from the `first` on. */
export function putAfter(arrays: StreamArrays, first: number, cloud: SplatCloud): void {
  arrays.positions.set(cloud.positions, 3 * first);
  arrays.scales.set(cloud.scales, 3 * first);
  arrays.rotations.set(cloud.rotations, 4 * first);
  arrays.opacities.set(cloud.opacities, first);
  arrays.harmonics.set(cloud.harmonics, 3 * harmonicsOf(cloud.degree) * first);
}
