import type { ArchiveModel } from '@sgaps/core';
import type { ClipEntry } from '../clip/listClips.js';
import { probeVideo } from '../video/probeVideo.js';
import { type CodeFigures, codeClip } from './codeClip.js';
import { type ArchivePeerFigures, PeerBench } from './PeerBench.js';

/**
 * Where archives are measured.
 *
 * @example
 * ```ts
 * const points: readonly WorkingPoint[] = [{ id: '42×', ratio: 42 }, { id: '38.5 dB', quality: 38.5 }];
 * ```
 */
export interface WorkingPoint {
  readonly id: string;
  /** Raw RGB is so many times as large: the best picture of that size. */
  readonly ratio?: number;
  /** dB: the smallest size of that quality. */
  readonly quality?: number;
}

/** A quality that no coder reaches, so that bytes alone bound it. */
const BEST = 99;

/**
 * A clip at one working point, and the video encoders at the bytes that it took.
 *
 * @example
 * ```ts
 * const better = point.peers.filter(({ psnr }) => psnr > point.ours.psnr);
 * ```
 */
export interface PointFigures {
  readonly point: string;
  readonly ours: CodeFigures;
  readonly peers: readonly ArchivePeerFigures[];
}

/**
 * A clip at all working points.
 *
 * @example
 * ```ts
 * const { name, points }: ArchivedClip = measured;
 * ```
 */
export interface ArchivedClip {
  readonly name: string;
  readonly kind: string;
  /** Bytes of a second of raw RGB, and frames of it. */
  readonly raw: number;
  readonly fps: number;
  readonly points: readonly PointFigures[];
}

/**
 * Measures a clip at each working point, beside video encoders at equal bytes. Throws as `codeClip`, and `UNSUPPORTED` where there is no ffmpeg.
 *
 * @example
 * ```ts
 * const clip = await measureArchive(entry, { model: null, points: [{ id: '42×', ratio: 42 }] });
 * ```
 */
export async function measureArchive(
  { name, kind, input, state }: ClipEntry,
  options: {
    readonly model: ArchiveModel | null;
    readonly points: readonly WorkingPoint[];
    readonly frames?: number;
    readonly ssim?: boolean;
    /** Default true. */
    readonly withPeers?: boolean;
    /** Told what is being done. */
    readonly onProgress?: (text: string) => void;
  },
): Promise<ArchivedClip> {
  const info = await probeVideo(input);
  const { width, height, fps } = info;
  const { model, frames, ssim, onProgress } = options;
  const raw = 3 * width * height * fps;
  const points: PointFigures[] = [];
  let bench: PeerBench | undefined;
  try {
    for (const { id, ratio, quality } of options.points) {
      const goal = ratio === undefined ? { quality } : { bytesPerSecond: raw / ratio, quality: BEST };
      const onGroup = (done: number) => onProgress?.(`${name}, ${id}: frame ${done}`);
      const ours = await codeClip({ input, state, info, frames, model, goal, ssim, onGroup });
      let peers: readonly ArchivePeerFigures[] = [];
      if (options.withPeers ?? true) {
        onProgress?.(`${name}, ${id}: video at ${ours.bytes} bytes`);
        bench ??= new PeerBench(input, info, ours.frames, ssim);
        peers = await bench.measureAt(ours.bytes);
      }
      points.push({ point: id, ours, peers });
    }
  } finally {
    bench?.[Symbol.dispose]();
  }
  return { name, kind, raw, fps, points };
}
