import { describe, expect, it } from 'vitest';
import { SpzFiller } from './SpzFiller.js';

const FLOATS = [3, 1, 3, 3, 4, 9];

/** Two splats of degree 1, all floats ½; `change` may leave out or alter a piece. */
function filled(change: (attribute: number, data: Float32Array) => Float32Array | null): SpzFiller {
  const filler = new SpzFiller();
  filler.begin(2, 1);
  FLOATS.forEach((floats, attribute) => {
    const data = change(attribute, new Float32Array(2 * floats).fill(0.5));
    if (data) filler.add(attribute as 0, 0, data);
  });
  return filler;
}

describe('SpzFiller', () => {
  it('gives a cloud once all attributes came', () => {
    expect(filled((_, data) => data).end()).toMatchObject({ count: 2, degree: 1 });
  });

  it('gives none where one of them did not', () => {
    FLOATS.forEach((floats, left) => {
      expect(() => filled((attribute, data) => (attribute === left ? null : data)).end()).toThrow('cut short');
      expect(() => filled((attribute, data) => (attribute === left ? data.subarray(floats) : data)).end()).toThrow('cut short');
    });
  });

  it('gives none where there are more than were announced', () => {
    FLOATS.forEach((_, more) => {
      const data = new Float32Array(3 * FLOATS[more]);
      expect(() => filled((attribute, good) => (attribute === more ? data : good)).end()).toThrow('more splats');
    });
  });

  it('names the first splat that is none', () => {
    FLOATS.forEach((floats, bad) => {
      const spoilt = (attribute: number, data: Float32Array) => {
        if (attribute === bad) data[floats] = Number.NaN;
        return data;
      };
      expect(() => filled(spoilt).end()).toThrow(/splat 1: \w+ is NaN/);
    });
  });
});
