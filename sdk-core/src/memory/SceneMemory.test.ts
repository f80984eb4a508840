import { ByteReader, ByteWriter, createSampleSet, type FrameState, type PixelFrame } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { ALL_FEATURES } from '../features.js';
import { createComposition } from './Composition.js';
import { LayeredMemory } from './LayeredMemory.js';

const grid = { width: 96, height: 64 };
type Paint = (u: number, v: number) => readonly [number, number, number];
const level: Paint = (x, y) => [(x * 37) & 255, (y * 29 + x) & 255, 60 + ((x * y) & 127)];
const menu: Paint = (u, v) => [255 - ((u * u) & 255), (v * 53) & 255, (u * 11 + v * 17) & 255];

function stateAt(viewX: number): FrameState {
  const camera = { id: 0, viewX, viewY: 0, zoom: 1, rotation: 0, x: 0, y: 0, ...grid };
  return { cameras: [camera], cameras3d: [], objects: [], values: [] };
}

/** Every `step`-th pixel, others in every frame. */
function look(frameId: number, viewX: number, paint: Paint, step: number): PixelFrame {
  const samples = createSampleSet(grid.width * grid.height);
  const rgb = new Uint8Array(3 * grid.width * grid.height);
  for (let at = frameId % step; at < grid.width * grid.height; at += step) {
    const i = samples.count++;
    samples.u[i] = at % grid.width;
    samples.v[i] = (at / grid.width) | 0;
    rgb.set(paint(samples.u[i], samples.v[i]), 3 * i);
  }
  const values = { rgb, bits: new Uint8Array(samples.count).fill(8) };
  return { frameId, clientTime: 33 * frameId, requestId: frameId, state: stateAt(viewX), samples, values };
}

function psnr(memory: LayeredMemory, viewX: number, paint: Paint): number {
  const out = createComposition(grid);
  memory.compose(stateAt(viewX), out);
  let error = 0;
  for (let at = 0; at < grid.width * grid.height; at++) {
    const truth = paint(at % grid.width, (at / grid.width) | 0);
    for (let c = 0; c < 3; c++) error += (out.rgb[3 * at + c] - truth[c]) ** 2;
  }
  return 10 * Math.log10((255 * 255 * 3 * grid.width * grid.height) / (error + 1e-9));
}

const world =
  (viewX: number): Paint =>
  (u, v) =>
    level(u + viewX, v);

/** Share of the screen that memory shows as it is. */
function shareKnown(memory: LayeredMemory, viewX: number, paint: Paint): number {
  const out = createComposition(grid);
  memory.compose(stateAt(viewX), out);
  let right = 0;
  for (let at = 0; at < grid.width * grid.height; at++) {
    const truth = paint(at % grid.width, (at / grid.width) | 0);
    if (out.confidence[at] > 0 && truth.every((value, c) => Math.abs(value - out.rgb[3 * at + c]) <= 3)) right++;
  }
  return right / (grid.width * grid.height);
}

/** A walk through a level, five frames of a menu, and the level from its start: what is known of it two frames later. */
function restart(memory: LayeredMemory): number {
  for (let t = 0; t < 20; t++) memory.observe(look(t, 2 * t, world(2 * t), t === 0 ? 1 : 2));
  for (let t = 20; t < 25; t++) memory.observe(look(t, 38, menu, 12));
  for (let t = 25; t < 27; t++) memory.observe(look(t, 0, world(0), 24));
  return shareKnown(memory, 0, world(0));
}

describe('SceneMemory', () => {
  it('knows a level again from a twenty-fourth of its pixels, two frames after a menu', () => {
    expect(restart(new LayeredMemory(grid))).toBeGreaterThan(0.85);
    expect(restart(new LayeredMemory(grid, { ...ALL_FEATURES, sceneMemory: false }))).toBeLessThan(0.2);
  });

  it('keeps the world when the camera jumps in it', () => {
    const memory = new LayeredMemory(grid);
    for (let t = 0; t < 60; t++) memory.observe(look(t, 2 * t, world(2 * t), t === 0 ? 1 : 2));
    memory.observe(look(60, 0, world(0), 24));
    expect(memory.contradicted).toBeLessThan(0.2);
    expect(psnr(memory, 0, world(0))).toBeGreaterThan(30);
  });

  it('takes no new scene for an old one', () => {
    const memory = new LayeredMemory(grid);
    restart(memory);
    const other: Paint = (u, v) => [(v * 91) & 255, (u * 47) & 255, (u * v * 3) & 255];
    for (let t = 27; t < 40; t++) memory.observe(look(t, 0, other, 6));
    expect(psnr(memory, 0, other)).toBeGreaterThan(25);
  });

  it('goes on from a snapshot exactly alike', () => {
    const memory = new LayeredMemory(grid);
    for (let t = 0; t < 20; t++) memory.observe(look(t, 2 * t, world(2 * t), 2));
    for (let t = 20; t < 25; t++) memory.observe(look(t, 38, menu, 12));
    const writer = new ByteWriter(1 << 16);
    memory.save(writer);
    const copy = new LayeredMemory(grid);
    copy.restore(new ByteReader(writer.toBytes()));
    const [a, b] = [createComposition(grid), createComposition(grid)];
    for (const each of [memory, copy]) each.observe(look(25, 0, world(0), 24));
    memory.compose(stateAt(0), a);
    copy.compose(stateAt(0), b);
    expect(b.rgb).toEqual(a.rgb);
    expect(b.confidence).toEqual(a.confidence);
  });
});
