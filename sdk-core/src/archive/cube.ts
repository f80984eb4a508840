/** Pixels along a cube's side (H2). */
export const CUBE = 16;
