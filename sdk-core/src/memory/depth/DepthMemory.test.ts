import {
  ByteReader,
  ByteWriter,
  type Camera3D,
  codeToDepth,
  createSampleSet,
  depthToCode,
  type FrameState,
  type PixelFrame,
  SampleKind,
} from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { ALL_FEATURES } from '../../features.js';
import { cameraAt as poseCamera } from '../../testing/camera3d.js';
import { createComposition, FULL_DETAIL } from '../Composition.js';
import { DepthMemory } from './DepthMemory.js';

const GRID = { width: 96, height: 64 };
const FOCAL = 1.4;

const cameraAt = (x: number, y: number, z: number, yaw = 0, side: 1 | -1 = 1) => poseCamera(GRID, { x, y, z, yaw }, side, FOCAL);

interface View {
  readonly rgb: Uint8Array;
  readonly codes: Uint16Array;
}

/** A textured floor at y = −1.5, a textured wall at z = 20 up to y = 3, a box before it, and sky; rays cast one by one. */
function look(x: number, y: number, z: number, yaw = 0): View {
  const { width, height } = GRID;
  const rgb = new Uint8Array(3 * width * height);
  const codes = new Uint16Array(width * height);
  const c = Math.cos(yaw);
  const s = Math.sin(yaw);
  for (let v = 0, at = 0; v < height; v++) {
    for (let u = 0; u < width; u++, at++) {
      const rx = ((2 * u + 1) / width - 1) / FOCAL;
      const dy = ((1 - (2 * v + 1) / height) * height) / width / FOCAL;
      const dx = c * rx + s;
      const dz = c - s * rx;
      let best = Number.POSITIVE_INFINITY;
      let shade = -1;
      const hit = (t: number, inside: boolean, tone: number) => {
        if (!(t > 0.05 && t < best && inside)) return;
        best = t;
        shade = tone;
      };
      const floor = (-1.5 - y) / dy;
      hit(floor, true, texture(x + floor * dx, z + floor * dz));
      const wall = (20 - z) / dz;
      hit(wall, y + wall * dy < 3, texture(x + wall * dx + 50, y + wall * dy));
      const box = (9 - z) / dz;
      hit(box, Math.abs(x + box * dx) < 1 && Math.abs(y + box * dy + 0.5) < 1, texture(3 * (x + box * dx), 3 * (y + box * dy)));
      codes[at] = shade < 0 ? 0 : depthToCode(best);
      rgb.set(shade < 0 ? [150, 190, 240] : [shade, (shade * 3) / 4, 255 - shade], 3 * at);
    }
  }
  return { rgb, codes };
}

function texture(a: number, b: number): number {
  return Math.round(128 + 50 * Math.sin(2.1 * a) * Math.cos(1.7 * b) + 40 * Math.sin(1.3 * a + 2.3 * b));
}

/** A frame that samples the given 8×8 blocks of a view, depth at four pixels of each. */
function frameOf(frameId: number, camera: Camera3D, view: View, blocks: readonly number[], withDepth = true): PixelFrame {
  const { width } = GRID;
  const samples = createSampleSet(64 * blocks.length);
  const rgb = new Uint8Array(3 * 64 * blocks.length);
  const depth = new Uint16Array(64 * blocks.length).fill(0xffff);
  for (const block of blocks) {
    for (let k = 0; k < 64; k++) {
      const i = samples.count++;
      samples.u[i] = 8 * (block % (width / 8)) + (k & 7);
      samples.v[i] = 8 * Math.floor(block / (width / 8)) + (k >> 3);
      samples.kind[i] = SampleKind.block0;
      const at = samples.v[i] * width + samples.u[i];
      for (let c = 0; c < 3; c++) rgb[3 * i + c] = view.rgb[3 * at + c];
      if ((k & 7) % 5 === 1 && (k >> 3) % 5 === 1) depth[i] = view.codes[at];
    }
  }
  const bits = new Uint8Array(samples.count).fill(8);
  return {
    frameId,
    clientTime: frameId,
    requestId: null,
    state: stateOf(camera),
    samples,
    values: { rgb, bits, depth: withDepth ? depth : null },
  };
}

function stateOf(camera: Camera3D): FrameState {
  return { cameras: [], cameras3d: [camera], objects: [], values: [] };
}

