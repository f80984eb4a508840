/**
 * Where things lie in the kernels' memory, bytes. Read by TypeScript and by AssemblyScript alike (`assembly/`), so there is nothing here
 * but whole numbers. Planes are Y, Co and Cg one after the other.
 */

/** By place in zigzag order: the place in a block, u8; and the other way round. */
export const ZIGZAG_AT = 0;
export const RANK_AT = 64;
/** Taps by quarter pixel, 4 × 4 i32. */
export const TAPS_AT = 128;
/** What a block is and is predicted by: 3 × 64 i16 each, in the order of `Prediction` but for the truth. */
export const TRUTH_AT = 192;
export const CANVAS_AT = 576;
export const MOVED_AT = 960;
/** Mean colour beside the block: 3 i32. */
export const MEANS_AT = 1344;
/** Quantised coefficients in zigzag order: 3 × 64 i32. */
export const LEVELS_AT = 1360;
/** Colours of a block, 64 × 3 bytes, each with room for 16 more: as given, and as both sides know them. */
export const RGB_AT = 2128;
export const CODED_AT = 2336;
/** Entries of a block, 64 u32 (bits << 24 | colour): as last sent, and as coded now. */
export const SENT_AT = 2544;
export const CODED_ENTRIES_AT = 2800;
/** Places of a block's samples in its map, 64 i32. */
export const PLACES_AT = 3056;
/** Motion found, x and y, i32, and what it is off by, f64. */
export const MOTION_AT = 3312;
export const ERROR_AT = 3320;
/** Three planes of 64 i32 on their way through a transform. */
export const RESIDUAL_AT = 3328;
/** Between the passes of a transform and of an interpolation, and rows of entries. */
export const BETWEEN_AT = 4096;
export const PATCH_AT = 4608;
/** Bytes of 3 × 11 rows of 16, and 3 × 11 rows of 8 i16. */
export const BYTES_AT = 5376;
export const ROWS_AT = 5904;
/** Brightness of the block, 64 i16, and of 52 rows of 64 places around it. */
export const BRIGHTNESS_AT = 6432;
export const WINDOW_AT = 6560;
/** Two rings of width × height u32 with room between: what had been sent when the frame began, and what was sent up to now. */
export const RINGS_AT = 13312;
/** Bytes after a ring that are read but not used. */
export const RING_ROOM = 64;
