import type { CaptureGrid } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { BatchQueue } from './BatchQueue.js';
import { newAsker, PendingFrame } from './PendingFrame.js';

const SMALL: CaptureGrid = { width: 16, height: 8 };
const LARGE: CaptureGrid = { width: 16, height: 24 };

/** A frame of a room that was last served at `servedAt`. */
function frameOf(servedAt: number, grid = SMALL, since = 0, lateAfterMs = 60_000): PendingFrame {
  const asker = newAsker(lateAfterMs);
  asker.servedAt = servedAt;
  return new PendingFrame(asker, grid, new Uint8Array(0), since, null, () => undefined);
}

/** A queue of these frames, whose batches have two. */
function queueOf(...frames: PendingFrame[]): BatchQueue {
  const queue = new BatchQueue(() => 2);
  for (const frame of frames) queue.add(frame);
  return queue;
}

describe('a frame for which there is no room', () => {
  it('takes the places of those that were served last, as many as its size needs', () => {
    const [first, second, third, fourth] = [5, 8, 6, 7].map((at) => frameOf(at));
    const queue = queueOf(first, second, third, fourth);
    const large = frameOf(1, LARGE);
    expect(queue.displace(large)).toEqual([second, fourth, third]);
    expect(queue.clear()).toEqual([first, large]);
  });

  it('takes the place of one that is larger', () => {
    const [early, late, newcomer] = [frameOf(1, LARGE), frameOf(3, LARGE), frameOf(2)];
    const queue = queueOf(early, late);
    expect(queue.displace(newcomer)).toEqual([late]);
    expect(queue.clear()).toEqual([early, newcomer]);
  });

  it('takes all places where it is larger than all that wait, which were served after it', () => {
    const frames = [frameOf(3), frameOf(4)];
    const queue = queueOf(...frames);
    const large = frameOf(2, LARGE);
    expect(queue.displace(large)).toEqual([...frames].reverse());
    expect(queue.clear()).toEqual([large]);
    expect(queueOf().displace(large)).toEqual([]);
  });

  it('takes no place of one that was served before it, nor of one that rather waits, nor any where they do not suffice', () => {
    const patient = frameOf(9, LARGE, 0, Number.POSITIVE_INFINITY);
    const frames = [frameOf(4), patient, frameOf(6), frameOf(7)];
    const queue = queueOf(...frames);
    expect(queue.displace(frameOf(8))).toEqual([]);
    expect(queue.displace(frameOf(5, LARGE))).toEqual([]);
    expect(queue.clear()).toEqual(frames);
  });
});

describe('batches', () => {
  it('go in the order of their oldest frames: a full one does not overtake a lone one of another size', () => {
    const [lone, ...others] = [frameOf(0, LARGE, 1), ...[2, 3, 4, 5].map((since) => frameOf(0, SMALL, since))];
    const queue = queueOf(lone, ...others);
    const taken = [0, 1, 2].map(() => queue.take(Number.NEGATIVE_INFINITY)?.frames);
    expect(taken).toEqual([[lone], others.slice(0, 2), others.slice(2)]);
  });

  it('wait for more where none is full, until they are old enough', () => {
    const [small, large] = [frameOf(0, SMALL, 1), frameOf(0, LARGE, 2)];
    const queue = queueOf(small, large);
    expect(queue.take(0)).toBeNull();
    expect(queue.take(1)?.frames).toEqual([small]);
    expect(queue.take(1)).toBeNull();
    queue.add(frameOf(0, LARGE, 3));
    expect(queue.full).toBe(true);
    expect(queue.take(Number.NEGATIVE_INFINITY)?.frames).toHaveLength(2);
    expect(queue.length).toBe(0);
  });
});
