import { createHash } from 'node:crypto';
import { MODEL_PLANES } from '@sgaps/core';
import { describe, expect, it } from 'vitest';
import { readModel } from './ModelFile.js';

const onnx = new Blob(['weights']);
const card = {
  id: 'sgaps-test@1.2',
  planes: MODEL_PLANES as readonly string[] | number,
  sha256: createHash('sha256').update('weights').digest('hex'),
};
const read = (json: unknown, weights = onnx) =>
  readModel({ json: new Blob([typeof json === 'string' ? json : JSON.stringify(json)]), onnx: weights });

describe('readModel', () => {
  it('gives a model whose files fit each other, its planes by name or by count', async () => {
    const { id, bytes } = await read(card);
    expect(id).toBe('sgaps-test@1.2');
    expect(new TextDecoder().decode(bytes)).toBe('weights');
    expect((await read({ ...card, planes: MODEL_PLANES.length })).id).toBe(id);
  });

  it.each([
    ['weights of another', card, new Blob(['weightz'])],
    ['other planes', { ...card, planes: [...MODEL_PLANES].reverse() }],
    ['fewer planes', { ...card, planes: MODEL_PLANES.length - 1 }],
    ['no planes', { ...card, planes: undefined }],
    ['no version', { ...card, id: 'sgaps-test' }],
    ['no hash', { ...card, sha256: '' }],
    ['no JSON', '<!doctype html>'],
    ['nothing', 'null'],
  ])('refuses a model with %s', async (_what, json, weights = onnx) => {
    await expect(read(json, weights)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});
