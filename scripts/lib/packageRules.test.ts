import { describe, expect, it } from 'vitest';
import { manifestProblems, readmeProblems } from './packageRules.ts';
import { type Manifest, ROOT } from './workspaces.mjs';

const project = { version: '0.1.0', address: 'https://example.com/a/b', root: ROOT };

const manifest = {
  name: '@sgaps/thing',
  version: '0.1.0',
  description: 'What a thing does for a game',
  keywords: ['sgaps', 'game', 'replay', 'thing'],
  homepage: 'https://example.com/a/b/tree/main/thing#readme',
  bugs: 'https://example.com/a/b/issues',
  repository: { type: 'git', url: 'git+https://example.com/a/b.git', directory: 'thing' },
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  files: ['dist'],
  exports: { '.': { types: './dist/index.d.ts', import: './dist/index.js' }, './package.json': './package.json' },
  publishConfig: { access: 'public', provenance: true },
  dependencies: { '@sgaps/core': '0.1.0' },
} satisfies Manifest;

const readme = `# Thing

\`\`\`sh
npm install @sgaps/thing
\`\`\`

\`\`\`ts
thing();
\`\`\`

See [recording](https://example.com/a/b/blob/main/docs/guide/recording.md#options).
`;

describe('manifestProblems', () => {
  it('has nothing to say of a manifest that says everything', () => {
    expect(manifestProblems('thing', manifest, project)).toEqual([]);
  });

  it.each([
    [{ version: '0.2.0' }, 'version'],
    [{ homepage: undefined }, 'homepage'],
    [{ repository: { ...manifest.repository, directory: 'other' } }, 'repository'],
    [{ publishConfig: { access: 'public' } }, 'provenance'],
    [{ files: [] }, 'files'],
    [{ sideEffects: undefined }, 'sideEffects'],
    [{ keywords: ['game'] }, 'keywords'],
    [{ exports: { '.': { import: './dist/index.js' } } }, 'no types'],
    [{ dependencies: { '@sgaps/core': '0.0.9' } }, '@sgaps/core'],
    [{ peerDependenciesMeta: { phaser: { optional: true } } }, 'phaser'],
  ])('sees %j', (change, word) => {
    const problems = manifestProblems('thing', { ...manifest, ...change } as Manifest, project);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(word);
  });
});

describe('readmeProblems', () => {
  it('has nothing to say of a README that shows how', () => {
    expect(readmeProblems('@sgaps/thing', readme, project)).toEqual([]);
  });

  it.each([
    ['npm install @sgaps/thing', 'npm install other', 'install'],
    ['```ts', '```txt', 'code'],
    ['https://example.com/a/b/blob/main/docs/guide/recording.md', '../docs/guide/recording.md', 'leads nowhere'],
    ['recording.md', 'no-such-page.md', 'not there'],
    ['# Thing', '# Thing, https://cdn.example/@sgaps/thing@0.2', 'version 0.2'],
    ['#options', '#no-such-heading', 'no such heading'],
  ])('sees %s become %s', (from, to, word) => {
    expect(readmeProblems('@sgaps/thing', readme.replace(from, to), project).join('\n')).toContain(word);
  });
});
