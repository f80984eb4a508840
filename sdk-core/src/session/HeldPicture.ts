import {
  BLOCK_KIND,
  BLOCK_SAMPLES,
  BLOCK_SIDE,
  type ByteReader,
  type ByteWriter,
  type CaptureGrid,
  createSampleSet,
  type FrameState,
  levelOf,
  type PixelFrame,
  SampleKind,
  type SampleSet,
  Tier,
} from '@sgaps/protocol';
import { Source } from '../memory/SourceMap.js';
import { readArray, writeArray } from '../snapshot/snapshotBytes.js';

/** Bits a channel of what was never sampled, and of the coarsest sample. */
const GUESSED = 1;
const COARSEST = 3;
/** Half of a quantisation cell by bits a channel, as a share of the range: how far off a sampled pixel may be. */
const UNCERTAINTY = Float32Array.from({ length: 9 }, (_, bits) => (bits >= 8 ? 0.5 / 128 : (128 >> bits) / 128));

/**
 * The picture that samples alone keep up to date (conditional replenishment): what is asked for replaces what stood there, what
 * is not stays, and a scrolling 2D camera moves all of it by whole pixels. Works in place on a decoder's picture.
 *
 * @example
 * ```ts
 * held.take(frame, rgb, uncertainty);
 * ```
 */
export class HeldPicture {
  /** Bits a channel that each pixel is known with, W·H, 1 (a guess) … 8. */
  readonly bits: Uint8Array;
  private viewX = 0;
  private viewY = 0;

  constructor(private readonly grid: CaptureGrid) {
    this.bits = new Uint8Array(grid.width * grid.height).fill(GUESSED);
  }

  /** Takes over a picture that was made otherwise, of a frame with this state. */
  begin(state: FrameState | null, uncertainty: Float32Array): void {
    this.bits.fill(GUESSED);
    uncertainty.fill(UNCERTAINTY[GUESSED]);
    if (state) this.follow(state);
  }

  /** Takes in a frame. @param rgb 3 × W·H @param uncertainty W·H, 0 … 1 */
  take(frame: PixelFrame, rgb: Uint8ClampedArray, uncertainty: Float32Array): void {
    this.scroll(frame.state, rgb, uncertainty);
    const { width, height } = this.grid;
    const { u, v, kind, count } = frame.samples;
    const { rgb: colours, bits, unchanged } = frame.values;
    const { bits: pixelBits } = this;
    // A clamped array stores slowly.
    const bytes = new Uint8Array(rgb.buffer, rgb.byteOffset, rgb.length);
    for (let i = 0; i < count; i++) {
      if (kind[i] !== SampleKind.block0) {
        this.fill(u[i], v[i], 1 << levelOf(kind[i]), colours, i, bits[i], rgb, uncertainty);
        continue;
      }
      const columns = Math.min(BLOCK_SIDE, width - u[i]);
      const rows = Math.min(BLOCK_SIDE, height - v[i]);
      // All of a block is as precise; what is still the same stays as precise as it was.
      const precision = bits[i];
      const share = UNCERTAINTY[precision];
      const same = unchanged !== undefined && unchanged[i] === 1;
      for (let y = 0; y < rows; y++) {
        let at = (v[i] + y) * width + u[i];
        const end = at + columns;
        let p = 3 * at;
        let q = 3 * (i + BLOCK_SIDE * y);
        if (same) {
          while (p < 3 * end && bytes[p] === colours[q]) {
            p++;
            q++;
          }
          if (p === 3 * end) continue;
          p = 3 * at;
          q = 3 * (i + BLOCK_SIDE * y);
        }
        // Rows are too short for `fill` and `set`.
        for (; at < end; at++, p += 3, q += 3) {
          bytes[p] = colours[q];
          bytes[p + 1] = colours[q + 1];
          bytes[p + 2] = colours[q + 2];
          pixelBits[at] = precision;
          uncertainty[at] = share;
        }
      }
      i += BLOCK_SAMPLES - 1;
    }
  }

  /** Marks what was looked at by `samples`, and what was not. */
  findSources({ u, v, kind, count }: SampleSet, map: Uint8Array): void {
    const { width, height } = this.grid;
    map.fill(Source.held);
    for (let i = 0; i < count; i++) {
      const side = kind[i] >= BLOCK_KIND ? BLOCK_SIDE << levelOf(kind[i]) : 1 << levelOf(kind[i]);
      const right = Math.min(width, u[i] + side);
      for (let y = v[i]; y < Math.min(height, v[i] + side); y++) map.fill(Source.sampled, y * width + u[i], y * width + right);
      if (kind[i] >= BLOCK_KIND) i += BLOCK_SAMPLES - 1;
    }
  }

