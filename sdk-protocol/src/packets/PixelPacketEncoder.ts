import { ByteWriter } from '../bytes/ByteWriter.js';
import { RangeEncoder } from '../bytes/RangeEncoder.js';
import { SgapsError } from '../errors.js';
import { BlockKernels } from '../kernels/BlockKernels.js';
import { LIMITS } from '../limits.js';
import { CodedQuality, tellsQuality } from '../pixels/CodedQuality.js';
import { DepthModel } from '../pixels/DepthModel.js';
import { PixelModel, type TierBits } from '../pixels/PixelModel.js';
import { assertCaptureGrid, type CaptureGrid } from '../samples/CaptureGrid.js';
import { DepthWalk } from '../samples/DepthWalk.js';
import { DEPTH_CODE_LIMIT } from '../samples/depthCode.js';
import type { SampleSet } from '../samples/SampleSet.js';
import type { FrameState, StateSchema } from '../state/FrameState.js';
import { StateModel } from '../state/StateModel.js';
import { PacketDigestWriter } from './PacketDigestWriter.js';
import { FrameHeadCoder, timeSteps, writePacketHead } from './PixelPacket.js';

/** About what the head of a packet takes, bytes. */
const HEAD_BYTES = 8;

/**
 * What both ends of a pixel stream must agree on.
 *
 * @example
 * ```ts
 * const options: PixelPacketOptions = { grid: { width: 320, height: 180 }, schema: { values: [] }, tierBits: DEFAULT_TIER_BITS };
 * ```
 */
export interface PixelPacketOptions {
  readonly grid: CaptureGrid;
  readonly schema: StateSchema;
  /** Bits per channel of each tier, 3 … 8 (S15). */
  readonly tierBits: TierBits;
  /** True where point samples may carry depth, as agreed at join; default false, which costs no byte. */
  readonly depth?: boolean;
  /**
   * False for plain TypeScript alone; by default WebAssembly does the arithmetic of blocks where it is there and allowed. The same bytes
   * either way.
   */
  readonly kernels?: boolean;
}

/**
 * Options of a `PixelPacketEncoder`.
 *
 * @example
 * ```ts
 * const options: PixelPacketEncoderOptions = { grid, schema, tierBits, digest: welcome.digest };
 * ```
 */
export interface PixelPacketEncoderOptions extends PixelPacketOptions {
  /** True where each packet tells in a digest what changed, as the server's welcome asks; default false. Some 40 bytes a frame. */
  readonly digest?: boolean;
}

/**
 * One frame to be sent.
 *
 * @example
 * ```ts
 * const frame: SampledFrame = { frameId: 3, clientTime: 100, requestId: 3, state, samples, rgb };
 * ```
 */
export interface SampledFrame {
  /** u32, larger than that of the frame before. */
  readonly frameId: number;
  /** Milliseconds since the recording started; kept to 1/10 ms. */
  readonly clientTime: number;
  /** Frame id of the request whose samples these are; null sends the state only. */
  readonly requestId: number | null;
  readonly state: FrameState;
  readonly samples: SampleSet;
  /** 8-bit RGB of the samples, at least 3 × count. */
  readonly rgb: Uint8Array;
  /**
   * Depth codes of the samples, 0 … 1023 (`depthToCode`), at least count; those of samples that carry none (`carriesDepth`) are not sent. Null or absent for a frame
   * without depth. Left out where the stream was not agreed to carry depth.
   */
  readonly depth?: Uint16Array | null;
}

/**
 * Writes pixel packets (S15 and the state vector): 1 … 16 frames each, everything coded against what was sent before.
 * The first packet, and the first after `reset`, tells the decoder to start afresh. Bytes must arrive in order.
 *
 * @example
 * ```ts
 * const encoder = new PixelPacketEncoder({ grid, schema, tierBits: DEFAULT_TIER_BITS });
 * room.sendBytes('pixels', encoder.encode(frames));
 * ```
 */
export class PixelPacketEncoder {
  private readonly coder = new RangeEncoder(8192);
  private readonly writer = new ByteWriter(64);
  private readonly heads = new FrameHeadCoder();
  private readonly state: StateModel;
  private readonly pixels: PixelModel;
  private readonly quality = new CodedQuality();
  private readonly depth: DepthModel | null;
  private digest: PacketDigestWriter | null = null;
  private readonly grid: CaptureGrid;
  private readonly walk = new DepthWalk();
  private fresh = true;

  /** @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED` for options that cannot be coded. */
  constructor(options: PixelPacketEncoderOptions) {
    assertCaptureGrid(options.grid);
    this.state = new StateModel(options.schema);
    const kernels = options.kernels === false ? null : BlockKernels.open(options.grid, true);
    this.pixels = new PixelModel(options.grid, options.tierBits, kernels);
    this.depth = options.depth ? new DepthModel(options.grid) : null;
    this.grid = options.grid;
    this.reset(options.digest);
  }

