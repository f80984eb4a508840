import { describe, expect, it } from 'vitest';
import { BlockGrid } from './BlockGrid.js';
import { type ExpectedPlaces, Motion, PixelTrajectoryPredictor } from './PixelTrajectoryPredictor.js';

const grid = { width: 320, height: 180 };

/** Grey value of the world at a place: rough enough to be told apart. */
function world(x: number, y: number): number {
  const n = Math.imul(x * 374761393 + y * 668265263, 1274126177);
  return 60 + (((n ^ (n >>> 13)) >>> 0) % 60);
}

/** A picture of the world seen from (viewX, 0), with a bright textured thing of 16×16 at (u, v). */
function picture(viewX: number, thing?: { u: number; v: number }, background = world): Uint8ClampedArray {
  const rgb = new Uint8ClampedArray(3 * grid.width * grid.height);
  for (let v = 0; v < grid.height; v++) {
    for (let u = 0; u < grid.width; u++) {
      const inside = thing && u >= thing.u && u < thing.u + 16 && v >= thing.v && v < thing.v + 16;
      const value = inside ? 150 + ((world(u - thing.u + 900, v - thing.v) * 3) % 100) : background(u + viewX, v);
      rgb.fill(value, 3 * (v * grid.width + u), 3 * (v * grid.width + u) + 3);
    }
  }
  return rgb;
}

describe('PixelTrajectoryPredictor', () => {
  it.each([
    [3, -2],
    [-7, 5],
    [11, 0],
    [0, 12],
  ])('finds a thing that moves by (%i, %i) before a still world', (du, dv) => {
    const predictor = new PixelTrajectoryPredictor(grid);
    for (let t = 0; t < 4; t++) predictor.observe(picture(0, { u: 96 + du * t, v: 80 + dv * t }), t);
    const moving = [...predictor.motion.keys()].filter((b) => predictor.motion[b] === Motion.moves);
    const right = moving.filter((b) => predictor.flowU[b] === du && predictor.flowV[b] === dv);
    expect(right.length).toBeGreaterThanOrEqual(2);
    expect(right.length / moving.length).toBeGreaterThan(0.6);
    expect(predictor.motion.filter((m) => m !== Motion.explained).length).toBeLessThan(30);
  });

  it('expects it where it will be, and what it leaves behind', () => {
    const predictor = new PixelTrajectoryPredictor(grid);
    for (let t = 0; t < 4; t++) predictor.observe(picture(0, { u: 96 + 6 * t, v: 80 }), t);
    const blocks = new BlockGrid(grid);
    const expected = new Float32Array(blocks.count);
    predictor.expect(3, blocks, expected);
    // After frame 3 it lies at 114 … 130, three frames on at 132 … 148.
    expect(expected[blocks.at(140, 88)]).toBeGreaterThan(1000);
    expect(expected[blocks.at(122, 88)]).toBeGreaterThan(1000);
    expect(expected[blocks.at(165, 88)]).toBe(0);
    expect(expected[blocks.at(140, 110)]).toBe(0);
    const places: ExpectedPlaces = { count: 0, block: new Uint16Array(100), error: new Float32Array(100) };
    predictor.places(expected, 200, places);
    expect(places.count).toBeGreaterThan(4);
    expect(places.count).toBeLessThan(30);
    for (let i = 0; i < places.count; i++) expect(places.error[i]).toBe(expected[places.block[i]]);
  });

  it('takes what the camera explains as explained, and finds what moves against it', () => {
    const predictor = new PixelTrajectoryPredictor(grid);
    for (let t = 0; t < 4; t++) predictor.observe(picture(4 * t, { u: 200 + 2 * t, v: 60 }), t, t === 0 ? 0 : -4, 0);
    const still = [...predictor.motion].filter((m) => m === Motion.explained).length;
    expect(still).toBeGreaterThan(850);
    const b = 8 * predictor.columns + 26;
    expect(predictor.flowU[b]).toBe(2);
    expect(predictor.flowU[0]).toBe(-4);
  });

  it('takes a camera between whole pixels as explained, too', () => {
    const predictor = new PixelTrajectoryPredictor(grid);
    for (let t = 0; t < 4; t++) predictor.observe(picture(Math.round(2.5 * t)), t, t === 0 ? 0 : -2.5, 0);
    expect(predictor.motion.filter((m) => m === Motion.explained).length).toBeGreaterThan(850);
  });

  it('carries a map along camera and flow', () => {
    const predictor = new PixelTrajectoryPredictor(grid);
    for (let t = 0; t < 4; t++) predictor.observe(picture(4 * t, { u: 200 + 8 * t, v: 64 }), t, t === 0 ? 0 : -4, 0);
    const map = new Float32Array(predictor.columns * predictor.rows);
    const out = new Float32Array(map.length);
    map[8 * predictor.columns + 29] = 7; // the thing, which lies at 224 … 240
    map[2 * predictor.columns + 20] = 5; // the world
    predictor.advect(map, 2, out);
    expect(out[8 * predictor.columns + 31]).toBe(7);
    expect(out[2 * predictor.columns + 19]).toBe(5);
    expect(out[2 * predictor.columns + 20]).toBe(0);
  });

  it('calls what changes where it is a change, not a motion', () => {
    const predictor = new PixelTrajectoryPredictor(grid);
    const flat = () => 60;
    for (let t = 0; t < 4; t++) {
      const rgb = picture(0, undefined, flat);
      for (let v = 40; v < 48; v++) rgb.fill(100 + 30 * t, 3 * (v * 320 + 80), 3 * (v * 320 + 88));
      predictor.observe(rgb, t);
    }
    const b = 5 * predictor.columns + 10;
    expect(predictor.motion[b]).toBe(Motion.changes);
    expect(predictor.energy[b]).toBeCloseTo(900, 0);
    expect(predictor.motion.filter((m) => m !== Motion.explained)).toHaveLength(1);
  });

  it('forgets at cuts, gaps and jumps', () => {
    const moved = () => {
      const predictor = new PixelTrajectoryPredictor(grid);
      for (let t = 0; t < 3; t++) predictor.observe(picture(0, { u: 96 + 6 * t, v: 80 }), t);
      return predictor;
    };
    const still = (predictor: PixelTrajectoryPredictor) => predictor.motion.every((m) => m === Motion.explained);
    expect(still(moved())).toBe(false);
    const cut = moved();
    cut.clear();
    expect(still(cut)).toBe(true);
    const gap = moved();
    gap.observe(picture(0, { u: 200, v: 80 }), 30);
    expect(still(gap)).toBe(true);
    const jump = moved();
    jump.observe(picture(500), 3, -500, 0);
    expect(still(jump)).toBe(true);
  });
});
