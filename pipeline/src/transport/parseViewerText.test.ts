import { isSgapsError } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseViewerText } from './parseViewerText.js';

describe('parseViewerText', () => {
  it('reads the overlays that there are, each once', () => {
    expect(parseViewerText('{"type":"overlays","layers":["tiers","samples","nothing","tiers"]}')).toEqual(['samples', 'tiers']);
  });

  it('passes over a token', () => {
    expect(parseViewerText('{"type":"token","token":"x"}')).toBeNull();
  });

  it('refuses all else, also what cannot be said in words', () => {
    const texts = [
      '',
      '[',
      'null',
      '7',
      '{}',
      '{"type":"overlays"}',
      '{"type":{"toString":0,"valueOf":0}}',
      `${'['.repeat(5000)}`,
    ];
    for (const text of texts)
      expect(() => parseViewerText(text), text.slice(0, 20)).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' }));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          parseViewerText(text);
        } catch (error) {
          expect(isSgapsError(error)).toBe(true);
        }
      }),
    );
  });
});
