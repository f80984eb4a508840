import { describe, expect, it } from 'vitest';
import { ArchiveLoader, sourceOf } from './ArchiveLoader.js';

describe('ArchiveLoader', () => {
  it('puts the name of the model into an address, and leaves files alone', () => {
    const id = 'hst-mae-tiny@1';
    for (const source of ['/models/{name}/model.json', new URL('/models/{name}/model.json', 'http://localhost')])
      expect(String(sourceOf(source, id))).toMatch(/\/models\/hst-mae-tiny\/model\.json$/);
    expect(sourceOf('/one/model.json', id)).toBe('/one/model.json');
    expect(sourceOf('/{name}/model.json', '../x?@1')).toBe('/..%2Fx%3F/model.json');
    const files = { json: new Blob(), onnx: new Blob() };
    expect(sourceOf(files, id)).toBe(files);
  });

  it('says what to do without a model', async () => {
    const loader = new ArchiveLoader(null, {});
    await expect(loader.get('hst-mae-tiny@1')).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: expect.stringContaining('hst-mae-tiny@1'),
    });
    await loader.dispose();
    await expect(loader.get('hst-mae-tiny@1')).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
