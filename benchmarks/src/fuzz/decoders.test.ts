import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COVERED_ELSEWHERE } from './coveredElsewhere.js';
import { listTargets } from './targets/listTargets.js';

const ROOT = join(import.meta.dirname, '../../..');
const SOURCES = '{sdk-protocol,sdk-core,sdk-client,sdk-player,sdk-server,pipeline,splats}/src/**/*.ts';
const NOT_OURS = /\.test\.ts$|\/(testing|fixtures|assembly|dashboard)\//;
/** What a decoder is called: a function, or a class that others hold. */
const DECODERS = /^export (?:async )?(?:(?:function\*?|const) ((?:decode|parse|read)[A-Z]\w*)|class (\w+(?:Decoder|Reader)))\b/gm;

const found = globSync(SOURCES, { cwd: ROOT })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => !NOT_OURS.test(path))
  .flatMap((path) => [...readFileSync(join(ROOT, path), 'utf8').matchAll(DECODERS)].map(([, a, b]) => ({ name: a ?? b, path })));
const run = new Set(listTargets().flatMap(({ runs }) => runs.map((name) => name.split('.')[0])));

describe('decoders', () => {
  it('are run by a target each, or it is said why not', () => {
    expect(found.length).toBeGreaterThan(50);
    const missed = found.filter(({ name }) => !run.has(name) && !Object.hasOwn(COVERED_ELSEWHERE, name));
    expect(missed, 'Add a target in benchmarks/src/fuzz/targets, or a reason in coveredElsewhere.ts.').toEqual([]);
  });

  it('that are left out exist, and no target runs them', () => {
    const names = new Set(found.map(({ name }) => name));
    for (const name of Object.keys(COVERED_ELSEWHERE)) {
      expect(names, name).toContain(name);
      expect(run, name).not.toContain(name);
    }
  });
});
