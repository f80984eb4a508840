/** Child processes for the build and check scripts. */
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { ROOT } from './workspaces.mjs';

/**
 * Runs a program of node_modules/.bin (or on PATH) to its end.
 *
 * @returns its exit code (a signal counts as 1) and, unless it wrote straight to the terminal, all it printed
 */
export function run(program, args, { cwd = ROOT, inherit = false, env = {} } = {}) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program === 'node' ? process.execPath : program, args, {
      cwd,
      stdio: inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter), ...env },
      shell: process.platform === 'win32' && program !== 'node',
    });
    const take = (chunk) => {
      output += chunk;
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.on('error', (error) => resolve({ code: 1, output: `${program}: ${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Milliseconds as the logs show them. */
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
