import { expect, it } from 'vitest';
import { lapTime, ordinal } from './words.js';

it('writes times and places', () => {
  expect([0, 60, 1641, 3600, 3599.9].map(lapTime)).toEqual(['0:00.00', '0:01.00', '0:27.35', '1:00.00', '1:00.00']);
  expect([1, 2, 3, 4].map(ordinal)).toEqual(['1st', '2nd', '3rd', '4th']);
});
