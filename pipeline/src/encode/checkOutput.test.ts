import { expect, it } from 'vitest';
import type { RenderOutput } from '../scene/SceneRenderer.js';
import { type CheckMemory, checkOutput } from './checkOutput.js';
import { gamePicture } from './testing/pictures.js';

it('takes bytes as they are, clamped ones too, without a copy', () => {
  const output = gamePicture(16, 9, 0);
  const { rgb, depth, alpha } = checkOutput(output);
  expect([rgb.buffer, rgb.length, depth, alpha]).toEqual([output.colour.buffer, 3 * 16 * 9, output.depth, output.alpha]);
  const inside = new Uint8ClampedArray(3 * 16 * 9 + 8).subarray(8);
  expect(checkOutput({ ...output, colour: inside }).rgb).toMatchObject({ byteOffset: 8, length: inside.length });
});

it('makes bytes of floats, clamps what is out of range, and allocates once', () => {
  const memory: CheckMemory = {};
  const colour = Float32Array.of(0, 1, 0.5, -3, 7, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1 / 255);
  const output = { width: 3, height: 1, colour, depth: null, alpha: null, metadata: {} };
  const { rgb } = checkOutput(output, memory);
  expect([...rgb]).toEqual([0, 255, 128, 0, 255, 0, 255, 0, 1]);
  expect(checkOutput({ ...output, colour: colour.map(() => 1) }, memory).rgb).toBe(rgb);
  expect(rgb[0]).toBe(255);
});

it.each([
  ['is 0×9', { width: 0 }],
  ['is 16.5×9', { width: 16.5 }],
  ['is 16×4097', { height: 4097 }],
  ['has 431 values of colour, not 432', { colour: new Uint8Array(431) }],
  ['has colour that is neither', { colour: new Float64Array(432) }],
  ['has 3 values of depth, not 144', { depth: new Float32Array(3) }],
  ['has depth that is neither', { depth: undefined }],
  ['has 145 values of alpha, not 144', { alpha: new Float32Array(145) }],
])('refuses a picture that %s', (message, wrong) => {
  const output = { ...gamePicture(16, 9, 0), ...wrong } as unknown as RenderOutput;
  expect(() => checkOutput(output)).toThrow(
    expect.objectContaining({ code: 'ARGUMENT_INVALID', message: expect.stringContaining(message) }),
  );
});
