import { type ByteReader, type ByteWriter, SgapsError } from '@sgaps/protocol';
import { readArray, writeArray } from '../../snapshot/snapshotBytes.js';

// Constants of this file, which hot loops read for free, unlike what is exported or imported.
const BITS = 7;
const HALF = 1 << (BITS - 1);
const SHIFT = 2 * BITS;
const CENTRE = (HALF << BITS) | HALF;
/** Bits of a place within a pixel, and parts of a pixel in which a point's place is kept. */
export const PLACE_BITS = BITS;
export const PLACES = 1 << BITS;
export const PLACE_MASK = PLACES - 1;
/** Where the confidence starts in a spot; what is below is the point's place, of which x is the higher part. */
export const SURE_SHIFT = SHIFT;
/** The place of a spot in the pixel's middle. */
export const MIDDLE = CENTRE;

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
  /**
   * Of each pixel's point the confidence, 1 … 255, above its place: how far it lies right of and below the pixel's corner, in 1/128 pixel,
   * 7 bits each, x higher. 0 where nothing is known.
   */
  readonly spot: Int32Array;
  /** Nearness: 1 / view-space depth, 0 infinitely far. Says nothing where nothing is known. */
  readonly nearness: Float32Array;
  /** Red, green and blue, 8 bits each, red highest. */
  readonly colour: Int32Array;
  /** Frame of the last look. */
  readonly seen: Int32Array;

  constructor(width: number, height: number) {
    const pixels = width * height;
    this.width = width;
    this.height = height;
    this.spot = new Int32Array(pixels);
    this.nearness = new Float32Array(pixels);
    this.colour = new Int32Array(pixels);
    this.seen = new Int32Array(pixels);
  }

  /** How sure the point of pixel `at` is: 0 unknown … 255 certain. */
  confidence(at: number): number {
    return this.spot[at] >> SHIFT;
  }

  /** Sets the point of pixel `at`, in the pixel's middle. */
  write(at: number, nearness: number, colour: number, confidence: number, frame: number): void {
    this.spot[at] = (confidence << SHIFT) | CENTRE;
    this.nearness[at] = nearness;
    this.colour[at] = colour;
    this.seen[at] = frame;
  }

  /** Forgets the point of pixel `at`. */
  forget(at: number): void {
    this.spot[at] = 0;
  }

  /** Forgets all points. */
  clear(): void {
    this.spot.fill(0);
  }

  /** Writes all that is known, as planes of the known pixels. */
  save(writer: ByteWriter): void {
    const { spot } = this;
    const confidence = Uint8Array.from(spot, (word) => word >> SHIFT);
    let known = 0;
    for (let at = 0; at < spot.length; at++) if (spot[at] !== 0) known++;
    const bytes = new Uint8Array(5 * known);
    const seen = new Int32Array(known);
    const near = new Float32Array(known);
    for (let at = 0, k = 0; at < spot.length; at++) {
      if (spot[at] === 0) continue;
      bytes[k] = ((spot[at] >> BITS) & PLACE_MASK) - HALF;
      bytes[known + k] = (spot[at] & PLACE_MASK) - HALF;
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
    const { spot } = this;
    const confidence = new Uint8Array(spot.length);
    readArray(reader, confidence, 'point confidence');
    let known = 0;
    for (let at = 0; at < spot.length; at++) if (confidence[at] !== 0) known++;
    const bytes = reader.bytes(5 * known, 'points');
    const seen = new Int32Array(known);
    readArray(reader, seen, 'point frames');
    const near = new Float32Array(known);
    readArray(reader, near, 'point nearness');
    spot.fill(0);
    for (let at = 0, k = 0; at < spot.length; at++) {
      if (confidence[at] === 0) continue;
      if (!(near[k] >= 0 && near[k] < Number.POSITIVE_INFINITY)) throw SgapsError.malformed(`snapshot: nearness ${near[k]}`);
      const x = (bytes[k] + HALF) & PLACE_MASK;
      const y = (bytes[known + k] + HALF) & PLACE_MASK;
      spot[at] = (confidence[at] << SHIFT) | (x << BITS) | y;
      this.colour[at] = (bytes[2 * known + k] << 16) | (bytes[3 * known + k] << 8) | bytes[4 * known + k];
      this.seen[at] = seen[k];
      this.nearness[at] = near[k++];
    }
  }
}
