import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FrameEvidence, ModelInput } from '@sgaps/core';
import { InferenceService, openModel } from '@sgaps/server';
import { afterAll, describe, expect, it } from 'vitest';
import { measureClip } from '../clip/measureClip.js';
import { exportRecords } from './exportRecords.js';

const ROOT = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'sgaps-training-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a module of `training/`; its standard output. */
async function python(...args: string[]): Promise<string> {
  const program = process.env.SGAPS_PYTHON ?? '/usr/bin/python3';
  const { stdout } = await promisify(execFile)(program, ['-W', 'ignore', '-m', ...args], { cwd: ROOT, maxBuffer: 1 << 26 });
  return stdout;
}

interface Parity {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly planes: string;
  readonly frame: string;
  readonly logVariance: string;
  readonly gap: string;
}

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'));
const floatsOf = (text: string) => new Float32Array(bytesOf(text).buffer);

/** Holds a served model to what PyTorch made of the input in its parity.json. */
async function checkParity(model: string): Promise<void> {
  const parity = JSON.parse(readFileSync(join(model, 'parity.json'), 'utf8')) as Parity;
  const { width, height, batch } = parity;
  const size = width * height;
  const planes = bytesOf(parity.planes);
  const service = await InferenceService.start({ folder: model, provider: 'cpu', threads: 1 });
  try {
    for (let b = 0; b < batch; b++) {
      const part = planes.subarray((b * planes.length) / batch, ((b + 1) * planes.length) / batch);
      const output = await service.open({ lateAfterMs: Number.POSITIVE_INFINITY }).run({ width, height }, part);
      if (!output) throw new Error('The model gave nothing.');
      const off = (got: ArrayLike<number>, wanted: ArrayLike<number>, from: number) =>
        Math.max(...Array.from({ length: got.length }, (_, i) => Math.abs(got[i] - wanted[from + i])));
      expect(off(output.frame, bytesOf(parity.frame), 3 * b * size)).toBeLessThanOrEqual(1);
      expect(off(output.logVariance, floatsOf(parity.logVariance), b * size)).toBeLessThan(1e-3);
      expect(off(output.gap, floatsOf(parity.gap), b * size)).toBeLessThan(1e-3);
    }
  } finally {
    await service.close();
  }
}

describe('the shipped model', () => {
  it('judges frames as PyTorch does', async () => {
    await checkParity(await openModel('sgaps-mae-small'));
  });
});

