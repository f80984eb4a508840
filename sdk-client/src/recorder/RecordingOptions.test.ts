import { isSgapsError } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { checkOptions, type RecordingOptions } from './RecordingOptions.js';

const endpoint = 'ws://localhost:2567';

describe('checkOptions', () => {
  it('fills in the preset and lets single values win', () => {
    expect(checkOptions({ endpoint }, 'phaser')).toMatchObject({ game: 'phaser', fps: 30, batch: 4, schema: { values: [] } });
    expect(checkOptions({ endpoint, quality: 'low', batch: 3 }, 'phaser')).toMatchObject({ fps: 15, batch: 3 });
  });

  it('makes the schema of the named values', () => {
    const values = { health: { type: 'int', read: () => 1 }, speed: { type: 'float', step: 0.5, read: () => 2 } } as const;
    expect(checkOptions({ endpoint, values }, 'phaser').schema).toEqual({
      values: [
        { name: 'health', type: 'int' },
        { name: 'speed', type: 'float', step: 0.5 },
      ],
    });
  });

  it.each<[string, unknown]>([
    ['endpoint', {}],
    ['endpoint', { endpoint: 'localhost' }],
    ['quality', { endpoint, quality: 'best' }],
    ['fps', { endpoint, fps: 0 }],
    ['batch', { endpoint, batch: 2.5 }],
    ['tierBits', { endpoint, tierBits: [8, 5, 3, 1] }],
    ['masks', { endpoint, masks: [{ x: 0, y: 600, width: 400, height: 120 }] }],
    ['masks', { endpoint, masks: [{ x: 0, y: 0, width: 0, height: 1 }] }],
    ['masks', { endpoint, masks: [{ x: 0, y: 0, width: 1 }] }],
    ['keep', { endpoint, keep: { seconds: 1 } }],
    ['keep', { connect: async () => undefined, keep: { seconds: 60 } }],
    ['meta', { endpoint, meta: Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`k${i}`, 'v'])) }],
    ['micros', { endpoint, micros: 0 }],
    ['grid', { endpoint, grid: { width: 10, height: 10 } }],
    ['values', { endpoint, values: { health: { type: 'text' } } }],
  ])('refuses a wrong %s with a typed error that names it', (name, options) => {
    try {
      checkOptions(options as RecordingOptions, 'phaser');
      expect.unreachable();
    } catch (error) {
      expect(isSgapsError(error) && error.message.toLowerCase()).toContain(name.toLowerCase());
    }
  });
});
