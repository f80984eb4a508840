import type { CaptureGrid } from '../samples/CaptureGrid.js';
import { BLOCK_KIND, BLOCK_SAMPLES, levelOf, type SampleSet } from '../samples/SampleSet.js';
import { CHANGE_CLASSES } from './DigestModel.js';

const KNOWN = 1 << 24;
const VALUES = 3 * BLOCK_SAMPLES;

/**
 * Says by how much each block of a frame differs from what was last seen of its place in the world, as a class 0 … 7: 0 for not at all,
 * else one for each two octaves of the mean squared error a channel, 8-bit steps² (1 below 1, 2 below 4 … 7 from 1,024 on). A block
 * that was not seen wholly before is compared with its own mean: what is new costs as much as it has detail.
 *
 * @example
 * ```ts
 * meter.measure(samples, rgb, scrollX, scrollY, (u, v, change) => digest.codeChange(coder, u, v, change));
 * ```
 */
export class ChangeMeter {
  private readonly seen: Uint32Array;

  constructor(private readonly grid: CaptureGrid) {
    this.seen = new Uint32Array(grid.width * grid.height);
  }

  /** Forgets everything. */
  reset(): void {
    this.seen.fill(0);
  }

  /** Tells `found` of each block of an expanded set, in order, and remembers what is there. Samples that are of no block are passed over. */
  measure(
    samples: SampleSet,
    rgb: Uint8Array,
    scrollX: number,
    scrollY: number,
    found: (u: number, v: number, change: number) => void,
  ): void {
    const { width, height } = this.grid;
    const shiftX = ((scrollX % width) + width) % width;
    const shiftY = ((scrollY % height) + height) % height;
    for (let i = 0; i < samples.count; ) {
      if (samples.kind[i] < BLOCK_KIND) {
        i++;
        continue;
      }
      found(samples.u[i], samples.v[i], this.block(samples, i, rgb, shiftX, shiftY));
      i += BLOCK_SAMPLES;
    }
  }

  private block({ u, v, kind }: SampleSet, first: number, rgb: Uint8Array, shiftX: number, shiftY: number): number {
    const { seen } = this;
    const { width, height } = this.grid;
    // A coarse block says little of the pixels it stands for.
    if (levelOf(kind[first]) > 0) return classOf(spreadOf(rgb, 3 * first));
    let known = KNOWN;
    let sum = 0;
    for (let j = 0, i = first, p = 3 * first; j < BLOCK_SAMPLES; j++, i++, p += 3) {
      let x = u[i] + shiftX;
      if (x >= width) x -= width;
      let y = v[i] + shiftY;
      if (y >= height) y -= height;
      const at = y * width + x;
      const before = seen[at];
      const now = KNOWN | (rgb[p] << 16) | (rgb[p + 1] << 8) | rgb[p + 2];
      if (before === now) continue;
      seen[at] = now;
      known &= before;
      const red = ((now >>> 16) & 255) - ((before >>> 16) & 255);
      const green = ((now >>> 8) & 255) - ((before >>> 8) & 255);
      const blue = (now & 255) - (before & 255);
      sum += red * red + green * green + blue * blue;
    }
    if (known !== 0 && sum === 0) return 0;
    return classOf(known !== 0 ? sum : spreadOf(rgb, 3 * first));
  }
}

/** Sum of the squared differences of a block's values to their mean. */
function spreadOf(rgb: Uint8Array, first: number): number {
  let spread = 0;
  for (let channel = 0; channel < 3; channel++) {
    let sum = 0;
    let squares = 0;
    for (let j = 0, p = first + channel; j < BLOCK_SAMPLES; j++, p += 3) {
      sum += rgb[p];
      squares += rgb[p] * rgb[p];
    }
    spread += squares - (sum * sum) / BLOCK_SAMPLES;
  }
  return spread;
}

/** Class of a sum of squared differences over a block's 192 values; a change however small is none of class 0. */
function classOf(sum: number): number {
  const error = sum / VALUES;
  if (error < 1) return 1;
  return Math.min(CHANGE_CLASSES - 1, 2 + ((31 - Math.clz32(error)) >> 1));
}
