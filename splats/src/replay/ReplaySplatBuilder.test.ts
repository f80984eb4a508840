import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPly } from '../files/readPly.js';
import { writePly } from '../files/writePly.js';
import { renderReference } from '../reference/renderReference.js';
import type { ReplayFrame } from './ReplayFrame.js';
import { ReplaySplatBuilder, type ReplaySplats } from './ReplaySplatBuilder.js';
import { replayCamera } from './replayCamera.js';
import { cast, castCamera, psnr, recordedAs, SIZE, sampled } from './testing/castWorld.js';

/** The way: from left to right and a little forward, a ball crossing it. */
const FRAMES = 48;
const onTheWay = (frame: number) => castCamera(-1.5 + (3 * frame) / FRAMES, 0, -1 + frame / FRAMES, 0.8 * Math.sin(frame / 7));
const ballAt = (frame: number) => 3 - (6 * frame) / FRAMES;
const isHeld = (frame: number) => frame % 8 === 4;

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function buildWay(side: 1 | -1, sweeps = 4): Promise<ReplaySplats> {
  const builder = new ReplaySplatBuilder({ sweeps });
  for (let frame = 0; frame < FRAMES; frame++)
    if (!isHeld(frame)) builder.add(sampled(onTheWay(frame), cast(onTheWay(frame), ballAt(frame)), side));
  return builder.build();
}

describe('splats of a recording', () => {
  let built: ReplaySplats;
  const held = Array.from({ length: FRAMES }, (_, frame) => frame).filter(isHeld);
  beforeAll(async () => {
    built = await buildWay(1);
  });

  it('look from held-back places as the world without what moves, better than any picture that was used', () => {
    const ours: number[] = [];
    const nearest: number[] = [];
    const flat: number[] = [];
    for (const frame of held) {
      const still = cast(onTheWay(frame), null).rgb;
      const { colour, alpha } = renderReference(built.cloud, onTheWay(frame), { near: 0.05 });
      ours.push(psnr(colour, still));
      nearest.push(
        psnr(
          Float32Array.from(cast(onTheWay(frame - 1), ballAt(frame - 1)).rgb, (value) => value / 255),
          still,
        ),
      );
      const average = [0, 1, 2].map((c) => mean(Array.from(still.filter((_, at) => at % 3 === c))) / 255);
      flat.push(
        psnr(
          Float32Array.from(still, (_, at) => average[at % 3]),
          still,
        ),
      );
      expect(mean(Array.from(alpha))).toBeGreaterThan(0.97);
    }
    expect(mean(ours)).toBeGreaterThan(mean(nearest) + 3);
    expect(mean(ours)).toBeGreaterThan(mean(flat) + 6);
    expect(mean(ours)).toBeGreaterThan(21);
  });

  it('show from beside the way what is there', () => {
    const camera = castCamera(0, -0.6, -0.5, 0.3);
    expect(psnr(renderReference(built.cloud, camera).colour, cast(camera, null).rgb)).toBeGreaterThan(17);
  });

  it('leave out what moved: nothing is red, and no depth is of the ball', () => {
    for (const frame of held) {
      const camera = onTheWay(frame);
      const still = cast(camera, null);
      const { colour, depth } = renderReference(built.cloud, camera);
      let red = 0;
      let near = 0;
      for (let at = 0; at < depth.length; at++) {
        if (colour[3 * at] > 0.8 && colour[3 * at + 1] < 0.35) red++;
        if (still.depth[at] > 0 && depth[at] < 0.8 * still.depth[at]) near++;
      }
      expect(red).toBeLessThan(4);
      expect(near).toBeLessThan(0.01 * depth.length);
    }
  });

  it('put depth where it was measured, and the sky far behind', () => {
    const camera = onTheWay(20);
    const truth = cast(camera, null).depth;
    const { depth } = renderReference(built.cloud, camera);
    const off = Array.from(depth, (z, at) => (truth[at] > 0 ? Math.abs(z / truth[at] - 1) : 0)).sort((a, b) => a - b);
    expect(off[Math.floor(0.8 * off.length)]).toBeLessThan(0.05);
    expect(built.sky).toBeGreaterThan(0);
    const sky = Array.from(depth).filter((_, at) => truth[at] === 0);
    expect(sky.filter((z) => z > 100).length).toBeGreaterThan(0.7 * sky.length);
  });

  it('are the same for the same frames, and survive a file', async () => {
    const again = await buildWay(1);
    expect(again.cloud.positions).toEqual(built.cloud.positions);
    expect(again.cloud.harmonics).toEqual(built.cloud.harmonics);
    expect((await readPly(writePly(built.cloud))).count).toBe(built.cloud.count);
  });

  it('of a right-handed game lie turned by half a turn, not mirrored', async () => {
    const [{ cloud }, left] = [await buildWay(-1, 0), await buildWay(1, 0)];
    const camera = onTheWay(20);
    // World (x, y, z) of the picture is (x, y, −z) of a right-handed game's splats: seen by the camera that `replayCamera` makes of the recorded one.
    expect(replayCamera(recordedAs(camera, -1), SIZE.width, SIZE.height)?.view).toEqual(camera.view);
    expect(cloud.positions).toEqual(left.cloud.positions);
  });

  it('have better colours for being corrected', async () => {
    const raw = await buildWay(1, 0);
    const of = ({ cloud }: ReplaySplats) =>
      mean(held.map((frame) => psnr(renderReference(cloud, onTheWay(frame)).colour, cast(onTheWay(frame), null).rgb)));
    expect(of(built)).toBeGreaterThan(of(raw) + 0.5);
  });
});

