import { type ByteReader, type ByteWriter, SgapsError } from '@sgaps/protocol';
import { readArray, writeArray } from '../../snapshot/snapshotBytes.js';

/** Parts of a pixel in which a point's place is kept. */
export const PLACES = 128;

/**
 * What is known of a static world as one view shows it: at most one point a pixel, kept where it really lies between the
 * pixels, so that a moving camera never blurs it.
 *
 * @example
 * ```ts
 * const points = new PointPicture(320, 180);
 * points.write(320 * v + u, 1 / 12.5, rgb, CONFIDENCE_START, frame);
 * ```
 */
export class PointPicture {
  readonly width: number;
  readonly height: number;
  /** How far a pixel's point lies from the pixel's middle, in 1/128 pixel, −64 … 63. */
  readonly dx: Int8Array;
  readonly dy: Int8Array;
  /** Nearness: 1 / view-space depth, 0 infinitely far. */
  readonly nearness: Float32Array;
  /** Red, green and blue, 8 bits each, red highest. */
  readonly colour: Int32Array;
  /** 0 unknown … 255 certain. */
  readonly confidence: Uint8Array;
  /** Frame of the last look. */
  readonly seen: Int32Array;

  constructor(width: number, height: number) {
    const pixels = width * height;
    this.width = width;
    this.height = height;
    this.dx = new Int8Array(pixels);
    this.dy = new Int8Array(pixels);
    this.nearness = new Float32Array(pixels);
    this.colour = new Int32Array(pixels);
    this.confidence = new Uint8Array(pixels);
    this.seen = new Int32Array(pixels);
  }

  /** Sets the point of pixel `at`, in the pixel's middle. */
  write(at: number, nearness: number, colour: number, confidence: number, frame: number): void {
    this.dx[at] = 0;
    this.dy[at] = 0;
    this.nearness[at] = nearness;
    this.colour[at] = colour;
    this.confidence[at] = confidence;
    this.seen[at] = frame;
  }

  /** Writes all that is known, as planes of the known pixels. */
  save(writer: ByteWriter): void {
    const { confidence } = this;
    let known = 0;
    for (let at = 0; at < confidence.length; at++) if (confidence[at] !== 0) known++;
    const bytes = new Uint8Array(5 * known);
    const seen = new Int32Array(known);
    const near = new Float32Array(known);
    for (let at = 0, k = 0; at < confidence.length; at++) {
      if (confidence[at] === 0) continue;
      bytes[k] = this.dx[at];
      bytes[known + k] = this.dy[at];
      bytes[2 * known + k] = this.colour[at] >> 16;
      bytes[3 * known + k] = this.colour[at] >> 8;
      bytes[4 * known + k] = this.colour[at];
      seen[k] = this.seen[at];
      near[k++] = this.nearness[at];
    }
    writeArray(writer, confidence);
    writer.bytes(bytes);
    writeArray(writer, seen);
    writeArray(writer, near);
  }

  /** Takes up what `save` wrote. Throws a typed error when the bytes do not fit. */
  restore(reader: ByteReader): void {
    const { confidence } = this;
    readArray(reader, confidence, 'point confidence');
    let known = 0;
    for (let at = 0; at < confidence.length; at++) if (confidence[at] !== 0) known++;
    const bytes = reader.bytes(5 * known, 'points');
    const seen = new Int32Array(known);
    readArray(reader, seen, 'point frames');
    const near = new Float32Array(known);
    readArray(reader, near, 'point nearness');
    for (let at = 0, k = 0; at < confidence.length; at++) {
      if (confidence[at] === 0) continue;
      if (!(near[k] >= 0 && near[k] < Number.POSITIVE_INFINITY)) throw SgapsError.malformed(`snapshot: nearness ${near[k]}`);
      this.dx[at] = bytes[k];
      this.dy[at] = bytes[known + k];
      this.colour[at] = (bytes[2 * known + k] << 16) | (bytes[3 * known + k] << 8) | bytes[4 * known + k];
      this.seen[at] = seen[k];
      this.nearness[at] = near[k++];
    }
  }
}
