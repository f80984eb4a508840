import type { SplatCloud } from '../cloud/SplatCloud.js';
import { BAND_0 } from '../reference/harmonics.js';
import type { FramePicture } from './FrameStore.js';
import { PixelUse } from './PictureCells.js';
import { TrainingView } from './TrainingView.js';

/** Pictures between two steps. */
const BATCH = 12;
/** How far a step goes: at first, and at last. */
const FIRST_STEP = 1.2;
const LAST_STEP = 0.5;
/** A pixel that misses more than this, of 1, probably shows something else: it counts less. */
const TRUSTED_MISS = 0.12;
/** Weight of what a splat has already. */
const HOLD = 0.5;

/** A place on the screen that misses more than this, and so many times more than most, in the mean over all pictures, shows what hangs on the screen. */
const SCREEN_MISS = 0.06;
const SCREEN_RATIO = 2.5;
const LEAST_LOOKS = 8;

/** A picture and what its pixels may be used for. */
export interface TrainingPicture {
  readonly picture: FramePicture;
  readonly use: Uint8Array;
}

/**
 * Brings colours of splats (degree 0) nearer to those with which the cloud, drawn, gives the pictures that it was made from: linear least squares by steps over batches of
 * pictures, in which pixels that miss by much count less.
 *
 * @param sweeps how often each picture is looked at.
 * @param changing splats, the first ones, whose colours may change.
 * @param tell hears of each picture.
 */
export async function refineColours(
  cloud: SplatCloud,
  pictures: readonly TrainingPicture[],
  sweeps: number,
  changing: number,
  tell: (done: number, total: number) => Promise<void> | void = () => undefined,
): Promise<void> {
  const { count, harmonics } = cloud;
  const colours = new Float32Array(3 * count);
  for (let i = 0; i < colours.length; i++) colours[i] = 0.5 + BAND_0 * harmonics[i];
  const sums = new Float32Array(3 * count);
  const weights = new Float32Array(count);
  const view = new TrainingView();
  const total = sweeps * pictures.length;
  let misses = new Float32Array(0);
  let trust = new Float32Array(0);
  let inBatch = 0;
  const screen = new ScreenMisses();
  for (let done = 0; done < total; done++) {
    // Far apart in time, so that a step sees all sides.
    const { picture, use } = pictures[orderOf(done, pictures.length)];
    if (trust.length !== use.length) {
      misses = new Float32Array(3 * use.length);
      trust = new Float32Array(use.length);
    }
    view.look(cloud, picture.depths.camera, picture.depths.near);
    view.blend(colours);
    compare(view.picture, picture.rgb, use, misses, trust);
    if (done < pictures.length) screen.add(misses, use);
    if (done === pictures.length - 1) screen.settle();
    screen.mask(trust);
    view.gather(misses, trust, sums, weights);
    if (++inBatch === Math.min(BATCH, pictures.length) || done === total - 1) {
      const step = FIRST_STEP + ((LAST_STEP - FIRST_STEP) * done) / total;
      for (let i = 0; i < changing; i++) {
        if (weights[i] === 0) continue;
        const gain = step / (weights[i] + HOLD);
        for (let p = 3 * i; p < 3 * i + 3; p++) colours[p] = Math.min(1, Math.max(0, colours[p] + gain * sums[p]));
      }
      sums.fill(0);
      weights.fill(0);
      inBatch = 0;
    }
    await tell(done + 1, total);
  }
  for (let i = 0; i < colours.length; i++) harmonics[i] = (colours[i] - 0.5) / BAND_0;
}

/** A stride with which all are met once. */
function orderOf(index: number, count: number): number {
  let stride = Math.max(1, Math.round(0.618 * count));
  while (gcd(stride, count) !== 1) stride++;
  return (index * stride) % count;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function compare(drawn: Float32Array, rgb: Uint8Array, use: Uint8Array, misses: Float32Array, trust: Float32Array): void {
  for (let at = 0; at < use.length; at++) {
    if (use[at] === PixelUse.nothing) {
      trust[at] = 0;
      continue;
    }
    let most = 0;
    for (let p = 3 * at; p < 3 * at + 3; p++) {
      misses[p] = rgb[p] / 255 - drawn[p];
      most = Math.max(most, Math.abs(misses[p]));
    }
    trust[at] = most <= TRUSTED_MISS ? 1 : TRUSTED_MISS / most;
  }
}

/** Finds what hangs on the screen: there pictures miss the same places again and again. */
class ScreenMisses {
  private sums = new Float32Array(0);
  private looks = new Uint16Array(0);
  private hangs: Uint8Array | null = null;

  add(misses: Float32Array, use: Uint8Array): void {
    if (this.looks.length !== use.length) {
      this.sums = new Float32Array(use.length);
      this.looks = new Uint16Array(use.length);
    }
    for (let at = 0; at < use.length; at++) {
      if (use[at] === PixelUse.nothing) continue;
      this.looks[at]++;
      for (let p = 3 * at; p < 3 * at + 3; p++) this.sums[at] += Math.abs(misses[p]) / 3;
    }
  }

  settle(): void {
    const means = Float32Array.from(this.sums, (sum, at) => sum / Math.max(1, this.looks[at]));
    const middle = means.toSorted()[means.length >> 1] ?? 0;
    const most = Math.max(SCREEN_MISS, SCREEN_RATIO * middle);
    this.hangs = Uint8Array.from(means, (mean, at) => (this.looks[at] >= LEAST_LOOKS && mean > most ? 1 : 0));
  }

  mask(trust: Float32Array): void {
    const { hangs } = this;
    if (hangs?.length === trust.length) for (let at = 0; at < trust.length; at++) if (hangs[at] === 1) trust[at] = 0;
  }
}