describe('training', () => {
  it('passes its own tests', { timeout: 300_000 }, async () => {
    await python('unittest', 'discover', '-s', 'training', '-t', '.');
  });

  it('goes from made-up games to a served model that judges frames as PyTorch does', { timeout: 300_000 }, async () => {
    const worlds = join(folder, 'worlds');
    const records = join(folder, 'records');
    mkdirSync(records);
    await python('training.worlds', '--out', worlds, '--count', '1', '--frames', '26', '--seed', '6', '--kind', '2d-scroll');
    await python(
      'training.worlds',
      '--out',
      worlds,
      '--count',
      '1',
      '--frames',
      '26',
      '--seed',
      '6',
      '--kind',
      '3d',
      '--first',
      '1',
    );
    const moved: number[] = [];
    for (const name of ['world-6-00000', 'world-6-00001']) {
      const options = { input: join(worlds, `${name}.mkv`), state: join(worlds, `${name}.json`) };
      await exportRecords({ ...options, bytesUp: 2048 }, records, `${name}@whole`);
      const points = { ...options, bytesUp: 2048, sampling: 'points', spread: true } as const;
      await exportRecords(points, records, `${name}@points`);
      moved.push(await checkCarried({ ...points, name: `${name}@points`, records }));
    }
    // Else nothing was carried anywhere.
    expect(Math.max(...moved)).toBeGreaterThan(0.1);
    const run = join(folder, 'run');
    const steps = [
      '--steps',
      '6',
      '--batch',
      '2',
      '--length',
      '2',
      '--window',
      '64',
      '--threads',
      '1',
      '--held-out',
      'world-6-00001',
    ];
    const told = await python('training.sgaps_mae.train', '--data', records, '--preset', 'tiny', '--out', run, ...steps);
    expect(told).toContain('world-6-00001@points');
    expect(told).not.toContain('world-6-00000');
    const model = join(folder, 'tiny');
    await python('training.sgaps_mae.export', '--model', join(run, 'last.pt'), '--out', model, '--id', 'tiny@1');
    await checkParity(model);
  });

  it('makes a model in one command, round by round, once, and anew where the command is another', {
    timeout: 300_000,
  }, async () => {
    const [work, out] = [join(folder, 'work'), join(folder, 'made')];
    const small = ['--count', '2', '--frames', '6', '--steps', '5', '--jobs', '1'];
    const make = (...more: string[]) =>
      python(
        'training.sgaps_mae.make',
        ...['--out', out, '--id', 'made@1', '--work', work, '--preset', 'tiny', ...small, ...more],
        ...['--batch', '2', '--length', '2', '--window', '64', '--threads', '1'],
      );
    await expect(make('--clips', join(folder, 'nowhere'))).rejects.toThrow(/ended with/);
    expect(existsSync(out)).toBe(false);
    await make();
    expect(JSON.parse(readFileSync(join(out, 'model.json'), 'utf8'))).toMatchObject({ id: 'made@1', steps: 5, worlds: 2 });
    expect(readdirSync(join(work, 'asked-1')).filter((name) => name.endsWith('.bin'))).toHaveLength(4);
    await checkParity(out);
    const weights = () => statSync(join(work, 'round-1', 'last.pt')).mtimeMs;
    const model = () => readFileSync(join(out, 'model.onnx'));
    const [trained, made] = [weights(), model()];
    rmSync(out, { recursive: true });
    await make();
    expect(weights()).toBe(trained);
    expect(model().equals(made)).toBe(true);
    // What another command made is of no use, games and all.
    await make('--rounds', '1', '--seed', '9');
    expect(model().equals(made)).toBe(false);
    expect(readdirSync(join(work, 'worlds')).filter((name) => name.endsWith('.json'))).toEqual(
      expect.arrayContaining(['MANIFEST.json', 'world-9-00000.json']),
    );
    expect(readdirSync(join(work, 'records')).some((name) => name.startsWith('world-5-'))).toBe(false);
    rmSync(join(work, 'worlds.begun'));
    await expect(make('--rounds', '1')).rejects.toThrow(/is left alone/);
  });

  /** What training shows a model of a frame is what the product shows it, to 1e-3. */
  async function checkCarried(
    options: Parameters<typeof measureClip>[0] & {
      readonly name: string;
      readonly records: string;
    },
  ): Promise<number> {
    const at = 24;
    const file = join(folder, 'planes.bin');
    let evidence: FrameEvidence | null = null;
    let before: Uint8Array | null = null;
    await measureClip({
      ...options,
      ssim: false,
      held: false,
      onFrame: (decoded, truth, _, session) => {
        evidence ??= new FrameEvidence(session.grid);
        evidence.take(decoded.frame, decoded.kept ? null : session.memory);
        if (decoded.frameId === at) {
          const input = new ModelInput(session.grid);
          input.take(decoded, evidence, decoded.kept ? null : session.memory.innovations);
          input.align(before);
          writeFileSync(file, input.planes);
        }
        const size = truth.length / 3;
        before = Uint8Array.from({ length: truth.length }, (_value, i) => truth[3 * (i % size) + Math.floor(i / size)]);
      },
    });
    const told = await python('training.sgaps_mae.carried', join(options.records, `${options.name}.bin`), String(at), file);
    const { most, known, moved } = JSON.parse(told) as { most: number; known: number; moved: number };
    expect(most).toBeLessThan(1e-3);
    expect(known).toBeGreaterThan(0.5);
    return moved;
  }
});
