/** ms after a press in which figures that were on their way already do not change what the button says. */
const HOLD = 1000;

/**
 * Whether the play button says play or pause: what was pressed last, and after a moment what the server tells. Figures that the
 * server sent before it heard of a press would otherwise turn the button back, and the next press would ask for the
 * opposite of what it shows. Times in ms of a steady clock.
 */
export class PlayIntent {
  #playing = false;
  #pressedAt = Number.NEGATIVE_INFINITY;

  /** What the button stands for: true while playing. */
  get playing(): boolean {
    return this.#playing;
  }

  /** The viewer asked for it. */
  press(playing: boolean, now: number): void {
    this.#playing = playing;
    this.#pressedAt = now;
  }

  /** The server told it. */
  tell(playing: boolean, now: number): void {
    if (now - this.#pressedAt >= HOLD) this.#playing = playing;
  }
}