  /** Starts afresh with the next packet, as after a reconnect. `digest`: whether packets tell what changed from there on; absent, as before. */
  reset(digest?: boolean): void {
    this.fresh = true;
    if (digest !== undefined) this.digest = digest ? (this.digest ?? new PacketDigestWriter(this.grid)) : null;
  }

  /**
   * Encodes frames, oldest first. Nothing is coded when it throws because of its arguments.
   *
   * @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED` for frames that cannot be coded, `OUT_OF_ORDER` for frame ids
   * that do not rise
   */
  encode(frames: readonly SampledFrame[]): Uint8Array {
    this.check(frames);
    const reset = this.fresh;
    if (reset) {
      this.heads.reset();
      this.state.reset();
      this.pixels.reset();
      this.quality.reset();
      this.depth?.reset();
      this.fresh = false;
    }
    const { coder, writer } = this;
    coder.reset();
    const firstFrame = frames[0].frameId;
    const lastFrame = frames[frames.length - 1].frameId;
    this.heads.begin(firstFrame);
    const depthModel = frames.some(({ requestId, depth }) => requestId !== null && depth) ? this.depth : null;
    for (const frame of frames) {
      const before = coder.length;
      this.heads.code(coder, { frameId: frame.frameId, time: timeSteps(frame.clientTime), requestId: frame.requestId });
      this.state.read(frame.state);
      this.state.code(coder);
      if (frame.requestId === null) continue;
      const { samples, rgb } = frame;
      const { scrollX, scrollY } = this.state;
      this.pixels.code(coder, samples, rgb, null, scrollX, scrollY);
      if (tellsQuality(samples)) this.quality.code(coder, this.pixels.blocksPsnr);
      if (depthModel?.codePresence(coder, frame.depth ? 1 : 0)) {
        depthModel.code(coder, samples, frame.depth as Uint16Array, this.pixels.unchanged);
      }
      this.pixels.noteBytes(coder.length - before + HEAD_BYTES / frames.length);
    }
    const body = coder.finish();
    writer.reset();
    const flags = { reset, depth: depthModel !== null, digest: this.digest !== null };
    writePacketHead(writer, { ...flags, frames: frames.length, firstFrame, lastFrame }, body.length);
    writer.bytes(body);
    if (this.digest) {
      coder.reset();
      this.digest.write(coder, frames, reset);
      const digest = coder.finish();
      writer.varint(digest.length);
      writer.bytes(digest);
    }
    if (writer.length > LIMITS.pixelPacketBytes) {
      this.fresh = true;
      throw SgapsError.limit('pixel packet bytes', writer.length, LIMITS.pixelPacketBytes);
    }
    return writer.toBytes();
  }

  private check(frames: readonly SampledFrame[]): void {
    if (frames.length < 1 || frames.length > LIMITS.framesPerPacket) {
      throw SgapsError.limit('frames in a pixel packet', frames.length, LIMITS.framesPerPacket);
    }
    let next = this.fresh ? 0 : this.heads.firstAllowed;
    for (const { frameId, requestId, samples, rgb, depth } of frames) {
      if (!isId(frameId) || (requestId !== null && !isId(requestId))) {
        throw new SgapsError(
          'ARGUMENT_INVALID',
          `Frame id ${frameId} and request id ${requestId} must be unsigned 32-bit integers.`,
        );
      }
      if (frameId < next)
        throw new SgapsError('OUT_OF_ORDER', `Frame ${frameId} follows frame ${next - 1}; frame ids must rise.`);
      next = frameId + 1;
      if (requestId === null) continue;
      if (samples.count > LIMITS.samplesPerFrame) throw SgapsError.limit('samples', samples.count, LIMITS.samplesPerFrame);
      if (rgb.length < 3 * samples.count) {
        throw new SgapsError(
          'ARGUMENT_INVALID',
          `${samples.count} samples need ${3 * samples.count} colour bytes, ${rgb.length} were given.`,
        );
      }
      if (depth && this.depth !== null) checkDepth(depth, samples, this.walk);
      this.pixels.check(samples);
    }
  }
}

function checkDepth(depth: Uint16Array, samples: SampleSet, walk: DepthWalk): void {
  if (depth.length < samples.count) {
    throw new SgapsError('ARGUMENT_INVALID', `${samples.count} samples need as many depth codes, ${depth.length} were given.`);
  }
  walk.begin(samples);
  for (let i = walk.next(); i >= 0; i = walk.next()) {
    if (depth[i] > DEPTH_CODE_LIMIT) {
      throw new SgapsError('ARGUMENT_INVALID', `Depth code ${depth[i]} of sample ${i}; 0 … ${DEPTH_CODE_LIMIT} are allowed.`);
    }
  }
}

function isId(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
}
