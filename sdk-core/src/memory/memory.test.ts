import { createSampleSet, type FrameState, type PixelFrame, type TrackedObject } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { createComposition } from './Composition.js';
import { DynamicMemory } from './DynamicMemory.js';
import { LayeredMemory } from './LayeredMemory.js';
import type { Prediction } from './Prediction.js';
import { ScrollLayer } from './ScrollLayer.js';
import { CONFIDENCE_START, TemporalMemoryBank, VALUE_SHIFT } from './TemporalMemoryBank.js';

const grid = { width: 64, height: 48 };
type Paint = (u: number, v: number) => readonly [number, number, number];

function camera(viewX: number, viewY = 0): FrameState['cameras'][number] {
  return { id: 0, viewX, viewY, zoom: 1, rotation: 0, x: 0, y: 0, ...grid };
}

function object(id: number, texture: string, place: Partial<TrackedObject>): TrackedObject {
  const look = { flipX: false, flipY: false, alpha: 1, tint: 0xffffff, tileX: 0, tileY: 0, tag: 0, rotation: 0, frame: '' };
  return {
    id,
    texture,
    x: 0,
    y: 0,
    width: 8,
    height: 8,
    originX: 0,
    originY: 0,
    scrollFactorX: 1,
    scrollFactorY: 1,
    ...look,
    ...place,
  };
}

/** A frame in which the given pixels (all by default) were looked at. */
function look(
  frameId: number,
  state: Partial<FrameState>,
  paint: Paint,
  where: (u: number, v: number) => boolean = () => true,
): PixelFrame {
  const samples = createSampleSet(grid.width * grid.height);
  const rgb = new Uint8Array(3 * grid.width * grid.height);
  for (let v = 0; v < grid.height; v++) {
    for (let u = 0; u < grid.width; u++) {
      if (!where(u, v)) continue;
      const i = samples.count++;
      samples.u[i] = u;
      samples.v[i] = v;
      rgb.set(paint(u, v), 3 * i);
    }
  }
  const full: FrameState = { cameras: [], cameras3d: [], objects: [], values: [], ...state };
  return {
    frameId,
    clientTime: frameId * 33,
    requestId: frameId,
    state: full,
    samples,
    values: { rgb, bits: new Uint8Array(samples.count).fill(8) },
  };
}

function meanError(rgb: Uint8ClampedArray, paint: Paint, left = 0, right = grid.width): number {
  let error = 0;
  let n = 0;
  for (let v = 0; v < grid.height; v++) {
    for (let u = left; u < right; u++) {
      const truth = paint(u, v);
      for (let c = 0; c < 3; c++, n++) error += Math.abs(rgb[3 * (v * grid.width + u) + c] - truth[c]);
    }
  }
  return error / n;
}

const stripes: Paint = (x, y) => [(Math.floor(x / 5) * 67) & 255, (Math.floor(y / 7) * 41) & 255, 90];
const none: Partial<FrameState> = {};

describe('TemporalMemoryBank (S10)', () => {
  it('starts at half confidence, gains a tenth per confirmation and stops at one', () => {
    const bank = new TemporalMemoryBank(4, 4);
    bank.write(5, 100, 100, 100, CONFIDENCE_START, 0);
    const seen = [bank.confidence[5] / 255];
    for (let frame = 1; frame < 8; frame++) {
      bank.confirm(5, 0, 0, 0, 1, frame);
      seen.push(bank.confidence[5] / 255);
    }
    expect(seen[0]).toBeCloseTo(0.5, 1);
    expect(seen[1] - seen[0]).toBeCloseTo(0.1, 1);
    expect(seen.at(-1)).toBe(1);
  });

  it('moves towards an innovation and never past it', () => {
    const bank = new TemporalMemoryBank(1, 1);
    bank.write(0, 100, 0, 255, CONFIDENCE_START, 0);
    bank.confirm(0, 10, -50, 50, 1, 1);
    expect(bank.value[0] >> VALUE_SHIFT).toBeGreaterThan(100);
    expect(bank.value[0] >> VALUE_SHIFT).toBeLessThanOrEqual(110);
    expect(bank.value[1]).toBe(0);
    expect(bank.value[2] >> VALUE_SHIFT).toBe(255);
  });
});

