/** Fraction bits of a stored channel: value = stored / 128. */
export const VALUE_SHIFT = 7;
const VALUE_ONE = 1 << VALUE_SHIFT;

/** Confidence is stored in 1/255; S10: starts at 0.5, gains 0.1 per confirmation, capped at 1. */
export const CONFIDENCE_START = 128;
/** Confidence of cells known only from a mean of 2^level squares. */
export const MEAN_CONFIDENCE = [CONFIDENCE_START, 110, 80, 56, 40];
/** What one confirmation adds. */
export const CONFIDENCE_GAIN = 26;
const CONFIDENCE_FULL = 255;

/** Slowest blend of a confirmed cell (S10: 0.95·old + 0.05·new). */
const EMA_NEW = 0.05;
/** Share of an innovation that a cell of each confidence takes, in stored steps per 8-bit one. */
export const GAIN_BY_CONFIDENCE = Float64Array.from(
  { length: 256 },
  (_, confidence) => Math.max(EMA_NEW, 1 - confidence / CONFIDENCE_FULL) * VALUE_ONE,
);

/**
 * Static memory of one surface, a cell per pixel (S10): colour, confidence and the frame it was last confirmed in.
 * Plain integer arrays, so that a snapshot restores exactly what was there.
 *
 * @example
 * ```ts
 * const bank = new TemporalMemoryBank(320, 180);
 * bank.observe(0, 200, 180, 160, 0, 1);
 * ```
 */
export class TemporalMemoryBank {
  readonly width: number;
  readonly height: number;
  /** 3 × cells, 8.7 fixed point. */
  readonly value: Uint16Array;
  /** 0 unknown … 255 certain. */
  readonly confidence: Uint8Array;
  /** Frame of the last observation. */
  readonly seen: Int32Array;
  /** Evidence that this surface, not another one, is what the screen shows here: −127 … 127. */
  readonly evidence: Int8Array;

  constructor(width: number, height: number) {
    const cells = width * height;
    this.width = width;
    this.height = height;
    this.value = new Uint16Array(3 * cells);
    this.confidence = new Uint8Array(cells);
    this.seen = new Int32Array(cells);
    this.evidence = new Int8Array(cells);
  }

  /** Forgets one cell. */
  clear(cell: number): void {
    this.confidence[cell] = 0;
    this.evidence[cell] = 0;
  }

  /** Takes a colour as the cell's new content at the given confidence. */
  write(cell: number, r: number, g: number, b: number, confidence: number, frame: number): void {
    const at = 3 * cell;
    this.value[at] = r * VALUE_ONE;
    this.value[at + 1] = g * VALUE_ONE;
    this.value[at + 2] = b * VALUE_ONE;
    this.confidence[cell] = confidence;
    this.seen[cell] = frame;
  }

  /** Forgets the cells whose content is no older than `frame`. */
  forgetFrame(frame: number): void {
    const { confidence, seen } = this;
    for (let cell = 0; cell < seen.length; cell++)
      if (seen[cell] === frame && confidence[cell] <= CONFIDENCE_START) confidence[cell] = 0;
  }

  /** Shows a cell in another light. */
  relight(cell: number, gain: number, r: number, g: number, b: number, frame: number): void {
    if (this.confidence[cell] === 0) return;
    this.seen[cell] = frame;
    const { value } = this;
    const at = 3 * cell;
    value[at] = clampValue(gain * value[at] + r * VALUE_ONE);
    value[at + 1] = clampValue(gain * value[at + 1] + g * VALUE_ONE);
    value[at + 2] = clampValue(gain * value[at + 2] + b * VALUE_ONE);
  }

  /**
   * Moves the cell by `share` of an innovation, no further than the innovation itself (S10's EMA with a gain that
   * falls from 1 for a first look to 0.05 for a certain cell), and confirms it.
   */
  confirm(cell: number, dr: number, dg: number, db: number, share: number, frame: number): void {
    const confidence = this.confidence[cell];
    const gain = GAIN_BY_CONFIDENCE[confidence] * share;
    const at = 3 * cell;
    const { value } = this;
    value[at] = clampValue(value[at] + dr * gain);
    value[at + 1] = clampValue(value[at + 1] + dg * gain);
    value[at + 2] = clampValue(value[at + 2] + db * gain);
    const grown = confidence + CONFIDENCE_GAIN * share;
    this.confidence[cell] = grown > CONFIDENCE_FULL ? CONFIDENCE_FULL : grown;
    this.seen[cell] = frame;
  }
}

/**
 * Holds a channel in 8.7 fixed point within 0 … 255, rounded once it is stored.
 *
 * @example
 * ```ts
 * bank.value[at] = clampValue(bank.value[at] + 60.7);
 * ```
 */
export function clampValue(value: number): number {
  return value < 0 ? 0 : value > 255 * VALUE_ONE ? 255 * VALUE_ONE : value + 0.5;
}
