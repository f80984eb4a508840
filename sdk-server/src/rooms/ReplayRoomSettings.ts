import type { TierBits } from '@sgaps/protocol';
import type { Cadence } from './Cadence.js';

/**
 * What a replay room is set to; every value has a default.
 *
 * @example
 * ```ts
 * const settings: ReplayRoomSettings = { bytesUp: 2048, maxWatchers: 50 };
 * ```
 */
export interface ReplayRoomSettings {
  /** Byte budgets per frame; defaults 2,048 and 512. */
  readonly bytesUp?: number;
  readonly bytesDown?: number;
  /** Samples asked of a frame at most, 64 … 65,536; default 65,536: all blocks of a grid of 320×180. Fewer cost players and server less, and quality where much moves. */
  readonly samples?: number;
  /** `points`: single pixels only (the paper's case), the least that a player's machine can do; every frame is rebuilt then. Default `auto`. */
  readonly sampling?: 'auto' | 'points';
  /** Quality to keep, predicted PSNR in dB, 20 … 55: frames then take the bytes that it needs, at most those budgets; default all of them. */
  readonly quality?: number;
  /**
   * When pictures are made; default `every-frame`. `on-demand` records many times as many sessions a core, at somewhat less quality where much moves; it
   * needs recorders that tell what changed (this version's), for others every frame is decoded.
   */
  readonly cadence?: Cadence;
  /** With `every-nth`: pictures are made of every so many frames, 1 … 60; default 3. */
  readonly nth?: number;
  /** Bits per channel of the four tiers (S15); default what the client would like, else 8, 5, 3, 3. */
  readonly tierBits?: TierBits;
  /** Frames asked ahead at most; default 12 (S4, S13). */
  readonly maxLatency?: number;
  /** ms between decoder snapshots; default 10,000. */
  readonly snapshotEvery?: number;
  /** ms that a recorder whose connection was cut may take to come back into its recording; default 30,000, 0 for never. */
  readonly resumeWithin?: number;
  /** Points of misconduct before a client is sent away, default 20; see `ClientConduct`. One is forgiven every 30 s. */
  readonly maxOffences?: number;
  /** Messages per second and client, mean; default 300. As many may come at once. */
  readonly maxMessages?: number;
  /** Bytes per second of pixel packets, mean; default 1,000,000. Twice that may come at once. */
  readonly maxBytesPerSecond?: number;
  /** Frames in a row that may use none of the server's requests before it counts as an offence; default 600. */
  readonly maxUnanswered?: number;
  /** Default 100. */
  readonly maxWatchers?: number;
  /** Origins other than the server's own whose pages may watch; default none. `*` allows all. */
  readonly viewerOrigins?: readonly string[];
  /** ms that closing a recording may wait for the disk; default 10,000. */
  readonly closeWithin?: number;
}
