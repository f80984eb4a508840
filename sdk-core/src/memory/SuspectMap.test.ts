import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ScrollLayer } from './ScrollLayer.js';
import { SuspectMap } from './SuspectMap.js';

it('lowers what is known within three pixels of a noted one, each way, and no more', () => {
  const grid = { width: 75, height: 40 };
  const point = fc.tuple(fc.integer({ min: 0, max: grid.width - 1 }), fc.integer({ min: 0, max: grid.height - 1 }));
  const suspects = new SuspectMap(grid);
  fc.assert(
    fc.property(fc.array(point, { maxLength: 20 }), (points) => {
      const layer = new ScrollLayer(128, 128);
      layer.place(110, 0);
      for (let v = 0; v < grid.height; v++)
        for (let u = 0; u < grid.width; u++) layer.bank.write(layer.cellAt(u, v), 1, 2, 3, 200, 0);
      for (const [u, v] of points) suspects.add(u, v);
      suspects.spread([layer], 1);
      for (let v = 0; v < grid.height; v++) {
        for (let u = 0; u < grid.width; u++) {
          const isNear = points.some(([x, y]) => Math.abs(x - u) <= 3 && Math.abs(y - v) <= 3);
          expect(layer.bank.confidence[layer.cellAt(u, v)]).toBe(isNear ? 125 : 200);
        }
      }
    }),
    { numRuns: 60 },
  );
});
