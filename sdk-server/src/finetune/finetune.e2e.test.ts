import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FrameSource, MODEL_PLANES } from '@sgaps/core';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClipState } from '../clips/ClipState.js';
import { type SgapsServer, startServer } from '../startServer.js';
import { SGAPS_PROGRAM } from '../testing/sgapsProgram.js';
import { TestRecorder, until } from '../testing/TestRecorder.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const NODE = ['--conditions=sgaps-source', '--import', 'tsx'];
const FRAME_BYTES = 3 * 64 * 36;

const folder = mkdtempSync(join(tmpdir(), 'sgaps-finetune-'));
const data = join(folder, 'data');
let server: SgapsServer;
let whole: string;
let unseen: string;
let pictures: Uint8Array[];

async function record(packets: number, answer = true): Promise<string> {
  const recorder = await TestRecorder.join(server.url);
  await recorder.play(packets, answer);
  await recorder.room.leave();
  await until(() => server.store.writer(recorder.recordingId) === undefined);
  return recorder.recordingId;
}

beforeAll(async () => {
  server = await startServer({ port: 0, host: '127.0.0.1', data, model: null, log: pino({ level: 'silent' }) });
  whole = await record(40);
  unseen = await record(8, false);
  const source = new FrameSource(await server.store.open(whole));
  pictures = [];
  while (await source.fill()) pictures.push(Uint8Array.from((await source.decode())!.frame.rgb));
  await source.close();
  await server.close();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) =>
  spawnSync(process.execPath, [...SGAPS_PROGRAM, 'finetune', '--quiet', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });

/** The frames of a clip as ffmpeg reads them. */
function framesOf(clip: string): Uint8Array[] {
  const raw = execFileSync('ffmpeg', ['-v', 'error', '-i', clip, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'], {
    maxBuffer: 1 << 28,
  });
  return Array.from({ length: raw.length / FRAME_BYTES }, (_, at) => raw.subarray(at * FRAME_BYTES, (at + 1) * FRAME_BYTES));
}

describe('sgaps finetune', () => {
  it('makes clips of what playback shows, which the training takes as they are', () => {
    const out = join(folder, 'fine');
    const { stdout, stderr, status } = run('--recordings', whole, '--data', data, '--out', out, '--name', 'my-game');
    expect([status, stderr]).toEqual([0, '']);
    const clips = join(out, 'clips');
    expect(readdirSync(clips).sort()).toEqual(
      [`${whole}.json`, `${whole}.mkv`, `${whole}-judged.json`, `${whole}-judged.mkv`].sort(),
    );
    const [, taken, left] = /: (\d+) frames taken, (\d+) left out/.exec(stdout)!.map(Number);
    expect(taken + left).toBe(pictures.length);
    expect(taken).toBeGreaterThan(100);
    const trained = framesOf(join(clips, `${whole}.mkv`));
    const judged = framesOf(join(clips, `${whole}-judged.mkv`));
    expect(trained.length + judged.length).toBe(taken);
    expect(judged.length / taken).toBeCloseTo(0.25, 1);
    // The frames of playback, in their order, but for those left out.
    let at = 0;
    for (const frame of [...trained, ...judged]) {
      while (at < pictures.length && Buffer.compare(pictures[at], frame) !== 0) at++;
      expect(at).toBeLessThan(pictures.length);
      at++;
    }
    const state = JSON.parse(readFileSync(join(clips, `${whole}.json`), 'utf8')) as ClipState;
    expect(state).toMatchObject({ width: 64, height: 36, fps: 30, frames: trained.length });
    expect(state.per_frame).toHaveLength(trained.length);

    const command = /npm run training:data -- (.*)/.exec(stdout)![1].split(' ');
    execFileSync(process.execPath, [...NODE, 'benchmarks/src/training.ts', ...command], { cwd: ROOT });
    const records = join(out, 'records');
    for (const setting of ['samples', 'points', 'points2', 'sparse']) {
      const { width, height, frames, planes } = JSON.parse(
        readFileSync(join(records, `${whole}-judged@${setting}.json`), 'utf8'),
      );
      expect([width, height, frames, planes]).toEqual([64, 36, judged.length, [...MODEL_PLANES]]);
      const bytes = 64 * 36 * (MODEL_PLANES.length + 3 + 4) * frames;
      expect(statSync(join(records, `${whole}-judged@${setting}.bin`)).size).toBe(bytes);
    }
    expect(stdout).toContain(`--init training/weights/sgaps-mae-small.pt --held-out ${whole}-judged`);
    expect(stdout).toContain(`--id my-game@1`);
    expect(stdout).toContain(`npx sgaps serve --model ${out}/my-game`);
    expect(stdout.includes('sgaps-mae-small.pt is not here')).toBe(
      !existsSync(join(ROOT, 'training/weights/sgaps-mae-small.pt')),
    );
  });

  it('judges by the last of several recordings, and takes files', () => {
    const out = join(folder, 'several');
    const copy = join(folder, 'copy.sgaps');
    execFileSync('cp', [join(data, 'recordings', `${whole}.sgaps`), copy]);
    const { stdout, status } = run('--recordings', whole, copy, '--data', data, '--out', out);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`${whole}.mkv: \\d+ frames to be trained on`));
    expect(stdout).toMatch(/copy\.mkv: \d+ frames to be judged by/);
    expect(stdout).toContain('--held-out copy ');
    expect(stdout).toContain('--id sgaps-mae-test@1');
    const again = run('--recordings', whole, '--data', data, '--out', out);
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining('ARGUMENT_INVALID')]);
  });

  it('says what to do where a recording has no whole pictures, and leaves nothing behind', () => {
    const out = join(folder, 'none');
    const { stderr, status } = run('--recordings', unseen, '--data', data, '--out', out);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^sgaps: UNSUPPORTED: .* 0 are whole pictures .*bytesUp/);
    expect(readdirSync(join(out, 'clips'))).toEqual([]);
    expect(run('--recordings', 'nobody', '--data', data, '--out', out).stderr).toMatch(/^sgaps: NOT_FOUND: .*nobody\.sgaps/);
  });
});
