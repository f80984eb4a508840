// Where what lies in the kernels' memory, bytes. Both sides of it read this file.

/** Gaussians that are worked on at once: a multiple of 4. */
export const CHUNK = 16384;
/** Bytes of the numbers that leave a layer at most. */
export const ROW = 4 * 128;
/** Of 4 Gaussians: what leaves a layer, by turns. */
export const INPUTS_AT = 0;
export const OUTPUTS_AT = 4 * ROW;
/** For each level: cells f64, cells − 1 i32, mask of its hash or −1 where it is dense i32, its table u32; 24 bytes. */
export const LEVELS_AT = 8 * ROW;
export const LEVEL = 24;
/** Bounds: low x, y, z and high − low, f64. */
export const BOUNDS_AT = LEVELS_AT + 32 * LEVEL;
/** For each layer: numbers that enter, those that leave, a multiple of 8, i32, its weights u32; 12 bytes. */
export const LAYERS_AT = BOUNDS_AT + 48;
export const LAYER = 12;
/** For the bands 1 to 3: 2·band + 1 directions x, y, z and the inverse of what the band's harmonics are there, f32. */
export const BANDS_AT = LAYERS_AT + 5 * LAYER + 4;
export const BAND = 4 * (21 + 49);
/** What a band is in 7 directions, a vector each. */
export const SEEN_AT = BANDS_AT + 3 * BAND + 8;
/** Of a chunk: places in the bounds, x, y, z f64; positions, turns since frame 0, rotations and harmonics at frame 0 and now, f32. */
export const PLACE = 24;
export const PLACES_AT = SEEN_AT + 7 * 16;
export const POSITIONS_AT = PLACES_AT + PLACE * CHUNK;
export const TURNS_AT = POSITIONS_AT + 12 * CHUNK;
export const ROTATIONS_AT = TURNS_AT + 16 * CHUNK;
export const TURNED_ROTATIONS_AT = ROTATIONS_AT + 16 * CHUNK;
export const HARMONICS_AT = TURNED_ROTATIONS_AT + 16 * CHUNK;
export const TURNED_HARMONICS_AT = HARMONICS_AT + 192 * CHUNK + 16;
/** The layers' weights, then the tables, then rows of features. */
export const WEIGHTS_AT = TURNED_HARMONICS_AT + 192 * CHUNK + 16;
