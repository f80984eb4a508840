import { createSampleSet, type FrameState, type PixelFrame } from '@sgaps/protocol';
import { expect, it } from 'vitest';
import { createComposition } from './Composition.js';
import { LayeredMemory } from './LayeredMemory.js';

const grid = { width: 96, height: 64 };
const FRAMES = 1800;
const world = Float32Array.from({ length: 256 * 64 * 3 }, (_, n) => {
  const x = Math.floor(n / 3) % 256;
  const y = Math.floor(n / 768);
  return 128 + 40 * Math.sin(x / 2.2 + (n % 3)) + 40 * Math.sin(y / 1.9 + x / 9) + ((x >> 3) + (y >> 3)) * (n % 3 === 1 ? 1 : -1);
});

/** The world at a place between its pixels, as a linear texture filter shows it. */
function colour(x: number, y: number, c: number): number {
  const left = Math.floor(x);
  const part = x - left;
  const at = 3 * (y * 256 + left) + c;
  return Math.round(world[at] * (1 - part) + world[at + 3] * part);
}

function stateAt(viewX: number): FrameState {
  const camera = { id: 0, viewX, viewY: 0, zoom: 1, rotation: 0, x: 0, y: 0, ...grid };
  return { cameras: [camera], cameras3d: [], objects: [], values: [] };
}

function look(frameId: number, viewX: number): PixelFrame {
  const step = frameId === 0 ? 1 : 11;
  const samples = createSampleSet(grid.width * grid.height);
  const rgb = new Uint8Array(3 * grid.width * grid.height);
  for (let at = (frameId * 4) % step; at < grid.width * grid.height; at += step) {
    const i = samples.count++;
    samples.u[i] = at % grid.width;
    samples.v[i] = (at / grid.width) | 0;
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = colour(samples.u[i] + viewX, samples.v[i], c);
  }
  const values = { rgb, bits: new Uint8Array(samples.count).fill(8) };
  return { frameId, clientTime: 33 * frameId, requestId: frameId, state: stateAt(viewX), samples, values };
}

it('keeps a world sharp under a camera that pans back and forth for a minute (issue 4: less than 0.5 dB)', () => {
  const memory = new LayeredMemory(grid);
  const out = createComposition(grid);
  const seconds: number[] = [];
  for (let t = 0; t < FRAMES; t++) {
    const viewX = 70 + 60 * Math.sin(t / 40);
    memory.observe(look(t, viewX));
    if (t % 30 === 0) seconds.push(0);
    if (t % 15 !== 0) continue;
    memory.compose(stateAt(viewX), out);
    let error = 0;
    for (let at = 0; at < grid.width * grid.height; at++)
      for (let c = 0; c < 3; c++)
        error += (out.rgb[3 * at + c] - colour((at % grid.width) + viewX, (at / grid.width) | 0, c)) ** 2;
    seconds[seconds.length - 1] += (10 * Math.log10((255 * 255 * 3 * grid.width * grid.height) / error)) / 2;
  }
  const mean = (from: number, to: number) => seconds.slice(from, to).reduce((sum, each) => sum + each, 0) / (to - from);
  const early = mean(10, 20);
  expect(early).toBeGreaterThan(30);
  expect(mean(50, 60)).toBeGreaterThan(early - 0.5);
});
