import { expect, it } from 'vitest';
import { BytePieces } from './BytePieces.js';

const packet = (value: number, length = 50_000) => new Uint8Array(length).fill(value);

it('keeps what is held as it was, however much comes and goes', () => {
  const pieces = new BytePieces();
  const held: { value: number; copy: ReturnType<BytePieces['copy']> }[] = [];
  for (let value = 0; value < 200; value++) {
    held.push({ value, copy: pieces.copy(packet(value)) });
    if (held.length <= 7) continue;
    const [oldest] = held.splice(value % 3, 1);
    pieces.release(oldest.copy.piece);
    for (const { value: told, copy } of held) expect(copy.bytes.every((byte) => byte === told)).toBe(true);
  }
});

it('uses memory again that nobody holds', () => {
  const pieces = new BytePieces();
  const memories = new Set<Uint8Array>();
  for (let i = 0; i < 100; i++) {
    const { piece } = pieces.copy(packet(i));
    memories.add(piece.memory);
    pieces.release(piece);
  }
  expect(memories.size).toBeLessThan(3);
});

it('takes packets larger than a piece, and does not share a source', () => {
  const source = packet(1, 300_000);
  const { bytes } = new BytePieces().copy(source);
  source.fill(2);
  expect(bytes).toEqual(packet(1, 300_000));
});
