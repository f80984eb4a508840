import { describe, expect, it } from 'vitest';
import type { Pattern } from '../../../shared/babylon/createTexture.js';
import { asphalt, barrier, crowd, leaves, meadow, sky, testCard, verge } from './patterns.js';

const PLACES = Array.from({ length: 40 }, (_, i) => [(i * 0.377) % 1, (i * 0.719) % 1] as const);
const whole = (colour: readonly (number | undefined)[]): number[] => colour.map((value) => Math.round(value ?? 255));

describe('patterns', () => {
  it.each(Object.entries<Pattern>({ meadow, verge, asphalt, leaves }))(
    '%s goes on without a seam along the road',
    (_, pattern) => {
      for (const [u, v] of PLACES) expect(whole(pattern(u, v + 1))).toEqual(whole(pattern(u, v)));
    },
  );

  it('the sky closes behind the driver', () => {
    for (const [, v] of PLACES) expect(whole(sky(1, v))).toEqual(whole(sky(0, v)));
  });

  it('have colour, light and shade', () => {
    for (const pattern of [asphalt, barrier, crowd, testCard]) {
      const greys = PLACES.map(([u, v]) => pattern(u, v)).map(([red, green, blue]) => (red + green + blue) / 3);
      expect(Math.max(...greys) - Math.min(...greys)).toBeGreaterThan(60);
    }
  });
});
