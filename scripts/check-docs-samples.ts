/**
 * Checks every sample of the docs, the README and those of packages: TypeScript and JavaScript compile against the packages, JSON and YAML parse, and commands of a shell name scripts, commands
 * and options that exist, also in running text.
 *
 *   node scripts/check-docs-samples.ts [part of a page's path …]
 *
 * What a sample takes for granted stands in a comment before it, which no reader sees, or is among what `docs/.vitepress/samples.d.ts` declares for all:
 *
 *   <!-- sample: declare const player: Mesh; -->     TypeScript put in front of the next sample; `samples:` of all that follow on the page
 *   <!-- sample: not checked, because … -->          says why one cannot be; these are counted
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse as parseYaml } from 'yaml';
import { type CommandShape, checkCommand } from './lib/docs/checkCommands.ts';
import { compileSamples, isCode } from './lib/docs/compileSamples.ts';
import { type Page, pages, type Sample } from './lib/docs/samples.ts';
import { packages, ROOT } from './lib/workspaces.mjs';

const NOT_CHECKED = /^not checked, because (.+)$/;
const SHELLS = new Set(['sh', 'bash', 'shell', 'console']);
/** Commands in running text that are looked at. */
const COMMAND = /^(npm (run|start|test)\b|(npx )?sgaps( [a-z]|$))/;

const wanted = process.argv.slice(2);
const all = pages().filter(({ file }) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
const sgaps = await program();
const left = all.flatMap(({ samples }) => samples.filter(({ note }) => NOT_CHECKED.test(note)));
const checked: Page[] = all.map((page) => ({ ...page, samples: page.samples.filter((sample) => !left.includes(sample)) }));

const problems = [
  ...compileSamples(checked),
  ...checked.flatMap((page) => [...page.samples.flatMap(dataProblems), ...commandProblems(page)]),
];
for (const problem of problems) console.error(problem);
const counts = new Map<string, number>();
for (const { language } of checked.flatMap(({ samples }) => samples)) counts.set(language, (counts.get(language) ?? 0) + 1);
const told = [...counts].map(([language, count]) => `${count} ${language || 'text'}`).sort();
console.log(`${checked.length} pages: ${told.join(', ')}; ${problems.length} problems`);
for (const { file, line, note } of left)
  console.log(`note: not checked: ${file}:${line}, because ${NOT_CHECKED.exec(note)?.[1]}`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** The program `sgaps`, as it is built. */
async function program(): Promise<CommandShape> {
  const server = packages().find(({ name }) => name === '@sgaps/server');
  const bin = server?.manifest.bin?.['sgaps'];
  if (!server || !bin) throw new Error('@sgaps/server has no program sgaps.');
  const module: { program(): CommandShape } = await import(pathToFileURL(join(ROOT, server.folder, bin)).href);
  return module.program();
}

function dataProblems(sample: Sample): string[] {
  const { file, line, language, text } = sample;
  if (isCode(sample)) return [];
  try {
    if (language === 'json') parseJson(text);
    if (language === 'yaml' || language === 'yml') parseYaml(text);
    return [];
  } catch (error) {
    return [`${file}:${line} ${error instanceof Error ? error.message : error}`];
  }
}

/** One value, or one on each line. */
function parseJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    for (const line of text.trim().split('\n')) JSON.parse(line);
  }
}

function commandProblems({ samples, inline }: Page): string[] {
  // A page that begins a project of the reader's own goes on there.
  const elsewhere = samples.some(({ text }) => /^npm (create|init)\b/m.test(text));
  const lines = samples
    .filter(({ language }) => SHELLS.has(language))
    .flatMap(({ file, line, text }) =>
      text
        .replaceAll('\\\n', '  ')
        .split('\n')
        .map((each, i) => ({ file, line: line + i, text: each })),
    );
  const said = inline.filter(({ text }) => COMMAND.test(text));
  return [...lines, ...said].flatMap(({ file, line, text }) =>
    checkCommand(text, sgaps, elsewhere).map((wrong) => `${file}:${line} ${wrong}`),
  );
}
