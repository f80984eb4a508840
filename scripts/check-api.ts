/**
 * Compares every package's public API, as its built declarations say it, with the report committed under api/.
 *
 *   node scripts/check-api.ts [--update]
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel, type ExtractorMessage } from '@microsoft/api-extractor';
import { packages, ROOT } from './lib/workspaces.mjs';

const REPORTS = join(ROOT, 'api');
const TEMP = join(ROOT, '.sgaps-cache', 'api');
const update = process.argv.includes('--update');

/** `@sgaps/protocol` and its entry `./player` → `protocol-player`. */
const reportName = (name: string, subpath: string) =>
  `${name.replace('@sgaps/', '')}${subpath.replace(/^\.\/?/, '-').replace(/-$/, '')}`;

function configure(folder: string, types: string, report: string): ExtractorConfig {
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(ROOT, folder, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: join(ROOT, folder),
      mainEntryPointFilePath: join(ROOT, folder, types),
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2022',
            module: 'ESNext',
            moduleResolution: 'Bundler',
            lib: ['ES2022', 'DOM'],
            types: folder === 'sdk-server' ? ['node'] : [],
            strict: true,
            skipLibCheck: true,
          },
          files: [join(ROOT, folder, types)],
        },
      },
      apiReport: { enabled: true, reportFileName: `${report}.api.md`, reportFolder: REPORTS, reportTempFolder: TEMP },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' as ExtractorLogLevel } },
        // The docblock check speaks about docblocks; release tags are not in use.
        extractorMessageReporting: {
          default: { logLevel: 'warning' as ExtractorLogLevel, addToApiReportFile: true },
          'ae-missing-release-tag': { logLevel: 'none' as ExtractorLogLevel },
          'ae-unresolved-link': { logLevel: 'none' as ExtractorLogLevel },
        },
        tsdocMessageReporting: { default: { logLevel: 'none' as ExtractorLogLevel } },
      },
    },
  });
}

mkdirSync(REPORTS, { recursive: true });
mkdirSync(TEMP, { recursive: true });
const expected = new Set<string>();
let failed = false;

for (const { folder, name, entries } of packages()) {
  for (const { subpath, types } of entries) {
    const report = reportName(name, subpath);
    expected.add(`${report}.api.md`);
    if (!existsSync(join(ROOT, folder, types))) {
      console.error(`${name}: ${types} is not built`);
      failed = true;
      continue;
    }
    const messageCallback = (message: ExtractorMessage) => {
      const fatal = message.logLevel === ExtractorLogLevel.Error;
      if (fatal) console.error(`${name}: ${message.formatMessageWithLocation(ROOT)}`);
      message.handled = true;
    };
    const result = Extractor.invoke(configure(folder, types, report), { localBuild: update, messageCallback });
    if (result.errorCount > 0) failed = true;
    if (!result.apiReportChanged) continue;
    if (update) console.log(`api/${report}.api.md updated`);
    else {
      console.error(`${name}: the public API is not what api/${report}.api.md says. If that is meant: npm run api:update`);
      failed = true;
    }
  }
}

for (const file of readdirSync(REPORTS)) {
  // Byte budgets lie beside the reports.
  if (expected.has(file) || !file.endsWith('.md')) continue;
  if (update) rmSync(join(REPORTS, file));
  else {
    console.error(`api/${file} belongs to no entry point. Run: npm run api:update`);
    failed = true;
  }
}
process.exitCode = failed ? 1 : 0;
