import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { splatColour } from '../reference/harmonics.js';
import { SplatStream } from '../stream/SplatStream.js';
import { turned } from '../stream/testing/movePlainly.js';
import { makeScatter } from './makeScatter.js';
import { makeStream } from './makeStream.js';
import { placePoint, streamPose } from './streamPose.js';

const root = mkdtempSync(join(tmpdir(), 'sgaps-made-stream-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('makeStream', () => {
  it('moves and turns a room as it says, frame by frame, and adds what it says', async () => {
    const folder = join(root, 'room');
    const manifest = await makeStream(folder, { gaussians: 200, frames: 12, added: 7, degree: 2, fps: 20 });
    expect(manifest).toMatchObject({ fps: 20, frames: 12, degree: 2 });
    expect(readdirSync(join(folder, 'frames'))).toHaveLength(11 + 6);
    const base = makeScatter(200, 1, 2);
    const stream = await SplatStream.open(folder);
    const [before, after] = [
      { red: 0, green: 0, blue: 0 },
      { red: 0, green: 0, blue: 0 },
    ];
    for (let frame = 0; frame < 12; frame++) {
      const cloud = await stream.frame(frame);
      expect(cloud.count).toBe(frame % 2 === 1 ? 207 : 200);
      const pose = streamPose(frame);
      for (let splat = 0; splat < 200; splat++) {
        const place = placePoint(pose, base.positions, 3 * splat);
        // Half floats say each step to 0.02 %.
        for (let axis = 0; axis < 3; axis++) expect(Math.abs(cloud.positions[3 * splat + axis] - place[axis])).toBeLessThan(2e-3);
        splatColour(base, splat, 0.3, -0.2, 1, before);
        const [x, y, z] = turned([Math.cos(pose.turn / 2), 0, Math.sin(pose.turn / 2), 0], [0.3, -0.2, 1]);
        splatColour(cloud, splat, x, y, z, after);
        for (const channel of ['red', 'green', 'blue'] as const) expect(after[channel]).toBeCloseTo(before[channel], 2);
      }
    }
    expect(Math.abs(streamPose(11).turn)).toBeGreaterThan(0.3);
  });

  it('does without a hidden layer, and not without room for the motion', async () => {
    const grid = { levels: 1, features: 4, log2Table: 10, base: 2, growth: 1, hidden: 0, width: 1 };
    await makeStream(join(root, 'plain'), { gaussians: 1, frames: 2, grid });
    const stream = await SplatStream.open(join(root, 'plain'));
    const [x] = placePoint(streamPose(1), makeScatter(1, 1, 1).positions, 0);
    expect((await stream.frame(1)).positions[0]).toBeCloseTo(x, 3);
    for (const change of [{ features: 3 }, { log2Table: 3 }, { hidden: 1, width: 7 }])
      await expect(makeStream(join(root, 'no'), { gaussians: 1, frames: 2, grid: { ...grid, ...change } })).rejects.toMatchObject(
        {
          code: 'ARGUMENT_INVALID',
        },
      );
    await expect(makeStream(join(root, 'no'), { gaussians: 1, frames: 0 })).rejects.toMatchObject({ code: 'BYTES_MALFORMED' });
  });
});
