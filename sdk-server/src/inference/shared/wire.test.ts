import { MODEL_PLANES } from '@sgaps/core';
import { isSgapsError } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageKind, MessageReader, messageHead, readRunHead, runHead } from './wire.js';

const GRID = { width: 16, height: 16 };
const BODY = MODEL_PLANES.length * 256;

/** What a reader takes, and the largest body that it was asked to hold. */
function collect() {
  const found: { kind: MessageKind; head: Uint8Array; body: Uint8Array | null }[] = [];
  let most = 0;
  const reader = new MessageReader({
    begin: (kind, head, bytes) => {
      // As a service does: nothing is held for a grid that is none.
      if (kind === MessageKind.run) readRunHead(head, bytes);
      most = Math.max(most, bytes);
      return new Uint8Array(bytes);
    },
    end: (kind, head, body) => {
      found.push({ kind, head: new Uint8Array(head.buffer, head.byteOffset, head.byteLength).slice(), body });
    },
  });
  return { found, reader, most: () => most };
}

function push(reader: MessageReader, bytes: Uint8Array, cuts: readonly number[]): void {
  let at = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const until = Math.min(bytes.length, Math.max(at, cut % (bytes.length + 1)));
    reader.push(bytes.subarray(at, until));
    at = until;
  }
  reader.push(bytes.subarray(at));
}

const message = fc.oneof(
  fc.record({ frame: fc.nat(), session: fc.nat(), seed: fc.nat(255) }).map(({ frame, session, seed }) => ({
    kind: MessageKind.run as MessageKind,
    head: runHead({ frame, session, grid: GRID, lateAfterMs: 250 }),
    body: new Uint8Array(BODY).fill(seed) as Uint8Array | null,
  })),
  fc.uint8Array({ maxLength: 300 }).map((body) => ({
    kind: MessageKind.output as MessageKind,
    head: messageHead(MessageKind.output, body.length, (head) => head.setUint32(0, body.length, true)),
    body: body.length > 0 ? body : null,
  })),
  fc.nat().map((frame) => ({
    kind: MessageKind.nothing as MessageKind,
    head: messageHead(MessageKind.nothing, 0, (head) => head.setUint32(0, frame, true)),
    body: null,
  })),
);

const joined = (parts: readonly (Uint8Array | null)[]) => Uint8Array.from(Buffer.concat(parts.filter((part) => part !== null)));

describe('messages of inference', () => {
  it('come as they were sent, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 12 }), (messages, cuts) => {
        const { found, reader } = collect();
        push(reader, joined(messages.flatMap(({ head, body }) => [head, body])), cuts);
        expect(found.map(({ kind, body }) => ({ kind, body }))).toEqual(messages.map(({ kind, body }) => ({ kind, body })));
        expect(found.map(({ head }) => head)).toEqual(messages.map(({ head }) => head.slice(5)));
      }),
      { numRuns: 50 },
    );
  });

  it('of strangers are refused with a reason, or taken, and never make it hold more than a frame', () => {
    const changed = fc
      .tuple(fc.array(message, { minLength: 1, maxLength: 3 }), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }))
      .map(([messages, changes]) => {
        const bytes = joined(messages.flatMap(({ head, body }) => [head, body]));
        for (const [at, value] of changes) bytes[at % Math.min(bytes.length, 64)] = value;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), changed), fc.array(fc.nat(), { maxLength: 6 }), (bytes, cuts) => {
        const { reader, most } = collect();
        try {
          push(reader, bytes, cuts);
        } catch (error) {
          expect(isSgapsError(error)).toBe(true);
        }
        expect(most()).toBeLessThanOrEqual(MODEL_PLANES.length * 640 * 360);
      }),
      { numRuns: 500 },
    );
  });

  it('let a body go by whose place is needed otherwise', () => {
    const target = new Uint8Array(100);
    const bodies: (Uint8Array | null)[] = [];
    const reader = new MessageReader({ begin: () => target, end: (_, __, body) => bodies.push(body) });
    const bytes = joined([messageHead(MessageKind.output, 100, () => undefined), new Uint8Array(100).fill(1)]);
    reader.push(bytes.subarray(0, 50));
    reader.abandon(target);
    target.fill(7);
    reader.push(bytes.subarray(50));
    expect(bodies).toEqual([null]);
    expect(target.every((value) => value === 7)).toBe(true);
    reader.push(bytes);
    expect(bodies[1]).toEqual(new Uint8Array(100).fill(1));
  });
});
