import { SgapsError } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamState } from './StreamState.js';
import { StreamStates, usualBytes } from './StreamStates.js';

/** Bytes of a state of 2 Gaussians. */
const STATE = 56;

/** Each step adds the frame's number, in a way that depends on the order. */
async function step(frame: number, { positions, turns }: StreamState): Promise<void> {
  for (let at = 0; at < positions.length; at++) positions[at] = (3 * positions[at] + frame) % 1009;
  turns[1] = frame;
}

const make = (bytes: number, how = step) => new StreamStates(new Float32Array(6).fill(1), { step: how, bytes });
const read = async (states: StreamStates, frame: number) => {
  const { positions, turns } = await states.at(frame);
  return [...positions, ...turns];
};

describe('StreamStates', () => {
  it('take one step for the next frame and none for the same', async () => {
    const states = make(0);
    for (let frame = 0; frame < 20; frame++) {
      await states.at(frame);
      await states.at(frame);
      expect(states.applied).toBe(frame);
    }
    expect(states.count).toBe(0);
  });

  it('give each frame as it is when played through, in whatever order they are asked for, and keep no more than they may', async () => {
    const played: number[][] = [];
    const through = make(0);
    for (let frame = 0; frame < 64; frame++) played.push(await read(through, frame));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 20 }), fc.array(fc.nat(63), { maxLength: 40 }), async (room, frames) => {
        const states = make(room * STATE);
        for (const frame of frames) {
          expect(await read(states, frame)).toEqual(played[frame]);
          expect(states.count).toBeLessThanOrEqual(room);
        }
      }),
    );
  });

  it('go anywhere in fewer steps than the distance of what is kept evenly, which doubles as there are more', async () => {
    const states = make(20 * STATE);
    await states.at(14);
    expect([states.spacing, states.count]).toEqual([4, 13]);
    await states.at(600);
    expect([states.spacing, states.count]).toEqual([128, 19]);
    for (const frame of [599, 64, 130, 577, 63, 320, 1]) {
      const before = states.applied;
      await states.at(frame);
      expect(states.applied - before).toBeLessThan(128);
    }
    const before = states.applied;
    await states.at(0);
    expect(states.applied).toBe(before);
  });

  it('go on over what is kept without a step, as when a short stream is played again', async () => {
    const states = make(40 * STATE);
    for (const frame of [...Array(20).keys(), ...Array(20).keys()]) await states.at(frame);
    expect(states.applied).toBe(19);
  });

  it.each([
    // As many as 128 MiB hold of a million Gaussians, as are kept of so many, and of 100,000.
    [4, 13, 9],
    [16, 5, 3],
    [47, 2.5, 2],
  ])('of %i that are kept go back in few steps, %f and %f a frame of 900', async (room, afterSeek, afterPlaying) => {
    const sought = make(room * STATE);
    await sought.at(899);
    for (let frame = 898; frame >= 0; frame--) await sought.at(frame);
    expect((sought.applied - 899) / 899).toBeLessThan(afterSeek);
    const played = make(room * STATE);
    for (let frame = 0; frame < 900; frame++) await played.at(frame);
    for (let frame = 898; frame >= 799; frame--) await played.at(frame);
    expect((played.applied - 899) / 100).toBeLessThan(afterPlaying);
  });

  it('are allowed 128 MiB, of large clouds 16 states, and 512 MiB at most', () => {
    const mebibytes = [1000, 100_000, 500_000, 1_000_000, 16_000_000].map((count) => Math.round(usualBytes(count) / 2 ** 20));
    expect(mebibytes).toEqual([128, 128, 214, 427, 512]);
  });

  it('stop between two steps where nobody waits any more, and go on from there', async () => {
    const states = make(0);
    await expect(states.at(40, () => states.applied === 25)).rejects.toMatchObject({ code: 'CLOSED' });
    expect(states.applied).toBe(25);
    const through = make(0);
    expect(await read(states, 30)).toEqual(await read(through, 30));
    expect(states.applied).toBe(30);
    // What needs no step is given all the same.
    expect([...(await states.at(30, () => true)).positions]).toEqual((await read(through, 30)).slice(0, 6));
  });

  it('stay where they were when a step fails, before it and after it', async () => {
    const broken = new SgapsError('CHECKSUM_MISMATCH', 'Frame 7.');
    let whole = false;
    const states = make(10 * STATE, (frame, state) => (frame === 7 && !whole ? Promise.reject(broken) : step(frame, state)));
    await expect(states.at(9)).rejects.toBe(broken);
    await expect(states.at(8)).rejects.toBe(broken);
    const through = make(0);
    expect(await read(states, 6)).toEqual(await read(through, 6));
    expect(await read(states, 2)).toEqual(await read(make(0), 2));
    whole = true;
    expect(await read(states, 9)).toEqual(await read(through, 9));
  });
});
