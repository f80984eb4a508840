import type { ModelBackend, SessionDecoder } from '@sgaps/core';
import { SgapsError } from '@sgaps/protocol';
import { VideoWriter } from '@sgaps/server/clips';
import { type Quality, QualityMeter } from '../metrics/QualityMeter.js';
import { quantile } from '../metrics/statistics.js';
import { LeadEstimator } from '../network/LeadEstimator.js';
import { createNetwork, type NetworkName } from '../network/networks.js';
import { probeVideo } from '../video/probeVideo.js';
import { readFrames } from '../video/readFrames.js';
import { ClipLoop } from './ClipLoop.js';
import { createLoopParts, type LoopSettings } from './createLoopParts.js';
import { DepthClip } from './DepthClip.js';
import type { LoopFrame, LoopTotals } from './LoopParts.js';
import { loadClipState } from './loadClipState.js';
import { toFrameState } from './toFrameState.js';

/**
 * What to measure.
 *
 * @example
 * ```ts
 * const options: ClipOptions = { input: 'clip.mkv', state: 'clip.json', latency: 2, bytesUp: 2048 };
 * ```
 */
export interface ClipOptions extends LoopSettings {
  /** Lossless clip. */
  readonly input: string;
  /** What fills in: a model run by this backend; null or absent: `diffusion`. */
  readonly model?: ModelBackend | null;
  /** Its state; without one the loop sees pixels alone. */
  readonly state?: string;
  /**
   * Lossless 10-bit depth clip of the same size and as many frames: point samples carry its codes, at their byte cost.
   */
  readonly depth?: string;
  /** Frames between asking and the frame asked for, default 2. */
  readonly latency?: number;
  /** A simulated network instead, whose delay the server has to measure; `latency` is then what it starts with. */
  readonly network?: NetworkName;
  /** What the network's delays are drawn from, default 7. */
  readonly seed?: number;
  /** Frames per pixel packet, default 1. */
  readonly batch?: number;
  /** At most so many frames, from the start. */
  readonly frames?: number;
  /** Where to write the rebuilt frames, lossless. */
  readonly out?: string;
  /** Default true; SSIM costs most of the measuring. */
  readonly ssim?: boolean;
  /** Rows "first frame held" and "previous frame held", default true. */
  readonly held?: boolean;
  /** Called with every rebuilt frame (buffers are reused), its truth, and what rebuilt it. */
  readonly onFrame?: (decoded: LoopFrame, truth: Uint8Array, importance: Float32Array, session: SessionDecoder) => void;
}

/**
 * Figures of one clip (DESIGN.md, "Figures"): bytes are per frame.
 *
 * @example
 * ```ts
 * const { psnrSteady } = await measureClip({ input: 'clip.mkv' });
 * ```
 */
export interface ClipFigures extends Quality {
  readonly frames: number;
  readonly samplesPerFrame: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Mean bytes per frame, both ways, of the costliest second. */
  readonly bytesWorstSecond: number;
  readonly framesWithoutRequest: number;
  /** Frames that had not got the request made for them when they were drawn. */
  readonly framesLate?: number;
  /** Frames asked ahead, mean. */
  readonly lead?: number;
  /** With a depth clip only: samples with depth and their bytes, both per frame (the bytes are part of `bytesUp`), and bits of one. */
  readonly depth?: { readonly samplesPerFrame: number; readonly bytesUp: number; readonly bitsPerSample: number };
  /** Time of the server's thread per frame, ms; a model works beside it. */
  readonly msPerFrame: { readonly p50: number; readonly p95: number };
  /** With a model, where it had frames to rebuild: ms from giving it one until its picture is there. */
  readonly modelMs?: { readonly p50: number; readonly p95: number };
  /** Name of the reconstructor. */
  readonly model: string;
  readonly firstFrameHeld?: Quality;
  readonly previousFrameHeld?: Quality;
}

/**
 * Runs a clip through the real codecs and the real loop and measures what comes out. Throws `NOT_FOUND` for a missing file.
 *
 * @example
 * ```ts
 * const figures = await measureClip({ input: 'clip.mkv', state: 'clip.json', bytesUp: 2048, latency: 2 });
 * ```
 */
