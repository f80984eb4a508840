/** Looks at the built site: every link, anchor and picture of every page leads to something. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

interface Built {
  readonly ids: ReadonlySet<string>;
  readonly links: readonly string[];
}

/**
 * What does not lead anywhere, a line each.
 *
 * @param dist Folder of the site
 * @param base Where it is to be served below, with a slash at both ends
 */
export function checkSite(dist: string, base: string): string[] {
  const files = globSync('**/*.html', { cwd: dist }).map((file) => file.replaceAll('\\', '/'));
  const pages = new Map(files.map((file) => [file, read(join(dist, file))]));
  return files.flatMap((file) => {
    const { links } = pages.get(file) as Built;
    return [...new Set(links)].flatMap((link) => {
      const [path, anchor = ''] = link.split('#', 2);
      const target = path === '' ? file : fileOf(path, file, base);
      if (target === null || !existsSync(join(dist, target))) return [`${file}: ${link} leads nowhere`];
      if (anchor === '' || !target.endsWith('.html')) return [];
      return pages.get(target)?.ids.has(decodeURIComponent(anchor)) ? [] : [`${file}: ${link}: that page has no such anchor`];
    });
  });

  function fileOf(path: string, from: string, base: string): string | null {
    const plain = decodeURI(path.replace(/\?.*$/, ''));
    if (plain.startsWith('/') && !plain.startsWith(base)) return null;
    const file = plain.startsWith('/') ? plain.slice(base.length) : posix.normalize(posix.join(posix.dirname(from), plain));
    const isFolder =
      file === '' || file.endsWith('/') || (existsSync(join(dist, file)) && statSync(join(dist, file)).isDirectory());
    return isFolder ? posix.join(file, 'index.html') : file;
  }
}

/** What a page has, of the attributes that VitePress and TypeDoc write. */
function read(path: string): Built {
  const text = readFileSync(path, 'utf8').replace(/<script\b[^>]*>[\s\S]*?<\/script>/g, '');
  const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, value]) => value.replaceAll('&amp;', '&'));
  const links = [
    ...all(/<a\b[^>]*?\shref="([^"]*)"/g),
    ...all(/<(?:img|source)\b[^>]*?\ssrc="([^"]*)"/g),
    ...all(/<link\b[^>]*?\shref="([^"]*)"/g),
  ];
  return { ids: new Set(all(/\sid="([^"]*)"/g)), links: links.filter((link) => link !== '' && !/^[a-z]+:|^\/\//.test(link)) };
}
