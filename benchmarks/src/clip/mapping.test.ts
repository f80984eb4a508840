import { createSampleSet, SampleKind } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { framingBytes } from './framing.js';
import { sampleDepth, samplePicture } from './samplePicture.js';
import { toFrameState } from './toFrameState.js';

const GRID = { width: 40, height: 24 };

describe('toFrameState', () => {
  it('puts objects into layer space, in draw order', () => {
    const base = { w: 10, h: 10, dw: 10, dh: 8, ox: 0.5, oy: 1 };
    const state = toFrameState(GRID, {
      viewX: 100,
      viewY: 20,
      zoom: 2,
      rotation: 0.1,
      objects: [
        {
          ...base,
          id: 7,
          name: 'hero',
          frame: '3',
          x: 0,
          y: 0,
          z: 5,
          cx: 12,
          cy: 6,
          rot: 0.5,
          flipX: 1,
          alpha: 0.5,
          tint: 0xff00ff,
        },
        { ...base, id: 3, name: 'sky', x: 0, y: 0, z: 1, cx: 2, cy: 4, sf: [0.25, 0], tile: [8, 1] },
      ],
    });
    expect(state.cameras).toEqual([{ id: 0, viewX: 100, viewY: 20, zoom: 2, rotation: 0.1, x: 0, y: 0, width: 40, height: 24 }]);
    expect(state.objects.map((object) => object.id)).toEqual([3, 7]);
    expect(state.objects[0]).toMatchObject({
      texture: 'sky',
      frame: '',
      x: 2 + 25,
      y: 4,
      scrollFactorX: 0.25,
      scrollFactorY: 0,
      tileX: 8,
      tileY: 1,
      alpha: 1,
      tint: 0xffffff,
    });
    expect(state.objects[1]).toMatchObject({
      texture: 'hero',
      frame: '3',
      x: 112,
      y: 26,
      width: 10,
      height: 8,
      originX: 0.5,
      originY: 1,
      rotation: 0.5,
      flipX: true,
      flipY: false,
      alpha: 0.5,
      tint: 0xff00ff,
    });
  });

  it('gives the camera alone where no scene was running, and nothing without state', () => {
    expect(toFrameState(GRID, { viewX: 5, viewY: 6, zoom: 1, rotation: 0, objects: [], noScene: true })).toMatchObject({
      cameras: [{ viewX: 5, viewY: 6 }],
      objects: [],
    });
    expect(toFrameState(GRID, undefined)).toEqual({ cameras: [], cameras3d: [], objects: [], values: [] });
  });

  it('gives a 3D camera its matrices', () => {
    const view = Array.from({ length: 16 }, (_, i) => i);
    const state = toFrameState(GRID, { view, projection: view });
    expect(state.cameras).toEqual([]);
    expect([...state.cameras3d[0].view]).toEqual(view);
  });
});

describe('samplePicture', () => {
  it('takes points as they are and means rounded half up, clipped to the grid', () => {
    const picture = new Uint8Array(3 * GRID.width * GRID.height);
    const put = (x: number, y: number, value: number) =>
      picture.fill(value, 3 * (y * GRID.width + x), 3 * (y * GRID.width + x) + 3);
    put(5, 5, 200);
    put(6, 5, 1);
    put(39, 23, 9);
    const set = createSampleSet(3);
    const samples = [
      [5, 5, SampleKind.point],
      [6, 5, SampleKind.mean1],
      [36, 20, SampleKind.mean3],
    ];
    for (const [u, v, kind] of samples) {
      set.u[set.count] = u;
      set.v[set.count] = v;
      set.kind[set.count++] = kind;
    }
    const rgb = samplePicture(GRID, picture, set, new Uint8Array(9));
    // 1/4 → 0; a clipped 4×4 of which one pixel is 9: 9/16 → 1.
    expect([...rgb]).toEqual([200, 200, 200, 0, 0, 0, 1, 1, 1]);
    put(6, 6, 1);
    expect(samplePicture(GRID, picture, set, rgb)[3]).toBe(1); // 2/4 = 0.5 → 1
  });
});

describe('sampleDepth', () => {
  it('gives points the code of their pixel and means none', () => {
    const codes = Uint16Array.from({ length: GRID.width * GRID.height }, (_, i) => i);
    const set = createSampleSet(3);
    set.count = 2;
    set.u.set([7, 8]);
    set.v.set([3, 4]);
    set.kind.set([SampleKind.point, SampleKind.mean2]);
    expect([...sampleDepth(GRID, codes, set, new Uint16Array([9, 9, 9]))]).toEqual([3 * 40 + 7, 0, 9]);
  });
});

describe('framingBytes', () => {
  it('counts WebSocket and Colyseus headers', () => {
    expect(framingBytes('pixels', 2000, 'up')).toBe(4 + 4 + 8);
    expect(framingBytes('coords', 50, 'down')).toBe(2 + 8);
    expect(framingBytes('coords', 118, 'down')).toBe(4 + 8);
    expect(framingBytes('pixels', 70_000, 'up')).toBe(10 + 4 + 8);
  });
});
