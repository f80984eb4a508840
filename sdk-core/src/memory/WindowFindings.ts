import { PIXELS, SIDE } from './WindowColours.js';

/** What `said` holds where the scroll layers are to say what a sample was. */
export const UNSAID = 2;
/** A sample that contradicts an object. */
export const OBJECT_CHANGED = -2;

/**
 * What was found of the samples of a window of up to 8×8 pixels while they were taken in.
 *
 * @example
 * ```ts
 * const findings = new WindowFindings();
 * findings.begin(colours.tells, 8);
 * ```
 */
export class WindowFindings {
  /** 1 where the sample is shown to the scroll layers. */
  readonly takes = new Uint8Array(PIXELS);
  /** What objects and scenery said: 1 as known, −1 not so, −2 an object was not so, 0 nothing was known, or `UNSAID`. */
  readonly said = new Int8Array(PIXELS);
  /** Evidence the sample is for (positive) or against (negative) the scroll layers owning the pixel. */
  readonly weighs = new Int8Array(PIXELS);
  /** Looks that found the pixel as expected; −1 where it was not. */
  readonly motions = new Int8Array(PIXELS);
  /** What the samples were in the end, as `said`. */
  readonly outcomes = new Int8Array(PIXELS);

  /** Starts a window of so many rows; `tells` is 1 where the sample says something of memory. */
  begin(tells: Uint8Array, rows: number): void {
    const end = SIDE * rows;
    this.takes.set(tells);
    this.said.fill(UNSAID, 0, end);
    this.weighs.fill(0, 0, end);
    this.motions.fill(0, 0, end);
    this.outcomes.fill(0, 0, end);
  }
}
