import { describe, expect, it } from 'vitest';
import type { Pattern } from '../../../shared/babylon/createTexture.js';
import { bark, bricks, grass, hedge, metal, paving, plaster, roof, sky, stones } from './patterns.js';

const PLACES = Array.from({ length: 40 }, (_, i) => [(i * 0.377) % 1, (i * 0.719) % 1] as const);

const whole = (colour: readonly (number | undefined)[]): number[] => colour.map((value) => Math.round(value ?? 255));

describe('patterns', () => {
  it.each(Object.entries<Pattern>({ bark, bricks, grass, hedge, metal, paving, plaster, roof, stones }))(
    '%s goes on without a seam in both directions',
    (_name, pattern) => {
      for (const [u, v] of PLACES) {
        const here = whole(pattern(u, v));
        expect(whole(pattern(u + 1, v))).toEqual(here);
        expect(whole(pattern(u, v + 1))).toEqual(here);
      }
    },
  );

  it('the sky closes behind the player', () => {
    for (const [, v] of PLACES) expect(whole(sky(1, v))).toEqual(whole(sky(0, v)));
  });

  it('have colour, light and shade', () => {
    for (const pattern of [bricks, grass, paving, stones]) {
      const greys = PLACES.map(([u, v]) => pattern(u, v)).map(([red, green, blue]) => (red + green + blue) / 3);
      expect(Math.max(...greys) - Math.min(...greys)).toBeGreaterThan(30);
    }
  });
});
