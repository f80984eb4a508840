/** Where the Gaussians of a stream's first frame are at some frame, and how far they have turned since: it begins as frame 0. */
export interface StreamState {
  /** 3·N. */
  readonly positions: Float32Array;
  /** 4·N: unit quaternions w, x, y, z. */
  readonly turns: Float32Array;
}

/** The state of frame 0. */
export function firstState(positions: Float32Array): StreamState {
  const turns = new Float32Array((4 * positions.length) / 3);
  for (let at = 0; at < turns.length; at += 4) turns[at] = 1;
  return { positions: positions.slice(), turns };
}
