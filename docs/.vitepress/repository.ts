/**
 * Pages link to files of the repository that are none of the site: READMEs, sources, a unit of systemd. Each of these becomes a page below `/repository/`, so that links work on the
 * site as they do in the repository.
 */
import { existsSync, globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, posix, relative } from 'node:path';
import { DOCS } from './pages.ts';

const ROOT = dirname(DOCS);
const LANGUAGES: Readonly<Record<string, string>> = {
  '.conf': 'nginx',
  '.css': 'css',
  '.js': 'js',
  '.json': 'json',
  '.mjs': 'js',
  '.py': 'python',
  '.service': 'ini',
  '.sh': 'sh',
  '.ts': 'ts',
  '.yml': 'yaml',
};
/** `[text](address)` and `![text](address)`, with what stands in code left to whoever looks. */
const LINK = /(\]\()([^()\s]+)(\))/g;

/** What a link leads to on the site. */
interface Place {
  /** File or folder, from the root, with forward slashes. */
  readonly path: string;
  /** Address on the site, from its base. */
  readonly address: string;
  /** Of a page that this module makes. */
  readonly isOfRepository: boolean;
}

/**
 * Where a relative link leads, or null where it leads nowhere or outside.
 *
 * @param from File that has the link, from the root
 */
function placeOf(from: string, link: string): Place | null {
  const path = posix.normalize(posix.join(posix.dirname(from), decodeURI(link))).replace(/\/$/, '');
  if (path.startsWith('..') || !existsSync(join(ROOT, path))) return null;
  if (path === 'docs' || path === 'docs/README.md') return { path, address: '/', isOfRepository: false };
  if (path === 'api') return { path, address: '/api/index.html', isOfRepository: false };
  const isFolder = statSync(join(ROOT, path)).isDirectory();
  if (isFolder && existsSync(join(ROOT, path, 'README.md'))) return placeOf('README.md', `${path}/README.md`);
  if (path.startsWith('docs/') && path.endsWith('.md'))
    return { path, address: path.slice('docs'.length), isOfRepository: false };
  return { path, address: `/repository/${nameOf(path)}.md`, isOfRepository: true };
}

/** One name without slashes, so that pictures are found from each of these pages in the same way. */
function nameOf(path: string): string {
  return path
    .replace(/\/README\.md$|\.md$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
}

/** The pages that are made: those that a page of the site links to, those that these link to, and so on. */
export function repositoryPages(): { params: { file: string }; content: string }[] {
  const found = new Map<string, string>();
  const waiting = globSync('**/*.md', {
    cwd: DOCS,
    exclude: ['README.md', '.vitepress/**', 'node_modules/**', 'repository/**', 'public/**'],
  }).map((file) => posix.join('docs', file.replaceAll('\\', '/')));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    for (const [, , link] of outsideCode(readFileSync(join(ROOT, file), 'utf8')).matchAll(LINK)) {
      if (/^([a-z]+:|#)/.test(link)) continue;
      const place = placeOf(file, link.replace(/#.*$/, ''));
      if (!place?.isOfRepository || /\.(png|svg|jpg)$/.test(place.path) || found.has(place.path)) continue;
      found.set(place.path, contentOf(place.path));
      if (place.path.endsWith('.md')) waiting.push(place.path);
    }
  }
  return [...found].map(([path, content]) => ({ params: { file: nameOf(path) }, content }));
}

function outsideCode(text: string): string {
  return text.replace(/^ *(`{3,})[\s\S]*?^ *\1$/gm, '').replace(/`[^`\n]*`/g, '');
}

function contentOf(path: string): string {
  const where = `_\`${path}\` of the repository._`;
  if (statSync(join(ROOT, path)).isDirectory()) {
    const files = (readdirSync(join(ROOT, path), { recursive: true, withFileTypes: true }) ?? [])
      .filter((entry) => entry.isFile())
      .map((entry) => relative(join(ROOT, path), join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
      .filter((file) => !/(^|\/)(node_modules|dist)\//.test(file))
      .sort();
    return [`# ${path}`, where, '```', ...files, '```'].join('\n\n').replace(/```\n\n/, '```\n');
  }
  const text = readFileSync(join(ROOT, path), 'utf8');
  if (!path.endsWith('.md'))
    return `# ${posix.basename(path)}\n\n${where}\n\n\`\`\`\`${LANGUAGES[extname(path)] ?? 'text'}\n${text.trimEnd()}\n\`\`\`\``;
  const parts = text.split(/(^ *`{3,}[\s\S]*?^ *`{3,}$)/m);
  return parts.map((part, i) => (i % 2 === 1 ? part : siteLinks(part, path))).join('');
}

/** Links of a file that is shown elsewhere than where it lies, as they lead on the site. */
function siteLinks(text: string, from: string): string {
  return text.replace(LINK, (whole, open: string, link: string, close: string) => {
    const address = siteLink(link, from);
    return address === null ? whole : open + address + close;
  });
}

/** One link as it leads on the site; null where it stays as it is. */
export function siteLink(link: string, from: string): string | null {
  if (/^([a-z]+:|#|\/)/.test(link)) return null;
  const [path, anchor] = link.split('#', 2);
  const place = placeOf(from, path);
  if (!place) return null;
  if (/\.(png|svg|jpg)$/.test(place.path)) return place.path.startsWith('docs/') ? place.path.replace(/^docs/, '..') : null;
  return anchor === undefined ? place.address : `${place.address}#${anchor}`;
}
