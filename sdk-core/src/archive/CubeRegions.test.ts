import type { FrameState } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { movingPictures, noisyPictures } from '../testing/archivePictures.js';
import { region, view } from '../testing/worlds.js';
import { CubeRegions, REGIONS } from './CubeRegions.js';
import { PaddedPicture } from './PaddedPicture.js';

const GRID = { width: 128, height: 64 };
const COLUMNS = 8;
const CUBES = 32;

function padded(rgb: Uint8ClampedArray): PaddedPicture {
  const picture = new PaddedPicture(GRID);
  picture.readRgb(rgb);
  return picture;
}

const [scene] = movingPictures(GRID, 1);
const FIRST = padded(scene.rgb);

function found(state: FrameState | null, first: PaddedPicture | null = FIRST): CubeRegions {
  const regions = new CubeRegions(COLUMNS, CUBES);
  regions.find(first, state);
  return regions;
}

const cubesOf = ({ region }: CubeRegions, wanted: number) => [...region].flatMap((one, cube) => (one === wanted ? [cube] : []));

describe('CubeRegions', () => {
  it('gives what the game calls critical, and what does not scroll, regions of their own, first in order', () => {
    const boss = { ...region(1, 1, 64 + 300, 32 + 5, 32, 16), scrollFactorX: 1, scrollFactorY: 1 };
    const score = region(2, 0, 0, 0, 20, 16);
    const regions = found(view(300, 5, [boss, score], GRID));
    expect(cubesOf(regions, 6)).toEqual([20, 21]);
    expect(cubesOf(regions, 7)).toEqual([0, 1]);
    expect([regions.rank[7], regions.rank[6]].sort()).toEqual([0, 1]);
  });

  it('takes no backdrop for a region', () => {
    const backdrop = region(1, 1, 0, 0, 128, 64);
    expect(cubesOf(found(view(0, 0, [backdrop], GRID)), 6)).toEqual([]);
  });

  it('tells what looks unlike apart, and what has texture comes before what has none', () => {
    const [noise] = noisyPictures(GRID, 1, 120);
    const rgb = scene.rgb.map((_, i) => (Math.floor(i / 3) % GRID.width < 64 ? 20 : noise.rgb[i]));
    const regions = found(null, padded(rgb));
    const sides = [0, 1].map(
      (side) => new Set([...regions.region].filter((_, cube) => Math.floor((cube % COLUMNS) / 4) === side)),
    );
    for (const one of sides[0]) expect(sides[1].has(one)).toBe(false);
    const places = sides.map((side) => [...side].map((one) => regions.rank[one]));
    expect(Math.max(...places[1])).toBeLessThan(Math.min(...places[0]));
  });

  it('knows only what the game says before a picture is known', () => {
    const boss = { ...region(1, 1, 64 + 300, 32 + 5, 32, 16), scrollFactorX: 1, scrollFactorY: 1 };
    const regions = found(view(300, 5, [boss], GRID), null);
    expect(cubesOf(regions, 6)).toEqual([20, 21]);
    expect(cubesOf(regions, 0)).toHaveLength(CUBES - 2);
  });

  it('gives every cube a region and every region a place, whatever the game says', () => {
    const odd = fc.oneof(
      fc.double(),
      fc.integer({ min: -200, max: 200 }),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300),
    );
    fc.assert(
      fc.property(odd, odd, odd, odd, odd, (x, y, width, height, viewX) => {
        const object = { ...region(1, 1, 0, 0, 0, 0), x, y, width, height };
        const { region: cubes, rank } = found(view(viewX, 0, [object], GRID));
        expect(cubes.every((one) => one >= 0 && one < REGIONS)).toBe(true);
        expect([...rank].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      }),
      { numRuns: 60 },
    );
  });
});
