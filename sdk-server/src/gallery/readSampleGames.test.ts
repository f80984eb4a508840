import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSampleGames } from './readSampleGames.js';

const FEATURE = { title: 'Kill-cam', text: 'Once more', source: 'examples/built/src/KillCam.ts', query: 'killcam=1&seed=7' };
const FIGURES = {
  ...{ date: '2026-11-30', version: '0.1.0', machine: 'a machine', busy: false, seconds: 20, frames: 600 },
  ...{ psnr: 36.5, psnrSteady: 37, ssim: 0.97, bytesUp: 1500, bytesDown: 200, samples: 700, micros: 40 },
};
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sgaps-examples-'));
  mkdirSync(join(folder, 'built', 'dist'), { recursive: true });
  writeFileSync(join(folder, 'built', 'dist', 'index.html'), '<!doctype html>');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const write = (name: 'games' | 'figures', content: unknown) =>
  writeFileSync(join(folder, `${name}.json`), typeof content === 'string' ? content : JSON.stringify(content));

it('lists built games only, with what is said and was measured of them', () => {
  const built = { name: 'built', title: 'Built', description: 'It is there', kind: 'Puzzle', engine: 'phaser', feature: FEATURE };
  write('games', [
    { ...built, genre: 'of an earlier version' },
    { name: 'missing', title: 'Missing' },
  ]);
  const game = { ...built, path: join(folder, 'built', 'dist') };
  expect(readSampleGames(folder)).toEqual([game]);
  write('figures', { built: FIGURES, missing: FIGURES });
  expect(readSampleGames(folder)).toEqual([{ ...game, figures: FIGURES }]);
  const { micros, ...rest } = FIGURES;
  write('figures', { built: rest });
  expect(readSampleGames(folder)).toEqual([{ ...game, figures: rest }]);
});

it('needs no more than a name', () => {
  write('games', [{ name: 'built' }]);
  expect(readSampleGames(folder)).toEqual([
    { name: 'built', title: 'built', description: '', path: join(folder, 'built', 'dist') },
  ]);
});

it('takes a folder without a manifest as empty', () => {
  expect(readSampleGames(folder)).toEqual([]);
});

it.each<[string, unknown, RegExp]>([
  ['no JSON', '{ nonsense', /games\.json is not JSON/],
  ['no list', {}, /games\.json holds no list of games/],
  ['no object', [{ name: 'built' }, 'nonsense'], /game 2 must be an object/],
  ['no name', [{ title: 'x' }], /game 1: name must be a text of 1 to 64 characters; it is missing/],
  ['a bad name', [{ name: 'Bad Name' }], /game 1: name must be of the form .*, not "Bad Name"/],
  ['a way out', [{ name: 'escape', path: '../../../etc' }], /game 1: path must lie in /],
  ['one name twice', [{ name: 'built' }, { name: 'built' }], /two games of the name built/],
  ['a number as title', [{ name: 'built', title: 7 }], /game 1: title must be a text of 1 to 60 characters, not 7/],
  ['an empty kind', [{ name: 'built', kind: '' }], /game 1: kind must be a text/],
  ['half a feature', [{ name: 'built', feature: { title: 'x' } }], /game 1: feature: text must be a text/],
  ['a source outside', [{ name: 'built', feature: { ...FEATURE, source: '/etc' } }], /feature: source must be of the form/],
  ['a query of another kind', [{ name: 'built', feature: { ...FEATURE, query: 'a=<b>' } }], /feature: query must be of the form/],
])('says what is wrong with a manifest: %s', (_, games, message) => {
  write('games', games);
  expect(() => readSampleGames(folder)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
  expect(() => readSampleGames(folder)).toThrow(message);
});

it.each<[string, unknown, RegExp]>([
  ['a list', [], /figures\.json must be an object/],
  ['no figures', { built: 1 }, /figures\.json: built must be an object/],
  ['a text', { built: { ...FIGURES, psnr: '36' } }, /built: psnr must be a number from 0 to 60, not "36"/],
  ['too much', { built: { ...FIGURES, ssim: 1.2 } }, /built: ssim must be a number from 0 to 1, not 1.2/],
  ['no flag', { built: { ...FIGURES, busy: 'no' } }, /built: busy must be true or false/],
])('says what is wrong with figures: %s', (_, figures, message) => {
  write('games', [{ name: 'built' }]);
  write('figures', figures);
  expect(() => readSampleGames(folder)).toThrow(message);
});
