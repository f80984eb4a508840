import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.mjs';
import { ROOT } from './workspaces.mjs';

/** Folders of kernels: `assembly/` is compiled into `kernelBytes.ts`. Relaxed SIMD multiplies and adds at once, and rounds as the machine does. */
export const KERNELS = [
  { folder: 'sdk-protocol/src/kernels', features: ['simd'] },
  { folder: 'splats/src/stream/kernels', features: ['simd', 'relaxed-simd'] },
];

/**
 * Compiles kernels (AssemblyScript).
 *
 * @returns the path and the text of the file that holds them
 */
export async function compileKernels({ folder: kernels, features }) {
  const folder = mkdtempSync(join(tmpdir(), 'sgaps-kernels-'));
  try {
    const file = join(folder, 'kernels.wasm');
    const options = ['-O3', '--converge', '--runtime', 'stub', '--noAssert', '--uncheckedBehavior', 'always'];
    const enabled = features.flatMap((feature) => ['--enable', feature]);
    const memory = ['--importMemory', '--initialMemory', '1', '--noExportMemory'];
    // The functions that exchange vectors are not exported from the module.
    const quiet = ['--disableWarning', '112'];
    const { code, output } = await run('asc', [
      `${kernels}/assembly/index.ts`,
      '-o',
      file,
      ...options,
      ...enabled,
      ...memory,
      ...quiet,
    ]);
    if (code !== 0) throw new Error(`The kernels do not compile:\n${output}`);
    const bytes = readFileSync(file);
    const text = [
      `/** The kernels, ${bytes.length} bytes in base64; made of \`assembly/\` by \`node scripts/build-kernels.mjs\`. */`,
      'export const KERNEL_BYTES =',
      `  '${bytes.toString('base64')}';`,
      '',
    ].join('\n');
    return { path: join(ROOT, kernels, 'kernelBytes.ts'), text };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
