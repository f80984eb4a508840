import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openModel } from '../inference/openModel.js';
import { readCard } from '../inference/readCard.js';
import { plainCodes, plainCubes, plainModel, plainPair, removePlainModels } from './fixtures/plainPair.js';
import { NodeArchiveModel } from './NodeArchiveModel.js';

afterAll(removePlainModels);

/** Opens a model, does something with it, closes it. */
async function using<T>(folder: string, work: (model: NodeArchiveModel) => Promise<T>): Promise<T> {
  const model = await NodeArchiveModel.open(folder, { threads: 1 });
  try {
    return await work(model);
  } finally {
    await model.close();
  }
}

const open = (folder: string) => using(folder, async ({ id }) => id);
const decode = (model: NodeArchiveModel, { size, active, conditions } = plainPair()) => model.decode(size, active, conditions);

/** How far the numbers are apart at most. */
const apart = (a: ArrayLike<number>, b: readonly number[]) =>
  a.length === b.length ? b.reduce((most, value, at) => Math.max(most, Math.abs(value - a[at])), 0) : Number.NaN;

describe('NodeArchiveModel', () => {
  it("gives the graphs' numbers, for a grid that is padded or not, whatever is asked at once", async () => {
    const pair = plainPair();
    await using(plainModel(), async (model) => {
      expect(model).toMatchObject({ id: 'archive-plain@1', memoryWidth: 4 });
      const unpadded = { width: 90, height: 50 };
      const [decoded, encoded, again] = await Promise.all([
        decode(model),
        model.encode(pair.size, pair.frames, pair.conditions),
        model.decode(unpadded, pair.active, pair.conditions),
      ]);
      expect(apart(decoded.cubes, plainCubes(pair).cubes)).toBeLessThan(1e-6);
      expect(apart(decoded.memory, plainCubes(pair).memory)).toBeLessThan(1e-6);
      expect(again).toEqual(decoded);
      expect([...encoded.codes]).toEqual(plainCodes(pair).codes);
      expect(apart(encoded.session, plainCodes(pair).session)).toBeLessThan(1e-6);
    });
  });

  it('runs nothing where no cube is active: the memory stays', async () => {
    const { size, conditions } = plainPair();
    const none = { places: new Int32Array(0), codes: new Int32Array(0), levels: new Int32Array(0) };
    const { cubes, memory } = await using(plainModel(), (model) => model.decode(size, none, conditions));
    expect(cubes).toHaveLength(0);
    expect(memory).toEqual(conditions.memory);
  });

  it('plays without the encoder, and says what is missing when it is asked to encode', async () => {
    const folder = plainModel();
    rmSync(join(folder, 'encoder.onnx'));
    const pair = plainPair();
    await using(folder, async (model) => {
      expect((await decode(model)).cubes).toHaveLength(4 * 1536);
      await expect(model.encode(pair.size, pair.frames, pair.conditions)).rejects.toMatchObject({
        code: 'MODEL_NOT_FOUND',
        message: expect.stringContaining('encoder.onnx'),
      });
    });
  });

  it('leaves its thread free of what is no pair', async () => {
    const { size, active, conditions } = plainPair();
    const bad = [
      { places: Int32Array.of(0, 8, 7, 23) },
      { places: Int32Array.of(0, 7, 8, 24) },
      { places: Int32Array.of(-1, 7, 8, 23) },
      { levels: Int32Array.of(1, 2, 4, 7) },
      { levels: Int32Array.of(0, 2, 4, 6) },
      { codes: new Int32Array(24).fill(512) },
      { codes: new Int32Array(23) },
    ];
    const badly = [
      { context: new Float32Array(6 * 96 * 32) },
      { state: new Float32Array(47) },
      { state: new Float32Array(0) },
      { region: new Int32Array(24).fill(8) },
      { memory: new Float32Array(8 * 5) },
      { session: new Float32Array(31) },
    ];
    await using(plainModel(), async (model) => {
      const asked = [
        ...bad.map((wrong) => model.decode(size, { ...active, ...wrong }, conditions)),
        ...badly.map((wrong) => model.decode(size, active, { ...conditions, ...wrong })),
      ];
      for (const { status, reason } of (await Promise.allSettled(asked)) as PromiseRejectedResult[])
        expect({ status, code: reason?.code }).toEqual({ status: 'rejected', code: 'ARGUMENT_INVALID' });
    });
  });

  it('answers what was asked before it is closed, and nothing after', async () => {
    const model = await NodeArchiveModel.open(plainModel(), { threads: 1 });
    const asked = decode(model);
    await Promise.all([model.close(), model.close()]);
    expect((await asked).cubes).toHaveLength(4 * 1536);
    await expect(decode(model)).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('an archive model is refused that', () => {
  it.each([
    ['gives no numbers', 'not-a-number', 'cubes that are none'],
    ['loses cubes', 'lost', 'cubes'],
  ])('%s', async (_what, decoder, says) => {
    const pair = plainPair();
    pair.active.levels[3] = 6;
    await using(plainModel({ decoder }), (model) =>
      expect(decode(model, pair)).rejects.toMatchObject({ code: 'MODEL_INVALID', message: expect.stringContaining(says) }),
    );
  });

  it.each([
    ['narrow', 'output cubes is float32[active, 2, 3, 16, 8] instead of float32[A, 2, 3, 16, 16]'],
    ['other-names', 'outputs are pixels, memoryOut instead of cubes, memoryOut'],
  ])('does not keep the contract: %s', async (decoder, says) => {
    const refused = expect(open(plainModel({ decoder }))).rejects;
    await refused.toMatchObject({ code: 'MODEL_INVALID', message: expect.stringContaining(says) });
  });

  it('has another width than its card says, is damaged, or no model at all', async () => {
    await expect(open(plainModel({ card: { memory: 5 } }))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    const [damaged, missing] = [plainModel(), plainModel()];
    writeFileSync(join(damaged, 'decoder.onnx'), 'This is no ONNX file.');
    await expect(open(damaged)).rejects.toMatchObject({ code: 'MODEL_INVALID', message: expect.stringContaining('sha256') });
    rmSync(join(missing, 'decoder.onnx'));
    await expect(open(missing)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    await expect(open('no-such-model')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    await expect(NodeArchiveModel.open(plainModel(), { threads: 0 })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });

  it('is of the other kind: neither does for the other', async () => {
    await expect(openModel('sgaps-mae-small').then(open)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('no archive model'),
    });
    await expect(readCard(plainModel())).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining("of the kind 'hst-mae'"),
    });
  });
});