describe('DynamicMemory (S10)', () => {
  it('remembers moving samples for 100 frames, and warms their surroundings', () => {
    const dynamic = new DynamicMemory(64, 48);
    dynamic.contradict(20, 20, 0);
    expect(dynamic.counts[2 * dynamic.columns + 2]).toBe(1);
    expect(dynamic.heatAt(20, 20)).toBeGreaterThan(0.4);
    expect(dynamic.heatAt(60, 40)).toBe(0);
    dynamic.advance(99);
    expect(dynamic.counts[2 * dynamic.columns + 2]).toBe(1);
    dynamic.advance(100);
    expect(dynamic.counts[2 * dynamic.columns + 2]).toBe(0);
  });
});

describe('ScrollLayer', () => {
  it('remembers what left the screen, in world coordinates', () => {
    const layer = new ScrollLayer(256, 128);
    layer.place(0, 0);
    layer.locate(10, 10);
    layer.discover(200, 100, 50, CONFIDENCE_START, 1);
    layer.place(150, 0);
    layer.place(4, 0);
    layer.locate(6, 10);
    const out: Prediction = { r: 0, g: 0, b: 0, confidence: 0, evidence: 0 };
    expect(layer.predict(out)).toBe(CONFIDENCE_START);
    expect([out.r, out.g, out.b]).toEqual([200, 100, 50]);
  });

  it('forgets a place whose slot of the ring another place took', () => {
    const layer = new ScrollLayer(256, 128);
    const out: Prediction = { r: 0, g: 0, b: 0, confidence: 0, evidence: 0 };
    layer.place(0, 0);
    layer.locate(10, 10);
    layer.discover(200, 100, 50, CONFIDENCE_START, 1);
    layer.place(256, 0);
    layer.locate(10, 10);
    expect(layer.predict(out)).toBe(0);
    layer.place(0, 0);
    layer.locate(10, 10);
    expect(layer.predict(out)).toBe(0);
  });
});

