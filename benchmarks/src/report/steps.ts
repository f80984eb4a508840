import { join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

/**
 * A bench that the report runs.
 *
 * @example
 * ```ts
 * const steps: readonly Step[] = listSteps({ clips: 'benchmarks/clips', quick: true });
 * ```
 */
export interface Step {
  /** Name of its file of figures. */
  readonly id: string;
  /** Chapter it belongs to, as `--only` names it. */
  readonly chapter: ChapterName;
  /** npm's name of the bench, its file and its arguments. */
  readonly script: string;
  readonly file: string;
  readonly args: readonly string[];
}

/** Chapters of the report, in its order. */
export const CHAPTER_NAMES = ['rates', 'client', 'load', 'ablation', 'archive', 'quality'] as const;

/**
 * A chapter of the report.
 *
 * @example
 * ```ts
 * const name: ChapterName = 'rates';
 * ```
 */
export type ChapterName = (typeof CHAPTER_NAMES)[number];

/** What is measured, whole and quick. */
const WHOLE = {
  budgets: [768, 1536, 2048, 3072, 4608],
  frames: 300,
  clientSeconds: 10,
  sessions: '1,10,50,100,200',
  loadSeconds: 10,
  ablationFrames: 240,
  archiveFrames: 64,
};
const QUICK = {
  budgets: [1024, 2048, 4096],
  frames: 90,
  clientSeconds: 4,
  sessions: '1,2,4,8',
  loadSeconds: 4,
  ablationFrames: 75,
  archiveFrames: 32,
};
/** Bytes per frame down that we may spend; the encoders get them as well. */
const DOWN = 256;

/**
 * All that the report measures, in order.
 *
 * @example
 * ```ts
 * for (const { id, args } of listSteps({ clips, quick: false })) console.log(id, args);
 * ```
 */
export function listSteps({ clips, quick }: { readonly clips: string; readonly quick: boolean }): Step[] {
  const of = quick ? QUICK : WHOLE;
  // As one types it where the repository is.
  const within = relative(ROOT, clips);
  const own = ['--clips', within.startsWith('..') ? clips : within];
  const rates = of.budgets.map((bytes) => ({
    id: `rates-${bytes}`,
    chapter: 'rates' as const,
    script: 'bench:peers',
    file: 'peers.ts',
    args: [...own, '--bytes', String(bytes), '--down', String(DOWN), '--frames', String(of.frames), '--no-ssim'],
  }));
  return [
    ...rates,
    { id: 'client', chapter: 'client', script: 'bench:client', file: 'client.ts', args: ['--seconds', String(of.clientSeconds)] },
    {
      id: 'load',
      chapter: 'load',
      script: 'bench:load',
      file: 'load.ts',
      args: ['--grow', of.sessions, '--seconds', String(of.loadSeconds)],
    },
    {
      id: 'ablation',
      chapter: 'ablation',
      script: 'bench:ablation',
      file: 'ablation.ts',
      args: [...own, '--frames', String(of.ablationFrames), '--no-ssim'],
    },
    {
      id: 'archive',
      chapter: 'archive',
      script: 'bench:archive',
      file: 'archive.ts',
      args: [...own, '--frames', String(of.archiveFrames), ...(quick ? ['--no-ssim'] : [])],
    },
    {
      id: 'quality',
      chapter: 'quality',
      script: 'bench:quality',
      file: 'quality.ts',
      args: [...own, '--frames', String(of.frames)],
    },
  ];
}

/**
 * A step as one types it.
 *
 * @example
 * ```ts
 * commandOf(step); // 'npm run bench:client -- --seconds 10'
 * ```
 */
export function commandOf({ script, args }: Pick<Step, 'script' | 'args'>): string {
  return `npm run ${script} -- ${args.join(' ')}`;
}
