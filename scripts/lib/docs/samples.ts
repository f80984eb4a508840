/** The samples in Markdown: fenced blocks, and commands in running text. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packages, ROOT } from '../workspaces.mjs';

/** A fenced block. */
export interface Sample {
  /** From the root. */
  readonly file: string;
  /** Of its first line of code, from 1 on. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** What `<!-- sample: … -->` right before it says, else an empty text. */
  readonly note: string;
  /** What all `<!-- samples: … -->` before it on its page say. */
  readonly pageNote: string;
}

/** A command in running text, in one pair of backticks. */
interface Inline {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** What the samples of a page are. */
export interface Page {
  readonly file: string;
  readonly samples: readonly Sample[];
  readonly inline: readonly Inline[];
}

const FENCE = /^( *)(`{3,})([\w-]*)/;
const NOTE = /^<!--\s*(samples?):\s*([\s\S]*?)\s*-->$/;

/** Every page whose samples are checked: those of the docs, and what else a newcomer reads. */
export function pages(): Page[] {
  const readmes = packages().map(({ folder }) => `${folder}/README.md`);
  const files = [
    ...globSync(['docs/**/*.md', 'examples/README.md', 'benchmarks/README.md', 'training/**/README.md', 'models/*/README.md'], {
      cwd: ROOT,
      exclude: ['docs/node_modules/**', 'docs/.vitepress/**', 'docs/repository/**'],
    }),
    ...globSync(['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...readmes], { cwd: ROOT }),
  ];
  return [...new Set(files.map((file) => file.replaceAll('\\', '/')))].sort().map(pageOf);
}

function pageOf(file: string): Page {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
  const samples: Sample[] = [];
  const inline: Inline[] = [];
  let note = '';
  let pageNote = '';
  for (let i = 0; i < lines.length; i++) {
    const fence = FENCE.exec(lines[i]);
    if (fence) {
      const [, indent, ticks, language] = fence;
      const start = i + 1;
      while (++i < lines.length && !lines[i].startsWith(indent + ticks));
      const text = lines.slice(start, i).map((line) => line.slice(Math.min(indent.length, line.search(/\S|$/))));
      samples.push({ file, line: start + 1, language, text: text.join('\n'), note, pageNote });
      note = '';
      continue;
    }
    if (lines[i].startsWith('<!--')) {
      const start = i;
      while (!lines[i].includes('-->') && i + 1 < lines.length) i++;
      const [, kind, said] =
        NOTE.exec(
          lines
            .slice(start, i + 1)
            .join('\n')
            .trim(),
        ) ?? [];
      if (kind === 'sample') note = said;
      if (kind === 'samples') pageNote += `${said}\n`;
      continue;
    }
    if (lines[i].trim() !== '') note = '';
    for (const [, text] of lines[i].matchAll(/`([^`]+)`/g)) inline.push({ file, line: i + 1, text });
  }
  return { file, samples, inline };
}
