import { expect, it } from 'vitest';
import { isWell } from './faultTable.js';
import { measureFaults } from './measureFaults.js';

// A slice of `npm run bench:faults`, with the built program that `npm test` has made: what it breaks has tests of its own beside it.
it.each([
  ['killed', 4],
  ['delays', 1],
  ['corrupted', 1],
])('loses nothing that was acknowledged: %s', async (name, points) => {
  const { rows } = await measureFaults({ only: [name], points });
  expect(rows.filter((row) => !isWell(row)).flatMap(({ broken }) => broken)).toEqual([]);
  const runs = rows.reduce((sum, row) => sum + row.runs, 0);
  expect(runs).toBeGreaterThan(0);
  if (name !== 'corrupted') expect(rows.reduce((sum, row) => sum + row.acknowledged, 0)).toBeGreaterThan(100);
});
