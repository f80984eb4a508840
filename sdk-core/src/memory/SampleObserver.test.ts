import { createSampleSet, type FrameState, type PixelFrame } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { region } from '../testing/worlds.js';
import { createComposition } from './Composition.js';
import { LayeredMemory } from './LayeredMemory.js';

const grid = { width: 64, height: 48 };
type Place = readonly [u: number, v: number];
const crate = { ...region(4, 0, 20, 8, 16, 16), texture: 'crate', alpha: 1, scrollFactorX: 1, scrollFactorY: 1 };
const camera = { id: 0, viewX: 0, viewY: 0, zoom: 1, rotation: 0, x: 0, y: 0, ...grid };
const state: FrameState = { cameras: [camera], cameras3d: [], objects: [crate], values: [] };

/** A frame of points; each pixel has a colour of its own, which changes with every frame. */
function pointsOf(frameId: number, places: readonly Place[]): PixelFrame {
  const samples = createSampleSet(places.length);
  samples.count = places.length;
  const rgb = new Uint8Array(3 * places.length);
  for (const [i, [u, v]] of places.entries()) {
    samples.u[i] = u;
    samples.v[i] = v;
    rgb.set([(u * 4 + 40 * frameId) & 255, (v * 5) & 255, (u * v) & 255], 3 * i);
  }
  const values = { rgb, bits: new Uint8Array(places.length).fill(8) };
  return { frameId, clientTime: 33 * frameId, requestId: frameId, state, samples, values };
}

/** What memory shows after these points were looked at in each of three frames, and what they said against it, by pixel. */
function learn(places: readonly Place[]) {
  const memory = new LayeredMemory(grid);
  for (let frame = 0; frame < 3; frame++) memory.observe(pointsOf(frame, places));
  const out = createComposition(grid);
  memory.compose(state, out);
  const { count, u, v, squaredError } = memory.innovations;
  const said = Array.from({ length: count }, (_, i) => [u[i], v[i], squaredError[i]].join()).sort();
  return { rgb: [...out.rgb], confidence: [...out.confidence], said };
}

/** Lines longer than a window, one beside an edge, a diagonal, single points; in and beside the crate. */
const places: Place[] = [
  ...Array.from({ length: 21 }, (_, x): Place => [10 + x, 9]),
  ...Array.from({ length: 12 }, (_, x): Place => [52 + x, 10]),
  ...Array.from({ length: 12 }, (_, n): Place => [14 + n, 14 + n]),
  [0, 47],
  [2, 47],
  [63, 47],
];

describe('points that lie side by side', () => {
  const inOrder = learn(places);

  it('are each learnt where they lie', () => {
    const known = new Set(places.map(([u, v]) => v * grid.width + u));
    for (const [at, confidence] of inOrder.confidence.entries()) expect([at, confidence > 0]).toEqual([at, known.has(at)]);
    for (const [u, v] of places) expect(inOrder.rgb.slice(3 * (v * grid.width + u) + 1)[0]).toBe((v * 5) & 255);
    expect(inOrder.said).toHaveLength(places.length);
  });

  it('are learnt alike in any order, alone or together', () => {
    const scattered = places.map((_, i) => places[(i * 11) % places.length]);
    expect(new Set(scattered).size).toBe(places.length);
    expect(learn(scattered)).toEqual(inOrder);
    expect(learn([...places].reverse())).toEqual(inOrder);
  });

  it('may come twice', () => {
    expect(learn([...places, ...places.slice(0, 5)]).rgb).toEqual(inOrder.rgb);
  });
});
