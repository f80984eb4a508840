import { isSgapsError } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readViewText } from './readViewText.js';

describe('text of a transport', () => {
  it('tells of a scene and its pictures', () => {
    expect(readViewText('{"type":"ready","scene":"s","width":4,"height":2,"about":{"splats":7}}')).toEqual({
      type: 'ready',
      info: { width: 4, height: 2, about: { splats: 7 } },
    });
    expect(readViewText('{"type":"ready","width":4,"height":2}')).toMatchObject({ info: { about: {} } });
    expect(readViewText('{"type":"picture","frameId":9,"unchanged":false,"ms":3}')).toEqual({
      type: 'picture',
      frameId: 9,
      unchanged: false,
      about: { ms: 3 },
    });
    expect(readViewText('{"type":"markers","markers":[]}')).toEqual({ type: 'other' });
  });

  it('tells of a scene that is built meanwhile, and is not misled by other scenes that use these words', () => {
    expect(readViewText('{"type":"building","share":0.4}')).toEqual({ type: 'building', share: 0.4 });
    expect(readViewText('{"type":"built","splats":7}')).toEqual({ type: 'built', about: { splats: 7 } });
    const unbuilt = { type: 'unbuilt', code: 'UNSUPPORTED', message: 'no depth' };
    expect(readViewText(JSON.stringify(unbuilt))).toEqual(unbuilt);
    for (const other of ['{"type":"building","share":40}', '{"type":"building"}', '{"type":"unbuilt","code":7}'])
      expect(readViewText(other)).toEqual({ type: 'other' });
  });

  it.each([
    '',
    '[]',
    'null',
    '{"type":"picture"}',
    '{"type":"picture","frameId":-1}',
    '{"type":"ready","width":0,"height":2}',
    '{"type":"ready","width":1.5,"height":2}',
    '{"type":"ready","width":99999,"height":2}',
    '{"type":"ready","width":4,"height":2,"about":[]}',
    '{"type":"error","code":7}',
  ])('is refused as %s', (json) => {
    expect(() => readViewText(json)).toThrow(expect.objectContaining({ name: 'SgapsError' }));
  });

  it('throws nothing but typed errors, whatever it is', () => {
    const types = fc.constantFrom('ready', 'picture', 'failed', 'error', 'overlay', 'building', 'built', 'unbuilt', 'other');
    const fields = fc.dictionary(
      fc.constantFrom('width', 'height', 'about', 'frameId', 'code', 'message', 'share'),
      fc.jsonValue(),
    );
    const messages = fc.tuple(types, fields).map(([type, rest]) => JSON.stringify({ ...rest, type }));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), messages), (json) => {
        try {
          expect(typeof readViewText(json).type).toBe('string');
        } catch (error) {
          expect(isSgapsError(error)).toBe(true);
        }
      }),
    );
  });
});
