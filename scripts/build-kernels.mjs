/**
 * Compiles the kernels, `assembly/` of the block codec and of streamed splats, into the files that are committed beside them.
 *
 *   node scripts/build-kernels.mjs [--check]    with --check it only says whether those files are what the sources give
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { compileKernels, KERNELS } from './lib/compileKernels.mjs';
import { ROOT } from './lib/workspaces.mjs';

for (const kernels of KERNELS) {
  const { path, text } = await compileKernels(kernels);
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.log(`${relative(ROOT, path)} is not what assembly/ compiles to: node scripts/build-kernels.mjs`);
    process.exitCode = 1;
  }
}
