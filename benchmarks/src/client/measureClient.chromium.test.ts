import { expect, it } from 'vitest';
import { measureClient } from './measureClient.js';

it('measures the recorder beside the bare game and others, on one page', async () => {
  const { stages, skipped } = await measureClient({
    stages: ['phaser'],
    seconds: 1,
    variants: ['sgaps', 'sgaps-worker', 'readpixels', 'mediarecorder-600', 'webcodecs-vp8'],
  });
  expect(skipped).toEqual({});
  const stage = stages.phaser;
  expect(stage).toMatchObject({ crossOriginIsolated: true, canvas: [640, 360], rounds: 1, skipped: {} });
  const variants = stage?.variants ?? {};
  expect(Object.keys(variants)).toEqual(['bare', 'sgaps', 'sgaps-worker', 'readpixels', 'mediarecorder-600', 'webcodecs-vp8']);
  for (const figures of Object.values(variants)) {
    expect(figures.displayed).toBeGreaterThan(0);
    expect(figures.cpuPerFrameMs).toBeGreaterThan(0);
    expect(figures.p99).toBeGreaterThanOrEqual(figures.p50);
  }
  // Reading a frame back takes longer than looking at the clock twice.
  expect(variants.readpixels?.mean).toBeGreaterThan(variants.bare?.mean ?? Number.NaN);
  expect(variants.sgaps?.bytesPerSecond).toBeGreaterThan(0);
  expect(variants.sgaps?.recorder).toMatchObject({ sampler: 'webgl2', thread: 'worker', faults: 0 });
  expect(variants['sgaps-worker']?.recorder).toMatchObject({ sampler: 'worker', faults: 0 });
  expect(variants['mediarecorder-600']?.bytesPerSecond).toBeGreaterThan(0);
  expect(variants['webcodecs-vp8']?.bytesPerSecond).toBeGreaterThan(0);
});
