import { levelOf, SampleKind, Tier } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { type LoopStep, PlannerLoop, type TestWorld } from '../testing/PlannerLoop.js';
import { createTexture, GRID, paintView, region, scrollingWorld, view } from '../testing/worlds.js';

const dungeon = createTexture(3);
const castle = createTexture(9);
const BUDGET = 2048 + 512;
const SECOND = 30;

/** A client with no time for whole pictures: memory draws what is not looked at. */
const limited = { samples: 16_128 };

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function play(world: TestWorld, frames: number, options?: ConstructorParameters<typeof PlannerLoop>[1]) {
  const loop = new PlannerLoop(world, options);
  const psnr: number[] = [];
  const bytes: number[] = [];
  const requests: LoopStep['request'][] = [];
  for (let t = 0; t < frames; t++) {
    const step = loop.step();
    psnr.push(step.psnr);
    bytes.push(step.bytes);
    requests.push(step.request);
  }
  return { psnr, bytes, requests };
}

const kindsOf = ({ explicit }: LoopStep['request']) => [...explicit.kind.subarray(0, explicit.count)];

// Minutes of play in all, on machines that do other things beside.
describe('the loop of planner and decoder', { timeout: 120_000 }, () => {
  it.each([
    ['while the camera stands still', 0],
    ['while the world scrolls behind it', 3],
  ])('sees one pixel of the HUD change and shows it within a second, %s (S11)', (_, speed) => {
    const [u, v] = [300, 11];
    const changeAt = 60;
    const hud = (frame: number, rgb: Uint8Array) => {
      for (let y = 4; y < 20; y++) rgb.fill(30, 3 * (y * GRID.width + 240), 3 * (y * GRID.width + 316));
      if (frame >= changeAt) rgb.set([255, 240, 90], 3 * (v * GRID.width + u));
    };
    const loop = new PlannerLoop(scrollingWorld(dungeon, (t) => [speed * t, 0], hud));
    let askedAt = Number.POSITIVE_INFINITY;
    let shownAt = Number.POSITIVE_INFINITY;
    for (let t = 0; t < changeAt + SECOND; t++) {
      const { samples, decoded } = loop.step();
      if (t < changeAt) continue;
      for (let i = 0; i < samples.count; i++)
        if (samples.u[i] === u && samples.v[i] === v && levelOf(samples.kind[i]) === 0) askedAt = Math.min(askedAt, t);
      const at = 3 * (v * GRID.width + u);
      if (decoded.rgb[at] > 200 && decoded.rgb[at + 1] > 190 && decoded.rgb[at + 2] < 150) shownAt = Math.min(shownAt, t);
    }
    expect(askedAt).toBeLessThan(changeAt + SECOND);
    expect(shownAt).toBeLessThan(changeAt + SECOND);
  });

  it('keeps its bytes: no second takes more than the budget, and what there is to learn is paid for', () => {
    // Runs, turns round, runs on in another place: content comes in all the time.
    const path = (t: number) => [t < 60 ? 4 * t : t < 120 ? 500 + 3 * t : 900 - 5 * t, Math.round(20 * Math.sin(t / 9))] as const;
    const hud = (frame: number, rgb: Uint8Array) => {
      // Sparks, which nothing foretells.
      for (let i = 0; i < 60; i++) {
        const at = (Math.imul(i * 977 + frame * 7919, 2654435761) >>> 0) % (GRID.width * GRID.height - 4);
        rgb.fill((i * 37) & 255, 3 * at, 3 * at + 12);
      }
    };
    const { bytes } = play(scrollingWorld(dungeon, path, hud), 180);
    let worst = 0;
    for (let t = 0; t + SECOND <= bytes.length; t++) worst = Math.max(worst, mean(bytes.slice(t, t + SECOND)) / BUDGET);
    // 2 % is what the issue asks for; 1.003 was measured.
    expect(worst).toBeLessThan(1.02);
    expect(mean(bytes) / BUDGET).toBeGreaterThan(0.85);
  });

  it('shows a textured picture within ten frames of the first (cold start)', () => {
    const { psnr, requests } = play(scrollingWorld(dungeon), 10, limited);
    expect(kindsOf(requests[0]).every((kind) => kind === SampleKind.block1 || kind === SampleKind.block2)).toBe(true);
    expect(Math.max(...psnr)).toBeGreaterThan(24);
    expect(psnr[9]).toBeGreaterThan(26);
  });

  it('spends no more than a wanted quality needs, here far less than the budget', () => {
    // A calm scene: a camera that drifts. The budget would pay for every grain of what comes in.
    const run = (quality?: number) =>
      play(
        scrollingWorld(dungeon, (t) => [2 * t, 0]),
        110,
        { quality },
      );
    const all = run();
    const some = run(34);
    expect(mean(some.bytes.slice(60))).toBeLessThan(0.5 * mean(all.bytes.slice(60)));
    expect(Math.abs(mean(some.psnr.slice(60)) - 34)).toBeLessThan(1.5);
    expect(() => run(12)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
  });

  it('answers a cut by coarse looks within two frames, and knows the old scene again at once', () => {
    const [cut, back] = [70, 130];
    const inside = (t: number) => t >= cut && t < back;
    const world: TestWorld = {
      grid: GRID,
      state: () => view(0, 0),
      paint: (t, rgb) => paintView(inside(t) ? castle : dungeon, inside(t) ? 300 : 0, 0, rgb),
    };
    const { psnr, requests } = play(world, back + 5, limited);
    const coarse = (t: number) => kindsOf(requests[t]).filter((kind) => kind !== SampleKind.block0).length;
    expect(coarse(cut + 2) + coarse(cut + 3)).toBeGreaterThan(100);
    expect(psnr[cut + 2]).toBeGreaterThan(24);
    expect(psnr[cut + 5]).toBeGreaterThan(24);
    // The first frame of the way back tells; the one after the latency is whole, nearly.
    expect(psnr[back + 2]).toBeGreaterThan(28);
  });

  it('shows what the game calls critical finer than the rest, and what it calls optional coarser', () => {
    const tagged = [region(1, Tier.critical + 1, 40, 40, 64, 48), region(2, Tier.optional + 1, 200, 40, 64, 48)];
    // The same picture everywhere, and it changes all the time.
    const paint = (t: number, rgb: Uint8Array) => {
      for (let v = 0, at = 0; v < GRID.height; v++)
        for (let u = 0; u < GRID.width; u++, at += 3) {
          const light = 128 + 60 * Math.sin((u % 16) / 2.5 + t) * Math.cos((v % 16) / 2.1 + t / 3);
          rgb.fill(light, at, at + 3);
        }
    };
    const loop = new PlannerLoop({ grid: GRID, paint, state: () => view(0, 0, tagged) });
    const squared = { critical: 0, none: 0, optional: 0 };
    const asked = { critical: 0, none: 0, optional: 0 };
    const places = { critical: 40, none: 120, optional: 200 };
    for (let t = 0; t < 60; t++) {
      const { decoded, truth, request } = loop.step();
      if (t < 20) continue;
      for (const [name, left] of Object.entries(places) as [keyof typeof places, number][]) {
        for (let v = 40; v < 88; v++)
          for (let at = 3 * (v * GRID.width + left); at < 3 * (v * GRID.width + left + 64); at++)
            squared[name] += (truth[at] - decoded.rgb[at]) ** 2;
        const { u, v, kind, count } = request.explicit;
        for (let i = 0; i < count; i++)
          if (kind[i] === SampleKind.block0 && u[i] >= left && u[i] < left + 64 && v[i] >= 40 && v[i] < 88) asked[name]++;
      }
    }
    // All of it changes, so all of it is asked for; the bits go by tier.
    expect(asked.critical).toBeGreaterThanOrEqual(asked.none);
    expect(asked.optional).toBeLessThanOrEqual(asked.none);
    expect(squared.critical).toBeLessThan(0.5 * squared.none);
    expect(squared.optional).toBeGreaterThan(squared.none);
  });

  it('heeds tags at a fixed rate of single pixels, too', () => {
    const tagged = [region(1, Tier.critical + 1, 40, 40, 64, 48), region(2, Tier.optional + 1, 200, 40, 64, 48)];
    const paint = (t: number, rgb: Uint8Array) => {
      for (let at = 0; at < rgb.length; at += 3) rgb.fill((Math.imul(at + t * 7919, 0x9e3779b1) >>> 24) & 255, at, at + 3);
    };
    const loop = new PlannerLoop({ grid: GRID, paint, state: () => view(0, 0, tagged) }, { rate: 0.01 });
    const asked = { critical: 0, none: 0, optional: 0 };
    const places = { critical: 40, none: 120, optional: 200 };
    for (let t = 0; t < 40; t++) {
      const { request } = loop.step();
      const { u, v, count } = request.explicit;
      expect(count).toBe(Math.round(0.01 * GRID.width * GRID.height));
      for (const [name, left] of Object.entries(places) as [keyof typeof places, number][])
        for (let i = 0; i < count; i++) if (u[i] >= left && u[i] < left + 64 && v[i] >= 40 && v[i] < 88) asked[name]++;
    }
    expect(asked.critical).toBeGreaterThan(3 * asked.none);
    expect(asked.optional).toBeLessThan(asked.none);
  });
});
