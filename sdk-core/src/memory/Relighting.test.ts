import { createSampleSet, type FrameState, type PixelFrame } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { createComposition } from './Composition.js';
import { LayeredMemory } from './LayeredMemory.js';

const grid = { width: 160, height: 96 };
const state: FrameState = { cameras: [], cameras3d: [], objects: [], values: [] };
type Paint = (u: number, v: number) => readonly [number, number, number];
const room: Paint = (u, v) => [120 + ((u * 37) & 127), 90 + ((v * 29 + u) & 127), 60 + ((u * v) & 127)];

/** Every `step`-th pixel, all at first. */
function look(frameId: number, paint: Paint, step: number): PixelFrame {
  const samples = createSampleSet(grid.width * grid.height);
  const rgb = new Uint8Array(3 * grid.width * grid.height);
  for (let at = 0; at < grid.width * grid.height; at++) {
    if (frameId > 0 && (at * 7 + 3 * frameId) % step !== 0) continue;
    const i = samples.count++;
    samples.u[i] = at % grid.width;
    samples.v[i] = (at / grid.width) | 0;
    rgb.set(paint(samples.u[i], samples.v[i]), 3 * i);
  }
  const values = { rgb, bits: new Uint8Array(samples.count).fill(8) };
  return { frameId, clientTime: 33 * frameId, requestId: frameId, state, samples, values };
}

function psnr(memory: LayeredMemory, paint: Paint): number {
  const out = createComposition(grid);
  memory.compose(state, out);
  let error = 0;
  for (let at = 0; at < grid.width * grid.height; at++) {
    const truth = paint(at % grid.width, (at / grid.width) | 0);
    for (let c = 0; c < 3; c++) error += (out.rgb[3 * at + c] - truth[c]) ** 2;
  }
  return 10 * Math.log10((255 * 255 * 3 * grid.width * grid.height) / (error + 1e-9));
}

function lit(left: number, right: number): Paint {
  return (u, v) => {
    const [r, g, b] = room(u, v);
    const light = u < 80 ? left : right;
    return [Math.round(r * light), Math.round(g * light), Math.round(b * light)];
  };
}

describe('Relighting', () => {
  it('shows a half of the screen in another light from a few samples, and the other as it was', () => {
    const memory = new LayeredMemory(grid);
    for (let t = 0; t < 3; t++) memory.observe(look(t, lit(1, 1), 9));
    memory.observe(look(3, lit(1, 0.5), 9));
    expect(psnr(memory, lit(1, 0.5))).toBeGreaterThan(34);
    memory.observe(look(4, lit(0.5, 1), 9));
    expect(psnr(memory, lit(0.5, 1))).toBeGreaterThan(30);
  });
});

describe('RegionCut', () => {
  it('forgets a region that a few samples show to be new, and nothing else', () => {
    const memory = new LayeredMemory(grid);
    const flat: Paint = () => [20, 20, 30];
    const panel: Paint = (u, v) => (u < 88 && v < 72 ? [((u * 91) ^ (v * 57)) & 255, 200, (u * v) & 255] : flat(u, v));
    for (let t = 0; t < 3; t++) memory.observe(look(t, flat, 37));
    memory.observe(look(3, panel, 37));
    const out = createComposition(grid);
    memory.compose(state, out);
    let known = 0;
    for (let v = 0; v < 72; v++) for (let u = 0; u < 88; u++) if (out.confidence[v * grid.width + u] > 64) known++;
    expect(known).toBeLessThan(0.2 * 88 * 72);
    let kept = 0;
    for (let v = 0; v < 96; v++) for (let u = 104; u < 160; u++) if (out.confidence[v * grid.width + u] > 64) kept++;
    expect(kept).toBeGreaterThan(0.95 * 96 * 56);
  });

  it('forgets nothing for one busy object', () => {
    const memory = new LayeredMemory(grid);
    for (let t = 0; t < 3; t++) memory.observe(look(t, room, 9));
    for (let t = 3; t < 20; t++)
      memory.observe(look(t, (u, v) => (Math.hypot(u - 5 * t, v - 40) < 7 ? [255, (u * 40) & 255, 0] : room(u, v)), 9));
    expect(psnr(memory, room)).toBeGreaterThan(24);
  });
});
