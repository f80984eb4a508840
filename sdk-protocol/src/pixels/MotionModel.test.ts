import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../bytes/ByteReader.js';
import { ByteWriter } from '../bytes/ByteWriter.js';
import { codeSigned, createModel, SIGNED_MODEL } from '../bytes/RangeCoder.js';
import { RangeDecoder } from '../bytes/RangeDecoder.js';
import { RangeEncoder } from '../bytes/RangeEncoder.js';
import { isSgapsError } from '../errors.js';
import { MOTION_LIMIT, MotionModel } from './MotionModel.js';

const COLUMNS = 5;
const CELLS = 20;

interface Move {
  readonly cell: number;
  readonly x: number;
  readonly y: number;
  /** True where a frame begins before it. */
  readonly next: boolean;
}

// Few different motions, so that neighbours share them, and any others.
const amount = fc.oneof(fc.constantFrom(0, 4, -8), fc.integer({ min: -MOTION_LIMIT, max: MOTION_LIMIT }));
const moves: fc.Arbitrary<Move[]> = fc.array(fc.record({ cell: fc.nat(CELLS - 1), x: amount, y: amount, next: fc.boolean() }), {
  maxLength: 60,
});

function play(motion: MotionModel, coder: RangeEncoder | RangeDecoder, list: readonly Move[]): number[] {
  const got: number[] = [];
  for (const { cell, x, y, next } of list) {
    if (next) motion.advance();
    motion.predict(cell, COLUMNS);
    expect(motion.candidates).toBeGreaterThanOrEqual(1);
    expect(motion.candidates).toBeLessThanOrEqual(2);
    motion.code(coder, coder.encoding ? x : 0, coder.encoding ? y : 0);
    motion.keep(cell);
    got.push(motion.x, motion.y);
  }
  return got;
}

function saved(motion: MotionModel): Uint8Array {
  const writer = new ByteWriter(1024);
  motion.save(writer);
  return writer.toBytes();
}

const wanted = (list: readonly Move[]) => list.flatMap(({ x, y }) => [x, y]);

describe('MotionModel', () => {
  it('codes any motions in any cells, and goes on from a snapshot taken anywhere', () => {
    fc.assert(
      fc.property(moves, moves, (before, after) => {
        const encoder = new RangeEncoder(64);
        encoder.reset();
        const sender = new MotionModel(CELLS);
        expect(play(sender, encoder, before)).toEqual(wanted(before));
        expect(play(sender, encoder, after)).toEqual(wanted(after));
        const decoder = new RangeDecoder(encoder.finish().slice());
        const first = new MotionModel(CELLS);
        expect(play(first, decoder, before)).toEqual(wanted(before));
        const second = new MotionModel(CELLS);
        // What it held before is forgotten.
        play(second, new RangeEncoder(64), after);
        const snapshot = saved(first);
        const reader = new ByteReader(snapshot);
        second.restore(reader);
        reader.end('snapshot');
        expect(saved(second)).toEqual(snapshot);
        expect(play(second, decoder, after)).toEqual(wanted(after));
        expect(saved(second)).toEqual(saved(sender));
      }),
    );
  });

  it('says a field that moves as one for less than a bit a block', () => {
    const encoder = new RangeEncoder(64);
    encoder.reset();
    const motion = new MotionModel(CELLS);
    for (let frame = 0; frame < 20; frame++)
      play(
        motion,
        encoder,
        Array.from({ length: CELLS }, (_, cell) => ({ cell, x: 13, y: -6, next: cell === 0 })),
      );
    expect((8 * encoder.finish().length) / (20 * CELLS)).toBeLessThan(0.5);
  });

  it('refuses motions beyond the limit, whatever they are the difference to', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (x, y) => {
        // The bytes of an encoder that knows no limit: not merged, then both differences to (0, 0).
        const encoder = new RangeEncoder(64);
        encoder.reset();
        const model = createModel(5 + 2 * SIGNED_MODEL);
        encoder.bit(model, 2, 0);
        codeSigned(encoder, model, 5, x);
        codeSigned(encoder, model, 5 + SIGNED_MODEL, y);
        const decoder = new RangeDecoder(encoder.finish().slice());
        const motion = new MotionModel(CELLS);
        motion.predict(0, COLUMNS);
        const allowed = Math.abs(x) <= MOTION_LIMIT && Math.abs(y) <= MOTION_LIMIT;
        const read = () => motion.code(decoder, 0, 0);
        if (!allowed) expect(read).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' }));
        else {
          read();
          expect([motion.x, motion.y]).toEqual([x, y]);
        }
      }),
    );
  });

  it('keeps motions within the limit whatever bytes or snapshot it reads', () => {
    const check = (motion: MotionModel, coder: RangeDecoder) => {
      for (let cell = 0; cell < CELLS; cell++) {
        motion.predict(cell, COLUMNS);
        motion.code(coder, 0, 0);
        motion.keep(cell);
        for (const value of [motion.x, motion.y, ...motion.candidateX, ...motion.candidateY])
          expect(Math.abs(value)).toBeLessThanOrEqual(MOTION_LIMIT);
      }
    };
    const attempt = (run: () => void) => {
      try {
        run();
      } catch (error) {
        if (!isSgapsError(error)) throw error;
      }
    };
    fc.assert(
      fc.property(
        moves,
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (list, noise, at, flip) => {
          attempt(() => check(new MotionModel(CELLS), new RangeDecoder(noise)));
          const motion = new MotionModel(CELLS);
          play(motion, new RangeEncoder(64), list);
          const snapshot = saved(motion);
          snapshot[at % snapshot.length] ^= flip;
          attempt(() => {
            motion.restore(new ByteReader(snapshot));
            check(motion, new RangeDecoder(noise));
          });
          attempt(() => motion.restore(new ByteReader(snapshot.subarray(0, at % snapshot.length))));
          attempt(() => motion.restore(new ByteReader(noise)));
        },
      ),
    );
  });

  it.each([
    ['a frame of none', { frame: 0 }],
    ['a frame beyond all', { frame: -5 }],
    ['a motion too far', { x: MOTION_LIMIT + 1 }],
    ['a cell that moved too far', { cellY: -MOTION_LIMIT - 1 }],
    ['a cell that moved in a frame to come', { stamp: 8 }],
    ['a state there is not', { merged: 3 }],
  ])('refuses a snapshot with %s', (_, change) => {
    const { frame = 7, merged = 1, x = 3, stamp = 7, cellY = 0 } = change as Record<string, number>;
    const whole = saved(new MotionModel(CELLS));
    const writer = new ByteWriter(64);
    // The model as it is at first, up to frame, state and motion (13 bytes) and the runs of cells (2 bytes).
    writer.bytes(whole.subarray(0, whole.length - 15));
    writer.i32(frame);
    writer.u8(merged);
    writer.i32(x);
    writer.i32(0);
    writer.varint(0);
    writer.varint(1);
    writer.i32(stamp);
    writer.i32(0);
    writer.i32(cellY);
    writer.varint(CELLS - 1);
    writer.varint(0);
    const restore = () => new MotionModel(CELLS).restore(new ByteReader(writer.toBytes()));
    expect(restore).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' }));
  });
});