describe('LayeredMemory', () => {
  it('predicts a static screen exactly after one look at each pixel', () => {
    const memory = new LayeredMemory(grid);
    const out = createComposition(grid);
    memory.observe(look(0, none, stripes));
    memory.compose(look(0, none, stripes).state, out);
    expect(meanError(out.rgb, stripes)).toBe(0);
    expect(Math.min(...out.confidence)).toBeGreaterThanOrEqual(CONFIDENCE_START);
  });

  it('carries a scrolling world, whole pixels exactly, and knows that what scrolls in is unknown', () => {
    const memory = new LayeredMemory(grid);
    const out = createComposition(grid);
    for (let t = 0; t < 4; t++) memory.observe(look(t, { cameras: [camera(2 * t)] }, (u, v) => stripes(u + 2 * t, v)));
    memory.compose({ cameras: [camera(12)], cameras3d: [], objects: [], values: [] }, out);
    expect(meanError(out.rgb, (u, v) => stripes(u + 12, v), 0, 58)).toBe(0);
    for (let v = 0; v < grid.height; v++) expect(out.confidence[v * grid.width + 63]).toBe(0);
  });

  it('keeps a HUD on the screen while the world scrolls under it', () => {
    const memory = new LayeredMemory(grid);
    const out = createComposition(grid);
    const scene =
      (t: number): Paint =>
      (u, v) =>
        v < 8 ? [250, 250, (u * 16) & 255] : stripes(u + 3 * t, v);
    for (let t = 0; t < 8; t++) memory.observe(look(t, { cameras: [camera(3 * t)] }, scene(t)));
    memory.compose({ cameras: [camera(24)], cameras3d: [], objects: [], values: [] }, out);
    expect(meanError(out.rgb, scene(8), 0, 60)).toBeLessThan(2);
  });

  it('carries a sprite by its transform: moved, flipped, and on another object with the same texture', () => {
    const memory = new LayeredMemory(grid);
    const out = createComposition(grid);
    const sprite: Paint = (x, y) => [255 - 20 * x, 30 * y, 200];
    const scene =
      (at: number, flip: boolean): Paint =>
      (u, v) => {
        const x = u - at;
        if (x < 0 || x >= 8 || v < 20 || v >= 28) return [10, 20, 30];
        return sprite(flip ? 7 - x : x, v - 20);
      };
    const hero = (x: number, flipX = false, id = 1) => ({ objects: [object(id, 'hero', { x, y: 20, flipX })] });
    memory.observe(look(0, none, () => [10, 20, 30]));
    for (let t = 1; t < 4; t++) memory.observe(look(t, hero(4 * t), scene(4 * t, false)));
    memory.compose({ cameras: [], cameras3d: [], values: [], ...hero(40) }, out);
    // Where it stood before it is the background that was seen there.
    expect(meanError(out.rgb, scene(40, false))).toBeLessThan(0.5);
    memory.compose({ cameras: [], cameras3d: [], values: [], ...hero(40, true, 9) }, out);
    expect(meanError(out.rgb, scene(40, true))).toBeLessThan(0.5);
  });

  it('learns which scenery a place shows from parallax', () => {
    const memory = new LayeredMemory(grid);
    const out = createComposition(grid);
    // A hill with holes before a sky; the hill moves, the sky does not.
    const isHill = (x: number, y: number) => y > 24 + 6 * Math.sin(x / 7);
    const scene =
      (t: number): Paint =>
      (u, v) =>
        isHill(u + 2 * t, v) ? [30, 120 + (((u + 2 * t) * 5) & 63), 40] : [90, 140, (u * 3 + v) & 255];
    const state = (t: number) => ({
      cameras: [camera(20 * t)],
      objects: [
        object(1, 'sky', { width: 64, height: 48, scrollFactorX: 0 }),
        object(2, 'hill', { width: 200, height: 48, scrollFactorX: 0.1 }),
      ],
    });
    for (let t = 0; t < 10; t++) memory.observe(look(t, state(t), scene(t)));
    memory.compose({ cameras3d: [], values: [], ...state(10) }, out);
    expect(meanError(out.rgb, scene(10), 0, 60)).toBeLessThan(6);
  });

  it('replaces what is contradicted, and doubts what stands beside it', () => {
    const memory = new LayeredMemory(grid);
    const out = createComposition(grid);
    for (let t = 0; t < 5; t++) memory.observe(look(t, none, stripes));
    memory.observe(
      look(
        5,
        none,
        () => [255, 0, 0],
        (u, v) => u === 20 && v === 20,
      ),
    );
    memory.compose(look(5, none, stripes).state, out);
    const at = 20 * grid.width + 20;
    expect([...out.rgb.subarray(3 * at, 3 * at + 3)]).toEqual([255, 0, 0]);
    expect(out.confidence[at + 2]).toBeLessThan(out.confidence[10]);
    expect(memory.dynamic.heatAt(20, 20)).toBeGreaterThan(0);
  });

  it('forgets the scenery when a scene is cut, and not when a sprite moves', () => {
    const scene: Paint = (u, v) => [(u * 31) & 255, (v * 17) & 255, 0];
    const cut = new LayeredMemory({ width: 128, height: 96 });
    const many = (frameId: number, paint: Paint): PixelFrame => {
      const frame = look(frameId, none, paint, (u, v) => u % 2 === 0 && v % 2 === 0);
      return frame;
    };
    const memory = new LayeredMemory(grid);
    for (let t = 0; t < 3; t++) memory.observe(many(t, scene));
    memory.observe(many(3, (u, v) => (u < 16 && v < 16 ? [255, 255, 255] : scene(u, v))));
    expect(memory.contradicted).toBeLessThan(0.3);
    const out = createComposition(grid);
    memory.compose(many(3, scene).state, out);
    expect(out.confidence[40 * grid.width + 40]).toBeGreaterThan(0);
    memory.observe(many(4, (u, v) => [255 - ((u * 31) & 255), 255 - ((v * 17) & 255), 255]));
    expect(memory.contradicted).toBeGreaterThan(0.6);
    memory.compose(many(4, scene).state, out);
    expect(out.confidence[41 * grid.width + 41]).toBe(0);
    expect(cut.contradicted).toBe(0);
  });
});
