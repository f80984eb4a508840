import { describe, expect, it } from 'vitest';
import { duplicates, type LockedPackage, lockProblems } from './lockRules.ts';

const well: LockedPackage = { version: '1.2.3', integrity: 'sha512-abc', license: 'MIT' };
const problemsOf = (change: Partial<LockedPackage>, name = 'thing') =>
  lockProblems(
    {
      '': {},
      'sdk-core': { version: '0.1.0' },
      'node_modules/@sgaps/core': { link: true },
      [`node_modules/${name}`]: { ...well, ...change },
    },
    { esbuild: true, msgpackr: false },
  );

describe('lockProblems', () => {
  it('has nothing to say of packages of the registry, and of ours', () => {
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ resolved: 'https://registry.npmjs.org/thing/-/thing-1.2.3.tgz' })).toEqual([]);
    expect(problemsOf({ license: '(GPL-3.0 OR MIT)' })).toEqual([]);
    expect(problemsOf({ license: 'Apache-2.0 AND LGPL-3.0-or-later' }, '@img/sharp-win32-x64')).toEqual([]);
    expect(problemsOf({ hasInstallScript: true }, 'esbuild')).toEqual([]);
    expect(problemsOf({ dev: true, license: 'GPL-3.0', deprecated: 'old' })).toEqual([]);
    // Of another system: nothing but its version is known.
    expect(problemsOf({ integrity: undefined, license: undefined, optional: true, os: ['win32'] })).toEqual([]);
  });

  it.each([
    [{ version: 'git+ssh://git@github.com/a/b.git#c' }, 'no git'],
    [{ version: 'file:../x' }, 'no git'],
    [{ resolved: 'https://evil.example/thing.tgz' }, 'https://evil.example'],
    [{ resolved: 'http://registry.npmjs.org/thing/-/thing-1.2.3.tgz' }, 'http://registry'],
    [{ integrity: undefined }, 'sha512'],
    [{ integrity: 'sha1-abc' }, 'sha512'],
    [{ integrity: undefined, optional: true }, 'sha512'],
    [{ hasInstallScript: true }, 'allowScripts'],
    [{ hasInstallScript: true, dev: true }, 'allowScripts'],
    [{ deprecated: 'use another' }, 'use another'],
    [{ license: 'GPL-3.0' }, 'GPL-3.0'],
    [{ license: 'MIT AND GPL-3.0' }, 'GPL-3.0'],
    [{ license: 'LGPL-3.0-or-later' }, 'LGPL'],
    [{ license: undefined }, 'not told'],
  ])('tells of %j', (change, words) => {
    expect(problemsOf(change)).toEqual([expect.stringContaining(words)]);
  });

  it('tells of two versions of what is to be there once', () => {
    const locked = {
      'node_modules/ws': well,
      'node_modules/a/node_modules/ws': { ...well, version: '7.0.0' },
      'node_modules/b': well,
    };
    expect(lockProblems(locked, {})).toEqual(['ws: there are 2 of it, 1.2.3 and 7.0.0.']);
    expect(duplicates(locked)).toEqual(['ws 1.2.3 and 7.0.0']);
  });
});
