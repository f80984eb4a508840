import { Constants } from '@babylonjs/core/Engines/constants.js';
import { RawTexture } from '@babylonjs/core/Materials/Textures/rawTexture.js';
import { Texture } from '@babylonjs/core/Materials/Textures/texture.js';
import type { Scene } from '@babylonjs/core/scene.js';
import type { Colour } from './colour.js';

/** A picture as a function of (u, v), 0 … 1 each, v upwards; it repeats seamlessly. */
export type Pattern = (u: number, v: number) => Colour;

/** Paints a pattern into a texture with mipmaps; the same pixels on every machine. `width` and `height` are powers of two. */
export function createTexture(name: string, pattern: Pattern, scene: Scene, width = 256, height = width): RawTexture {
  const pixels = new Uint8Array(width * height * 4);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const [red, green, blue, alpha = 255] = pattern((x + 0.5) / width, (y + 0.5) / height);
      pixels[at] = byte(red);
      pixels[at + 1] = byte(green);
      pixels[at + 2] = byte(blue);
      pixels[at + 3] = byte(alpha);
    }
  }
  const { TEXTUREFORMAT_RGBA, TEXTURE_TRILINEAR_SAMPLINGMODE } = Constants;
  const texture = new RawTexture(pixels, width, height, TEXTUREFORMAT_RGBA, scene, true, false, TEXTURE_TRILINEAR_SAMPLINGMODE);
  texture.name = name;
  texture.wrapU = Texture.WRAP_ADDRESSMODE;
  texture.wrapV = Texture.WRAP_ADDRESSMODE;
  texture.anisotropicFilteringLevel = 1;
  return texture;
}

function byte(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
