import { ByteReader } from '../bytes/ByteReader.js';
import { ByteWriter } from '../bytes/ByteWriter.js';
import { RangeDecoder } from '../bytes/RangeDecoder.js';
import { SgapsError } from '../errors.js';
import { BlockKernels } from '../kernels/BlockKernels.js';
import { LIMITS } from '../limits.js';
import { CodedQuality, tellsQuality } from '../pixels/CodedQuality.js';
import { DepthModel } from '../pixels/DepthModel.js';
import { PixelModel } from '../pixels/PixelModel.js';
import { assertCaptureGrid } from '../samples/CaptureGrid.js';
import { CodedBlockList } from '../samples/CodedBlockList.js';
import { NO_DEPTH } from '../samples/depthCode.js';
import { createSampleSet, type SampleSet, type SampleValues } from '../samples/SampleSet.js';
import type { FrameState } from '../state/FrameState.js';
import { StateModel } from '../state/StateModel.js';
import { FrameHeadCoder, readPacketHead, TIME_STEPS } from './PixelPacket.js';
import type { PixelPacketOptions } from './PixelPacketEncoder.js';

const SNAPSHOT_VERSION = 3;

/**
 * One frame as it arrived. `state` is the quantised state, identical on both sides; `samples` is the set that `resolve`
 * gave, empty when `requestId` is null.
 *
 * @example
 * ```ts
 * for (const frame of decoder.decode(bytes)) show(frame.frameId, frame.values.rgb);
 * ```
 */
export interface PixelFrame {
  readonly frameId: number;
  /** Milliseconds since the recording started, exact to 1/10 ms. */
  readonly clientTime: number;
  readonly requestId: number | null;
  readonly state: FrameState;
  readonly samples: SampleSet;
  readonly values: SampleValues;
}

/**
 * Options of a `PixelPacketDecoder`.
 *
 * @example
 * ```ts
 * const options: PixelPacketDecoderOptions = { grid, schema, tierBits, resolve: (id) => requested.get(id) };
 * ```
 */
export interface PixelPacketDecoderOptions extends PixelPacketOptions {
  /** The expanded set that was asked for under this request id, undefined when there was none. */
  readonly resolve: (requestId: number) => SampleSet | undefined;
}

/**
 * Reads pixel packets; the mirror of `PixelPacketEncoder`. Bytes are untrusted. After a throw the codec states have
 * parted: every packet is refused until one that starts afresh.
 *
 * @example
 * ```ts
 * const decoder = new PixelPacketDecoder({ grid, schema, tierBits, resolve: (id) => requested.get(id) });
 * const frames = decoder.decode(bytes);
 * ```
 */
export class PixelPacketDecoder {
  private readonly heads = new FrameHeadCoder();
  private readonly state: StateModel;
  private readonly pixels: PixelModel;
  private readonly blocks = new CodedBlockList();
  private readonly quality = new CodedQuality();
  private readonly depth: DepthModel | null;
  private readonly resolve: (requestId: number) => SampleSet | undefined;
  private readonly nothing = createSampleSet(0);
  private synchronised = false;

  /** @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED` for options that cannot be coded. */
  constructor(options: PixelPacketDecoderOptions) {
    assertCaptureGrid(options.grid);
    this.state = new StateModel(options.schema);
    const kernels = options.kernels === false ? null : BlockKernels.open(options.grid, false);
    this.pixels = new PixelModel(options.grid, options.tierBits, kernels);
    this.depth = options.depth ? new DepthModel(options.grid) : null;
    this.resolve = options.resolve;
  }

