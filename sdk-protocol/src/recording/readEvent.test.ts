import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvent } from './readEvent.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe('readEvent', () => {
  it('reads what a game told', () => {
    const told = fc.record({ name: fc.string(), data: fc.jsonValue() });
    fc.assert(
      fc.property(told, ({ name, data }) => {
        // JSON has no −0.
        const plain: unknown = JSON.parse(JSON.stringify(data));
        expect(readEvent(bytesOf(JSON.stringify({ name, data, more: 1 })))).toEqual({ name, data: plain });
      }),
    );
    expect(readEvent(bytesOf('{"name":"over"}'))).toEqual({ name: 'over', data: null });
  });

  it('leaves out what is none, and never throws', () => {
    for (const text of ['', 'null', '5', '"name"', '[]', '{}', '{"name":null}', '{"name":5}', '{"name":"a"'])
      expect(readEvent(bytesOf(text)), text).toBeNull();
    expect(readEvent(Uint8Array.of(0x7b, 0xff, 0x7d))).toBeNull();
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void readEvent(bytes)));
    fc.assert(fc.property(fc.json(), (text) => void readEvent(bytesOf(text))));
  });
});
