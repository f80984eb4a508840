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
/** Colours of the block as both sides know them, 64 × 3 bytes with room for 16 more. */
export const CODED_AT = 2128;
/** Entries of a block, 64 u32 (bits << 24 | colour): as last sent, and as coded now. */
export const SENT_AT = 2336;
export const CODED_ENTRIES_AT = 2592;
/** Places of a block's samples in its map, 64 i32. */
export const PLACES_AT = 2848;
/** Motion found, x and y, i32. */
export const MOTION_AT = 3104;
/** Three planes of 64 i32 on their way through a transform. */
export const RESIDUAL_AT = 3120;
/** Between the passes of a transform and of an interpolation, and a row of entries. */
export const BETWEEN_AT = 3888;
export const PATCH_AT = 4400;
/** Bytes of 3 × 11 rows of 16, and 3 × 11 rows of 8 i16. */
export const BYTES_AT = 4464;
export const ROWS_AT = 4992;
/** Brightness of the block, 64 i16, and of 52 rows of 64 places around it. */
export const BRIGHTNESS_AT = 5520;
export const WINDOW_AT = 5648;
/** Two rings of width × height u32 with room between: what had been sent when the frame began, and what was sent up to now. */
export const RINGS_AT = 12416;
/** Bytes after a ring that are read but not used. */
export const RING_ROOM = 64;
/**
 * An encoder has two more, one after the other. The brightness of the reference, i16, a ring with this many columns and rows of it once more on
 * the left and above, and as many on the right and below as a window has besides them.
 */
export const SHADE_BEFORE = 22;
export const SHADE_MORE = 60;
/** Bytes of the colours of a frame's samples, and after them. */
export const PICTURE_BYTES = 196624;
