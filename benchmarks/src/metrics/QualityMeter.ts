import { psnr } from './psnr.js';
import { Ssim, type SsimSide } from './Ssim.js';
import { mean, quantile } from './statistics.js';

/** Milliseconds that "steady" leaves out (DESIGN.md, "Figures"). */
const STEADY_AFTER = 2000;

/** Any 8-bit picture buffer. */
export type Picture = Uint8Array | Uint8ClampedArray;

/**
 * Quality of one series of pictures against the truth (DESIGN.md, "Figures": "steady" skips the first 2 s). `ssim` is NaN where it was not measured.
 *
 * @example
 * ```ts
 * console.log(meter.result('rebuilt').psnrSteady);
 * ```
 */
export interface Quality {
  /** Mean of the frames' PSNR in dB, each capped at 60. */
  readonly psnr: number;
  /** The same from the third second on; over all frames where the clip is shorter. */
  readonly psnrSteady: number;
  /** 5th percentile over all frames. */
  readonly psnrP5: number;
  readonly ssim: number;
  readonly ssimSteady: number;
}

/**
 * Measures rebuilt frames and the two rows every table carries: "first frame held" and "previous frame held" (the true frame before,
 * known exactly, which no sampler has). The very first frame of a held row is compared with nothing before it: it counts as itself for
 * "first frame held" and is left out of "previous frame held".
 *
 * @example
 * ```ts
 * const meter = new QualityMeter({ width: 320, height: 180, fps: 30 });
 * meter.add(truth, rebuilt);
 * meter.rebuilt().psnr;
 * ```
 */
export class QualityMeter {
  /** PSNR of each rebuilt frame. */
  readonly psnrs: number[] = [];
  private readonly ssims: number[] = [];
  private readonly firstPsnr: number[] = [];
  private readonly firstSsim: number[] = [];
  private readonly previousPsnr: number[] = [];
  private readonly previousSsim: number[] = [];
  private readonly frameMs: number;
  private startedAt: number | undefined;
  /** Frames within the first 2 s. */
  private unsteady = 0;
  private readonly ssim: Ssim | undefined;
  private readonly held: boolean;
  private first: Uint8Array | undefined;
  private previous: Uint8Array | undefined;
  private firstSide: SsimSide | undefined;
  private previousSide: SsimSide | undefined;
  private truthSide: SsimSide | undefined;
  private pictureSide: SsimSide | undefined;

  constructor(options: {
    readonly width: number;
    readonly height: number;
    readonly fps: number;
    readonly ssim?: boolean;
    readonly held?: boolean;
  }) {
    this.frameMs = 1000 / options.fps;
    this.held = options.held ?? true;
    if (options.ssim ?? true) this.ssim = new Ssim(options.width, options.height);
  }

  /** Measures one frame of `time` ms (default: frames come at the given rate); returns its PSNR. */
  add(truth: Picture, rebuilt: Picture, time: number = this.psnrs.length * this.frameMs): number {
    const value = psnr(truth, rebuilt);
    this.psnrs.push(value);
    this.startedAt ??= time;
    if (time - this.startedAt < STEADY_AFTER - 1e-6) this.unsteady++;
    const ssim = this.ssim;
    if (ssim) {
      this.truthSide = ssim.prepare(truth, this.truthSide);
      this.pictureSide = ssim.prepare(rebuilt, this.pictureSide);
      this.ssims.push(ssim.compare(this.truthSide, this.pictureSide));
    }
    if (this.held) this.addHeld(truth);
    return value;
  }

  /** Quality of the rebuilt frames. */
  rebuilt(): Quality {
    return this.summary(this.psnrs, this.ssims, this.unsteady);
  }

  /** Quality of the first true frame shown for ever. */
  firstHeld(): Quality {
    return this.summary(this.firstPsnr, this.firstSsim, this.unsteady);
  }

  /** Quality of the true frame before. */
  previousHeld(): Quality {
    return this.summary(this.previousPsnr, this.previousSsim, this.unsteady - 1);
  }

  private addHeld(truth: Picture): void {
    if (this.first) this.firstPsnr.push(psnr(truth, this.first));
    else this.firstPsnr.push(psnr(truth, truth));
    if (this.previous) this.previousPsnr.push(psnr(truth, this.previous));
    const ssim = this.ssim;
    if (ssim && this.truthSide) {
      this.firstSide ??= ssim.prepare(truth);
      this.firstSsim.push(ssim.compare(this.truthSide, this.firstSide));
      if (this.previousSide) this.previousSsim.push(ssim.compare(this.truthSide, this.previousSide));
      const swap: SsimSide | undefined = this.previousSide;
      this.previousSide = this.truthSide;
      this.truthSide = swap;
    }
    this.first ??= Uint8Array.from(truth);
    this.previous ??= new Uint8Array(truth.length);
    this.previous.set(truth);
  }

  private summary(psnrs: readonly number[], ssims: readonly number[], steadyFrom: number): Quality {
    const start = psnrs.length > steadyFrom ? Math.max(0, steadyFrom) : 0;
    return {
      psnr: mean(psnrs),
      psnrSteady: mean(psnrs, start),
      psnrP5: quantile(psnrs, 0.05),
      ssim: mean(ssims),
      ssimSteady: mean(ssims, start),
    };
  }
}
