import { LIMITS } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { FrameStateBuffer } from './FrameStateBuffer.js';
import { ObjectTracker } from './ObjectTracker.js';

/** `x(id)` and `side(id)` of objects 0 … count − 1, in draw order. */
function frame(
  tracker: ObjectTracker,
  buffer: FrameStateBuffer,
  count: number,
  x: (id: number) => number,
  side = (_: number) => 8,
): number[] {
  buffer.clear();
  tracker.begin(buffer);
  for (let id = 0; id < count; id++) {
    const object = tracker.add();
    if (object)
      Object.assign(object, { id, texture: 't', frame: '', x: x(id), y: 0, width: side(id), height: side(id), rotation: 0 });
  }
  tracker.end();
  return buffer.objects.map((object) => object.id);
}

describe('ObjectTracker', () => {
  it('reports everything, in draw order, while it fits', () => {
    const tracker = new ObjectTracker(10);
    const buffer = new FrameStateBuffer();
    expect(frame(tracker, buffer, 10, (id) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(buffer.objects[3].x).toBe(3);
  });

  it('prefers what moved lately, then what is large, and keeps draw order', () => {
    const tracker = new ObjectTracker(4);
    const buffer = new FrameStateBuffer();
    const moving = (t: number) => (id: number) => (id === 7 || id === 2 ? id + t : id);
    const side = (id: number) => (id === 5 ? 100 : id === 9 ? 50 : 8);
    frame(tracker, buffer, 12, moving(0), side);
    expect(frame(tracker, buffer, 12, moving(1), side)).toEqual([2, 5, 7, 9]);
    expect(buffer.objects.map((object) => object.x)).toEqual([3, 5, 8, 9]);
    for (let t = 0; t < 59; t++) expect(frame(tracker, buffer, 12, moving(1), side)).toEqual([2, 5, 7, 9]);
    expect(frame(tracker, buffer, 12, moving(1), side)).toEqual([0, 1, 5, 9]);
  });

  it('never reports more than the protocol allows, nor looks at objects without end', () => {
    const tracker = new ObjectTracker(1e9);
    const buffer = new FrameStateBuffer();
    expect(frame(tracker, buffer, 10_000, (id) => id)).toHaveLength(LIMITS.objects);
  });

  it('reuses its objects and never gives one out twice in a frame', () => {
    const tracker = new ObjectTracker(3);
    const buffer = new FrameStateBuffer();
    frame(tracker, buffer, 6, (id) => id);
    const before = new Set(buffer.objects);
    frame(tracker, buffer, 6, (id) => -id);
    frame(tracker, buffer, 6, (id) => id);
    expect(new Set(buffer.objects).size).toBe(3);
    expect(frame(tracker, buffer, 3, (id) => id)).toEqual([0, 1, 2]);
    expect(before.size).toBe(3);
  });
});
