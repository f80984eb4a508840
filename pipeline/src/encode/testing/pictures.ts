import type { RenderOutput } from '../../scene/SceneRenderer.js';
import type { PictureHead } from '../PictureEncoder.js';

export const HEAD: PictureHead = { frameId: 0xfffffffe, clientSent: 1.5, received: 2.25 };

/** Picture `step` of something like a game: a sky, a floor that runs into the distance, and a striped box that moves. Bytes, with depth; the box's lower half is nearly uncovered. */
export function gamePicture(width: number, height: number, step: number) {
  const colour = new Uint8Array(3 * width * height);
  const depth = new Float32Array(width * height);
  const alpha = new Float32Array(width * height).fill(1);
  // Even: half of the chroma's resolution is lost, which is no encoder's fault.
  const even = (value: number) => 2 * Math.round(value / 2);
  const [boxLeft, boxTop, boxBottom] = [even(width * 0.1) + 2 * step, even(height * 0.3), even(height * 0.8)];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const below = y / height - 0.4;
      const inBox = x >= boxLeft && x < boxLeft + even(width / 4) && y >= boxTop && y < boxBottom;
      depth[i] = inBox ? 4 : below > 0 ? 1 / below : Number.POSITIVE_INFINITY;
      if (inBox && y > height * 0.6) alpha[i] = 0.2;
      const shade = below > 0 ? 60 + 300 * below : 150 + 100 * below;
      const rgb = inBox ? [200, 60 + 30 * (((x - boxLeft) >> 3) & 1), 50] : [shade * 0.8, shade, below > 0 ? shade * 0.5 : 230];
      colour.set(rgb, 3 * i);
    }
  }
  return { width, height, colour, depth, alpha, metadata: {} } satisfies RenderOutput;
}

export function psnr(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} values against ${b.length}`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return 10 * Math.log10((255 * 255) / (sum / a.length));
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
