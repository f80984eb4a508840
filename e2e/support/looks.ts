/** Frames of a texture that the boxes of the meadow wear in turn, one for so many of the game's frames. */
export const LOOKS = 8;
export const LOOK_FRAMES = 16;
