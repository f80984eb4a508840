import { SelfQualityAssessment } from '@sgaps/core';
import type { ClipEntry } from '../clip/listClips.js';
import { type ClipOptions, measureClip } from '../clip/measureClip.js';
import { psnr } from '../metrics/psnr.js';
import { probeVideo } from '../video/probeVideo.js';
import type { QualityRow } from './fitModel.js';

/**
 * A clip run through the loop: what could be told of each frame, its true PSNR, what the shipped assessment said, and its time.
 *
 * @example
 * ```ts
 * const { rows, shipped } = await collectRows(clip, { bytesUp: 2048 });
 * ```
 */
export interface QualityRun {
  readonly rows: QualityRow[];
  /** Predicted PSNR of each frame by the shipped model, dB. */
  readonly shipped: number[];
  /** Frames of which samples alone kept the picture up to date. */
  readonly kept: number;
  /** Mean true squared error inside and outside of the problem regions, and the share of pixels that they take. */
  readonly problem: { inside: number; outside: number; share: number };
  /** Milliseconds of each assessment. */
  readonly ms: number[];
}

/**
 * Runs one clip and assesses every frame.
 *
 * @example
 * ```ts
 * const { rows } = await collectRows(clip, { frames: 300 });
 * ```
 */
export async function collectRows(clip: ClipEntry, options: Omit<ClipOptions, 'input' | 'state'>): Promise<QualityRun> {
  const { width, height } = await probeVideo(clip.input);
  const quality = new SelfQualityAssessment({ width, height });
  const rows: QualityRow[] = [];
  const shipped: number[] = [];
  const ms: number[] = [];
  const inProblem = new Uint8Array(width * height);
  let kept = 0;
  let inside = 0;
  let outside = 0;
  let pixelsInside = 0;
  await measureClip({
    ...options,
    input: clip.input,
    state: clip.state,
    ssim: false,
    held: false,
    onFrame: (decoded, truth, _importance, session) => {
      const start = performance.now();
      const { psnr: predicted, problemRegions } = quality.assess(decoded, session.memory.innovations);
      ms.push(performance.now() - start);
      rows.push({ features: [...quality.features.values], psnr: psnr(truth, decoded.rgb) });
      shipped.push(predicted);
      if (decoded.kept) kept++;
      inProblem.fill(0);
      for (const region of problemRegions)
        for (let v = region.v; v < region.v + region.height; v++)
          inProblem.fill(1, v * width + region.u, v * width + region.u + region.width);
      for (let at = 0; at < inProblem.length; at++) {
        let error = 0;
        for (let c = 0; c < 3; c++) error += (truth[3 * at + c] - decoded.rgb[3 * at + c]) ** 2;
        if (inProblem[at] !== 0) {
          inside += error;
          pixelsInside++;
        } else outside += error;
      }
    },
  });
  const pixels = rows.length * width * height;
  return {
    rows,
    shipped,
    kept,
    problem: {
      inside: inside / (3 * Math.max(1, pixelsInside)),
      outside: outside / (3 * Math.max(1, pixels - pixelsInside)),
      share: pixelsInside / pixels,
    },
    ms,
  };
}
