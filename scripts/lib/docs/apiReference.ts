/** The reference of the public API, made of the packages' sources and their docblocks by TypeDoc. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application, Converter, Logger, LogLevel, ReflectionKind } from 'typedoc';
import { packages, ROOT } from '../workspaces.mjs';

const CACHE = join(ROOT, '.sgaps-cache');
const OUT = join(ROOT, 'docs', 'public', 'api');

/** The first page, of what the packages say of themselves. */
function overview(base: string): string {
  const lines = packages().map(({ name, entries, manifest }) => {
    const modules = entries.map(({ subpath }) => name + subpath.slice(1));
    const links = modules.map((module) => `[${module}](${base}api/modules/${module.replace(/[^a-z-]/g, '_')}.html)`);
    return `- ${links.join(', ')}: ${manifest.description}`;
  });
  mkdirSync(CACHE, { recursive: true });
  const file = join(CACHE, 'api-overview.md');
  writeFileSync(file, `What each package exports, with an example of everything.\n\n${lines.join('\n')}\n`);
  return file;
}

/** Keeps what is wrong with docblocks. */
class Warnings extends Logger {
  readonly found: string[] = [];

  override log(message: string, level: LogLevel): void {
    if (level >= LogLevel.Warn) this.found.push(message);
  }
}

/**
 * Writes the reference to docs/public/api, from where VitePress takes it to the site.
 *
 * @param base Where the site is served below, with a slash at both ends
 * @returns what is wrong with docblocks, a text each
 */
export async function apiReference(base: string): Promise<string[]> {
  // A module's name is what one imports.
  const names = new Map(
    packages().flatMap(({ folder, name, entries }) =>
      entries.map(({ subpath, source }) => [join(ROOT, folder, source), name + subpath.slice(1)] as const),
    ),
  );
  const app = await Application.bootstrap({
    name: 'SGAPS API',
    entryPoints: [...names.keys()],
    tsconfig: join(ROOT, 'docs', 'tsconfig.json'),
    basePath: ROOT,
    readme: overview(base),
    // tsc has looked at all of it.
    skipErrorChecking: true,
    disableSources: true,
    excludeExternals: true,
    excludePrivate: true,
    excludeInternal: true,
    navigation: { includeFolders: false },
    hideGenerator: true,
    githubPages: false,
    customCss: join(ROOT, 'docs', '.vitepress', 'api.css'),
    customJs: join(ROOT, 'docs', '.vitepress', 'api.js'),
    favicon: join(ROOT, 'docs', 'public', 'logo.svg'),
    navigationLinks: { Guide: `${base}start/`, Troubleshooting: `${base}reference/errors.html` },
    titleLink: base,
    lightHighlightTheme: 'github-light',
    darkHighlightTheme: 'github-dark-default',
    validation: { invalidLink: true, notExported: false, notDocumented: false },
  });
  const warnings = new Warnings();
  app.logger = warnings;
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    for (const module of context.project.getChildrenByKind(ReflectionKind.Module)) {
      const name = names.get(context.getSymbolFromReflection(module)?.declarations?.[0]?.getSourceFile().fileName ?? '');
      if (name) module.name = name;
    }
  });
  const project = await app.convert();
  if (!project) return [...warnings.found, 'TypeDoc could not read the packages.'];
  app.validate(project);
  await app.generateDocs(project, OUT);
  return warnings.found;
}