const ALL = Array.from({ length: (GRID.width * GRID.height) / 64 }, (_, block) => block);
const NONE: readonly number[] = [];

function feed(memory: DepthMemory, frame: PixelFrame): void {
  memory.carry(frame);
  memory.read(frame);
}

function drawn(memory: DepthMemory, state: FrameState, frameId: number) {
  const out = createComposition(GRID);
  memory.draw(state, frameId, out, FULL_DETAIL);
  return out;
}

/** PSNR over the pixels that are known, and their share. */
function compare(out: ReturnType<typeof drawn>, view: View): { psnr: number; known: number } {
  let sum = 0;
  let known = 0;
  for (let at = 0; at < out.confidence.length; at++) {
    if (out.confidence[at] === 0) continue;
    known++;
    for (let c = 0; c < 3; c++) sum += (out.rgb[3 * at + c] - view.rgb[3 * at + c]) ** 2;
  }
  return { psnr: 10 * Math.log10((255 * 255 * 3 * known) / sum), known: known / out.confidence.length };
}

describe('DepthMemory (DESIGN.md, "Layered memory")', () => {
  it.each([1, -1] as const)('predicts a world it has seen after many steps and turns of the camera, handedness %i', (side) => {
    const memory = new DepthMemory(GRID);
    feed(memory, frameOf(0, cameraAt(0, 0, 0, 0, side), look(0, 0, 0), ALL));
    let truth = look(0, 0, 0);
    let camera = cameraAt(0, 0, 0, 0, side);
    for (let n = 1; n <= 12; n++) {
      const place = [0.03 * n, 0.01 * n, 0.02 * n, 0.004 * n] as const;
      camera = cameraAt(...place, side);
      truth = look(...place);
      feed(memory, frameOf(n, camera, truth, NONE));
    }
    const { psnr, known } = compare(drawn(memory, stateOf(camera), 12), truth);
    expect(psnr).toBeGreaterThan(25);
    expect(known).toBeGreaterThan(0.88);
  });

  it('does not lose sharpness on the way there and back', () => {
    const memory = new DepthMemory(GRID);
    const truth = look(0, 0, 0);
    feed(memory, frameOf(0, cameraAt(0, 0, 0), truth, ALL));
    for (let n = 1; n <= 40; n++) {
      const x = 0.02 * (n <= 20 ? n : 40 - n);
      feed(memory, frameOf(n, cameraAt(x, 0, 0), look(x, 0, 0), NONE));
    }
    expect(compare(drawn(memory, stateOf(cameraAt(0, 0, 0)), 40), truth).psnr).toBeGreaterThan(30);
  });

  it('knows nothing of what comes out from behind the box, nor of what comes in at the edge, now or in a frame to come', () => {
    const memory = new DepthMemory(GRID);
    feed(memory, frameOf(0, cameraAt(0, 0, 0), look(0, 0, 0), ALL));
    const ahead = drawn(memory, stateOf(cameraAt(1.5, 0, 0)), 0);
    const before = look(0, 0, 0);
    const after = look(1.5, 0, 0);
    let hidden = 0;
    let marked = 0;
    for (let v = 0, at = 0; v < GRID.height; v++) {
      for (let u = 0; u < GRID.width; u++, at++) {
        // Wall right of where the box stands now, which stood behind it before.
        const z = codeToDepth(after.codes[at]);
        if (after.codes[at] === 0 || z < 19) continue;
        const was = u + (0.5 * FOCAL * GRID.width * 1.5) / z;
        const place = v * GRID.width + Math.round(was);
        if (was < GRID.width - 0.5 && codeToDepth(before.codes[place]) > 15) continue;
        hidden++;
        if (ahead.confidence[at] === 0) marked++;
      }
    }
    expect(hidden).toBeGreaterThan(50);
    expect(marked / hidden).toBeGreaterThan(0.85);
  });

  it('turns the sky with the camera and does not move it otherwise', () => {
    const memory = new DepthMemory(GRID);
    const view = { rgb: new Uint8Array(3 * GRID.width * GRID.height), codes: new Uint16Array(GRID.width * GRID.height) };
    for (let at = 0; at < GRID.width * GRID.height; at++) view.rgb.fill((at % GRID.width) * 2, 3 * at, 3 * at + 3);
    feed(memory, frameOf(0, cameraAt(0, 0, 0), view, ALL));
    const moved = drawn(memory, stateOf(cameraAt(5, 3, -9)), 0);
    expect(Array.from(moved.rgb)).toEqual(Array.from(view.rgb));
    const turn = Math.atan(10 / (0.5 * FOCAL * GRID.width));
    const turned = drawn(memory, stateOf(cameraAt(0, 0, 0, turn)), 0);
    const middle = 3 * (32 * GRID.width + 48);
    expect(Math.abs(Math.abs(turned.rgb[middle] - view.rgb[middle]) - 20)).toBeLessThan(3);
    expect(turned.confidence.some((sure) => sure === 0)).toBe(true);
  });

  it('leaves what hangs on the screen where it is', () => {
    const memory = new DepthMemory(GRID);
    const badge = (view: View): View => {
      for (let v = 40; v < 56; v++) {
        for (let u = 64; u < 88; u++) {
          const at = v * GRID.width + u;
          view.rgb.set((u ^ v) & 2 ? [250, 240, 20] : [10, 10, 90], 3 * at);
          view.codes[at] = depthToCode(0.5);
        }
      }
      return view;
    };
    for (let n = 0; n < 8; n++) feed(memory, frameOf(n, cameraAt(0, 0, 0, 0.02 * n), badge(look(0, 0, 0, 0.02 * n)), ALL));
    const ahead = drawn(memory, stateOf(cameraAt(0, 0, 0, 0.24)), 8);
    const truth = badge(look(0, 0, 0, 0.24));
    for (let v = 42; v < 54; v++) {
      for (let u = 66; u < 86; u++) {
        const p = 3 * (v * GRID.width + u);
        expect(Math.abs(ahead.rgb[p] - truth.rgb[p])).toBeLessThan(20);
      }
    }
  });

  it('finds depth by itself where none is sent, and does without when told to', () => {
    const run = (depthEstimation: boolean) => {
      const memory = new DepthMemory(GRID, { ...ALL_FEATURES, depthEstimation });
      let sum = 0;
      for (let n = 0; n < 24; n++) {
        const x = 0.12 * n;
        const truth = look(x, 0, 0);
        const frame = frameOf(
          n,
          cameraAt(x, 0, 0),
          truth,
          ALL.filter((block) => (block * 7 + n) % 4 === 0),
          false,
        );
        memory.carry(frame);
        if (n >= 12) sum += compare(drawn(memory, frame.state, n), truth).psnr / 12;
        memory.read(frame);
      }
      return sum;
    };
    const [withOut, found] = [run(false), run(true)];
    expect(found).toBeGreaterThan(withOut + 6);
  });

  it('takes a world put elsewhere under the player for what it is', () => {
    const memory = new DepthMemory(GRID);
    for (let n = 0; n < 4; n++) feed(memory, frameOf(n, cameraAt(0, 0, 0.2 * n), look(0, 0, 0.2 * n), ALL));
    // The same view, in coordinates that start somewhere else.
    const frame = frameOf(4, cameraAt(100, 30, 0.8), look(0, 0, 0.8), [20, 40, 60]);
    feed(memory, frame);
    const { psnr, known } = compare(drawn(memory, frame.state, 4), look(0, 0, 0.8));
    expect(psnr).toBeGreaterThan(27);
    expect(known).toBeGreaterThan(0.9);
    expect(memory.cameraStep?.[11]).toBeCloseTo(-0.2, 5);
  });

  it.each([true, false])('goes on from a snapshot exactly alike, depth sent: %s', (withDepth) => {
    const frame = (n: number) =>
      frameOf(
        n,
        cameraAt(0.05 * n, 0, 0, 0.01 * n),
        look(0.05 * n, 0, 0, 0.01 * n),
        ALL.filter((block) => (block + n) % 5 === 0),
        withDepth,
      );
    const one = new DepthMemory(GRID);
    for (let n = 0; n < 12; n++) feed(one, frame(n));
    const writer = new ByteWriter(1 << 16);
    one.save(writer, 11);
    const other = new DepthMemory(GRID);
    const reader = new ByteReader(writer.toBytes());
    other.restore(reader, 11);
    for (let n = 12; n < 24; n++) {
      feed(one, frame(n));
      feed(other, frame(n));
      expect(drawn(other, frame(n).state, n)).toEqual(drawn(one, frame(n).state, n));
    }
  });
});
