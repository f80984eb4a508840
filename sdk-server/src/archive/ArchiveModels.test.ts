import { afterAll, describe, expect, it } from 'vitest';
import { ArchiveModels } from './ArchiveModels.js';
import { plainModel, removePlainModels } from './fixtures/plainPair.js';

afterAll(removePlainModels);

describe('ArchiveModels', () => {
  it('opens a model that archives name once, and ends it', async () => {
    const models = new ArchiveModels({ models: [plainModel({ card: { id: 'other@1' } }), plainModel()], threads: 1 });
    const [model, same] = await Promise.all([models.get('archive-plain@1'), models.get('archive-plain@1')]);
    expect(model.id).toBe('archive-plain@1');
    expect(same).toBe(model);
    await models.close();
    await expect(models.get('archive-plain@1')).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('has none of another version or name, of another kind, or out of @sgaps/models', async () => {
    const models = new ArchiveModels({ models: [plainModel()] });
    for (const [id, says] of [
      ['archive-plain@2', 'archive-plain@1'],
      ['no-such-model@1', 'none of its name'],
      ['../../models/sgaps-mae-small@3', 'none of its name'],
      ['', 'none of its name'],
    ])
      await expect(models.get(id)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND', message: expect.stringContaining(says) });
    await expect(models.get('sgaps-mae-small@3')).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    await models.close();
  });
});
