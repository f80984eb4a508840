import { expect, it } from 'vitest';
import { measureServer } from './measureServer.js';
import { isWell, serverTable } from './serverTable.js';

it('a server holds against all that is hostile on its sockets, and an honest session loses nothing', async () => {
  const figures = await measureServer({ seed: Number(process.env.SGAPS_SEED ?? 1), effort: 1 });
  expect(isWell(figures), serverTable(figures)).toBe(true);
  expect(figures.attacks.length).toBeGreaterThan(10);
  expect(figures.attacks.every(({ count }) => count > 0)).toBe(true);
  expect(figures.bystander.sent).toBeGreaterThan(20);
}, 240_000);
