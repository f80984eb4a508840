/** What all stages know of the frame. Written by `writeFrame`; the order and the padding are those of WGSL's uniform layout. */
export const FRAME = /* wgsl */ `
struct Frame {
  view: mat4x4f,
  eye: vec3f,
  near: f32,
  background: vec3f,
  // Pairs of a tile and a splat that the buffers hold.
  capacity: u32,
  focal: vec2f,
  centre: vec2f,
  // Tangents beyond which the projection is not made more oblique.
  steepest: vec2f,
  size: vec2u,
  // Tiles in a row and rows of tiles.
  tiles: vec2u,
  unused: vec2u,
}

// Side of a tile in pixels.
const TILE = 16u;
`;

/** Bytes of `Frame`. */
export const FRAME_BYTES = 144;

/** Pixels of a tile's side, as in `FRAME`. */
export const TILE = 16;

/**
 * Places in the buffer of counters, which stages hand each other without the CPU:
 * splats of the cloud, splats that are seen, pairs that were emitted, pairs that touch their tile, pairs that were wanted.
 */
export const COUNTERS = { splats: 0, seen: 1, emitted: 2, kept: 3, wanted: 4 } as const;

/** Counters in all, with room to spare. */
export const COUNTER_COUNT = 8;
