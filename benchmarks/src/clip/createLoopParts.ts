import { ALL_FEATURES, type LoopFeatures, SamplingPlanner, SessionDecoder } from '@sgaps/core';
import {
  type CaptureGrid,
  CoordinateCodec,
  DEFAULT_TIER_BITS,
  PixelPacketDecoder,
  PixelPacketEncoder,
  type StateSchema,
} from '@sgaps/protocol';
import type { LoopParts } from './LoopParts.js';

const SCHEMA: StateSchema = { values: [] };

/** How many samples a frame gets without `rate`, in the words of all benches. */
export const AUTO_SAMPLES = 'blocks, all that are worth a look, at most 65,536 samples';

/**
 * What a bench may choose about the loop; the rest is as in live play.
 *
 * @example
 * ```ts
 * const settings: LoopSettings = { bytesUp: 2048 };
 * ```
 */
export interface LoopSettings {
  /** Samples per frame as a fraction of the grid's pixels; default: `AUTO_SAMPLES`. */
  readonly rate?: number;
  /** Samples per frame at most where the bytes set their number. */
  readonly samples?: number;
  /** Budget up and down, bytes per frame. */
  readonly bytesUp?: number;
  readonly bytesDown?: number;
  /** Quality to keep, predicted PSNR in dB: frames take the bytes that it needs, at most the budget. */
  readonly quality?: number;
  /** `points` keeps to single pixels (the paper's case). */
  readonly sampling?: 'auto' | 'points';
  /** Name of the reconstructor; default: the one the server would take. */
  readonly reconstructor?: 'diffusion';
  /** Parts of the loop switched off. */
  readonly without?: readonly (keyof LoopFeatures)[];
}

/**
 * What a clip has to offer beside colours.
 *
 * @example
 * ```ts
 * const { parts } = createLoopParts(grid, settings, { depth: true });
 * ```
 */
export interface LoopOffer {
  /** True where points carry depth, as agreed at join. */
  readonly depth?: boolean;
}

/**
 * The loop's real parts, and the session decoder and planner for looking inside.
 *
 * @example
 * ```ts
 * const { parts, planner } = createLoopParts({ width: 320, height: 180 }, {});
 * ```
 */
export function createLoopParts(
  grid: CaptureGrid,
  settings: LoopSettings,
  offer: LoopOffer = {},
): { readonly parts: LoopParts; readonly session: SessionDecoder; readonly planner: SamplingPlanner } {
  const { rate, samples, bytesUp, bytesDown, quality, sampling, reconstructor, without = [] } = settings;
  const features: LoopFeatures = { ...ALL_FEATURES, ...Object.fromEntries(without.map((name) => [name, false])) };
  const session = new SessionDecoder({ grid, reconstructor, features });
  const planner = new SamplingPlanner({ grid, decoder: session, rate, samples, bytesUp, bytesDown, quality, sampling, features });
  const codec = { grid, schema: SCHEMA, tierBits: DEFAULT_TIER_BITS, depth: offer.depth };
  const parts: LoopParts = {
    client: {
      coordinates: new CoordinateCodec(grid),
      pixels: new PixelPacketEncoder(codec),
      colours: offer.depth ? new PixelPacketEncoder({ ...codec, depth: false }) : undefined,
    },
    server: {
      coordinates: new CoordinateCodec(grid),
      createPixels: (resolve) => new PixelPacketDecoder({ ...codec, resolve }),
      session,
      planner,
    },
  };
  return { parts, session, planner };
}
