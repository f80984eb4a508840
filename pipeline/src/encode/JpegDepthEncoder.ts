import { SgapsError } from '@sgaps/protocol';
import sharp from 'sharp';
import type { RenderOutput } from '../scene/SceneRenderer.js';
import { type CheckMemory, checkOutput } from './checkOutput.js';
import { writeDepthHalves } from './depthTables.js';
import type { EncoderOptions } from './EncoderOptions.js';
import type { EncodedPicture, PictureEncoder, PictureHead } from './PictureEncoder.js';
import { pictureOf } from './pictureOf.js';

const NO_DEPTH = new Uint8Array(0);

/** `jpeg+depth`: a JPEG by sharp, which works on threads of its own, and log depth as half floats; no bytes of depth for a picture without. Each picture stands for itself. */
export class JpegDepthEncoder implements PictureEncoder {
  readonly #jpeg: { readonly quality: number; readonly chromaSubsampling: '4:4:4' | '4:2:0' };
  readonly #memory: CheckMemory = {};

  constructor({ quality = 90, chroma = '4:4:4' }: EncoderOptions = {}) {
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
    let depthBytes = NO_DEPTH;
    if (depth) {
      const halves = new Uint16Array(depth.length);
      writeDepthHalves(depth, alpha, halves);
      depthBytes = new Uint8Array(halves.buffer);
    }
    return pictureOf(head, [await jpeg, depthBytes]);
  }

  refresh(): void {
    // Each picture is independent anyway.
  }

  dispose(): void {
    // Nothing is held.
  }
}
