import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.mjs';
import { ROOT } from './workspaces.mjs';

const SOURCE = 'sdk-protocol/src/kernels/assembly/index.ts';
/** Where what is compiled is kept. */
export const KERNEL_FILE = join(ROOT, 'sdk-protocol', 'src', 'kernels', 'kernelBytes.ts');

/**
 * Compiles the block codec's kernels (AssemblyScript).
 *
 * @returns the text of the file that holds them
 */
export async function compileKernels() {
  const folder = mkdtempSync(join(tmpdir(), 'sgaps-kernels-'));
  try {
    const file = join(folder, 'kernels.wasm');
    const options = ['-O3', '--converge', '--runtime', 'stub', '--noAssert', '--uncheckedBehavior', 'always', '--enable', 'simd'];
    const memory = ['--importMemory', '--initialMemory', '1', '--noExportMemory'];
    // The functions that exchange vectors are not exported from the module.
    const quiet = ['--disableWarning', '112'];
    const { code, output } = await run('asc', [SOURCE, '-o', file, ...options, ...memory, ...quiet]);
    if (code !== 0) throw new Error(`The kernels do not compile:\n${output}`);
    const bytes = readFileSync(file);
    return [
      `/** The kernels, ${bytes.length} bytes in base64; made of \`assembly/\` by \`node scripts/build-kernels.mjs\`. */`,
      'export const KERNEL_BYTES =',
      `  '${bytes.toString('base64')}';`,
      '',
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
