import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MODEL_PLANES } from '@sgaps/core';
import { pino } from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { createInference } from './createInference.js';
import { fixtureFile, makeModelFolder, removeModelFolders } from './fixtures/modelFolders.js';
import { InferenceService } from './InferenceService.js';
import { openModel } from './openModel.js';

afterAll(removeModelFolders);

/** A log and the messages written to it so far. */
function recordingLog() {
  const lines: { msg: string; [key: string]: unknown }[] = [];
  return { lines, log: pino({ level: 'trace' }, { write: (line: string) => lines.push(JSON.parse(line)) }) };
}

const load = (folder: string, provider: 'auto' | 'cuda' | 'webgpu' | 'cpu' = 'cpu') =>
  InferenceService.start({ folder, provider, threads: 1 });

describe('a model is refused that', () => {
  it.each([
    ['four-channels', 'output frame is uint8[batch, 4, height, width]'],
    ['float-frame', 'output frame is float32[batch, 3, height, width]'],
    ['five-planes', 'input planes is uint8[batch, 5, height, width]'],
    ['other-names', 'outputs are picture, logVariance, gap'],
    ['fixed-size', 'uint8[1, 14, 32, 48]'],
    ['halved', 'does not run'],
  ] as const)('does not keep the contract: %s', async (name, says) => {
    const error = await load(await makeModelFolder(name)).catch((error: unknown) => error);
    expect(error).toMatchObject({ name: 'SgapsError', code: 'MODEL_INVALID', message: expect.stringContaining(says) });
  });

  it('is cut short or damaged, as its sha256 tells, or else ONNX Runtime', async () => {
    const whole = await readFile(fixtureFile('tint'));
    const cut = whole.subarray(0, whole.length >> 1);
    const sha256 = createHash('sha256').update(whole).digest('hex');
    await expect(load(await makeModelFolder('tint', { sha256 }, cut))).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('sha256'),
    });
    for (const bytes of [cut, new Uint8Array(0), new Uint8Array(5000).fill(0xff)]) {
      await expect(load(await makeModelFolder('tint', {}, bytes))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    }
  });

  it('has no good model.json', async () => {
    const bad = [
      { id: 'no version' },
      { id: 7 },
      { sha256: 'abc' },
      { planes: MODEL_PLANES.length + 1 },
      { planes: [...MODEL_PLANES].reverse() },
      { planes: undefined },
    ];
    for (const card of bad)
      await expect(load(await makeModelFolder('tint', card))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  it('lacks a file', async () => {
    for (const file of ['model.json', 'model.onnx']) {
      const folder = await makeModelFolder('tint');
      await rm(join(folder, file));
      await expect(load(folder)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND', message: expect.stringContaining(file) });
    }
  });
});

describe('a provider', () => {
  it('that is missing is an error where it was asked for by name', async () => {
    const error = await load(await makeModelFolder('tint'), 'cuda').catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', message: expect.stringContaining('cuda') });
  });

  it('that is missing is passed over by auto, and one log line says so', async () => {
    const { lines, log } = recordingLog();
    const service = await InferenceService.start({ folder: await makeModelFolder('tint'), threads: 1, log });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      msg: 'inference is ready',
      model: 'tint@1',
      provider: service.figures().provider,
      passedOver: { cuda: expect.any(String) },
    });
    await service.close();
  });

  it('that does not exist is refused', async () => {
    const folder = await makeModelFolder('tint');
    const options = [
      { provider: 'tpu' as 'cpu' },
      { threads: 0 },
      { maxBatch: 1.5 },
      { maxWaitMs: -1 },
      { lateAfterMs: Number.NaN },
    ];
    for (const option of options)
      await expect(InferenceService.start({ folder, ...option })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });
});

describe('openModel', () => {
  it('finds a folder by its path', async () => {
    const folder = await makeModelFolder('tint');
    expect(await openModel(folder)).toBe(folder);
    await expect(openModel('./no/such/folder')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });

  it('knows no model that is not installed, nor a name that is a path', async () => {
    for (const name of ['no-such-model', '..', ''])
      await expect(openModel(name)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });
});

describe('createInference', () => {
  it('starts the model it is given', async () => {
    const { lines, log } = recordingLog();
    const service = await createInference({ model: await makeModelFolder('tint'), provider: 'cpu' }, log);
    expect(service?.id).toBe('tint@1');
    expect(lines).toHaveLength(1);
    await service?.close();
  });

  it('refuses one that was asked for and is not there, or is damaged', async () => {
    const { log } = recordingLog();
    await expect(createInference({ model: 'no-such-model' }, log)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    const damaged = await makeModelFolder('tint', { sha256: '0'.repeat(64) });
    await expect(createInference({ model: damaged }, log)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  it.each(['@sgaps/models', 'onnxruntime-node'])('gives null and one log line without %s', async (lacking) => {
    // This folder's code where the packages it needs are installed, but for one.
    const place = await mkdtemp(join(tmpdir(), 'sgaps-lacking-'));
    // With it what it imports of the others.
    for (const part of ['inference', 'watching', 'access', 'cluster'])
      await cp(join(import.meta.dirname, '..', part), join(place, part), { recursive: true });
    const modules = join(import.meta.dirname, '../../../node_modules');
    const found = await readdir(modules);
    const scoped = async (scope: string) => (await readdir(join(modules, scope))).map((name) => `${scope}/${name}`);
    const names = await Promise.all(found.map((name) => (name.startsWith('@') ? scoped(name) : [name])));
    for (const name of names.flat()) {
      const link = join(place, 'node_modules', name);
      await mkdir(dirname(link), { recursive: true });
      if (name !== lacking) await symlink(join(modules, name), link);
    }
    const model = lacking === '@sgaps/models' ? undefined : await makeModelFolder('tint');
    await writeFile(
      join(place, 'program.ts'),
      `import { pino } from 'pino';
       import { createInference } from './inference/createInference.js';
       const service = await createInference(${JSON.stringify({ model })}, pino());
       process.exit(service === null ? 0 : 1);`,
    );
    await writeFile(join(place, 'package.json'), '{"type":"module"}');
    const args = ['--conditions=sgaps-source', '--import', 'tsx', 'program.ts'];
    const output = execFileSync(process.execPath, args, { encoding: 'utf8', cwd: place });
    await rm(place, { recursive: true });
    const lines = output.trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0])).toMatchObject({
      msg: 'no model: frames are rebuilt by diffusion',
      reason: expect.stringContaining(lacking),
    });
  });
});
