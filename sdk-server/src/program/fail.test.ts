import { SgapsError } from '@sgaps/protocol';
import { afterEach, expect, it, vi } from 'vitest';
import { exitCodeOf } from './exits.js';
import { describeFailure } from './fail.js';

afterEach(() => vi.unstubAllEnvs());

it('tells errors in a line, and where they came from only where that is asked for', () => {
  const known = new SgapsError('NOT_FOUND', 'There is no recording a1.');
  vi.stubEnv('DEBUG', '');
  expect(describeFailure(known)).toBe('NOT_FOUND: There is no recording a1.');
  expect(describeFailure(new TypeError('x is not iterable'))).toBe(
    'x is not iterable (not foreseen: set DEBUG=sgaps to see where)',
  );
  expect(describeFailure('odd')).toBe('odd');
  vi.stubEnv('DEBUG', 'sgaps');
  expect(describeFailure(known)).toMatch(/^NOT_FOUND: There is no recording a1\.\n[\s\S]*fail\.test\.ts/);
  expect(describeFailure(new TypeError('x'))).toMatch(/^TypeError: x\n +at /);
});

it('tells wrong usage from failure by how a program ends', () => {
  expect(exitCodeOf(new SgapsError('ARGUMENT_INVALID', ''))).toBe(2);
  expect(exitCodeOf(new SgapsError('NOT_FOUND', ''))).toBe(1);
  expect(exitCodeOf(new Error('x'))).toBe(1);
});
