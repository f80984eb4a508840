import type { DecodedFrame, ModelOutput, SessionDecoder } from '@sgaps/core';
import type { CoordinateCodec, PixelPacketDecoder, PixelPacketEncoder, SampleRequest, SampleSet } from '@sgaps/protocol';

/**
 * What the loop asks of a planner; `SamplingPlanner` is one.
 *
 * @example
 * ```ts
 * const planner: LoopPlanner = new SamplingPlanner({ grid, decoder });
 * ```
 */
interface LoopPlanner {
  /** The request for `targetFrameId`, a frame to come. */
  plan(targetFrameId: number): SampleRequest;
  /** Measured bytes of a frame, up and down, and its samples. */
  feedback(bytesUp: number, bytesDown: number, samples: number, frameId: number): void;
}

/**
 * A frame as it is shown: the decoder's, or a model's.
 *
 * @example
 * ```ts
 * const told = frame.output ? quality.assessModel(frame.output) : quality.assess(frame, innovations);
 * ```
 */
export interface LoopFrame extends DecodedFrame {
  /** What a model said of it, whose picture it then is. */
  readonly output?: ModelOutput | null;
}

/**
 * The two ends of the loop. The client's and the server's parts are objects of their own, joined by bytes alone.
 *
 * @example
 * ```ts
 * const parts = createLoopParts({ grid, bytesUp: 2048 });
 * ```
 */
export interface LoopParts {
  readonly client: {
    readonly coordinates: Pick<CoordinateCodec, 'decode' | 'expand'>;
    readonly pixels: Pick<PixelPacketEncoder, 'encode'>;
    /** Codes the same frames without depth, to tell what depth costs; nothing of it is sent. */
    readonly colours?: Pick<PixelPacketEncoder, 'encode'>;
  };
  /** `createPixels` gets the resolver of request ids, as the room gives it to the real decoder. */
  readonly server: {
    readonly coordinates: Pick<CoordinateCodec, 'encode' | 'decode' | 'expand'>;
    readonly createPixels: (resolve: (requestId: number) => SampleSet | undefined) => Pick<PixelPacketDecoder, 'decode'>;
    readonly session: Pick<SessionDecoder, 'decode'>;
    /** What a model makes of a rebuilt frame; absent without one. */
    readonly refine?: (decoded: DecodedFrame) => Promise<LoopFrame>;
    readonly planner: LoopPlanner;
    /** Takes in what a packet's digest says, where the planner knows no more than that: nothing is decoded before somebody looks. */
    readonly takeDigest?: (packet: Uint8Array) => void;
  };
}

/**
 * What a loop did, summed over its frames.
 *
 * @example
 * ```ts
 * const perFrame = loop.totals.bytesUp / loop.totals.frames;
 * ```
 */
export interface LoopTotals {
  frames: number;
  samples: number;
  /** Samples that came with depth. */
  depthSamples: number;
  /** Bytes of the pixel packets that depth is to blame for; part of `bytesUp`. */
  depthBytes: number;
  /** Bytes over the socket: packets and their framing (`framingBytes`). */
  bytesUp: number;
  bytesDown: number;
  /** Frames that found no request to answer. */
  framesWithoutRequest: number;
  /** Frames that found none made for them: an older one, or none. */
  framesLate: number;
  /** Frames asked ahead, summed over the server's packets, and how many those are. */
  leads: number;
  answers: number;
  /**
   * Time of the server's thread per frame, ms: decode packet, rebuild, plan, encode coordinates; without the first two where planning needs the digests alone. With a
   * model also what giving it the frame and taking its picture cost, not what it works itself, in a thread of its own.
   */
  readonly ms: number[];
  /** ms from giving a frame to the model until its picture is there, planning beside it; empty without one. */
  readonly modelMs: number[];
  /** Bytes up and down of each frame; what a packet of several frames cost is shared evenly. */
  readonly bytesPerFrame: number[];
}

/**
 * Totals of a loop that has not begun.
 *
 * @example
 * ```ts
 * const totals = createTotals();
 * ```
 */
export function createTotals(): LoopTotals {
  return {
    frames: 0,
    samples: 0,
    depthSamples: 0,
    depthBytes: 0,
    bytesUp: 0,
    bytesDown: 0,
    framesWithoutRequest: 0,
    framesLate: 0,
    leads: 0,
    answers: 0,
    ms: [],
    modelMs: [],
    bytesPerFrame: [],
  };
}
