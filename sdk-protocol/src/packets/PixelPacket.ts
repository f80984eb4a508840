import type { ByteReader } from '../bytes/ByteReader.js';
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
import { SgapsError } from '../errors.js';

/** First byte of a pixel packet. */
export const PIXEL_PACKET_VERSION = 1;
/** Flag of a pixel packet: all codec state starts afresh. */
export const PIXEL_PACKET_RESET = 1;

/** Steps per millisecond of `clientTime`. */
export const TIME_STEPS = 10;

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

  /** Codes one head. @throws SgapsError `BYTES_MALFORMED`, `BYTES_TRUNCATED` */
  code(coder: RangeCoder, head: FrameHead): FrameHead {
    const { model } = this;
    const frameId = this.nextFrameId + codeUnsigned(coder, model, FRAME, head.frameId - this.nextFrameId);
    if (frameId > 0xffffffff) throw SgapsError.malformed('frame id');
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
