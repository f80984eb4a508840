import { expect, it } from 'vitest';
import type { Member } from './Members.js';
import { ProcessChooser } from './ProcessChooser.js';

function member(id: string, change: Partial<Member> = {}): Member {
  return {
    id,
    processId: `colyseus-${id}`,
    address: null,
    folder: 'f',
    startedAt: 0,
    sessions: 0,
    accepting: true,
    beat: 1,
    ...change,
  };
}

it('gives sessions to the least busy process, and counts those it gave since that last said how it is doing', () => {
  const chooser = new ProcessChooser();
  const members = [member('a', { sessions: 5 }), member('b', { sessions: 2 }), member('c', { sessions: 4 })];
  const given = Array.from({ length: 7 }, () => chooser.choose(members).id);
  expect(given).toEqual(['b', 'b', 'b', 'c', 'a', 'b', 'c']);
  // What was counted meanwhile is not counted twice.
  const counted = [
    member('a', { sessions: 6, beat: 2 }),
    member('b', { sessions: 6, beat: 2 }),
    member('c', { sessions: 6, beat: 2 }),
  ];
  expect(chooser.choose(counted).id).toBe('a');
  // Two beats later what they say counts alone.
  const later = [
    member('a', { sessions: 6, beat: 3 }),
    member('b', { sessions: 6, beat: 3 }),
    member('c', { sessions: 5, beat: 3 }),
  ];
  expect(chooser.choose(later).id).toBe('c');
});

it('passes over those that take none or do not listen yet, and says so where nobody is left', () => {
  const chooser = new ProcessChooser();
  const members = [member('a', { accepting: false }), member('b', { processId: null }), member('c', { sessions: 900 })];
  expect(chooser.choose(members).id).toBe('c');
  expect(() => chooser.choose(members.slice(0, 2))).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
});
