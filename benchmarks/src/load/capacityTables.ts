import { formatNumber } from '../clip/formatTable.js';
import { markdownTable } from '../report/markdownTable.js';
import { SLOPES_HEAD, slopeRows } from './growthTable.js';
import { LOAD_HEAD, loadRow } from './loadTable.js';
import type { CadenceGrowth, Growth, GrowthSlopes } from './measureGrowth.js';
import type { LoadFigures } from './measureLoad.js';
import type { SoakFigures } from './measureSoak.js';
import type { StoredFigures } from './measureStored.js';
import type { ProfileShares } from './profileShares.js';
import { SOAK_HEAD, soakRows, soakSentence } from './soakTable.js';

/** The machine that is reckoned with: cores, those left to the system, databases and compression, and how full the others may be. */
const CORES = 64;
const SPARE_CORES = 4;
const FULL = 0.8;
const HOUR = 3600;
const GOAL = 10_000;
/** Flushes of the medium a second and session: the journal, and a sealed chunk. */
const FLUSHES = 2;

/**
 * All that the page on capacity is made of.
 *
 * @example
 * ```ts
 * const tables = capacityTables(figures);
 * ```
 */
export interface CapacityFigures {
  readonly machine: string;
  readonly date: string;
  readonly quick: boolean;
  readonly growth: Growth;
  /** Twice as many sessions as a core carries: guarded, and not. */
  readonly over: readonly (readonly [guarded: LoadFigures, unguarded: LoadFigures])[];
  readonly profile: { readonly shares: ProfileShares; readonly run: LoadFigures };
  readonly stored: StoredFigures;
  readonly soak: SoakFigures;
}

/**
 * Names of the page's parts that are written by the bench.
 *
 * @example
 * ```ts
 * const name: CapacityPart = 'slopes';
 * ```
 */
export type CapacityPart = 'measured' | 'slopes' | 'runs' | 'over' | 'profile' | 'stored' | 'machine' | 'goal' | 'soak';

/**
 * The page's parts, as Markdown.
 *
 * @example
 * ```ts
 * const { slopes } = capacityTables(figures);
 * ```
 */
export function capacityTables(figures: CapacityFigures): Readonly<Record<CapacityPart, string>> {
  const { growth, over, profile, stored, soak } = figures;
  const onDemand = growth.cadences.find(({ cadence }) => cadence === 'on-demand') ?? growth.cadences[0];
  return {
    measured: `Measured on ${figures.date}: ${figures.machine}; recorders ran on the same machine. ${others(figures)}${figures.quick ? ' A quick run: take the figures for rough ones.' : ''}`,
    slopes: markdownTable(SLOPES_HEAD, slopeRows(growth)),
    runs: markdownTable(
      LOAD_HEAD,
      growth.cadences.flatMap(({ runs }) => runs.map(loadRow)),
    ),
    over: markdownTable(
      OVER_HEAD,
      over.flatMap(([guarded, unguarded]) => [overRow(unguarded, 'no'), overRow(guarded, 'yes')]),
    ),
    profile: profileTable(profile.shares, profile.run),
    stored: storedTable(stored),
    machine: markdownTable(
      ['a machine of 64 cores', ...growth.cadences.map(({ cadence }) => cadence)],
      machineRows(growth.cadences, stored),
    ),
    goal: markdownTable([`${GOAL.toLocaleString('en')} sessions on demand`, 'need'], goalRows(onDemand, stored)),
    soak: `${soakSentence(soak)}\n\n${markdownTable(SOAK_HEAD, soakRows(soak))}`,
  };
}

function others({ growth }: CapacityFigures): string {
  const shares = growth.cadences.flatMap(({ runs }) => runs.map(({ othersCpuPercent }) => othersCpuPercent));
  const most = Math.max(...shares);
  return `Other programs took up to ${most.toFixed(0)} % of a core meanwhile${most > 20 ? ': too much for a fair measurement' : ''}.`;
}

const OVER_HEAD = [
  'cadence',
  'guarded',
  'asked for',
  'not taken',
  'lowered',
  'server CPU',
  'answer ms p50',
  'p99',
  'event loop ms p99',
  'frames taken in',
  'late',
  'closed',
];

function overRow(run: LoadFigures, guarded: string): string[] {
  const due = (run.sessions - run.refusedJoins) * run.seconds * 30;
  return [
    run.cadence,
    guarded,
    String(run.sessions),
    String(run.refusedJoins),
    String(run.lowered),
    `${run.serverCpuPercent.toFixed(0)} %`,
    run.roundTripMs.p50.toFixed(0),
    run.roundTripMs.p99.toFixed(0),
    run.eventLoopMs.p99.toFixed(0),
    `${((100 * run.rebuilt) / Math.max(1, due)).toFixed(0)} %`,
    `${((100 * run.late) / Math.max(1, run.frames)).toFixed(0)} %`,
    String(run.closed),
  ];
}

