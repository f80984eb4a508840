import { ByteReader } from '../bytes/ByteReader.js';
import type { ByteWriter } from '../bytes/ByteWriter.js';
import { readModel, writeModel } from '../bytes/modelBytes.js';
import {
  codeSigned,
  codeUnsigned,
  createModel,
  type RangeCoder,
  resetModel,
  SIGNED_MODEL,
  UNSIGNED_MODEL,
} from '../bytes/RangeCoder.js';
import { isSgapsError, SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { NO_FRAME } from '../recording/record.js';

/** First byte of a pixel packet. */
const PIXEL_PACKET_VERSION = 3;
/** Flag of a pixel packet: all codec state starts afresh. */
const PIXEL_PACKET_RESET = 1;
/** Flag of a pixel packet: its frames may carry depth. */
const PIXEL_PACKET_DEPTH = 2;
/** Flag of a pixel packet: its digest follows the body. */
const PIXEL_PACKET_DIGEST = 4;

/** Steps per millisecond of `clientTime`. */
export const TIME_STEPS = 10;

/** A frame's time in the steps of the wire, u32; what makes no sense is 0. */
export function timeSteps(clientTime: number): number {
  return Math.min(0xffffffff, Math.max(0, Math.round(clientTime * TIME_STEPS) || 0));
}

/** Largest frame id, u32. */
const LAST_FRAME_ID = 0xffffffff;

/**
 * The part of a pixel packet that needs no codec state: u8 version, u8 flags (bit 0 reset, bit 1 depth, bit 2 digest, bits 4 … 7 frames − 1), varint
 * first frame id, varint frame ids skipped up to the last, varint bytes of the body that follows. With a digest, varint bytes of it and the digest
 * come after the body.
 */
export interface PixelPacketHead {
  readonly reset: boolean;
  /** True where a frame of the packet carries depth; each frame with samples then says so. */
  readonly depth: boolean;
  /** True where the packet's digest follows its body: what changed, for those who do not decode it (`PacketDigestReader`). */
  readonly digest: boolean;
  /** Frames in the packet, 1 … 16. */
  readonly frames: number;
  readonly firstFrame: number;
  readonly lastFrame: number;
}

/** Writes a head; `body` bytes follow. */
export function writePacketHead(writer: ByteWriter, head: PixelPacketHead, body: number): void {
  const { reset, depth, digest, frames, firstFrame, lastFrame } = head;
  writer.u8(PIXEL_PACKET_VERSION);
  const flags = (reset ? PIXEL_PACKET_RESET : 0) | (depth ? PIXEL_PACKET_DEPTH : 0) | (digest ? PIXEL_PACKET_DIGEST : 0);
  writer.u8(flags | ((frames - 1) << 4));
  writer.varint(firstFrame);
  writer.varint(lastFrame - firstFrame - (frames - 1));
  writer.varint(body);
}

/** Reads a head and leaves the reader before the body's length. @throws SgapsError as `PixelPacketDecoder.decode` does */
export function readPacketHead(reader: ByteReader): PixelPacketHead {
  const version = reader.u8('pixel packet');
  if (version !== PIXEL_PACKET_VERSION) {
    throw new SgapsError('VERSION_UNSUPPORTED', `Pixel packet of version ${version}; this reader knows ${PIXEL_PACKET_VERSION}.`);
  }
  const flags = reader.u8('pixel packet');
  if ((flags & 0x08) !== 0) throw SgapsError.malformed('pixel packet flags');
  const frames = (flags >>> 4) + 1;
  const firstFrame = reader.varint('frame id', LAST_FRAME_ID);
  const lastFrame = firstFrame + frames - 1 + reader.varint('frames skipped', LAST_FRAME_ID);
  if (lastFrame > LAST_FRAME_ID) throw SgapsError.malformed('frame id');
  const depth = (flags & PIXEL_PACKET_DEPTH) !== 0;
  const digest = (flags & PIXEL_PACKET_DIGEST) !== 0;
  return { reset: (flags & PIXEL_PACKET_RESET) !== 0, depth, digest, frames, firstFrame, lastFrame };
}

/**
 * What a pixel packet says of itself, read without decoding it: its first and last frame id (u32), how many frames lie there
 * (1 … 16, fewer than the ids span where the game dropped some), whether the codec starts afresh with it and whether it has a digest. Null for bytes
 * that are no pixel packet or that name `NO_FRAME`. What the packet says is only true once a `PixelPacketDecoder` has taken it.
 *
 * @example
 * ```ts
 * const span = pixelPacketSpan(bytes);
 * writer.append('pixels', time, bytes, span?.firstFrame, span?.lastFrame);
 * ```
 */
export function pixelPacketSpan(bytes: Uint8Array): {
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly frames: number;
  readonly reset: boolean;
  readonly digest: boolean;
} | null {
  if (bytes.length > LIMITS.pixelPacketBytes) return null;
  try {
    const { firstFrame, lastFrame, frames, reset, digest } = readPacketHead(new ByteReader(bytes));
    return lastFrame === NO_FRAME ? null : { firstFrame, lastFrame, frames, reset, digest };
  } catch (error) {
    if (isSgapsError(error)) return null;
    throw error;
  }
}

const FRAME = 0;
const TIME = FRAME + UNSIGNED_MODEL;
const HAS_REQUEST = TIME + SIGNED_MODEL;
const LATE = HAS_REQUEST + 2;
const SIZE = LATE + SIGNED_MODEL;

/** Ids and time of one frame in a pixel packet. */
export interface FrameHead {
  frameId: number;
  /** `clientTime` in steps of 1/10 ms, u32. */
  time: number;
  requestId: number | null;
}

/**
 * Codes ids and times of frames, each against the last.
 *
 * @example
 * ```ts
 * const head = heads.code(coder, { frameId: 7, time: 2333, requestId: 7 });
 * ```
 */
export class FrameHeadCoder {
  private readonly model = createModel(SIZE);
  private nextFrameId = 0;
  private lastTime = 0;
  private lastStep = 0;
  private hadRequest = 1;

  /** Forgets everything. */
  reset(): void {
    resetModel(this.model);
    this.nextFrameId = 0;
    this.lastTime = 0;
    this.lastStep = 0;
    this.hadRequest = 1;
  }

  /** Says which frame comes next, as the packet's head does. @throws SgapsError `BYTES_MALFORMED` when that is behind */
  begin(firstFrame: number): void {
    if (firstFrame < this.nextFrameId) throw SgapsError.malformed('frame id');
    this.nextFrameId = firstFrame;
  }

  /** Codes one head. @throws SgapsError `BYTES_MALFORMED`, `BYTES_TRUNCATED` */
  code(coder: RangeCoder, head: FrameHead): FrameHead {
    const { model } = this;
    const frameId = this.nextFrameId + codeUnsigned(coder, model, FRAME, head.frameId - this.nextFrameId);
    if (frameId > LAST_FRAME_ID) throw SgapsError.malformed('frame id');
    const expected = this.lastTime + this.lastStep;
    const time = (expected + codeSigned(coder, model, TIME, (head.time - expected) | 0)) >>> 0;
    const has = coder.bit(model, HAS_REQUEST + this.hadRequest, head.requestId === null ? 0 : 1);
    const requestId = has === 1 ? (frameId - codeSigned(coder, model, LATE, (frameId - (head.requestId ?? 0)) | 0)) >>> 0 : null;
    this.nextFrameId = frameId + 1;
    this.lastStep = (time - this.lastTime) | 0;
    this.lastTime = time;
    this.hadRequest = has;
    return { frameId, time, requestId };
  }

  /** The smallest frame id that may follow. */
  get firstAllowed(): number {
    return this.nextFrameId;
  }

  /** Appends all that is remembered. */
  save(writer: ByteWriter): void {
    writer.f64(this.nextFrameId);
    writer.u32(this.lastTime);
    writer.i32(this.lastStep);
    writer.u8(this.hadRequest);
    writeModel(writer, this.model);
  }

  /** Takes what `save` wrote. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED` */
  restore(reader: ByteReader): void {
    const next = reader.f64('frame id');
    if (!Number.isInteger(next) || next < 0 || next > 0x100000000) throw SgapsError.malformed('frame id');
    this.nextFrameId = next;
    this.lastTime = reader.u32('time');
    this.lastStep = reader.i32('time step');
    this.hadRequest = reader.u8('request') & 1;
    readModel(reader, this.model);
  }
}
