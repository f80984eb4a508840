import { SgapsError } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { ClientConduct, closeCodeOf, offenceOf } from './ClientConduct.js';
import { REPLAY_CLOSE, wasCut } from './closeCodes.js';

describe('ClientConduct', () => {
  it('warns, and sends away who does not stop', () => {
    const conduct = new ClientConduct({ maxOffences: 3 });
    expect(['malformed', 'order', 'version'].map((offence, i) => conduct.judge(offence as 'order', i))).toEqual([
      'warn',
      'warn',
      'disconnect',
    ]);
    expect(conduct.judge('malformed', 10_000)).toBe('tolerate');
    expect(conduct.admits(10_000)).toBe(false);
  });

  it('excuses what was on its way when it warned, and not for long', () => {
    const conduct = new ClientConduct({ maxOffences: 3 });
    expect(conduct.judge('malformed', 0)).toBe('warn');
    for (let now = 10; now < 2000; now += 10) expect(conduct.judge('unsynchronised', now)).toBe('tolerate');
    expect(conduct.judge('unsynchronised', 2000)).toBe('warn');
    expect(conduct.judge('malformed', 2010)).toBe('disconnect');
  });

  it('forgives with time', () => {
    const conduct = new ClientConduct({ maxOffences: 3 });
    for (let hour = 0; hour < 50; hour++) expect(conduct.judge('malformed', 40_000 * hour)).toBe('warn');
  });

  it('counts a second of flooding once, and sends away after some', () => {
    const conduct = new ClientConduct({ maxMessages: 10 });
    const verdicts: string[] = [];
    for (let now = 0; now < 10_000; now += 10) {
      if (conduct.admits(now)) continue;
      const verdict = conduct.judge('flood', now);
      if (verdict !== 'tolerate') verdicts.push(verdict);
    }
    expect(verdicts).toEqual(['warn', 'warn', 'warn', 'disconnect']);
  });

  it('lets an ordinary client through', () => {
    const conduct = new ClientConduct();
    for (let now = 0; now < 60_000; now += 33) expect(conduct.admits(now)).toBe(true);
  });
});

it('names offences by their error and closes with a code of its own', () => {
  expect(offenceOf(new SgapsError('VERSION_UNSUPPORTED', ''))).toBe('version');
  expect(offenceOf(SgapsError.limit('x', 2, 1))).toBe('oversized');
  expect(offenceOf(new SgapsError('OUT_OF_ORDER', ''))).toBe('order');
  expect(offenceOf(SgapsError.truncated('x'))).toBe('malformed');
  expect(offenceOf(new Error('x'))).toBe('malformed');
  expect(closeCodeOf('flood')).toBe(REPLAY_CLOSE.flooding);
  expect(closeCodeOf('unanswered')).toBe(REPLAY_CLOSE.unanswered);
  expect(closeCodeOf('order')).toBe(REPLAY_CLOSE.misconduct);
});

it('tells a cut from an end', () => {
  expect([1005, 1006, 4999].every(wasCut)).toBe(true);
  expect([1000, 1001, 1009, 4000, 4001, 4002, ...Object.values(REPLAY_CLOSE)].some(wasCut)).toBe(false);
});
