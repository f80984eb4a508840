import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { type Quality, QualityMeter } from '../metrics/QualityMeter.js';
import type { VideoInfo } from '../video/probeVideo.js';
import { readFrames } from '../video/readFrames.js';
import type { Peer } from './encoders.js';
import { searchRate } from './searchRate.js';
import { TO_RGB, transcode } from './transcode.js';

/**
 * What to measure an encoder on.
 *
 * @example
 * ```ts
 * const options: PeerOptions = { input: 'clip.mkv', info, bytes: 2560, folder: '/tmp/x' };
 * ```
 */
export interface PeerOptions {
  readonly input: string;
  readonly info: VideoInfo;
  /** Bytes per frame that the encoder may make. */
  readonly bytes: number;
  /** Where its files may lie. */
  readonly folder: string;
  readonly frames?: number;
  /** Default true. */
  readonly ssim?: boolean;
}

/**
 * Quality of an encoder at the bytes it made.
 *
 * @example
 * ```ts
 * const { psnrSteady, bytes } = await measurePeer(PEERS[0], options);
 * ```
 */
export interface PeerFigures extends Quality {
  readonly id: Peer['id'];
  readonly label: string;
  readonly opponent: boolean;
  /** Bytes per frame made: those of the codec, without a container or packets. */
  readonly bytes: number;
  /** Bits per second that it was told. */
  readonly rate: number;
  /** The same bytes with chroma interpolated on its way back to RGB; no SSIM. */
  readonly smooth: Quality;
}

/**
 * Encodes a clip at the rate that gives `bytes` per frame, decodes it and measures it as `bench:clip` measures us.
 *
 * @example
 * ```ts
 * const figures = await measurePeer(PEERS[1], { input: 'clip.mkv', info, bytes: 2560, folder: '/tmp/x' });
 * ```
 */
export async function measurePeer(peer: Peer, options: PeerOptions): Promise<PeerFigures> {
  const { input, info, bytes: target, folder, frames } = options;
  const count = frames ?? (await countFrames(input, info));
  const fileAt = (rate: number) => join(folder, `${peer.id}-${rate}.${peer.form}`);
  const { rate, bytes } = await searchRate({
    target,
    start: Math.round(8 * target * info.fps),
    trial: async (tried) => {
      const coding = { ...peer, options: peer.options(tried) };
      return (await transcode(input, info, coding, fileAt(tried), count)) / count;
    },
  });
  const meters = {
    plain: new QualityMeter({ ...info, ssim: options.ssim, held: false }),
    smooth: new QualityMeter({ ...info, ssim: false, held: false }),
  };
  const decoded = {
    plain: readFrames(fileAt(rate), info, { filter: TO_RGB.plain }),
    smooth: readFrames(fileAt(rate), info, { filter: TO_RGB.smooth }),
  };
  try {
    for await (const truth of readFrames(input, info, { frames })) {
      for (const chroma of ['plain', 'smooth'] as const) {
        const { value, done } = await decoded[chroma].next();
        if (done) throw SgapsError.truncated(`what ${peer.label} made of ${input}`);
        meters[chroma].add(truth, value);
      }
    }
  } finally {
    for (const frames of Object.values(decoded)) await frames.return(undefined);
  }
  const { id, label, opponent } = peer;
  return { id, label, opponent, bytes, rate, ...meters.plain.rebuilt(), smooth: meters.smooth.rebuilt() };
}

async function countFrames(input: string, info: VideoInfo): Promise<number> {
  let count = 0;
  for await (const frame of readFrames(input, info)) if (frame.length > 0) count++;
  return count;
}
