import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readPly } from '../files/readPly.js';
import { writePly } from '../files/writePly.js';
import { makeScatter } from '../synthetic/makeScatter.js';
import { SplatFolder } from './SplatFolder.js';

const readHere = vi.hoisted(() => vi.fn());
// Of this thread only.
vi.mock('../files/readSplats.js', () => ({ readSplats: readHere }));

const root = mkdtempSync(join(tmpdir(), 'sgaps-splat-folder-'));
const bytes = writePly(makeScatter(100, 1));
const path = join(root, 'room.ply');

beforeAll(() => {
  writeFileSync(path, bytes);
  writeFileSync(join(root, 'torn.ply'), bytes.subarray(0, 2000));
  mkdirSync(join(root, 'some.ply'));
  symlinkSync(join(root, 'nowhere'), join(root, 'dangling.ply'));
  symlinkSync(join(root, 'some.ply'), join(root, 'linked.ply'));
  writeFileSync(join(root, 'huge.ply'), '');
  truncateSync(join(root, 'huge.ply'), 2 ** 31);
});
afterAll(() => rmSync(root, { recursive: true }));

describe('SplatFolder', () => {
  it('gives the cloud of a file, and all who have it the same one, until the file is another', async () => {
    const folder = new SplatFolder(root);
    const [one, same] = await Promise.all([folder.open('room'), folder.open('room.ply')]);
    expect(one).toEqual(readPly(bytes));
    expect(same).toBe(one);
    expect(await folder.open('room')).toBe(one);
    utimesSync(path, 1e9, 1e9);
    const other = await folder.open('room');
    expect(other).not.toBe(one);
    expect(other).toEqual(one);
  });

  it('reads files in another thread than this one', async () => {
    expect((await new SplatFolder(root).open('room')).count).toBe(100);
    expect(readHere).not.toHaveBeenCalled();
  });

  it('tells by typed errors that name no path what cannot be had', async () => {
    const folder = new SplatFolder(root);
    execFileSync('mkfifo', [join(root, 'pipe.ply')]);
    writeFileSync(join(root, 'secret.ply'), bytes);
    chmodSync(join(root, 'secret.ply'), 0);
    for (const [name, code] of [
      ['nowhere', 'NOT_FOUND'],
      ['..', 'NOT_FOUND'],
      ['some', 'NOT_FOUND'],
      ['dangling', 'NOT_FOUND'],
      ['linked', 'NOT_FOUND'],
      ['pipe', 'NOT_FOUND'],
      ['huge', 'LIMIT_EXCEEDED'],
      ['torn', 'BYTES_TRUNCATED'],
      // Root may read all.
      ...(process.getuid?.() === 0 ? [] : [['secret', 'STORAGE_FAILED']]),
    ]) {
      const error = await folder.open(name).catch((why: Error & { code: string }) => why);
      expect(error, name).toMatchObject({ code });
      expect((error as Error).message, name).not.toContain(root);
    }
  });
});
