/** The trainers' own tests, in Python. */
import { run, seconds } from './run.mjs';

/** Folders whose tests are quick enough to run each time. */
const FOLDERS = ['training/streaming_gaussians', 'training/hst_mae'];
/** The first that has PyTorch runs them. Debian's stands behind those that version managers put on the path. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/**
 * Runs them at once where there is a Python with PyTorch, and prints the output of those that fail.
 *
 * @returns how many passed, failed and were skipped: a folder counts as one skipped where there is no PyTorch
 */
export async function runPython() {
  const count = { passed: 0, failed: 0, skipped: 0 };
  const python = await findPython();
  const runFolder = async (folder) => {
    if (!python) {
      count.skipped++;
      console.log(`- ${folder}: skipped, no Python with PyTorch (Debian: python3-torch)`);
      return;
    }
    const start = performance.now();
    // One thread each: the folders run at once, and more threads than cores only wait for each other.
    const { code, output } = await run(python, ['-m', 'unittest', 'discover', '-s', folder, '-t', '.'], {
      env: { OMP_NUM_THREADS: '1' },
    });
    const { passed, failed, skipped } = countOf(code, output);
    count.passed += passed;
    count.failed += failed;
    count.skipped += skipped;
    const took = seconds(performance.now() - start);
    console.log(failed === 0 ? `✓ ${folder} (${took})` : `✗ ${folder} (${took})\n${output.trim().replace(/^/gm, '    ')}`);
  };
  await Promise.all(FOLDERS.map(runFolder));
  return count;
}

async function findPython() {
  for (const python of PYTHONS) if ((await run(python, ['-c', 'import torch'])).code === 0) return python;
  return null;
}

/** Of unittest's last lines, "Ran 26 tests in 15.1s" and "FAILED (failures=1, errors=1, skipped=2)". A run that found none, or ended otherwise, has failed. */
function countOf(code, output) {
  const ran = Number(/^Ran (\d+) tests? in/m.exec(output)?.[1] ?? 0);
  const last = output.trim().split('\n').at(-1) ?? '';
  const told = (name) => Number(new RegExp(`\\b${name}=(\\d+)`).exec(last)?.[1] ?? 0);
  const skipped = told('skipped');
  const failed = told('failures') + told('errors');
  if (ran > 0 && (code === 0) === (failed === 0)) return { passed: ran - failed - skipped, failed, skipped };
  return { passed: 0, failed: 1, skipped: 0 };
}
