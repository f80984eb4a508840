import { expect, it } from 'vitest';
import { chooseSession } from './chooseSession.js';

const session = (recordingId: string, startedAt: number) => ({ recordingId, startedAt, game: recordingId });
const [own, old, young] = [session('own', 3), session('old', 1), session('young', 2)];

it('shows the newest session of somebody else and stays with it; the own one where there is no other', () => {
  expect(chooseSession([old, own, young], 'own')).toBe(young);
  expect(chooseSession([old, own, young], 'own', 'old')).toBe(old);
  expect(chooseSession([own, young], 'own', 'old')).toBe(young);
  expect(chooseSession([own, young], 'own', 'own')).toBe(young);
  expect(chooseSession([own], 'own')).toBe(own);
  expect(chooseSession([], 'own')).toBeUndefined();
  expect(chooseSession([young], null)).toBe(young);
});
