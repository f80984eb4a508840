import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const CLI = fileURLToPath(new URL('./cli.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');
const work = mkdtempSync(join(tmpdir(), 'sgaps-cli-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Runs the program where there is no terminal, as in a script. */
function create(...args: string[]) {
  return spawnSync(process.execPath, ['--import', TSX, CLI, ...args], { cwd: work, encoding: 'utf8', input: '' });
}

describe('npm create sgaps', () => {
  it('makes what it is told, and says how to go on', () => {
    const { status, stdout } = create('space-game', '--engine', 'babylon');
    expect(status).toBe(0);
    expect(stdout).toMatch(/cd space-game\n +npm install\n +npm run dev\n/);
    expect(readFileSync(join(work, 'space-game', 'package.json'), 'utf8')).toContain('"@sgaps/babylon"');
  });

  it('takes the usual with --yes, and says it to programs with --json', () => {
    const { status, stdout } = create('--yes', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      name: 'my-game',
      engine: 'phaser',
      next: ['cd my-game', 'npm install', 'npm run dev'],
    });
    const again = create('--yes', '--json');
    expect(again.status).toBe(1);
    expect(JSON.parse(again.stdout)).toMatchObject({ ok: false, code: 'FOLDER_NOT_EMPTY' });
  });

  it.each([
    [['game'], '--engine phaser|babylon'],
    [['game', '--engine', 'unity'], "no template for 'unity'"],
    [['game', 'other', '--yes'], 'One folder'],
    [['game', '--frobnicate'], "'--frobnicate'"],
  ])('ends with 2 for %j, and says what is wrong', (args, message) => {
    const { status, stderr } = create(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  it('says what it takes', () => {
    expect(create('--help').stdout).toContain('npm create sgaps@latest');
  });
});
