import { LIMITS, SgapsError } from '@sgaps/protocol';
import type { RenderOutput } from '../scene/SceneRenderer.js';

/**
 * A picture whose shape is right, in bytes.
 *
 * @example
 * ```ts
 * const { width, height, rgb }: CheckedOutput = checkOutput(output);
 * ```
 */
export interface CheckedOutput {
  readonly width: number;
  readonly height: number;
  /** 3·W·H: the scene's own bytes, or those of the memory that was given. */
  readonly rgb: Uint8Array;
  readonly depth: Float32Array | null;
  readonly alpha: Float32Array | null;
}

/**
 * What `checkOutput` keeps between pictures, so that it need not allocate for each: one object an encoder.
 *
 * @example
 * ```ts
 * const memory: CheckMemory = {};
 * ```
 */
export interface CheckMemory {
  rgb?: Uint8Array;
}

/**
 * Takes what a scene drew for encoding: refuses a wrong shape, and makes bytes of colours that are floats, those out of range clamped and NaN black. Scenes come from anywhere.
 *
 * @throws SgapsError `ARGUMENT_INVALID`
 * @example
 * ```ts
 * const { width, height, rgb, depth } = checkOutput(output, this.memory);
 * ```
 */
export function checkOutput(output: RenderOutput, memory: CheckMemory = {}): CheckedOutput {
  const { width, height, colour, depth, alpha } = output;
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 1 || side > LIMITS.pictureSide)
      throw invalid(`is ${width}×${height}; sides are whole numbers of 1 … ${LIMITS.pictureSide}`);
  }
  const pixels = width * height;
  const floats = colour instanceof Float32Array;
  if (!floats && !(colour instanceof Uint8Array) && !(colour instanceof Uint8ClampedArray))
    throw invalid('has colour that is neither a Float32Array nor bytes');
  if (colour.length !== 3 * pixels) throw invalid(lengthWrong('colour', 3 * pixels, colour.length));
  for (const [name, map] of [
    ['depth', depth],
    ['alpha', alpha],
  ] as const) {
    if (map === null) continue;
    if (!(map instanceof Float32Array)) throw invalid(`has ${name} that is neither a Float32Array nor null`);
    if (map.length !== pixels) throw invalid(lengthWrong(name, pixels, map.length));
  }
  const rgb = floats ? bytesOf(colour, memory) : new Uint8Array(colour.buffer, colour.byteOffset, colour.length);
  return { width, height, rgb, depth, alpha };
}

function bytesOf(colour: Float32Array, memory: CheckMemory): Uint8Array {
  if (memory.rgb?.length !== colour.length) memory.rgb = new Uint8Array(colour.length);
  const bytes = memory.rgb;
  for (let i = 0; i < colour.length; i++) {
    const value = colour[i];
    bytes[i] = value >= 1 ? 255 : value > 0 ? value * 255 + 0.5 : 0;
  }
  return bytes;
}

const lengthWrong = (name: string, wanted: number, found: number) => `has ${found} values of ${name}, not ${wanted}`;

const invalid = (what: string) => new SgapsError('ARGUMENT_INVALID', `The picture of the scene ${what}.`);
