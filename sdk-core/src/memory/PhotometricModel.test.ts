import { ByteReader, ByteWriter, createSampleSet, type FrameState, type PixelFrame } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { ALL_FEATURES } from '../features.js';
import { createComposition } from './Composition.js';
import { LayeredMemory } from './LayeredMemory.js';
import { PhotometricFit } from './PhotometricFit.js';

const grid = { width: 96, height: 64 };
const state: FrameState = { cameras: [], cameras3d: [], objects: [], values: [] };
type Paint = (u: number, v: number) => readonly [number, number, number];
const scene: Paint = (u, v) => [(u * 37) & 255, (v * 29 + u) & 255, 60 + ((u * v) & 127)];

/** One look in five, elsewhere in every frame. */
function look(frameId: number, paint: Paint): PixelFrame {
  const samples = createSampleSet(grid.width * grid.height);
  const rgb = new Uint8Array(3 * grid.width * grid.height);
  for (let at = 0; at < grid.width * grid.height; at++) {
    if (frameId > 0 && (at + 2 * frameId) % 5 !== 0) continue;
    const i = samples.count++;
    samples.u[i] = at % grid.width;
    samples.v[i] = (at / grid.width) | 0;
    rgb.set(paint(samples.u[i], samples.v[i]), 3 * i);
  }
  const values = { rgb, bits: new Uint8Array(samples.count).fill(8) };
  return { frameId, clientTime: 33 * frameId, requestId: frameId, state, samples, values };
}

function towards(paint: Paint, part: number, end: number): Paint {
  return (u, v) => {
    const [r, g, b] = paint(u, v);
    const mix = (value: number) => Math.round(value * part + end * (1 - part));
    return [mix(r), mix(g), mix(b)];
  };
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

/** A fade to `end` over ten frames, and back. */
function fade(memory: LayeredMemory, end: number): number[] {
  const seen: number[] = [];
  for (let t = 0; t < 4; t++) memory.observe(look(t, scene));
  for (let t = 4; t < 26; t++) {
    const paint = towards(scene, t < 15 ? (15 - t) / 11 : (t - 15) / 10, end);
    memory.observe(look(t, paint));
    seen.push(psnr(memory, paint));
  }
  return seen;
}

describe('PhotometricFit', () => {
  it('finds a fade to black and one to another colour among wrong pairs', () => {
    const memory = new Float32Array(900);
    const screen = new Float32Array(900);
    for (const [gain, offset] of [
      [0.4, [0, 0, 0]],
      [0.7, [40, 10, 20]],
    ] as const) {
      for (let n = 0; n < 900; n++) {
        memory[n] = (n * 67) & 255;
        screen[n] = n % 12 < 3 ? (n * 31) & 255 : gain * memory[n] + offset[n % 3];
      }
      const fit = new PhotometricFit();
      fit.read({ memory, screen, count: 300 });
      fit.solve();
      expect(fit.gain).toBeCloseTo(gain, 1);
      for (let c = 0; c < 3; c++) expect(Math.abs(fit.offset[c] - offset[c])).toBeLessThan(2);
    }
  });
});

describe('PhotometricModel in LayeredMemory', () => {
  it('follows a fade to black and back, and knows the scene again at once', () => {
    const seen = fade(new LayeredMemory(grid), 0);
    expect(Math.min(...seen)).toBeGreaterThan(30);
  });

  it('follows a flash of white', () => {
    const seen = fade(new LayeredMemory(grid), 255);
    expect(Math.min(...seen)).toBeGreaterThan(30);
  });

  it('is worth something', () => {
    const seen = fade(new LayeredMemory(grid, { ...ALL_FEATURES, photometric: false }), 0);
    expect(Math.min(...seen)).toBeLessThan(20);
  });

  it('leaves a panel alone that stays bright before a dimmed screen', () => {
    const memory = new LayeredMemory(grid);
    const panel =
      (paint: Paint, part: number): Paint =>
      (u, v) =>
        u < 40 && v < 24 ? scene(u, v) : towards(paint, part, 0)(u, v);
    for (let t = 0; t < 4; t++) memory.observe(look(t, scene));
    for (let t = 4; t < 9; t++) memory.observe(look(t, panel(scene, 0.4)));
    expect(psnr(memory, panel(scene, 0.4))).toBeGreaterThan(36);
    memory.observe(look(9, scene));
    expect(psnr(memory, scene)).toBeGreaterThan(36);
  });

  it('takes no cut for a fade, and goes on from a snapshot exactly alike', () => {
    const memory = new LayeredMemory(grid);
    for (let t = 0; t < 4; t++) memory.observe(look(t, scene));
    for (let t = 4; t < 8; t++) memory.observe(look(t, towards(scene, 0.8 - t / 20, 0)));
    const writer = new ByteWriter(1 << 16);
    memory.save(writer);
    const other = new LayeredMemory(grid);
    other.restore(new ByteReader(writer.toBytes()));
    const [a, b] = [createComposition(grid), createComposition(grid)];
    for (const each of [memory, other]) each.observe(look(8, towards(scene, 0.35, 0)));
    memory.compose(state, a);
    other.compose(state, b);
    expect(b.rgb).toEqual(a.rgb);
    const cut: Paint = (u, v) => scene(v * 3 + 11, u * 5 + 70);
    for (let t = 9; t < 15; t++) memory.observe(look(t, cut));
    expect(psnr(memory, cut)).toBeGreaterThan(36);
  });
});
