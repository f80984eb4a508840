import type { RecordingIndex, RecordingRecord } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { GapWatch } from './GapWatch.js';

/** The head of a pixel packet of four frames; `reset`: it starts the stream afresh. */
function packet(sequence: number, firstFrame: number, reset = false): RecordingRecord {
  const bytes = Uint8Array.of(3, (3 << 4) | (reset ? 1 : 0), firstFrame, 0, 0, 0);
  return { kind: 'pixels', sequence, time: 33 * firstFrame, firstFrame, lastFrame: firstFrame + 3, bytes };
}

const watch = (missing: number) => new GapWatch({ index: { missing } as RecordingIndex });

describe('GapWatch', () => {
  it('passes packets that follow each other, also over numbers of records that nobody gave', () => {
    const gaps = watch(1);
    for (const [sequence, frame] of [
      [0, 0],
      [2, 4],
      [3, 8],
    ])
      gaps.pass(packet(sequence, frame));
  });

  it('passes frames that a client left out, where all records are there', () => {
    const gaps = watch(0);
    gaps.pass(packet(0, 0));
    gaps.pass(packet(2, 12));
  });

  it('throws where packets are missing, also with an event between, and not where the stream starts afresh', () => {
    const gaps = watch(3);
    gaps.pass(packet(0, 0));
    gaps.pass({ ...packet(4, 0), kind: 'event', firstFrame: null, lastFrame: null });
    expect(() => gaps.pass(packet(5, 12))).toThrow(expect.objectContaining({ code: 'CHECKSUM_MISMATCH' }));
    gaps.goTo(0, 3);
    gaps.pass(packet(5, 12, true));
    gaps.goTo(4, 11);
    gaps.pass(packet(5, 12));
  });
});
