import { expect, it } from 'vitest';
import { NodeArchiveModel } from './NodeArchiveModel.js';

const SIZE = { width: 96, height: 64 };
const PLANE = SIZE.width * SIZE.height;
const CUBES = PLANE / 256;

/** A pair of pictures, 0 … 1, of soft stripes that lie `moved` pixels further. */
function stripes(moved: number): Float32Array {
  return Float32Array.from({ length: 6 * PLANE }, (_, i) => {
    const x = (i % SIZE.width) + moved;
    const y = Math.floor((i % PLANE) / SIZE.width);
    return 0.5 + 0.3 * Math.sin(x / 5 + Math.floor(i / PLANE)) * Math.cos(y / 7);
  });
}

function errorOf(cubes: Float32Array, truth: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < cubes.length; i++) {
    const [cube, plane, row, column] = [Math.floor(i / 1536), Math.floor((i % 1536) / 256), Math.floor((i % 256) / 16), i % 16];
    const x = 16 * (cube % (SIZE.width / 16)) + column;
    const y = 16 * Math.floor(cube / (SIZE.width / 16)) + row;
    sum += (cubes[i] - truth[plane * PLANE + y * SIZE.width + x]) ** 2;
  }
  return sum / cubes.length;
}

it('hst-mae-tiny draws cubes nearer to the truth than their context with all codebooks, and than with one', async () => {
  const model = await NodeArchiveModel.open('hst-mae-tiny', { threads: 1 });
  const [truth, context] = [stripes(2), stripes(0)];
  const conditions = {
    context,
    state: new Float32Array(24),
    region: new Int32Array(CUBES),
    rank: Int32Array.from({ length: 8 }, (_, i) => i),
    memory: new Float32Array(8 * model.memoryWidth),
    session: new Float32Array(32),
  };
  const { codes } = await model.encode(SIZE, truth, conditions);
  const places = Int32Array.from({ length: CUBES }, (_, i) => i);
  const drawn: number[] = [];
  for (const count of [1, 6]) {
    const levels = new Int32Array(CUBES).fill(count);
    const { cubes } = await model.decode(SIZE, { places, codes, levels }, conditions);
    drawn.push(errorOf(cubes, truth));
  }
  let before = 0;
  for (let i = 0; i < truth.length; i++) before += (context[i] - truth[i]) ** 2 / truth.length;
  expect(drawn[1]).toBeLessThan(drawn[0]);
  expect(drawn[1]).toBeLessThan(0.8 * before);
  await model.close();
});