  /** The picture as a frame of blocks, for a memory that has not seen it: what was sent of it with its precision. */
  asFrame(frameId: number, time: number, state: FrameState, rgb: Uint8ClampedArray): PixelFrame {
    const { width, height } = this.grid;
    const offsetX = ((this.viewX % BLOCK_SIDE) + BLOCK_SIDE) % BLOCK_SIDE;
    const offsetY = ((this.viewY % BLOCK_SIDE) + BLOCK_SIDE) % BLOCK_SIDE;
    const samples = createSampleSet(BLOCK_SAMPLES * (Math.ceil(width / BLOCK_SIDE) + 1) * (Math.ceil(height / BLOCK_SIDE) + 1));
    const colours = new Uint8Array(3 * samples.u.length);
    const bits = new Uint8Array(samples.u.length);
    for (let top = -offsetY; top < height; top += BLOCK_SIDE) {
      for (let left = -offsetX; left < width; left += BLOCK_SIDE) {
        const firstU = Math.max(0, left);
        const firstV = Math.max(0, top);
        for (let j = 0; j < BLOCK_SAMPLES; j++) {
          const i = samples.count++;
          // A block begins on the screen; what lies beyond the edge repeats it.
          const u = Math.min(width - 1, firstU + (j & 7));
          const v = Math.min(height - 1, firstV + (j >> 3));
          const at = v * width + u;
          samples.u[i] = u;
          samples.v[i] = v;
          samples.kind[i] = BLOCK_KIND;
          samples.tier[i] = Tier.important;
          bits[i] = Math.max(COARSEST, this.bits[at]);
          colours[3 * i] = rgb[3 * at];
          colours[3 * i + 1] = rgb[3 * at + 1];
          colours[3 * i + 2] = rgb[3 * at + 2];
        }
      }
    }
    return { frameId, clientTime: time, requestId: null, state, samples, values: { rgb: colours, bits } };
  }

  /** Appends all that is needed to go on. */
  save(writer: ByteWriter): void {
    writer.i32(this.viewX);
    writer.i32(this.viewY);
    writeArray(writer, this.bits);
  }

  /** Takes what `save` wrote, and what follows from it of `uncertainty`. Throws a typed error when it does not fit. */
  restore(reader: ByteReader, uncertainty: Float32Array): void {
    this.viewX = reader.i32('held picture');
    this.viewY = reader.i32('held picture');
    readArray(reader, this.bits, 'held picture');
    for (let at = 0; at < this.bits.length; at++)
      uncertainty[at] = UNCERTAINTY[(this.bits[at] = Math.min(8, Math.max(GUESSED, this.bits[at])))];
  }

  private follow({ cameras }: FrameState): void {
    this.viewX = Math.round(cameras[0]?.viewX ?? 0);
    this.viewY = Math.round(cameras[0]?.viewY ?? 0);
  }

  /** Moves the picture with the first 2D camera; what comes in shows what stood there before until it is looked at. */
  private scroll(state: FrameState, rgb: Uint8ClampedArray, uncertainty: Float32Array): void {
    const { viewX, viewY } = this;
    this.follow(state);
    const dx = this.viewX - viewX;
    const dy = this.viewY - viewY;
    const { width, height } = this.grid;
    if (dx === 0 && dy === 0) return;
    if (Math.abs(dx) >= width || Math.abs(dy) >= height) {
      this.forget(0, 0, width, height, uncertainty);
      return;
    }
    const columns = width - Math.abs(dx);
    const fromX = Math.max(0, dx);
    const toX = Math.max(0, -dx);
    for (let n = 0; n < height - Math.abs(dy); n++) {
      // Rows are read before they are written over.
      const to = dy > 0 ? n : height - 1 - n;
      const target = to * width + toX;
      const source = (to + dy) * width + fromX;
      rgb.copyWithin(3 * target, 3 * source, 3 * (source + columns));
      this.bits.copyWithin(target, source, source + columns);
      uncertainty.copyWithin(target, source, source + columns);
    }
    if (dx !== 0) this.forget(dx > 0 ? width - dx : 0, 0, dx > 0 ? width : -dx, height, uncertainty);
    if (dy !== 0) this.forget(0, dy > 0 ? height - dy : 0, width, dy > 0 ? height : -dy, uncertainty);
  }

  /** What a rectangle shows is a guess from here on. */
  private forget(left: number, top: number, right: number, bottom: number, uncertainty: Float32Array): void {
    const { width } = this.grid;
    for (let v = top; v < bottom; v++) {
      this.bits.fill(GUESSED, v * width + left, v * width + right);
      uncertainty.fill(UNCERTAINTY[GUESSED], v * width + left, v * width + right);
    }
  }

  /** A point or mean: one colour for its square. */
  private fill(
    u: number,
    v: number,
    side: number,
    colours: Uint8Array,
    i: number,
    bits: number,
    rgb: Uint8ClampedArray,
    uncertainty: Float32Array,
  ): void {
    const { width, height } = this.grid;
    const known = side === 1 ? bits : GUESSED;
    for (let y = v; y < Math.min(height, v + side); y++) {
      for (let x = u; x < Math.min(width, u + side); x++) {
        const at = y * width + x;
        rgb[3 * at] = colours[3 * i];
        rgb[3 * at + 1] = colours[3 * i + 1];
        rgb[3 * at + 2] = colours[3 * i + 2];
        this.bits[at] = known;
        uncertainty[at] = UNCERTAINTY[known];
      }
    }
  }
}
