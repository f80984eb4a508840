/** The figures of the landing page, read from the pages of figures when the site is built. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOCS } from './pages.ts';

/** A figure, what it says, and where it is from. */
interface Figure {
  readonly figure: string;
  readonly unit: string;
  readonly what: string;
  readonly command: string;
  readonly page: string;
}

declare const data: Figure[];

export { data };

export default {
  watch: ['../benchmarks.md', '../archive-figures.md'],
  load: (): Figure[] => {
    const [benchmarks, archives] = ['benchmarks.md', 'archive-figures.md'].map((file) => readFileSync(join(DOCS, file), 'utf8'));
    const clips = row(section(benchmarks, 'Clips of other people’s games'), /^mean of \d+ 2D clips$/);
    const deep = row(section(benchmarks, 'Beside realtime video'), /^mean of 3D$/);
    const peers = row(section(benchmarks, 'Beside realtime video'), /^mean of all$/);
    const load = rows(section(benchmarks, 'What a server carries')).filter(
      (each) => each['cadence'] === 'on-demand' && each['kept up'] === 'yes',
    );
    const archive = row(archives, /^SGAPS archive$/);
    return [
      {
        figure: number(clips['B up'], 0),
        unit: 'B a frame',
        what: `is what 2D games of others send on average, for a picture of ${number(clips['PSNR'], 1)} dB (SSIM ${clips['SSIM']})`,
        command: 'npm run bench:clip',
        page: '/benchmarks.html#clips-of-other-peoples-games',
      },
      {
        figure: `${Number(peers['margin']) < 0 ? '' : '+'}${number(peers['margin'], 1)}`,
        unit: 'dB',
        what: `above the better of realtime H.264 and VP8 at the same bytes, on average; above on ${peers['above?'].replace('/', ' of ')} clips. In 3D it is ${number(deep['margin'], 1)}, and VP9 with full chroma, which browsers do not record, is ahead`,
        command: 'npm run bench:peers',
        page: '/benchmarks.html#beside-realtime-video',
      },
      {
        figure: number(String(Math.max(...load.map((each) => Number(each['sessions per core'])))), 0),
        unit: 'sessions a core',
        what: 'are recorded by a server that rebuilds pictures only when somebody looks, and keeps up',
        command: 'npm run bench:load',
        page: '/benchmarks.html#what-a-server-carries',
      },
      {
        figure: number(archive['ratio'], 0),
        unit: '× smaller',
        what: `than raw RGB are archives, at ${number(archive['PSNR'], 1)} dB, and each frame can be sought`,
        command: 'npm run bench:archive',
        page: '/archive-figures.html',
      },
    ];
  },
};

type Row = Readonly<Record<string, string>>;

function section(text: string, heading: string): string {
  const start = text.indexOf(`\n## ${heading}\n`);
  if (start < 0) throw new Error(`The pages of figures have no part '${heading}'; mend docs/.vitepress/figures.data.ts.`);
  const end = text.indexOf('\n## ', start + 4);
  return text.slice(start, end < 0 ? undefined : end);
}

/** The rows of all tables, by the names of their columns; the first column is also `''`. Where two columns have one name the first counts. */
function rows(text: string): Row[] {
  let names: string[] | null = null;
  const found: Row[] = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('|')) {
      names = null;
      continue;
    }
    const cells = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.replaceAll('*', '').trim());
    if (!names) names = cells;
    else if (!/^:?-+:?$/.test(cells[0]))
      found.push(Object.fromEntries([...cells.map((cell, i) => [names?.[i] ?? '', cell] as const).reverse(), ['', cells[0]]]));
  }
  return found;
}

function row(text: string, name: RegExp): Row {
  const found = rows(text).find((each) => name.test(each['']));
  if (!found) throw new Error(`The pages of figures have no row ${name}; mend docs/.vitepress/figures.data.ts.`);
  return found;
}

function number(text: string | undefined, digits: number): string {
  const value = Number(text?.replaceAll(',', '') || Number.NaN);
  if (!Number.isFinite(value)) throw new Error(`A figure of the landing page is no number: '${text}'.`);
  return value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
