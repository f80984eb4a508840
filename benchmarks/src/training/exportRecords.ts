import { createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { FrameEvidence, MODEL_PLANES, ModelInput } from '@sgaps/core';
import { type ClipOptions, measureClip } from '../clip/measureClip.js';

/**
 * Runs a clip through the real loop and writes what a model is shown of each frame, and the truth, for training (`training/sgaps_mae/data.py` reads it).
 * NAME.bin holds frame after frame: `MODEL_PLANES` (bytes), red, green and blue of the truth (bytes), motion across and down (int16, 1/16 pixels), each W·H.
 * NAME.json says how large. The planes of the frame before hold this one: training fills in its own.
 *
 * @example
 * ```ts
 * await exportRecords({ input: 'clip.mkv', state: 'clip.json', bytesUp: 2048 }, 'data', 'clip@whole');
 * ```
 */
export async function exportRecords(
  options: ClipOptions,
  folder: string,
  name: string,
): Promise<{ frames: number; psnr: number }> {
  const file = createWriteStream(join(folder, `${name}.bin`));
  let parts: { evidence: FrameEvidence; input: ModelInput; truth: Uint8Array } | null = null;
  let size = { width: 0, height: 0 };
  let frames = 0;
  const figures = await measureClip({
    ...options,
    ssim: false,
    held: false,
    onFrame: (shown, truth, _, session) => {
      // A model may have been at work, whose doubt chose the samples: what it is shown is what was rebuilt before.
      const decoded = session.newest ?? shown;
      const { grid } = session;
      size = grid;
      const pixels = grid.width * grid.height;
      parts ??= { evidence: new FrameEvidence(grid), input: new ModelInput(grid), truth: new Uint8Array(3 * pixels) };
      const { evidence, input, truth: planes } = parts;
      evidence.take(decoded.frame, decoded.kept ? null : session.memory);
      input.take(decoded, evidence, decoded.kept ? null : session.memory.innovations);
      input.align(null);
      // What a model may make of the frame before is known where its motion is.
      input.planes.set(evidence.motionKnown, MODEL_PLANES.indexOf('previousKnown') * pixels);
      for (let at = 0; at < pixels; at++) for (let c = 0; c < 3; c++) planes[c * pixels + at] = truth[3 * at + c];
      for (const part of [input.planes, planes, evidence.motionX, evidence.motionY])
        file.write(Buffer.from(new Uint8Array(part.buffer, part.byteOffset, part.byteLength)));
      frames++;
    },
  });
  file.end();
  await finished(file);
  const { psnr, psnrSteady } = figures;
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ ...size, frames, planes: MODEL_PLANES, psnr, psnrSteady }));
  return { frames, psnr: psnrSteady };
}
