/** The size of the game's picture in pixels: two for each pixel of its art, and of the grid on which it is recorded. */
export const VIEW = { width: 640, height: 360 };
