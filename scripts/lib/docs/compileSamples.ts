/** Compiles the TypeScript and JavaScript of samples against the packages' sources, all in one program. */
import { basename, dirname, join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../workspaces.mjs';
import type { Page, Sample } from './samples.ts';

/** Where samples lie for the compiler; nothing is written there. */
const FOLDER = join(ROOT, 'docs', '.samples');
/** What samples may use without saying where it comes from. */
const KNOWN = join(ROOT, 'docs', '.vitepress', 'samples.d.ts');
const LANGUAGES: Readonly<Record<string, string>> = { ts: 'ts', tsx: 'tsx', js: 'js' };
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  customConditions: ['sgaps-source'],
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: ['node'],
  strict: true,
  allowJs: true,
  checkJs: true,
  skipLibCheck: true,
  noEmit: true,
};
/** Missing types are no mistake in JavaScript, nor are fields that a method sets. */
const UNTYPED = new Set([2532, 2538, 7005, 7006, 7031, 7034, 18048]);

interface Module {
  readonly sample: Sample;
  readonly path: string;
  readonly text: string;
  /** Lines put before the sample's own. */
  readonly before: number;
}

/** Whether a sample is code that `compileSamples` compiles. */
export const isCode = ({ language }: Sample): boolean => Object.hasOwn(LANGUAGES, language);

/**
 * Compiles all code of these pages.
 *
 * @returns a line for each mistake
 */
export function compileSamples(pages: readonly Page[]): string[] {
  const modules = pages.flatMap(({ samples }) => {
    const code = samples.filter(isCode);
    return code.map((sample, i) => moduleOf(sample, code.slice(0, i)));
  });
  const texts = new Map(modules.map(({ path, text }) => [path, text]));
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists, readFile } = host;
  const folders = new Set([...texts.keys()].map(dirname));
  host.fileExists = (path) => texts.has(path) || fileExists.call(host, path);
  host.directoryExists = (path) => folders.has(path) || ts.sys.directoryExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile.call(host, path);
  host.getSourceFile = (path, options, ...rest) => {
    const text = texts.get(path);
    return text === undefined ? getSourceFile.call(host, path, options, ...rest) : ts.createSourceFile(path, text, options, true);
  };
  const program = ts.createProgram([KNOWN, ...texts.keys()], OPTIONS, host);
  return [
    ...program
      .getSemanticDiagnostics(program.getSourceFile(KNOWN))
      .map((wrong) => `docs/.vitepress/samples.d.ts: ${saying(wrong)}`),
    ...modules.flatMap((module) => mistakes(program, module)),
  ];
}

function mistakes(program: ts.Program, { sample, path, before }: Module): string[] {
  const file = program.getSourceFile(path);
  if (!file) return [`${sample.file}:${sample.line} is not compiled`];
  const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  return found
    .filter(({ code }) => sample.language !== 'js' || !UNTYPED.has(code))
    .map((wrong) => {
      const { line } = file.getLineAndCharacterOfPosition(wrong.start ?? 0);
      return `${sample.file}:${sample.line + Math.max(0, line - before)} ${saying(wrong)}`;
    });
}

const saying = ({ messageText, code }: ts.Diagnostic): string =>
  `${ts.flattenDiagnosticMessageText(messageText, '\n  ')} (TS${code})`;

/**
 * The sample as a module. What samples before it on its page import or export is imported there too, unless it has something of that name itself; its note and those of the page are put
 * in front. One that begins with `// name.ts` is imported by others of its page as `./name.js`. One that says `this` is a part of a method of a Phaser scene.
 */
function moduleOf(sample: Sample, earlier: readonly Sample[]): Module {
  const { text, note, pageNote } = sample;
  const source = parse(text);
  const given = `${pageNote}\n${note}`;
  const bound = new Set([...boundNames(source), ...boundNames(parse(given))]);
  const carried = earlier
    .flatMap((each) => [...importLines(parse(each.text)), ...exportsOf(each)])
    .filter(({ name }) => !bound.has(name));
  // Of two of one name the last counts, as for who reads.
  const lines = [...new Map(carried.map((each) => [each.name || each.text, each.text])).values()];
  const isMethod = saysThis(source);
  const own = isMethod ? source.statements.filter(ts.isImportDeclaration) : [];
  const imports = own.map((statement) => statement.getText(source));
  const head = [...lines, given, ...imports, isMethod ? 'async function sample(this: SampleScene) {' : ''].join('\n');
  let body = text;
  for (const statement of own) {
    const [from, to] = [statement.getStart(source), statement.end];
    body = body.slice(0, from) + body.slice(from, to).replace(/[^\n]/g, ' ') + body.slice(to);
  }
  return {
    sample,
    path: pathOf(sample),
    text: `${head}\n${body}\n${isMethod ? '}\nvoid sample;' : ''}`,
    before: head.split('\n').length,
  };
}

/** Samples of a page lie in one folder, by the name that they begin with or by their line. */
function pathOf({ file, line, language, text }: Sample): string {
  const [, name = `${line}.${LANGUAGES[language]}`] = /^\/\/ ([\w.-]+\.[jt]sx?)\b/.exec(text) ?? [];
  return join(FOLDER, file.replace(/[^\w]+/g, '-'), name);
}

/** What a sample exports, for those after it. */
function exportsOf(sample: Sample): Import[] {
  const from = `./${basename(pathOf(sample)).replace(/\.[jt]sx?$/, '.js')}`;
  const exported = parse(sample.text).statements.filter(
    (statement) =>
      ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword),
  );
  return exported.flatMap(namesOf).map((name) => ({ name, text: `import { ${name} } from '${from}';` }));
}

const parse = (text: string): ts.SourceFile =>
  ts.createSourceFile('sample.tsx', text, ts.ScriptTarget.ES2023, true, ts.ScriptKind.TS);

/** Names that the statements of a module bind themselves. */
function boundNames(source: ts.SourceFile): string[] {
  return source.statements.flatMap((statement) =>
    ts.isImportDeclaration(statement) ? importsOf(statement).map(({ name }) => name) : namesOf(statement),
  );
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.flatMap(({ name }) => namesIn(name));
  const { name } = statement as { name?: ts.Node };
  return name && ts.isIdentifier(name) ? [name.text] : [];
}

function namesIn(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : namesIn(element.name)));
}

interface Import {
  /** Empty for an import that binds nothing. */
  readonly name: string;
  readonly text: string;
}

const importLines = (source: ts.SourceFile): Import[] => source.statements.filter(ts.isImportDeclaration).flatMap(importsOf);

function importsOf(statement: ts.ImportDeclaration): Import[] {
  const from = statement.moduleSpecifier.getText();
  const { importClause: clause } = statement;
  if (!clause) return [{ name: '', text: `import ${from};` }];
  const found: Import[] = [];
  if (clause.name) found.push({ name: clause.name.text, text: `import ${clause.name.text} from ${from};` });
  const { namedBindings: named } = clause;
  if (named && ts.isNamespaceImport(named))
    found.push({ name: named.name.text, text: `import ${named.getText()} from ${from};` });
  if (named && ts.isNamedImports(named))
    for (const element of named.elements)
      found.push({ name: element.name.text, text: `import { ${element.getText()} } from ${from};` });
  return found;
}

/** Whether `this` is meant that nothing in the sample gives. */
function saysThis(node: ts.Node): boolean {
  if (node.kind === ts.SyntaxKind.ThisKeyword) return true;
  const hasOwn =
    ts.isClassLike(node) || ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isMethodDeclaration(node);
  return !hasOwn && (ts.forEachChild(node, (child) => saysThis(child) || undefined) ?? false);
}
