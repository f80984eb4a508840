import { SgapsError } from '@sgaps/protocol';
import sharp from 'sharp';
import type { RenderOutput } from '../scene/SceneRenderer.js';
import { type CheckMemory, checkOutput } from './checkOutput.js';
import { writeDepthHalves } from './depthTables.js';
import type { EncoderOptions } from './EncoderOptions.js';
import type { EncodedPicture, PictureEncoder, PictureHead } from './PictureEncoder.js';
import { pictureOf } from './pictureOf.js';

const NO_DEPTH = new Uint8Array(0);

/**
 * `jpeg+depth`: a JPEG by sharp, which works on threads of its own, and log depth as half floats; no bytes of depth for a picture without. `jpeg+depth+alpha`: after the half floats of a
 * picture that has alpha comes a grey JPEG of it, and depth is there wherever anything is. Each picture stands for itself.
 */
export class JpegDepthEncoder implements PictureEncoder {
  readonly #jpeg: { readonly quality: number; readonly chromaSubsampling: '4:4:4' | '4:2:0' };
  readonly #withAlpha: boolean;
  readonly #memory: CheckMemory = {};

  constructor({ quality = 90, chroma = '4:4:4' }: EncoderOptions = {}, withAlpha = false) {
    this.#withAlpha = withAlpha;
    if (!Number.isInteger(quality) || quality < 1 || quality > 100)
      throw new SgapsError('ARGUMENT_INVALID', `JPEG quality is ${quality}; give a whole number of 1 … 100.`);
    if (chroma !== '4:4:4' && chroma !== '4:2:0')
      throw new SgapsError('ARGUMENT_INVALID', `JPEG chroma is ${chroma}; give '4:4:4' or '4:2:0'.`);
    this.#jpeg = { quality, chromaSubsampling: chroma };
  }

  async encode(output: RenderOutput, head: PictureHead): Promise<EncodedPicture> {
    const { width, height, rgb, depth, alpha } = checkOutput(output, this.#memory);
    const jpeg = sharp(rgb, { raw: { width, height, channels: 3 } })
      .jpeg(this.#jpeg)
      .toBuffer();
    // Meanwhile: what sharp does, it does elsewhere.
    if (!depth) return pictureOf(head, [await jpeg, NO_DEPTH]);
    const covered = this.#withAlpha && alpha ? this.#grey(alpha, width, height) : null;
    const halves = new Uint16Array(depth.length);
    writeDepthHalves(depth, covered ? null : alpha, halves);
    const depthBytes = new Uint8Array(halves.buffer);
    return pictureOf(head, [await jpeg, covered ? Buffer.concat([depthBytes, await covered]) : depthBytes]);
  }

  #grey(alpha: Float32Array, width: number, height: number): Promise<Buffer> {
    const bytes = new Uint8ClampedArray(alpha.length);
    for (let i = 0; i < alpha.length; i++) bytes[i] = 255 * alpha[i];
    return sharp(bytes, { raw: { width, height, channels: 1 } })
      .toColourspace('b-w')
      .jpeg({ quality: this.#jpeg.quality })
      .toBuffer();
  }

  refresh(): void {
    // Each picture is independent anyway.
  }

  dispose(): void {
    // Nothing is held.
  }
}
