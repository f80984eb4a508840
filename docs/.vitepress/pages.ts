/** Every page of the site, in the order in which the sidebars name them. A page that is in no list fails the check of the docs. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DefaultTheme } from 'vitepress';

/** The folder `docs`. */
export const DOCS = dirname(dirname(fileURLToPath(import.meta.url)));

interface Section {
  readonly title: string;
  /** Markdown files below `docs`, without their ending. */
  readonly pages: readonly string[];
}

const LEARN: readonly Section[] = [
  {
    title: 'First hour',
    pages: ['start/index', 'start/phaser', 'start/babylon', 'start/canvas', 'start/colyseus', 'how-it-works', 'compare'],
  },
  {
    title: 'Record',
    pages: [
      'guide/recording',
      'guide/tagging',
      'guide/events',
      'guide/privacy',
      'guide/bandwidth',
      'guide/samplers',
      'guide/asking',
      'guide/connection',
    ],
  },
  {
    title: 'Watch',
    pages: [
      'guide/viewing',
      'guide/spectating',
      'guide/kill-cam',
      'guide/theatre',
      'guide/player',
      'guide/phaser-replay',
      'guide/babylon-replay',
      'guide/export',
    ],
  },
  { title: '3D', pages: ['guide/splats', 'guide/replay-splats', 'guide/hybrid-view'] },
  { title: 'Keep', pages: ['guide/archive', 'guide/cadences'] },
  { title: 'The model', pages: ['guide/model', 'guide/training', 'guide/fine-tuning'] },
  {
    title: 'Extend',
    pages: [
      'guide/engine-adapter',
      'guide/extend-reconstructor',
      'guide/extend-renderer',
      'guide/extend-encoder',
      'guide/transport-adapter',
    ],
  },
];

const RUN: readonly Section[] = [
  {
    title: 'Start',
    pages: ['guide/hosting', 'guide/deployment', 'operations/index', 'operations/access', 'operations/security'],
  },
  { title: 'Keep it running', pages: ['operations/watching', 'operations/faults', 'operations/upgrade'] },
  { title: 'Grow', pages: ['operations/capacity', 'operations/scaling', 'operations/storage', 'operations/blobs'] },
];

const REFER: readonly Section[] = [
  { title: 'Look up', pages: ['reference/errors', 'reference/cli'] },
  {
    title: 'Protocol',
    pages: [
      'protocol/messages',
      'protocol/samples',
      'protocol/recording',
      'protocol/archive',
      'protocol/viewing',
      'protocol/streamed-splats',
    ],
  },
  { title: 'Figures', pages: ['benchmarks', 'ablation', 'reconstructor', 'archive-figures'] },
];

/** What the sidebars name, as files below `docs`. */
export const NAMED: readonly string[] = [...LEARN, ...RUN, ...REFER].flatMap(({ pages }) => pages.map((page) => `${page}.md`));

/** A sidebar for each part of the site; the first address that a page's begins with counts. */
export function sidebars(): DefaultTheme.SidebarMulti {
  const [learn, run, refer] = [LEARN, RUN, REFER].map((sections) => sections.flatMap(group));
  return {
    '/guide/hosting': run,
    '/guide/deployment': run,
    '/operations/': run,
    '/start/': learn,
    '/guide/': learn,
    '/how-it-works': learn,
    '/compare': learn,
    '/': refer,
  };
}

function group({ title, pages }: Section): DefaultTheme.SidebarItem[] {
  const items = pages
    .filter((page) => existsSync(join(DOCS, `${page}.md`)))
    .map((page) => ({ text: titleOf(page), link: `/${page}` }));
  return items.length === 0 ? [] : [{ text: title, items }];
}

/** A page's first heading, which is what links to it are called. */
function titleOf(page: string): string {
  const text = readFileSync(join(DOCS, `${page}.md`), 'utf8');
  const heading = /^# (.+)$/m.exec(text)?.[1];
  if (!heading) throw new Error(`docs/${page}.md has no heading of the first level.`);
  return heading
    .replaceAll('`', '')
    .replace(/[,:(].*$/, '')
    .trim();
}
