import { describe, expect, it } from 'vitest';
import { RemoteSource, type RemoteSourceOptions } from './RemoteSource.js';

const make = (change: object) =>
  new RemoteSource({ server: 'http://localhost', recording: 'a1', ...change } as RemoteSourceOptions);

describe('RemoteSource', () => {
  it.each([{ recording: '' }, { scene: 'splats' }, { scene: '' }, { encoder: 'raw' }, { channel: 'party:' }])(
    'refuses what it cannot play: %o',
    (change) => {
      expect(() => make(change)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
    },
  );

  it('takes recordings and streams', () => {
    for (const scene of [undefined, 'replay', 'stream']) expect(make({ scene })).toBeInstanceOf(RemoteSource);
  });
});
