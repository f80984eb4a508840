import { type FrameDigest, SampleKind, type SampleRequest } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LightPlanner } from './LightPlanner.js';

const grid = { width: 320, height: 180 };

/** What changed in a block of the screen: a class 0 … 7. */
type World = (frame: number, u: number, v: number) => number;

/** Plays a world to a planner, requests two frames ahead; gives what was asked of each frame. */
function play(
  world: World,
  frames: number,
  scroll: (frame: number) => number = () => 0,
  planner = new LightPlanner({ grid }),
  cost = 4,
) {
  const asked: SampleRequest[] = [planner.plan(0), planner.plan(1)];
  for (let frameId = 0; frameId < frames; frameId++) {
    const { explicit } = asked[frameId];
    const changes = Uint8Array.from({ length: explicit.count }, (_, i) => world(frameId, explicit.u[i], explicit.v[i]));
    const digest: FrameDigest = {
      frameId,
      clientTime: 33 * frameId,
      requestId: frameId,
      scrollX: scroll(frameId),
      scrollY: 0,
      changes,
    };
    planner.take(digest);
    planner.feedback(cost * changes.filter((change) => change > 0).length + 60, 100, 64 * explicit.count, frameId);
    asked.push(planner.plan(frameId + 2));
  }
  return asked;
}

const keysOf = ({ explicit }: SampleRequest) =>
  Array.from({ length: explicit.count }, (_, i) => explicit.v[i] * grid.width + explicit.u[i]);

describe('LightPlanner', () => {
  it('looks at everything within its first frames, and again at least once a second', () => {
    const asked = play((frame) => (frame < 6 ? 5 : 0), 90);
    const seen = new Map<number, number>();
    let longest = 0;
    asked.forEach((request, frame) => {
      for (const key of keysOf(request)) {
        longest = Math.max(longest, frame - (seen.get(key) ?? 0));
        seen.set(key, frame);
      }
      if (frame === 5) expect(seen.size).toBe(40 * 23);
    });
    expect(longest).toBeLessThanOrEqual(31);
  });

  it('looks where it changes: every frame at what moves, more often beside it than elsewhere', () => {
    const moves = (u: number, v: number) => u >= 80 && u < 112 && v >= 80 && v < 104;
    const asked = play((_, u, v) => (moves(u, v) ? 6 : 0), 90).slice(40);
    const rate = (at: (u: number, v: number) => boolean, blocks: number) =>
      asked.flatMap(keysOf).filter((key) => at(key % 320, Math.floor(key / 320))).length / asked.length / blocks;
    expect(rate(moves, 12)).toBeGreaterThan(0.95);
    const beside = (u: number, v: number) => u >= 72 && u < 120 && v >= 72 && v < 112 && !moves(u, v);
    expect(rate(beside, 18)).toBeGreaterThan(1.5 * rate((u, v) => !moves(u, v) && !beside(u, v), 40 * 23 - 30));
  });

  it('asks for what scrolls in, on the grid of the world', () => {
    const asked = play(
      (frame) => (frame < 6 ? 5 : 0),
      60,
      (frame) => 3 * frame,
    );
    for (let frame = 20; frame < 60; frame++) {
      const { explicit } = asked[frame];
      const edge = Array.from(explicit.u.subarray(0, explicit.count)).filter((u) => u >= 312);
      expect(edge.length).toBeGreaterThan(8);
      for (let i = 0; i < explicit.count; i++) if (explicit.u[i] > 0) expect((explicit.u[i] + 3 * frame) % 8).toBe(0);
    }
  });

  it('keeps to the blocks and bytes it may ask for, and asks less of a client without time', () => {
    const planner = new LightPlanner({ grid, samples: 6400, bytesUp: 500, bytesDown: 100 });
    planner.share = 0.5;
    const asked = play(
      () => 7,
      40,
      () => 0,
      planner,
      40,
    );
    for (const { explicit } of asked) expect(explicit.count).toBeLessThanOrEqual(50);
    // As many as it may, others in each turn, within the bytes.
    expect(new Set(asked.slice(2).flatMap(keysOf)).size).toBe(40 * 23);
    for (const { explicit } of asked) expect(explicit.budget).toBeLessThanOrEqual(700);
  });

  it('asks for every block in turn, however few it may ask for', () => {
    for (const samples of [1920, 3840, 7680, 8064, 11_520]) {
      const asked = play(
        () => 0,
        160,
        () => 0,
        new LightPlanner({ grid, samples }),
      );
      expect(new Set(asked.slice(20).flatMap(keysOf)).size).toBe(40 * 23);
      // Once there was no time for whole pictures, memory draws for some seconds.
      const kept = asked.map(({ explicit }) => explicit.keeps);
      expect(kept.filter((keeps, i) => i > 0 && keeps !== kept[i - 1]).length).toBeLessThanOrEqual(4);
    }
    expect(new LightPlanner({ grid: { width: 640, height: 360 }, samples: 1e6 }).plan(0).explicit.count).toBeLessThanOrEqual(
      1024,
    );
  });

  it('asks again for what a frame did not bring, and learns from requests of others', () => {
    const planner = new LightPlanner({ grid });
    planner.plan(0);
    planner.take({ frameId: 0, clientTime: 0, requestId: null, scrollX: 0, scrollY: 0, changes: new Uint8Array(0) });
    const again = planner.plan(1);
    expect(again.explicit.count).toBeGreaterThan(100);
    const other = play(() => 0, 1)[0];
    planner.note({ ...other, frameId: 9 });
    expect(planner.asked(9)).toBe(other.explicit);
    expect(planner.asked(8)).toBeUndefined();
  });

  it('asks for blocks of the grid, in raster order, whatever digests say', () => {
    const digest = fc.record({
      x: fc.integer({ min: -(1 << 24), max: 1 << 24 }),
      y: fc.integer({ min: -(1 << 24), max: 1 << 24 }),
      changes: fc.uint8Array({ maxLength: 260, max: 7 }),
      answered: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(digest, { minLength: 1, maxLength: 6 }), (digests) => {
        const planner = new LightPlanner({ grid: { width: 64, height: 36 } });
        planner.plan(0);
        digests.forEach(({ x, y, changes, answered }, frameId) => {
          planner.take({ frameId, clientTime: 0, requestId: answered ? frameId : null, scrollX: x, scrollY: y, changes });
          const { explicit } = planner.plan(frameId + 1);
          let last = -1;
          for (let i = 0; i < explicit.count; i++) {
            const key = explicit.v[i] * 64 + explicit.u[i];
            expect(explicit.u[i] < 64 && explicit.v[i] < 36 && explicit.kind[i] === SampleKind.block0).toBe(true);
            expect(key).toBeGreaterThan(last);
            last = key;
          }
        });
      }),
      { numRuns: 60 },
    );
  });
});
