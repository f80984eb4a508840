/** Steps of a colour channel: far enough apart for any codec. */
const LEVELS = 5;
const STEP = 55;
const DARKEST = 15;

/** Frames that can be told apart by their colour. */
export const COLOURS = LEVELS ** 3;

/** The colour of a frame, by its number. */
export function colourOf(frame: number): [number, number, number] {
  const digit = (place: number) => DARKEST + STEP * (Math.floor(frame / LEVELS ** place) % LEVELS);
  return [digit(0), digit(1), digit(2)];
}

/** The number (below `COLOURS`) of the frame with this colour. */
export function frameOf(colour: ArrayLike<number>): number {
  const digit = (place: number) => Math.max(0, Math.round((colour[place] - DARKEST) / STEP)) * LEVELS ** place;
  return digit(0) + digit(1) + digit(2);
}
