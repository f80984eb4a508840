import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSgapsError } from '../errors.js';
import { ByteReader } from './ByteReader.js';
import { ByteWriter } from './ByteWriter.js';

describe('ByteReader and ByteWriter', () => {
  it('agree on every width', () => {
    const writer = new ByteWriter(1);
    writer.u8(255);
    writer.u16(65535);
    writer.u32(0xffffffff);
    writer.i32(-5);
    writer.f32(0.5);
    writer.f64(Math.PI);
    writer.varint(0xffffffff);
    writer.bytes(Uint8Array.of(1, 2, 3));
    const reader = new ByteReader(writer.toBytes());
    expect([
      reader.u8('a'),
      reader.u16('a'),
      reader.u32('a'),
      reader.i32('a'),
      reader.f32('a'),
      reader.f64('a'),
      reader.varint('a'),
    ]).toEqual([255, 65535, 0xffffffff, -5, 0.5, Math.PI, 0xffffffff]);
    expect([...reader.bytes(3, 'a')]).toEqual([1, 2, 3]);
    reader.end('a');
  });

  it('gives back any varint', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffffffff })), (values) => {
        const writer = new ByteWriter();
        for (const value of values) writer.varint(value);
        const reader = new ByteReader(writer.toBytes());
        expect(values.map(() => reader.varint('value'))).toEqual(values);
      }),
    );
  });

  it('names what is cut short, too large or left over', () => {
    expect(() => new ByteReader(Uint8Array.of(1, 2, 3)).u32('size')).toThrow('size');
    expect(() => new ByteReader(Uint8Array.of(200, 1)).varint('count', 100)).toThrow('count is 200, the limit is 100');
    expect(() => new ByteReader(new Uint8Array(9).fill(255)).varint('count')).toThrow('Malformed count');
    expect(() => new ByteReader(new Uint8Array(4)).bytes(5, 'name')).toThrow('name');
    expect(() => new ByteReader(new Uint8Array(4)).end('header')).toThrow('4 bytes too many');
    const codes = [() => new ByteReader(new Uint8Array(0)).u8('x'), () => new ByteReader(new Uint8Array(1)).end('x')].map(
      (read) => {
        try {
          read();
        } catch (error) {
          return isSgapsError(error) ? error.code : error;
        }
        return null;
      },
    );
    expect(codes).toEqual(['BYTES_TRUNCATED', 'BYTES_MALFORMED']);
  });
});
