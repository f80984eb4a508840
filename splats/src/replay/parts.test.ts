import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carve } from './carve.js';
import type { FrameDepths } from './FrameStore.js';
import { KdTree } from './KdTree.js';
import { SplatCells } from './SplatCells.js';
import { cast, castCamera, sampled } from './testing/castWorld.js';
import { cellKey, cellSide, coveredByFiner, levelOfKey, levelOfSize, parentKey, VoxelTable } from './VoxelTable.js';

/** Ten-thousandths: the tiniest doubles are lost in dividing by a cell's side. */
const coordinate = fc.integer({ min: -5_000_000, max: 5_000_000 }).map((value) => value / 10_000);

describe('cells of several sizes', () => {
  it('hold what lies in them, and lie in their parents', () => {
    fc.assert(
      fc.property(coordinate, coordinate, coordinate, fc.integer({ min: 9, max: 20 }), (x, y, z, level) => {
        const key = cellKey(level, x, y, z);
        if (key < 0) return;
        expect(Number.isSafeInteger(key)).toBe(true);
        expect(levelOfKey(key)).toBe(level);
        const parent = cellKey(level + 1, x, y, z);
        expect(parentKey(key)).toBe(parent);
      }),
    );
  });

  it('are of the size nearest to the one that is wanted', () => {
    for (const size of [0.01, 0.07, 1, 30]) {
      const ratio = cellSide(levelOfSize(size)) / size;
      expect(Math.abs(Math.log2(ratio))).toBeLessThanOrEqual(0.5);
    }
  });

  it('do not lie where their numbers would end', () => {
    expect(cellKey(0, 1e9, 0, 0)).toBe(-1);
    expect(cellKey(12, Number.NaN, 0, 0)).toBe(-1);
  });

  it('are numbered as they come, however many there are', () => {
    const table = new VoxelTable();
    const keys = Array.from({ length: 5000 }, (_, i) => cellKey(12, i % 97, Math.floor(i / 97), 3));
    expect(keys.map((key) => table.put(key))).toEqual(keys.map((_, i) => i));
    expect(keys.map((key) => table.put(key))).toEqual(keys.map((_, i) => i));
    expect(table.find(cellKey(12, 500, 0, 0))).toBe(-1);
  });

  it('are covered by finer ones that fill their surface, and not by a single one', () => {
    const table = new VoxelTable();
    const full = table.put(cellKey(13, 0.5, 0.5, 0.5));
    const nearlyEmpty = table.put(cellKey(13, 4.5, 0.5, 0.5));
    for (const [x, y] of [
      [0.2, 0.2],
      [1.2, 0.2],
      [0.2, 1.2],
      [1.2, 1.2],
      [4.2, 0.2],
    ])
      table.put(cellKey(12, x, y, 0.2));
    const covered = coveredByFiner(table);
    expect([covered[full], covered[nearlyEmpty]]).toEqual([1, 0]);
  });
});

describe('a tree of points', () => {
  it('finds the nearest, as looking at each does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(coordinate, coordinate, coordinate), { minLength: 1, maxLength: 80 }),
        fc.double({ min: 1, max: 400, noNaN: true }),
        (points, radius) => {
          const positions = Float32Array.from(points.flat());
          const tree = new KdTree(positions, 5);
          const [x, y, z] = positions;
          const distance = (i: number) =>
            (positions[3 * i] - x) ** 2 + (positions[3 * i + 1] - y) ** 2 + (positions[3 * i + 2] - z) ** 2;
          const all = points
            .map((_, i) => distance(i))
            .filter((squared) => squared <= radius * radius)
            .sort((a, b) => a - b);
          const found = tree.nearest(x, y, z, radius);
          expect(Array.from(tree.squared.subarray(0, found))).toEqual(all.slice(0, 5));
          for (let k = 0; k < found; k++) expect(distance(tree.found[k])).toBe(tree.squared[k]);
        },
      ),
    );
  });
});

describe('cells of splats', () => {
  it('have a normal even where looks from both sides cancel out', () => {
    const cells = new SplatCells();
    const key = cellKey(12, 0, 0, 0);
    for (const side of [1, -1])
      cells.add(key, 1, Float64Array.of(0, 0, 0), Float64Array.of(0, 0, side), Uint8Array.of(10, 20, 30), 0);
    const { normals, colours } = cells.take();
    expect(Math.hypot(...normals)).toBe(1);
    expect([...colours]).toEqual([10, 20, 30]);
  });
});

describe('carving', () => {
  const frames = Array.from({ length: 30 }, (_, i): FrameDepths => {
    const camera = castCamera(-1 + i / 15);
    const { count, u, v, depth } = sampled(camera, cast(camera, null));
    const places = Uint32Array.from({ length: count }, (_, at) => v[at] * camera.width + u[at]).filter(
      (_, at) => (depth?.[at] ?? -1) >= 0,
    );
    const depths = Float32Array.from({ length: count }, (_, at) => depth?.[at] ?? -1).filter((z) => z >= 0);
    return { camera, near: 0, places, depths, rgb: new Uint8Array(3 * places.length) };
  });

  it('takes away what hangs in the air, and leaves what stands on the wall, or where nobody looked', () => {
    const positions = Float32Array.of(0, 0.7, 3, 0, 0.5, 7, 0, 0, -20);
    expect([...carve(positions, Float32Array.of(0.1, 0.1, 0.1), frames)]).toEqual([0, 1, 1]);
  });

  it('leaves what hides behind the wall: no look went through it', () => {
    expect([...carve(Float32Array.of(0, 0.5, 9), Float32Array.of(0.1), frames)]).toEqual([1]);
  });
});
