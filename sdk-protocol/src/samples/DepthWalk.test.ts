import fc from 'fast-check';
import { expect, it } from 'vitest';
import { appendBlock } from './blockPlaces.js';
import { DepthWalk } from './DepthWalk.js';
import { carriesDepth } from './depthCode.js';
import { BLOCK_KIND, createSampleSet } from './SampleSet.js';

const grid = { width: 45, height: 28 };

it('goes over the samples that carry depth, all of them and in order', () => {
  const entries = fc.array(fc.tuple(fc.nat(grid.width - 1), fc.nat(grid.height - 1), fc.constantFrom(0, 1, 4, 8, 8, 8, 9, 10)), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(entries, (list) => {
      const set = createSampleSet(64 * list.length);
      for (const [u, v, kind] of list) {
        if (kind >= BLOCK_KIND) appendBlock(grid, set, u, v, kind, 1);
        else {
          set.u[set.count] = u;
          set.v[set.count] = v;
          set.kind[set.count++] = kind;
        }
      }
      const walk = new DepthWalk();
      for (let round = 0; round < 2; round++) {
        walk.begin(set);
        const found: number[] = [];
        for (let i = walk.next(); i >= 0; i = walk.next()) found.push(i);
        const all = Array.from({ length: set.count }, (_, i) => i);
        expect(found).toEqual(all.filter((i) => carriesDepth(set.kind[i], set.u[i], set.v[i])));
      }
    }),
  );
});
