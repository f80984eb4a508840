import { expect, it } from 'vitest';
import { captionOf, withCaptions } from './captions.js';

const FIGURES = {
  ...{ frame: 100, samples: 8064, blocks: 126, changed: 90, before: 24.04, rebuilt: 31.26, uncertainty: 0.1234 },
  ...{ bytesUp: 2437.4, bytesDown: 37.2, kept: false },
};

it('says all figures of a frame', () => {
  const text = captionOf('arena', FIGURES);
  for (const part of [
    'frame 100',
    '8,064 samples',
    '126 blocks, 90',
    'memory',
    '24.0 dB',
    '31.3 dB',
    '0.123',
    '2,437 bytes',
    '37 down',
  ])
    expect(text).toContain(part);
  expect(captionOf('arena', { ...FIGURES, kept: true })).toContain('frame before');
});

it('puts captions where a page has a place for them, again and again', () => {
  const page = 'One\n\n<!-- picture: a -->\n\nold\n\n<!-- /picture -->\n\nTwo\n\n<!-- picture: b -->\n<!-- /picture -->\n';
  const once = withCaptions(page, { a: 'A', b: 'B' });
  expect(once).toBe(
    'One\n\n<!-- picture: a -->\n\nA\n\n<!-- /picture -->\n\nTwo\n\n<!-- picture: b -->\n\nB\n\n<!-- /picture -->\n',
  );
  expect(withCaptions(once, { a: 'A', b: 'B' })).toBe(once);
  expect(() => withCaptions(page, { c: 'C' })).toThrow('<!-- picture: c -->');
});
