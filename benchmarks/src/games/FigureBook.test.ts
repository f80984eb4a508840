import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GameFigures } from '@sgaps/server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { exampleGames } from './exampleGames.js';
import { FigureBook, withTable } from './FigureBook.js';

const FIGURES: GameFigures = {
  ...{ date: '2026-11-30', version: '0.1.0', machine: 'a machine', busy: false, seconds: 20, frames: 600 },
  ...{ psnr: 36.512, psnrSteady: 37, ssim: 0.97, bytesUp: 1500.4, bytesDown: 200, samples: 700, micros: 40 },
};
const README = 'Before.\n\n<!-- figures: made by npm run bench:games -->\nold\n<!-- end of figures -->\n\nAfter.\n';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sgaps-figures-'));
  writeFileSync(join(folder, 'README.md'), README);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const read = (name: string) => readFileSync(join(folder, name), 'utf8');

it('keeps what was measured before, drops games that are none any more, and writes the table between its marks', () => {
  const first = new FigureBook(folder);
  first.put('one', FIGURES);
  first.put('gone', FIGURES);
  first.save(['one', 'gone']);
  const second = new FigureBook(folder);
  const { micros, ...unhurried } = FIGURES;
  second.put('two', { ...unhurried, busy: true });
  second.save(['two', 'one']);
  expect(JSON.parse(read('figures.json'))).toEqual({ two: { ...unhurried, busy: true }, one: FIGURES });
  expect(read('README.md')).toMatch(/^Before\.\n\n<!-- figures.*-->\n\n\| game [\s\S]*\n\n<!-- end of figures -->\n\nAfter\.\n$/);
  expect(read('README.md')).toContain('| `one` | 36.51 | 37.00 | 0.9700 | 1500 | 200 | 700 | 40 |');
  expect(read('README.md')).toContain('| 700 | – |');
  expect(read('README.md')).toContain('20 s of play, 2026-11-30, SGAPS 0.1.0, a machine.');
  expect(read('README.md')).not.toContain('old');
});

it('says which figures are from where, where they are not all from one place', () => {
  const book = new FigureBook(folder);
  book.put('one', FIGURES);
  book.put('two', { ...FIGURES, machine: 'another' });
  book.save(['one', 'two']);
  expect(read('README.md')).toContain('`two`: 20 s of play, 2026-11-30, SGAPS 0.1.0, another.');
});

it('does not guess where the table goes', () => {
  expect(() => withTable('No marks.', 'table')).toThrow(/lacks/);
});

it('finds the games of the repository, and says which there are', () => {
  expect(exampleGames('babylon-racer')).toEqual([expect.objectContaining({ name: 'babylon-racer', title: 'Apex Valley' })]);
  expect(exampleGames().length).toBeGreaterThan(3);
  expect(() => exampleGames('nothing')).toThrow(/No game nothing in games.json; there are: phaser-platformer/);
});
