/** The size of the game's picture in pixels. */
export const VIEW = { width: 640, height: 360 };
