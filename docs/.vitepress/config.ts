import { posix, relative } from 'node:path';
import { slug } from 'github-slugger';
import { defineConfig } from 'vitepress';
import { DOCS, sidebars } from './pages.ts';
import { siteLink } from './repository.ts';

/** Where the site is served below, with a slash at both ends. */
const base = process.env.SGAPS_DOCS_BASE ?? '/';
const description = 'Session replay for browser games, rebuilt from the pixels that matter.';

export default defineConfig({
  base,
  title: 'SGAPS',
  titleTemplate: ':title · SGAPS',
  description,
  lang: 'en-GB',
  srcExclude: ['README.md'],
  ignoreDeadLinks: 'localhostLinks',
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}logo.svg` }],
    ['meta', { name: 'theme-color', media: '(prefers-color-scheme: dark)', content: '#0a0d13' }],
    ['meta', { name: 'theme-color', media: '(prefers-color-scheme: light)', content: '#ffffff' }],
    ['meta', { property: 'og:title', content: 'SGAPS' }],
    ['meta', { property: 'og:description', content: description }],
  ],
  markdown: {
    // Anchors as on GitHub, where the same files are read.
    anchor: { slugify: (text) => slug(text) },
    languageAlias: { haproxy: 'nginx' },
    theme: { light: 'github-light', dark: 'github-dark-default' },
    config(md) {
      const open = md.renderer.rules.link_open;
      md.renderer.rules.link_open = (tokens, index, options, env: { path?: string }, self) => {
        const token = tokens[index];
        const href = token.attrGet('href');
        const from = env.path && posix.join('docs', relative(DOCS, env.path).replaceAll('\\', '/'));
        const link = href && from && siteLink(href, from);
        if (link) token.attrSet('href', link);
        return open ? open(tokens, index, options, env, self) : self.renderToken(tokens, index, options);
      };
    },
  },
  themeConfig: {
    logo: '/logo.svg',
    nav: [
      { text: 'Guide', link: '/start/', activeMatch: '^/(start|guide|how-it-works|compare)' },
      { text: 'Operations', link: '/operations/', activeMatch: '^/operations/' },
      { text: 'Protocol', link: '/protocol/messages', activeMatch: '^/protocol/' },
      { text: 'Figures', link: '/benchmarks', activeMatch: '^/(benchmarks|ablation|reconstructor|archive-figures)' },
      { text: 'Troubleshooting', link: '/reference/errors', activeMatch: '^/reference/errors' },
      { text: 'API', link: '/api/index.html', target: '_self' },
    ],
    sidebar: sidebars(),
    outline: [2, 3],
    externalLinkIcon: true,
    search: {
      provider: 'local',
      options: {
        // Files of the repository are shown where they are linked; they are no guide.
        _render: (source, env, md) => (env.relativePath.startsWith('repository/') ? '' : md.render(source, env)),
        miniSearch: { searchOptions: { fuzzy: 0.2, prefix: true, boost: { title: 4, text: 2 } } },
      },
    },
    footer: { message: 'MIT licence' },
  },
});
