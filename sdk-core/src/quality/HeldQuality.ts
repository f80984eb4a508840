import { BLOCK_KIND, BLOCK_SAMPLES, type CaptureGrid, levelOf, type SampleSet } from '@sgaps/protocol';
import { BLOCK, BLOCK_SHIFT } from '../plan/BlockGrid.js';
import type { DecodedFrame } from '../session/SessionDecoder.js';
import { heldError } from './heldError.js';

/**
 * The squared error of each block of a picture that samples keep up to date: what the recorder told of the pixels looked at, spread as
 * their precision and detail say; of the others what was told when they were looked at last.
 *
 * @example
 * ```ts
 * held.take(decoded, blockError);
 * ```
 */
export class HeldQuality {
  private readonly columns: number;
  private readonly looked: Uint8Array;
  private readonly expected: Float32Array;
  private readonly known: Float32Array;
  private started = false;

  constructor(private readonly grid: CaptureGrid) {
    this.columns = Math.ceil(grid.width / BLOCK);
    const count = this.columns * Math.ceil(grid.height / BLOCK);
    this.looked = new Uint8Array(count);
    this.expected = new Float32Array(count);
    this.known = new Float32Array(count);
  }

  /** Takes a frame in. @param error Gets the mean squared error a channel of each 8×8 block of the screen, 8-bit steps². */
  take(decoded: DecodedFrame, error: Float32Array): void {
    const { looked, expected, known } = this;
    heldError(decoded, this.grid, expected);
    if (!this.started) known.set(expected);
    this.started = true;
    this.mark(decoded.samples);
    let sum = 0;
    let count = 0;
    for (let b = 0; b < looked.length; b++) {
      if (looked[b] === 0) continue;
      sum += expected[b];
      count++;
    }
    const { samplesPsnr } = decoded;
    const scale = samplesPsnr === undefined || sum === 0 ? 1 : ((255 ** 2 / 10 ** (samplesPsnr / 10)) * count) / sum;
    for (let b = 0; b < looked.length; b++) if (looked[b] === 1) known[b] = scale * expected[b];
    error.set(known);
  }

  /** Forgets everything. */
  clear(): void {
    this.started = false;
  }

  /** Marks the blocks of the screen that blocks of the set, which may stand in the world, mostly cover. */
  private mark({ u, v, kind, count }: SampleSet): void {
    const { looked, columns } = this;
    const rows = looked.length / columns;
    looked.fill(0);
    for (let i = 0; i < count; i++) {
      if (kind[i] < BLOCK_KIND) continue;
      const cells = 1 << levelOf(kind[i]);
      const left = (u[i] + (BLOCK >> 1)) >> BLOCK_SHIFT;
      const top = (v[i] + (BLOCK >> 1)) >> BLOCK_SHIFT;
      for (let y = top; y < Math.min(rows, top + cells); y++)
        looked.fill(1, y * columns + left, y * columns + Math.min(columns, left + cells));
      i += BLOCK_SAMPLES - 1;
    }
  }
}
