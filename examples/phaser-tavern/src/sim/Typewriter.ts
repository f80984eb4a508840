/** Text that comes letter by letter, with a rest at commas and ends of sentences. */
export class Typewriter {
  text = '';
  private letters = 0;
  private rest = 0;

  /** Begins another text. `ticks` is how long a letter takes; 0 shows all of it at once. */
  say(text: string, ticks: number): void {
    this.text = text;
    this.letters = ticks === 0 ? text.length : 0;
    this.ticksPerLetter = ticks;
    this.rest = 0;
  }

  /** What can be read so far. */
  get shown(): string {
    return this.text.slice(0, this.letters);
  }

  get done(): boolean {
    return this.letters >= this.text.length;
  }

  tick(): void {
    if (this.done || --this.rest > 0) return;
    const letter = this.text[this.letters++];
    const pause = '.!?'.includes(letter) ? 12 : letter === ',' ? 6 : 1;
    this.rest = this.ticksPerLetter * pause;
  }

  /** The reader is faster. */
  finish(): void {
    this.letters = this.text.length;
  }

  private ticksPerLetter = 2;
}
