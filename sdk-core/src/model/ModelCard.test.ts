import { describe, expect, it } from 'vitest';
import { parseModelCard } from './ModelCard.js';
import { MODEL_PLANES } from './ModelInput.js';

const card = { id: 'sgaps-test@1.2', planes: [...MODEL_PLANES], sha256: '0123456789abcdef'.repeat(4) };

describe('parseModelCard', () => {
  it('gives id and hash, planes by name or by number, and leaves the rest alone', () => {
    for (const json of [card, { ...card, planes: MODEL_PLANES.length, licence: 'MIT' }])
      expect(parseModelCard(JSON.stringify(json))).toEqual({ id: card.id, sha256: card.sha256 });
  });

  it.each([
    ['other planes', { ...card, planes: [...MODEL_PLANES].reverse() }],
    ['fewer planes', { ...card, planes: MODEL_PLANES.length - 1 }],
    ['planes in words', { ...card, planes: MODEL_PLANES.join() }],
    ['no planes', { ...card, planes: undefined }],
    ['no version', { ...card, id: 'sgaps-test' }],
    ['an id that is too long', { ...card, id: `${'m'.repeat(64)}@1` }],
    ['an id that is none', { ...card, id: 7 }],
    ['no hash', { ...card, sha256: '' }],
    ['a hash that is none', { ...card, sha256: 'Z'.repeat(64) }],
    ['a page', '<!doctype html>'],
    ['nothing', null],
    ['a list', [card]],
  ])('refuses %s, and says which file', (_what, json) => {
    const text = typeof json === 'string' ? json : JSON.stringify(json);
    expect(() => parseModelCard(text, 'here/model.json')).toThrow(
      expect.objectContaining({
        code: 'MODEL_INVALID',
        message: expect.stringMatching(/^here\/model\.json |^Model sgaps-test@1\.2 /),
      }),
    );
  });
});
