import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSampleGames } from './exampleRoutes.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sgaps-examples-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('lists built games only, and none outside the folder', () => {
  for (const name of ['built', 'secret']) {
    mkdirSync(join(folder, name, 'dist'), { recursive: true });
    writeFileSync(join(folder, name, 'dist', 'index.html'), '<!doctype html>');
  }
  const games = [
    { name: 'built', title: 'Built', description: 'It is there' },
    { name: 'missing', title: 'Missing' },
    { name: 'escape', path: '../../../etc' },
    { name: 'Bad Name' },
    'nonsense',
  ];
  writeFileSync(join(folder, 'games.json'), JSON.stringify(games));
  expect(readSampleGames(folder)).toEqual([
    { name: 'built', title: 'Built', description: 'It is there', path: join(folder, 'built', 'dist') },
  ]);
});

it('takes a folder without a manifest as empty, and refuses a broken one', () => {
  expect(readSampleGames(folder)).toEqual([]);
  writeFileSync(join(folder, 'games.json'), '{ nonsense');
  expect(() => readSampleGames(folder)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
  writeFileSync(join(folder, 'games.json'), '{}');
  expect(() => readSampleGames(folder)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
});
