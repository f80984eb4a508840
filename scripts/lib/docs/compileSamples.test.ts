import { expect, it } from 'vitest';
import { compileSamples } from './compileSamples.ts';
import type { Sample } from './samples.ts';

const sample = (line: number, text: string, more: Partial<Sample> = {}): Sample => ({
  file: 'docs/page.md',
  line,
  language: 'ts',
  text,
  note: '',
  pageNote: '',
  ...more,
});

// One program for all: most of the time goes to reading the engines' types.
it('compiles samples against the packages as a reader has them, and says where one is wrong', { timeout: 120_000 }, () => {
  const samples = [
    sample(10, "import { recordCanvas } from '@sgaps/client';\n\nrecordCanvas(canvas, { endpoint: 'ws://localhost:2567' });"),
    sample(20, "recordCanvas(canvas, { endpont: 'ws://localhost:2567' });"), // the import of the sample before counts
    sample(30, "import '@sgaps/phaser';\n\nthis.sgaps.event('coin', { value: 3 });\nthis.sgaps.evnt('coin');"),
    sample(40, 'show(1);', { note: 'declare function show(text: string): void;' }),
    sample(50, 'show(1);', { pageNote: 'declare function show(count: number): void;\n' }),
    sample(60, 'class Own { say() { return this.word; } word = 1; }\nnew Own().say().length;'),
    sample(70, 'export default (registry) => registry.add(1);', { language: 'js' }),
    sample(80, 'const (;'),
    sample(90, '// shown.ts\nexport const shown = 3;\nexport function show(count: number): void {\n  console.log(count);\n}'),
    sample(100, "import { shown } from './shown.js';\n\nshow(shown);\nshow('x');"),
  ];
  const found = compileSamples([{ file: 'docs/page.md', samples, inline: [] }]);
  const places = found.map((line) => line.replace(/^(\S+) [\s\S]*\(TS(\d+)\)$/, '$1'));
  expect([...new Set(places)]).toEqual([
    'docs/page.md:20',
    'docs/page.md:33',
    'docs/page.md:40',
    'docs/page.md:61',
    'docs/page.md:80',
    'docs/page.md:103',
  ]);
});