  /**
   * Decodes one packet.
   *
   * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED`, `VERSION_UNSUPPORTED`; `OUT_OF_ORDER` when
   * the stream was not started or an unknown request is answered
   */
  decode(bytes: Uint8Array): PixelFrame[] {
    if (bytes.length > LIMITS.pixelPacketBytes)
      throw SgapsError.limit('pixel packet bytes', bytes.length, LIMITS.pixelPacketBytes);
    const synchronised = this.synchronised;
    this.synchronised = false;
    const reader = new ByteReader(bytes);
    const head = readPacketHead(reader);
    const body = reader.bytes(reader.varint('pixel packet length', LIMITS.pixelPacketBytes), 'pixel packet');
    // A digest says nothing that the body does not.
    if (head.digest) reader.bytes(reader.varint('packet digest length', LIMITS.pixelPacketBytes), 'packet digest');
    reader.end('pixel packet');
    if (head.reset) {
      this.heads.reset();
      this.state.reset();
      this.pixels.reset();
      this.quality.reset();
      this.depth?.reset();
    } else if (!synchronised) {
      throw new SgapsError(
        'OUT_OF_ORDER',
        'A pixel packet continues a stream that was not started or broke; a reset packet is needed.',
      );
    }
    if (head.depth && this.depth === null) throw SgapsError.malformed('pixel packet: depth was not agreed');
    const depth = head.depth ? this.depth : null;
    const coder = new RangeDecoder(body);
    this.heads.begin(head.firstFrame);
    const frames: PixelFrame[] = [];
    while (frames.length < head.frames) frames.push(this.decodeFrame(coder, depth));
    coder.end();
    if (frames[0].frameId !== head.firstFrame || frames[frames.length - 1].frameId !== head.lastFrame) {
      throw SgapsError.malformed('frame ids of a pixel packet');
    }
    this.synchronised = true;
    return frames;
  }

  /** All that is remembered, so that another decoder of the same options can go on from here. */
  save(): Uint8Array {
    const writer = new ByteWriter(1 << 16);
    writer.u8(SNAPSHOT_VERSION);
    writer.u8(this.synchronised ? 1 : 0);
    this.heads.save(writer);
    this.state.save(writer);
    this.pixels.save(writer);
    this.quality.save(writer);
    this.depth?.save(writer);
    return writer.toBytes();
  }

  /**
   * Takes what `save` returned.
   * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED`, `VERSION_UNSUPPORTED`
   */
  restore(bytes: Uint8Array): void {
    this.synchronised = false;
    const reader = new ByteReader(bytes);
    const version = reader.u8('decoder snapshot');
    if (version !== SNAPSHOT_VERSION) {
      throw new SgapsError(
        'VERSION_UNSUPPORTED',
        `Decoder snapshot of version ${version}; this reader knows ${SNAPSHOT_VERSION}.`,
      );
    }
    const synchronised = reader.u8('decoder snapshot') === 1;
    this.heads.restore(reader);
    this.state.restore(reader);
    this.pixels.restore(reader);
    this.quality.restore(reader);
    this.depth?.restore(reader);
    reader.end('decoder snapshot');
    this.synchronised = synchronised;
  }

  private decodeFrame(coder: RangeDecoder, depthModel: DepthModel | null): PixelFrame {
    const head = this.heads.code(coder, { frameId: 0, time: 0, requestId: null });
    this.state.code(coder);
    const samples = head.requestId === null ? this.nothing : this.resolve(head.requestId);
    if (samples === undefined) {
      throw new SgapsError(
        'OUT_OF_ORDER',
        `Frame ${head.frameId} answers request ${head.requestId}, which was never made or is long gone.`,
      );
    }
    if (samples.count > LIMITS.samplesPerFrame) throw SgapsError.limit('samples', samples.count, LIMITS.samplesPerFrame);
    this.pixels.check(samples);
    const colours = { rgb: new Uint8Array(3 * samples.count), bits: new Uint8Array(samples.count) };
    this.blocks.begin();
    // As the encoder, which codes nothing for a frame without a request.
    if (head.requestId !== null)
      this.pixels.code(coder, samples, colours.rgb, colours.bits, this.state.scrollX, this.state.scrollY, this.blocks);
    const psnr = head.requestId !== null && tellsQuality(samples) ? this.quality.code(coder, 0) : undefined;
    const blocks = this.blocks.copy();
    let values: SampleValues = { ...colours, unchanged: this.pixels.unchanged.slice(0, samples.count), psnr, blocks };
    if (head.requestId !== null && depthModel?.codePresence(coder, 0)) {
      const depth = new Uint16Array(samples.count).fill(NO_DEPTH);
      depthModel.code(coder, samples, depth, this.pixels.unchanged);
      values = { ...values, depth };
    }
    const { frameId, time, requestId } = head;
    return { frameId, clientTime: time / TIME_STEPS, requestId, state: this.state.state(), samples, values };
  }
}
