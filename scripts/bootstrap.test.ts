import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { ROOT } from './lib/workspaces.mjs';

const BOOTSTRAP = 'scripts/bootstrap.mjs';

function bootstrap(args: string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [BOOTSTRAP, ...args], { cwd: ROOT, encoding: 'utf8', env: { ...process.env, ...env } });
}

it('runs the command on the pinned Node with its arguments and passes its exit code on', () => {
  const script = 'console.log(JSON.stringify([process.version, ...process.argv.slice(1)])); process.exit(7)';
  const { status, stdout } = bootstrap(['--', 'node', '-e', script, 'one', '--json']);
  expect(status).toBe(7);
  const [version, ...rest] = JSON.parse(stdout) as string[];
  expect(version).toMatch(/^v24\./);
  expect(rest).toEqual(['one', '--json']);
});

it('says nothing on standard output by itself', () => {
  const { status, stdout } = bootstrap([]);
  expect(status).toBe(0);
  expect(stdout).toBe('');
});

it('names a program that is not one, and stops', () => {
  const { status, stderr } = bootstrap(['--needs', 'ffmpeg', '--', 'node', '-e', '0'], { SGAPS_FFMPEG: '/nowhere/ffmpeg' });
  expect(status).toBe(1);
  expect(stderr).toContain('/nowhere/ffmpeg');
});

it('refuses a need it does not know', () => {
  expect(bootstrap(['--needs', 'luck']).status).toBe(1);
});

it.skipIf(process.platform === 'win32')(
  'hands a signal on once, waits for a clean end, and leaves no process behind',
  async () => {
    // The grandchild holds our pipe: it closes only when nothing is left running.
    const script = `
    require('node:child_process').spawn('sleep', ['600'], { stdio: ['ignore', 'inherit', 'ignore'] });
    let count = 0;
    process.on('SIGINT', () => { count++; setTimeout(() => { console.log(count, 'signal'); process.exit(5); }, 800); });
    console.log('ready');
    setTimeout(() => {}, 60000);`;
    const child = spawn(process.execPath, [BOOTSTRAP, '--', 'node', '-e', script], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill('SIGINT'); // as npm does after a terminal has
    const [code] = await once(child, 'close');
    expect(code).toBe(5);
    expect(output).toBe('ready\n1 signal\n');
  },
);
