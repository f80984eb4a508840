import type { RenderOutput } from '../scene/SceneRenderer.js';
import { checkOutput } from './checkOutput.js';
import type { EncodedPicture, PictureEncoder, PictureHead } from './PictureEncoder.js';
import { pictureOf } from './pictureOf.js';

const NO_DEPTH = new Uint8Array(0);

/** `raw`: the head of `jpeg+depth`, then 3·W·H bytes RGB and W·H distances, float32 as the scene gave them; no bytes of depth without. For debugging: alpha is left out. */
export class RawEncoder implements PictureEncoder {
  async encode(output: RenderOutput, head: PictureHead): Promise<EncodedPicture> {
    // The scene's arrays are its own, and no memory is kept for bytes of floats, since those are given away, too.
    const { rgb, depth } = checkOutput(output);
    const colour = rgb.buffer === output.colour.buffer ? rgb.slice() : rgb;
    return pictureOf(head, [colour, depth ? new Uint8Array(depth.slice().buffer) : NO_DEPTH]);
  }

  refresh(): void {
    // Each picture is independent anyway.
  }

  dispose(): void {
    // Nothing is held.
  }
}
