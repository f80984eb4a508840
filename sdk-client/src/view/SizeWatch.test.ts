import { describe, expect, it } from 'vitest';
import { SizeWatch } from './SizeWatch.js';

const [SMALL, LARGE] = [
  { width: 160, height: 90 },
  { width: 320, height: 180 },
];

describe('the size of pictures', () => {
  it('is that asked for, told once', () => {
    const sizes = new SizeWatch();
    expect(sizes.expected).toBeNull();
    expect([sizes.ask(LARGE), sizes.ask({ ...LARGE }), sizes.ask(SMALL)]).toEqual([true, false, true]);
    expect(sizes.expected).toEqual(SMALL);
    expect(sizes.candidates).toEqual([SMALL, LARGE]);
  });

  it("is a scene's own once several pictures have it, and no longer once one has not", () => {
    const sizes = new SizeWatch();
    sizes.ask(LARGE);
    // Some were drawn before the scene had heard.
    for (let i = 0; i < 3; i++) sizes.saw(SMALL);
    expect(sizes.expected).toEqual(LARGE);
    sizes.saw(SMALL);
    expect(sizes.expected).toEqual(SMALL);
    expect(sizes.candidates[0]).toEqual(SMALL);
    sizes.saw(LARGE);
    expect(sizes.expected).toEqual(LARGE);
  });

  it('is told anew to a server that has heard of nothing', () => {
    const sizes = new SizeWatch();
    sizes.ask(LARGE);
    sizes.forget();
    expect(sizes.ask(LARGE)).toBe(true);
  });
});
