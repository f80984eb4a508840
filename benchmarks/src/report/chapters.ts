import { ABLATION_GROUPS, ABLATION_HEAD, type AblationGroup, ablationCells } from '../ablation/ablationTable.js';
import { type AblationFigures, plotAblation } from '../ablation/plotAblation.js';
import { ARCHIVE_HEAD, archiveRows } from '../archive/archiveTable.js';
import { type ArchiveFigures, plotArchive } from '../archive/plotArchive.js';
import type { ClientFigures, StageFigures } from '../client/ClientFigures.js';
import { CLIENT_HEAD, clientRows, describeStage } from '../client/clientTable.js';
import { plotClient } from '../client/plotClient.js';
import type { StageName } from '../client/variants.js';
import { SLOPES_HEAD, slopeRows } from '../load/growthTable.js';
import { LOAD_HEAD, loadRow } from '../load/loadTable.js';
import type { Growth } from '../load/measureGrowth.js';
import { plotGrowth } from '../load/plotGrowth.js';
import { countAbove, PEER_HEAD, peerRows } from '../peers/peerTable.js';
import { plotRates } from '../peers/plotRates.js';
import type { Figure } from '../plot/drawPanel.js';
import { QUALITY_HEAD, type QualityFigures, qualityCells, qualityMeans } from '../quality/qualityTable.js';
import type { Measured } from './measured.js';
import type { PeersFigures } from './peersSection.js';
import { CHAPTER_NAMES, type ChapterName } from './steps.js';

/**
 * A table under a plot.
 *
 * @example
 * ```ts
 * const table: ReportTable = { title: 'Phaser 4', head: ['', 'ms'], rows: [['bare', '3.1']] };
 * ```
 */
export interface ReportTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * A chapter of the report.
 *
 * @example
 * ```ts
 * const { title, figure, tables }: Chapter = chapterOf('client', measured);
 * ```
 */
export interface Chapter {
  readonly name: ChapterName;
  readonly title: string;
  /** What it came to, in a sentence or two. */
  readonly said: readonly string[];
  readonly figure: Figure | null;
  readonly tables: readonly ReportTable[];
  readonly measured: readonly Measured[];
  /** Why parts of it are missing. */
  readonly missing: readonly string[];
}

type Content = Pick<Chapter, 'said' | 'figure' | 'tables'>;

const TITLES: Readonly<Record<ChapterName, string>> = {
  rates: 'PSNR against bytes',
  client: 'What recording costs a game',
  load: 'What a server carries',
  ablation: 'What each part is worth',
  archive: 'Archives',
  quality: 'How well quality is told without the truth',
};

/** What each chapter makes of the figures of its steps, none of which failed. */
const CONTENTS: Readonly<Record<ChapterName, (figures: readonly unknown[]) => Content>> = {
  rates: (figures) => rates(figures as PeersFigures[]),
  client: ([figures]) => client(figures as ClientFigures),
  load: ([figures]) => load(figures as Growth),
  ablation: ([figures]) => ablation(figures as AblationFigures),
  archive: ([figures]) => archive(figures as ArchiveFigures),
  quality: ([figures]) => quality(figures as { whole: QualityFigures[]; drawn: QualityFigures[] }),
};

/**
 * The chapters of the report, of what was measured. One whose steps failed or were left out says so.
 *
 * @example
 * ```ts
 * const chapters = listChapters(new Map([['client', [measured]]]));
 * ```
 */
export function listChapters(measured: ReadonlyMap<ChapterName, readonly Measured[]>): Chapter[] {
  return CHAPTER_NAMES.map((name) => {
    const all = (measured.get(name) ?? []).toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
    const whole = all.filter(({ error }) => error === null);
    const failed = all.flatMap(({ step, error }) => (error === null ? [] : [`${step} failed: ${error}`]));
    const missing = all.length === 0 ? ['Not measured.'] : failed;
    const content =
      whole.length === 0 ? { said: [], figure: null, tables: [] } : CONTENTS[name](whole.map(({ figures }) => figures));
    return { name, title: TITLES[name], ...content, measured: whole, missing };
  });
}

function rates(measured: readonly PeersFigures[]): Content {
  const runs = measured.toSorted((a, b) => a.bytes - b.bytes);
  const said = runs.map(({ bytes, clips }) => {
    const { above, aboveSmooth, of } = countAbove(clips);
    return `At ${bytes} bytes a frame, up and down together, SGAPS is above the better of realtime H.264 and VP8 on ${above} of ${of} clips, and on ${aboveSmooth} of ${of} where the player interpolates chroma.`;
  });
  const tables = runs.map(({ bytes, clips }) => ({
    title: `Steady PSNR, dB, at ${bytes} bytes a frame`,
    head: PEER_HEAD,
    rows: peerRows(clips),
  }));
  return { said, figure: plotRates(runs), tables };
}

function client(figures: ClientFigures): Content {
  const stages = Object.entries(figures.stages) as [StageName, StageFigures][];
  const said = stages.flatMap(([name, { variants }]) => {
    const times = variants.sgaps?.mediaRecorderTimes;
    const how = describeStage(name, figures);
    return times ? [`${how}: MediaRecorder at 2.5 Mbit/s adds ${times.toFixed(1)} times the CPU that SGAPS adds.`] : [`${how}.`];
  });
  const tables = stages.map(([name, stage]) => ({
    title: describeStage(name, figures),
    head: CLIENT_HEAD,
    rows: clientRows(stage),
  }));
  return { said: [...said, ...Object.values(figures.skipped)], figure: plotClient(figures), tables };
}

function load(growth: Growth): Content {
  const runs = growth.cadences.flatMap((cadence) => cadence.runs);
  const tables = [
    { title: 'As sessions grow', head: LOAD_HEAD, rows: runs.map(loadRow) },
    { title: 'What one session more costs', head: SLOPES_HEAD, rows: slopeRows(growth) },
  ];
  const said = growth.cadences.map(({ cadence, breaksAt }) =>
    breaksAt === null
      ? `${cadence}: all that was asked for was carried.`
      : `${cadence}: at ${breaksAt} sessions not all was carried as it was set.`,
  );
  return { said, figure: plotGrowth(growth), tables };
}

function ablation(figures: AblationFigures): Content {
  const groups = Object.keys(ABLATION_GROUPS) as AblationGroup[];
  const tables = groups.flatMap((group) => {
    const rows = figures.groups[group];
    return rows ? [{ title: ABLATION_GROUPS[group], head: ABLATION_HEAD, rows: rows.map(ablationCells) }] : [];
  });
  return { said: [], figure: plotAblation(figures), tables };
}

function archive(figures: ArchiveFigures): Content {
  const points = figures.clips[0]?.points.map(({ point }) => point) ?? [];
  const tables = points.map((point) => ({
    title: `${point}, means of ${figures.clips.length} clips`,
    head: ARCHIVE_HEAD,
    rows: archiveRows(figures.clips, point),
  }));
  return { said: [], figure: plotArchive(figures), tables };
}

function quality({ whole, drawn }: { readonly whole: QualityFigures[]; readonly drawn: QualityFigures[] }): Content {
  const table = (title: string, figures: QualityFigures[]) => ({
    title,
    head: QUALITY_HEAD,
    rows: [...figures.map(qualityCells), qualityMeans(figures)],
  });
  const tables = [
    table('Whole pictures, as the code tells them', whole),
    table('Pictures that memory draws, by a model fitted on the other clips', drawn),
  ];
  return { said: ['What the loop says of its own pictures (S9) beside their true PSNR.'], figure: null, tables };
}
