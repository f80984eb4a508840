import { describe, expect, it } from 'vitest';
import { GOODS } from '../sim/goods.js';
import { GUESTS, WISHES } from '../sim/guests.js';
import { letterOf } from '../sim/letters.js';
import { LETTERS, widthOf, wrap } from './letters.js';

describe('the letters', () => {
  it('are as wide as what is drawn of them; digits are all alike', () => {
    expect(LETTERS.get('i')).toMatchObject({ left: 0, width: 1 });
    expect(LETTERS.get('m')?.width).toBe(5);
    expect(LETTERS.get('.')).toMatchObject({ left: 1, width: 2 });
    expect(widthOf('11')).toBe(widthOf('88'));
  });

  it('are there for everything that is said', () => {
    const said = [
      ...GUESTS.flatMap(({ name, hellos }) => [name, ...hellos]),
      ...WISHES.map(({ words }) => words),
      ...GOODS.flatMap(({ name, about }) => [name, about]),
      ...[2, 4, 6].map((day) => letterOf(day) ?? '?'),
    ].join('');
    const missing = [...new Set(said)].filter((char) => char !== ' ' && !LETTERS.has(char));
    expect(missing).toEqual([]);
  });

  it('break lines between words and lose none', () => {
    const text = 'The wheels are frozen and so am I.';
    const lines = wrap(text, 60).split('\n');
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.join(' ')).toBe(text);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(60);
  });
});
