import { expect, it } from 'vitest';
import { SyntheticScene } from './SyntheticScene.js';

const GRID = { width: 160, height: 90 };
const scene = new SyntheticScene(GRID);

it('moves in every frame and comes round without a jump', () => {
  const changed = (a: number, b: number) =>
    scene.frame(a).picture.filter((value, i) => value !== scene.frame(b).picture[i]).length;
  expect(changed(0, 1)).toBeGreaterThan(0);
  expect(scene.frame(240)).toBe(scene.frame(0));
  const { viewX, viewY } = scene.frame(239).state.cameras[0];
  const first = scene.frame(240).state.cameras[0];
  expect(Math.hypot(first.viewX - viewX, first.viewY - viewY)).toBeLessThan(5);
});

it('says where its figures are', () => {
  let looked = 0;
  for (let i = 0; i < 240; i++) {
    const { picture, state } = scene.frame(i);
    const [{ viewX, viewY }] = state.cameras;
    // The last is drawn above all others.
    const { x, y, width } = state.objects[state.objects.length - 1];
    const [u, v] = [x - viewX + width / 2, y - viewY + width / 2];
    if (u < 0 || u >= GRID.width || v < 0 || v >= GRID.height) continue;
    looked++;
    const at = 3 * (v * GRID.width + u);
    expect([...picture.subarray(at, at + 3)]).toEqual([95, 210, 60 + ((90 * 5) % 170)]);
  }
  expect(looked).toBeGreaterThan(20);
});