function profileTable({ work, busyMs }: ProfileShares, run: LoadFigures): string {
  // A profile goes by the clock: what it says is divided by is the thread's CPU time, which others on the machine do not lengthen.
  const micros = (1e4 * run.serverMainPercent * run.seconds) / (run.rebuilt / 4);
  const rows = work.map(({ name, ms }) => [name, `${((100 * ms) / busyMs).toFixed(0)} %`, ((micros * ms) / busyMs).toFixed(0)]);
  rows.push(['all', '100 %', micros.toFixed(0)]);
  return markdownTable([`main thread, ${run.sessions} sessions ${run.cadence}`, 'share', 'µs a packet of 4 frames'], rows);
}

function storedTable({ seconds, recorded, archived, psnr }: StoredFigures): string {
  const row = (name: string, perSecond: number | null) => [
    name,
    perSecond === null ? '–' : formatNumber(perSecond / 1e3, 1),
    perSecond === null ? '–' : formatNumber((perSecond * HOUR) / 1e6, 0),
  ];
  return markdownTable(
    [`disk, ${seconds.toFixed(0)} s of the bench's scene`, 'KB/s', 'MB a session-hour'],
    [row('recorded', recorded), row(`archived${psnr === null ? '' : ` (${psnr.toFixed(1)} dB of the recording)`}`, archived)],
  );
}

/** Sessions that so many cores carry, by the CPU of one. */
const carried = ({ cpuPercent }: GrowthSlopes, cores: number) => Math.floor((cores * FULL * 100) / cpuPercent.slope);

function machineRows(cadences: readonly CadenceGrowth[], stored: StoredFigures): string[][] {
  const processes = CORES - SPARE_CORES;
  const row = (name: string, of: (slopes: GrowthSlopes, sessions: number) => string) => [
    name,
    // Too few runs for a line say nothing.
    ...cadences.map(({ slopes }) => of(slopes, carried(slopes, processes)).replace(/.*NaN.*/, '–')),
  ];
  return [
    row('sessions of one core, 80 % full', (slopes) => String(carried(slopes, 1))),
    row(`sessions of ${processes} processes`, (_, sessions) => sessions.toLocaleString('en')),
    row('memory, GB', (slopes, sessions) => ((processes * slopes.rss.intercept + sessions * slopes.rss.slope) / 1e9).toFixed(0)),
    row('network in, Mbit/s', (slopes, sessions) => ((8 * sessions * slopes.up.slope) / 1e6).toFixed(0)),
    row('network out, Mbit/s', (slopes, sessions) => ((8 * sessions * slopes.down.slope) / 1e6).toFixed(1)),
    row('written to disk, MB/s', (slopes, sessions) => ((sessions * slopes.written.slope) / 1e6).toFixed(0)),
    row('flushes of the medium a second', (_, sessions) => (FLUSHES * sessions).toLocaleString('en')),
    row('stored, GB an hour', (_, sessions) => ((sessions * stored.recorded * HOUR) / 1e9).toFixed(0)),
    row('open files of a process', (slopes) =>
      (slopes.openFiles.intercept + carried(slopes, 1) * slopes.openFiles.slope).toFixed(0),
    ),
  ];
}

function goalRows({ slopes }: CadenceGrowth, stored: StoredFigures): string[][] {
  const processes = Math.ceil(GOAL / carried(slopes, 1));
  return [
    ['processes, each a core 80 % full', String(processes)],
    ['sessions of a process', String(Math.ceil(GOAL / processes))],
    ['memory, GB', ((processes * slopes.rss.intercept + GOAL * slopes.rss.slope) / 1e9).toFixed(0)],
    ['network in, Mbit/s', ((8 * GOAL * slopes.up.slope) / 1e6).toFixed(0)],
    ['packets in and out a second', (2 * GOAL * 7.5).toLocaleString('en')],
    ['written to disk, MB/s', ((GOAL * slopes.written.slope) / 1e6).toFixed(0)],
    ['flushes of the medium a second', (FLUSHES * GOAL).toLocaleString('en')],
    ['stored a day, TB, before archiving', ((GOAL * stored.recorded * 24 * HOUR) / 1e12).toFixed(1)],
    [
      'open files and sockets, all processes',
      (processes * slopes.openFiles.intercept + GOAL * slopes.openFiles.slope).toFixed(0),
    ],
  ];
}
