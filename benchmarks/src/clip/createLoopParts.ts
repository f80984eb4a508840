import {
  ALL_FEATURES,
  FrameRefiner,
  LightPlanner,
  type LoopFeatures,
  type ModelBackend,
  SamplingPlanner,
  SessionDecoder,
} from '@sgaps/core';
import {
  type CaptureGrid,
  CoordinateCodec,
  DEFAULT_TIER_BITS,
  PacketDigestReader,
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
  /** True spreads points, as for a model that fills in between them. */
  readonly spread?: boolean;
  /** When pictures are made; default `every-frame`. `on-demand` plans from packet digests alone, as a room that nobody watches does. */
  readonly cadence?: 'every-frame' | 'on-demand';
  /** With `on-demand`: frames after which the client starts its stream afresh, as the room asks; default 300, 0 for never. */
  readonly restart?: number;
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
  /** Runs the model that fills in. */
  readonly model?: ModelBackend | null;
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
): { readonly parts: LoopParts; readonly session: SessionDecoder; readonly planner: { readonly importance: Float32Array } } {
  const { rate, samples, bytesUp, bytesDown, quality, sampling, spread, without = [] } = settings;
  const features: LoopFeatures = { ...ALL_FEATURES, ...Object.fromEntries(without.map((name) => [name, false])) };
  const session = new SessionDecoder({ grid, features });
  if (settings.cadence === 'on-demand') return createLightParts(grid, settings, offer, session);
  const planner = new SamplingPlanner({
    grid,
    decoder: session,
    rate,
    samples,
    bytesUp,
    bytesDown,
    quality,
    sampling,
    spread: spread ?? (offer.model ?? null) !== null,
    features,
  });
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
      refine: offer.model ? createRefine(grid, offer.model, session, planner) : undefined,
      planner,
    },
  };
  return { parts, session, planner };
}

/** The loop of a session that nobody watches: planned from digests; `session` decodes what was recorded, whenever that is. */
function createLightParts(
  grid: CaptureGrid,
  { bytesUp, bytesDown, samples, restart = 300 }: LoopSettings,
  offer: LoopOffer,
  session: SessionDecoder,
): ReturnType<typeof createLoopParts> {
  const planner = new LightPlanner({ grid, bytesUp, bytesDown, samples });
  const reader = new PacketDigestReader({ grid, resolve: (id) => planner.asked(id) });
  const codec = { grid, schema: SCHEMA, tierBits: DEFAULT_TIER_BITS, depth: offer.depth };
  const encoder = new PixelPacketEncoder({ ...codec, digest: true });
  let afresh = 0;
  const pixels: LoopParts['client']['pixels'] = {
    encode: (frames) => {
      if (restart > 0 && frames[0].frameId >= afresh + restart) {
        encoder.reset();
        afresh = frames[0].frameId;
      }
      return encoder.encode(frames);
    },
  };
  const parts: LoopParts = {
    client: {
      coordinates: new CoordinateCodec(grid),
      pixels,
      colours: offer.depth ? new PixelPacketEncoder({ ...codec, depth: false, digest: true }) : undefined,
    },
    server: {
      coordinates: new CoordinateCodec(grid),
      createPixels: (resolve) => new PixelPacketDecoder({ ...codec, resolve }),
      session,
      refine: offer.model ? createRefine(grid, offer.model, session, null) : undefined,
      planner,
      takeDigest: (packet) => {
        for (const digest of reader.read(packet)) planner.take(digest);
      },
    },
  };
  return { parts, session, planner: { importance: new Float32Array(grid.width * grid.height) } };
}

/** Shows what was rebuilt to the model, and the planner what the model thinks it is worth. */
function createRefine(
  grid: CaptureGrid,
  model: ModelBackend,
  session: SessionDecoder,
  planner: SamplingPlanner | null,
): NonNullable<LoopParts['server']['refine']> {
  const refiner = new FrameRefiner(grid, model);
  return async (decoded) => {
    if (decoded.kept) {
      refiner.clear();
      return decoded;
    }
    const { rgb, uncertainty, output } = await refiner.refine(decoded, session.memory);
    planner?.takeModel(output, decoded);
    return { ...decoded, rgb, uncertainty, output };
  };
}
