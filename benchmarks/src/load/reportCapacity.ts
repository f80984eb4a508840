import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { writeSheet } from '../plot/sheet.js';
import { formatMarkdown } from '../report/formatMarkdown.js';
import { describeMachine, runOrigin } from '../report/machine.js';
import { type CapacityFigures, type CapacityPart, capacityTables } from './capacityTables.js';
import { loadRow } from './loadTable.js';
import { type CadenceGrowth, carriedAll, measureGrowth } from './measureGrowth.js';
import { type LoadFigures, measureLoad } from './measureLoad.js';
import { measureSoak } from './measureSoak.js';
import { measureStored } from './measureStored.js';
import { plotGrowth } from './plotGrowth.js';
import { profileShares } from './profileShares.js';

const DOCS = join(import.meta.dirname, '../../../docs');
const PAGE = join(DOCS, 'operations/capacity.md');
const PLOT = join(DOCS, 'images/load.png');

/** How long, and how many, whole and quick. */
const WHOLE = { counts: [1, 10, 50, 100, 200], seconds: 10, minutes: 5, profiled: 80, stored: 10 };
const QUICK = { counts: [1, 8, 32], seconds: 4, minutes: 1, profiled: 32, stored: 5 };
/** Sessions asked for at most, where twice of what a core carries would be more. */
const MOST_OVER = 500;

/**
 * Measures all that `docs/operations/capacity.md` says, and writes its tables and its plot anew; the text around them stays. Rejects with `BYTES_MALFORMED`
 * where the page has no place for a table, and as what it measures with.
 *
 * @example
 * ```ts
 * const figures = await reportCapacity({ quick: true });
 * ```
 */
export async function reportCapacity({ quick = false }: { readonly quick?: boolean } = {}): Promise<CapacityFigures> {
  const { counts, seconds, minutes, profiled, stored: storedSeconds } = quick ? QUICK : WHOLE;
  const told = (run: LoadFigures) => console.error(loadRow(run).join('  '));
  const growth = await measureGrowth(counts, { seconds, told });
  const over: [LoadFigures, LoadFigures][] = [];
  for (const cadence of growth.cadences) {
    const run = { cadence: cadence.cadence, sessions: twiceOf(cadence), seconds, cohorts: 1 };
    const guarded = await measureLoad({ ...run, guard: true });
    const unguarded = await measureLoad({ ...run, guard: false });
    told(guarded);
    told(unguarded);
    over.push([guarded, unguarded]);
  }
  const profile = await profileOf(profiled, seconds);
  const stored = await measureStored(storedSeconds);
  const soak = await measureSoak({ minutes, told: console.error });
  const date = new Date().toISOString().slice(0, 10);
  const figures = { machine: describeMachine(), date, quick, growth, over, profile, stored, soak };
  writeFileSync(PAGE, formatMarkdown(withTables(readFileSync(PAGE, 'utf8'), capacityTables(figures))));
  const command = `npm run bench:load -- --report${quick ? ' --quick' : ''}`;
  await writeSheet(PLOT, plotGrowth(growth), runOrigin(command));
  console.error(`wrote ${PAGE} and ${PLOT}`);
  return figures;
}

/** Twice of what a core carries, by the run that used it most without falling behind. */
function twiceOf({ runs }: CadenceGrowth): number {
  const best = runs.filter(carriedAll).at(-1) ?? runs[0];
  return Math.min(MOST_OVER, Math.max(2, Math.round(2 * best.sessionsPerCore)));
}

async function profileOf(sessions: number, seconds: number): Promise<CapacityFigures['profile']> {
  const folder = mkdtempSync(join(tmpdir(), 'sgaps-bench-profile-'));
  const file = join(folder, 'server.cpuprofile');
  try {
    const run = await measureLoad({ sessions, seconds, cadence: 'on-demand', cohorts: 1, profile: file });
    return { run, shares: profileShares(file) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A page with its tables replaced: each stands between `<!-- load: NAME -->` and `<!-- /load -->`. Throws `BYTES_MALFORMED` where one has no place.
 *
 * @example
 * ```ts
 * const page = withTables('<!-- load: slopes -->\n<!-- /load -->\n', tables);
 * ```
 */
export function withTables(page: string, tables: Readonly<Partial<Record<CapacityPart, string>>>): string {
  let text = page;
  for (const [name, table] of Object.entries(tables)) {
    const [begin, end] = [`<!-- load: ${name} -->`, '<!-- /load -->'];
    const from = text.indexOf(begin);
    const to = text.indexOf(end, from);
    if (from < 0 || to < 0) throw SgapsError.malformed(`page: it has no place for the table '${name}' (${begin} … ${end})`);
    text = `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
  }
  return text;
}
