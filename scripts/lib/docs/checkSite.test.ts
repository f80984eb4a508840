import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { checkSite } from './checkSite.ts';

const folder = mkdtempSync(join(tmpdir(), 'sgaps-site-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function site(pages: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, 'guide'), { recursive: true });
  for (const [name, text] of Object.entries(pages)) writeFileSync(join(folder, name), text);
}

it('follows links, anchors and pictures, from the base on and from the page on', () => {
  site({
    'index.html':
      '<h1 id="a-b">x</h1><a class="x" href="/docs/guide/one.html#two">y</a><a href="#a-b">z</a><a href="https://example.com/">e</a>',
    'guide/one.html':
      '<h2 id="two">x</h2><a href="../#a-b">y</a><img alt="" src="/docs/logo.svg"><a href="./one.html?x=1#two">z</a>',
    'logo.svg': '<svg/>',
  });
  expect(checkSite(folder, '/docs/')).toEqual([]);
});

it('tells of each that leads nowhere, on which page', () => {
  site({
    'index.html': '<a href="/docs/guide/one.html#three">y</a><a href="#c">z</a><a href="/guide/one.html">outside the base</a>',
    'guide/one.html': '<h2 id="two">x</h2><a href="two.html">y</a><img alt="" src="/docs/none.png">',
  });
  expect(checkSite(folder, '/docs/').sort()).toEqual([
    'guide/one.html: /docs/none.png leads nowhere',
    'guide/one.html: two.html leads nowhere',
    'index.html: #c: that page has no such anchor',
    'index.html: /docs/guide/one.html#three: that page has no such anchor',
    'index.html: /guide/one.html leads nowhere',
  ]);
});
