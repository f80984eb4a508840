/**
 * Fails unless every export reachable from a package's entry points has a docblock with an `@example`.
 *
 *   node scripts/check-docblocks.ts
 */
import { join } from 'node:path';
import ts from 'typescript';
import { packages, ROOT } from './lib/workspaces.mjs';

interface Finding {
  file: string;
  line: number;
  text: string;
}

const entries = packages().flatMap(({ folder, name, entries }) =>
  entries.map(({ source }) => ({ name, folder: join(ROOT, folder), file: join(ROOT, folder, source) })),
);
const program = ts.createProgram(
  entries.map(({ file }) => file),
  {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    customConditions: ['sgaps-source'],
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    types: [],
    skipLibCheck: true,
    noEmit: true,
  },
);
const checker = program.getTypeChecker();

/** What an exported symbol's own docblock lacks, or nothing. */
function lacks(symbol: ts.Symbol): string | undefined {
  const comment = ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
  if (!comment) return 'has no docblock';
  const examples = symbol.getJsDocTags(checker).filter((tag) => tag.name === 'example');
  if (examples.length === 0) return 'has a docblock without an @example';
  if (examples.every((tag) => !ts.displayPartsToString(tag.text).trim())) return 'has an empty @example';
  return undefined;
}

const findings: Finding[] = [];
let exportCount = 0;
for (const { name, folder, file } of entries) {
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) {
    findings.push({ file, line: 1, text: `${name}: the entry point is missing or exports nothing` });
    continue;
  }
  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const declaration = symbol.declarations?.[0];
    if (!declaration) {
      findings.push({ file, line: 1, text: `${name}: '${exported.name}' leads to no declaration` });
      continue;
    }
    const declared = declaration.getSourceFile();
    // What another package declares is checked there.
    if (!declared.fileName.startsWith(`${folder}/`)) continue;
    exportCount++;
    const lack = lacks(symbol);
    if (!lack) continue;
    const line = declared.getLineAndCharacterOfPosition(declaration.getStart()).line + 1;
    findings.push({ file: declared.fileName, line, text: `'${exported.name}' ${lack}` });
  }
}

for (const { file, line, text } of findings) console.error(`${file.replace(`${ROOT}/`, '')}:${line} ${text}`);
console.log(`${exportCount} exports, ${findings.length} without a full docblock`);
process.exitCode = findings.length > 0 ? 1 : 0;