export async function measureClip(options: ClipOptions): Promise<ClipFigures> {
  const info = await probeVideo(options.input);
  const state = options.state === undefined ? undefined : loadClipState(options.state);
  if (state && (state.width !== info.width || state.height !== info.height)) {
    throw new SgapsError(
      'ARGUMENT_INVALID',
      `The state is of a ${state.width}×${state.height} clip, ${options.input} is ${info.width}×${info.height}.`,
    );
  }
  const depth = options.depth === undefined ? undefined : await DepthClip.open(options.depth, info);
  const grid = { width: info.width, height: info.height };
  const { parts, session, planner } = createLoopParts(grid, options, {
    depth: depth !== undefined,
    model: options.model ?? null,
  });
  const meter = new QualityMeter({ ...info, ssim: options.ssim, held: options.held });
  const writer = options.out === undefined ? undefined : new VideoWriter(options.out, info);
  const truths = new Map<number, Uint8Array>();
  const rebuilt: Uint8ClampedArray[] = [];
  const loop = new ClipLoop({
    grid,
    fps: info.fps,
    latency: options.latency ?? 2,
    batch: options.batch,
    parts,
    link: options.network && {
      network: createNetwork(options.network, options.seed ?? 7),
      compensation: new LeadEstimator(options.latency ?? 2),
    },
    onFrame: (decoded) => {
      const truth = truths.get(decoded.frameId);
      if (!truth) throw new SgapsError('OUT_OF_ORDER', `Frame ${decoded.frameId} came out that never went in.`);
      truths.delete(decoded.frameId);
      meter.add(truth, decoded.rgb);
      if (writer) rebuilt.push(Uint8ClampedArray.from(decoded.rgb));
      options.onFrame?.(decoded, truth, planner.importance, session);
    },
  });
  const drain = async () => {
    if (writer) for (const frame of rebuilt.splice(0)) await writer.write(frame);
  };
  let frame = 0;
  try {
    for await (const rgb of readFrames(options.input, info, { frames: options.frames })) {
      truths.set(frame, rgb);
      await loop.push(rgb, toFrameState(grid, state?.per_frame[frame]), await depth?.next());
      frame++;
      await drain();
    }
    await loop.finish();
    await drain();
    await writer?.close();
  } finally {
    writer?.abort();
    await depth?.close();
  }
  if (frame === 0) throw SgapsError.malformed(`clip: ${options.input} holds no frame`);
  const { totals } = loop;
  // Frames that the model had nothing to do for passed it by.
  const { modelMs } = totals;
  return {
    ...meter.rebuilt(),
    frames: totals.frames,
    samplesPerFrame: totals.samples / totals.frames,
    bytesUp: totals.bytesUp / totals.frames,
    bytesDown: totals.bytesDown / totals.frames,
    bytesWorstSecond: worstWindow(totals.bytesPerFrame, Math.round(info.fps)),
    framesWithoutRequest: totals.framesWithoutRequest,
    framesLate: totals.framesLate,
    lead: totals.leads / totals.answers,
    msPerFrame: { p50: quantile(totals.ms, 0.5), p95: quantile(totals.ms, 0.95) },
    ...(modelMs.length > 0 ? { modelMs: { p50: quantile(modelMs, 0.5), p95: quantile(modelMs, 0.95) } } : {}),
    ...(depth ? { depth: depthFigures(totals) } : {}),
    model: options.model?.id ?? session.reconstructor.id,
    ...(options.held === false ? {} : { firstFrameHeld: meter.firstHeld(), previousFrameHeld: meter.previousHeld() }),
  };
}

function depthFigures({ frames, depthSamples, depthBytes }: LoopTotals): NonNullable<ClipFigures['depth']> {
  return {
    samplesPerFrame: depthSamples / frames,
    bytesUp: depthBytes / frames,
    bitsPerSample: depthSamples > 0 ? (8 * depthBytes) / depthSamples : 0,
  };
}

function worstWindow(values: readonly number[], length: number): number {
  const size = Math.min(length, values.length);
  let sum = 0;
  let worst = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i] - (i >= size ? values[i - size] : 0);
    if (i >= size - 1) worst = Math.max(worst, sum / size);
  }
  return worst;
}
