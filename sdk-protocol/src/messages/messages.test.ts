import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { decodeMessage, encodeMessage } from './envelope.js';
import { MessageType, PROTOCOL_VERSION } from './MessageType.js';
import {
  parseErrorMessage,
  parseGameEvent,
  parseJoinOptions,
  parseNumbers,
  parseStateSchema,
  parseWelcome,
} from './parseMessages.js';
import { decodePicture, encodePicture } from './picture.js';

const codeOf = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return isSgapsError(error) ? error.code : error;
  }
  return 'none';
};
const record = {
  role: 'record',
  protocol: PROTOCOL_VERSION,
  game: 'coins',
  grid: { width: 320, height: 180 },
  fps: 30,
  schema: {
    values: [
      { name: 'health', type: 'int' },
      { name: 'speed', type: 'float', step: 0.1 },
    ],
  },
  engine: 'phaser',
  meta: { level: '2' },
};

describe('room messages', () => {
  it('takes join options and welcomes as they are meant, and drops what it does not know', () => {
    expect(parseJoinOptions({ ...record, extra: 1 })).toEqual(record);
    expect(parseJoinOptions({ role: 'watch', extra: 1 })).toEqual({ role: 'watch' });
    const welcome = { recordingId: 'r-1', grid: record.grid, tierBits: [8, 5, 3, 3], fps: 30, schema: record.schema };
    expect(parseWelcome({ ...welcome, live: true })).toEqual(welcome);
    expect(parseJoinOptions({ ...record, depth: true })).toEqual({ ...record, depth: true });
    expect(parseJoinOptions({ ...record, depth: false })).toEqual(record);
    expect(parseWelcome({ ...welcome, depth: true })).toEqual({ ...welcome, depth: true });
    expect(codeOf(() => parseWelcome({ ...welcome, depth: 1 }))).toBe('ARGUMENT_INVALID');
  });

  it.each([
    ['ARGUMENT_INVALID', null],
    ['ARGUMENT_INVALID', { ...record, role: 'admin' }],
    ['VERSION_UNSUPPORTED', { ...record, protocol: 2 }],
    ['ARGUMENT_INVALID', { ...record, game: '' }],
    ['LIMIT_EXCEEDED', { ...record, game: 'x'.repeat(LIMITS.nameLength + 1) }],
    ['LIMIT_EXCEEDED', { ...record, grid: { width: 4000, height: 180 } }],
    ['ARGUMENT_INVALID', { ...record, grid: { width: 320.5, height: 180 } }],
    ['ARGUMENT_INVALID', { ...record, fps: 0 }],
    ['LIMIT_EXCEEDED', { ...record, fps: 1000 }],
    ['ARGUMENT_INVALID', { ...record, depth: 'yes' }],
    ['ARGUMENT_INVALID', { ...record, schema: { values: [{ name: 'x', type: 'text' }] } }],
    ['LIMIT_EXCEEDED', { ...record, schema: { values: Array.from({ length: 65 }, () => ({ name: 'x', type: 'int' })) } }],
    ['ARGUMENT_INVALID', { ...record, meta: { a: 1 } }],
    ['LIMIT_EXCEEDED', { ...record, meta: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, ''])) }],
  ])('refuses join options with %s (%#)', (code, options) => {
    expect(codeOf(() => parseJoinOptions(options))).toBe(code);
  });

  it('bounds events, figures, errors and wishes', () => {
    expect(parseGameEvent({ name: 'won', time: 5, data: { a: [1, 'ü'] } })).toEqual({
      name: 'won',
      time: 5,
      data: { a: [1, 'ü'] },
    });
    expect(parseGameEvent({ name: 'won', time: 5 })).toEqual({ name: 'won', time: 5, data: null });
    expect(codeOf(() => parseGameEvent({ name: 'won', time: 0, data: 'ü'.repeat(LIMITS.eventBytes / 2) }))).toBe(
      'LIMIT_EXCEEDED',
    );
    expect(parseGameEvent({ name: 'won', time: 0, data: 'ü'.repeat(LIMITS.eventBytes / 2 - 1) }).name).toBe('won');
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(codeOf(() => parseGameEvent({ name: 'won', time: 0, data: loop }))).toBe('LIMIT_EXCEEDED');
    // Some hundred bytes of msgpack, and 2^40 of JSON.
    let doubled: unknown = 'x';
    for (let i = 0; i < 40; i++) doubled = [doubled, { doubled }];
    expect(codeOf(() => parseGameEvent({ name: 'won', time: 0, data: doubled }))).toBe('LIMIT_EXCEEDED');
    expect(codeOf(() => parseGameEvent({ name: 'won', time: 0, data: new Uint8Array(1000) }))).toBe('LIMIT_EXCEEDED');
    expect(codeOf(() => parseGameEvent({ name: 'won', time: 0, data: 10n ** 30n }))).toBe('ARGUMENT_INVALID');
    // No text to convert them to.
    expect(codeOf(() => parseJoinOptions({ role: 'record', protocol: { toString: 0, valueOf: 0 } }))).toBe('VERSION_UNSUPPORTED');
    expect(codeOf(() => parseGameEvent({ name: 'won', time: Number.NaN }))).toBe('ARGUMENT_INVALID');
    expect(parseNumbers({ a: 1, b: Number.NaN, c: 'x', d: 2 })).toEqual({ a: 1, d: 2 });
    expect(parseErrorMessage({ code: 'CLOSED', message: 'over' })).toEqual({ code: 'CLOSED', message: 'over', reset: false });
    expect(codeOf(() => parseStateSchema({ values: [{ name: 'x', type: 'float', step: 0 }] }))).toBe('ARGUMENT_INVALID');
  });

  it('throws nothing but SgapsError, whatever arrives', () => {
    const parsers = [parseJoinOptions, parseWelcome, parseErrorMessage, parseGameEvent, parseNumbers, parseStateSchema];
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.record({
            role: fc.constant('record'),
            protocol: fc.constant(1),
            grid: fc.anything(),
            schema: fc.anything(),
            meta: fc.anything(),
          }),
        ),
        (value) => {
          for (const parse of parsers) {
            const code = codeOf(() => parse(value));
            if (typeof code !== 'string') throw code;
          }
        },
      ),
    );
  });

  it('gives back envelopes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (any) => {
        // JSON knows no negative zero.
        const body = JSON.parse(JSON.stringify(any));
        const read = decodeMessage(encodeMessage(MessageType.event, body));
        expect(read.type).toBe('event');
        // JSON has no −0; msgpack keeps it. A key named __proto__ is renamed on reading.
        if (!JSON.stringify(body).includes('__proto__')) expect(read.body).toEqual(body);
      }),
    );
  });

  it('survives random and mutated envelopes, and allocates nothing for lengths that are not there', () => {
    const attempt = (bytes: Uint8Array) => {
      const code = codeOf(() => decodeMessage(bytes));
      if (typeof code !== 'string') throw code;
    };
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 80 }),
        fc.jsonValue(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (noise, body, at, flip) => {
          attempt(noise);
          const bytes = encodeMessage('event', body);
          bytes[at % bytes.length] ^= flip;
          attempt(bytes);
        },
      ),
      { numRuns: 500 },
    );
    expect(codeOf(() => decodeMessage(Uint8Array.of(0xdd, 0x7f, 0xff, 0xff, 0xff)))).toBe('BYTES_TRUNCATED');
    expect(codeOf(() => decodeMessage(Uint8Array.of(0xdf, 0x7f, 0xff, 0xff, 0xff)))).toBe('BYTES_TRUNCATED');
    expect(codeOf(() => decodeMessage(Uint8Array.of(0xc6, 0xff, 0xff, 0xff, 0xff)))).toBe('BYTES_TRUNCATED');
    expect(codeOf(() => decodeMessage(new Uint8Array(60).fill(0x91)))).toBe('LIMIT_EXCEEDED');
    expect(codeOf(() => decodeMessage(Uint8Array.of(0x92, 0xd4, 0x72, 0x40, 0xc0)))).toBe('BYTES_MALFORMED');
  });

  it('gives back pictures and refuses broken ones', () => {
    const picture = {
      layer: 'uncertainty',
      format: 'image/webp',
      width: 320,
      height: 180,
      frameId: 0xffffffff,
      time: 12.5,
      data: Uint8Array.of(1, 2, 3),
    } as const;
    expect(decodePicture(encodePicture(picture))).toEqual(picture);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const code = codeOf(() => decodePicture(bytes));
        if (typeof code !== 'string') throw code;
      }),
    );
    expect(codeOf(() => decodePicture(new Uint8Array(19)))).toBe('BYTES_TRUNCATED');
    expect(codeOf(() => decodePicture(new Uint8Array(20).fill(99)))).toBe('BYTES_MALFORMED');
  });
});
