/**
 * Compiles the kernels of the block codec, `sdk-protocol/src/kernels/assembly/`, into the file that is committed beside them.
 *
 *   node scripts/build-kernels.mjs [--check]    with --check it only says whether that file is what the sources give
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { compileKernels, KERNEL_FILE } from './lib/compileKernels.mjs';

const text = await compileKernels();
if (!process.argv.includes('--check')) writeFileSync(KERNEL_FILE, text);
else if (readFileSync(KERNEL_FILE, 'utf8') !== text) {
  console.log('sdk-protocol/src/kernels/kernelBytes.ts is not what assembly/ compiles to: node scripts/build-kernels.mjs');
  process.exitCode = 1;
}