describe('a builder of splats', () => {
  const plain = sampled(castCamera(0), cast(castCamera(0), null));

  it('is bounded: fewer splats where fewer are allowed, and frames without end', async () => {
    const builder = new ReplaySplatBuilder({ mostSplats: 500, sweeps: 1 });
    const one = { ...plain, count: 400 };
    for (let frame = 0; frame < 3000; frame++) builder.add(one);
    builder.add(plain);
    const { cloud, frames } = await builder.build();
    expect(frames).toBe(3001);
    expect(cloud.count).toBeLessThanOrEqual(500);
  });

  it('tells how far it is, up to the end, and stops where it is told to', async () => {
    const told: number[] = [];
    const builder = new ReplaySplatBuilder({ sweeps: 2, onProgress: (progress) => void told.push(progress) });
    builder.add(plain);
    await builder.build();
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
    const stopped = new ReplaySplatBuilder({
      onProgress: () => {
        throw new Error('enough');
      },
    });
    stopped.add(plain);
    await expect(stopped.build()).rejects.toThrow('enough');
  });

  it.each([
    ['no frames', []],
    ['frames of no camera', [{ ...plain, camera: { ...plain.camera, view: new Array<number>(16).fill(0) } }]],
    ['frames without depth', [{ ...plain, depth: null }]],
    ['depths that are no numbers', [{ ...plain, depth: new Float32Array(plain.count).fill(Number.NaN) }]],
  ])('refuses %s', async (_, frames) => {
    const builder = new ReplaySplatBuilder();
    for (const frame of frames) builder.add(frame);
    await expect(builder.build()).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it.each([
    ['more samples than arrays hold', { ...plain, count: plain.count + 1 }, 'ARGUMENT_INVALID'],
    ['more samples than pixels', { ...plain, count: 1e9 }, 'LIMIT_EXCEEDED'],
    ['pictures without pixels', { ...plain, width: 0 }, 'ARGUMENT_INVALID'],
    ['pictures too large', { ...plain, width: 4096, height: 4096 }, 'LIMIT_EXCEEDED'],
    ['counts that are none', { ...plain, count: Number.NaN }, 'ARGUMENT_INVALID'],
  ])('refuses %s at once', (_, frame, code) => {
    expect(() => new ReplaySplatBuilder().add(frame)).toThrow(expect.objectContaining({ code }));
  });

  it.each([{ mostSplats: 1 }, { mostSplats: 1e9 }, { sweeps: -1 }, { sweeps: 0.5 }])('refuses %j', (options) => {
    expect(() => new ReplaySplatBuilder(options)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
  });

  it('takes any numbers: what it builds is finite, or there is a typed error', async () => {
    const number = fc.oneof(
      fc.double({ min: -10, max: 10 }),
      fc.constantFrom(0, 1, -1, 1e30, -1e30, 1e-30, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    );
    const matrix = fc.oneof(
      fc.array(number, { minLength: 0, maxLength: 16 }),
      fc.constantFrom(plain.camera.view, recordedAs(castCamera(1), -1).view),
    );
    const projection = fc.oneof(fc.array(number, { minLength: 16, maxLength: 16 }), fc.constantFrom(plain.camera.projection));
    const sample = fc.record({ u: number, v: number, r: number, depth: fc.oneof(number, fc.double({ min: 0.01, max: 1e6 })) });
    const frame = fc.record({ view: matrix, projection, x: number, samples: fc.array(sample, { maxLength: 60 }) }).map(
      ({ view, projection: projected, x, samples }): ReplayFrame => ({
        ...{ width: 12, height: 9, count: samples.length },
        camera: { ...plain.camera, view, projection: projected, x },
        u: samples.map(({ u }) => Math.abs(u)),
        v: samples.map(({ v }) => Math.abs(v)),
        rgb: samples.flatMap(({ r }) => [r, r, r]),
        depth: samples.map(({ depth }) => depth),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 5 }), async (frames) => {
        const builder = new ReplaySplatBuilder({ sweeps: 1, mostSplats: 1000 });
        for (const each of frames) builder.add(each);
        const result = await builder.build().catch((error: unknown) => error as { code: string });
        if ('code' in result) expect(result.code).toBe('UNSUPPORTED');
        else {
          const { positions, scales, rotations, opacities, harmonics } = result.cloud;
          for (const values of [positions, scales, rotations, opacities, harmonics])
            expect(values.every(Number.isFinite)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});
