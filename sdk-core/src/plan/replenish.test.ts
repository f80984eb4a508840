import { type FrameState, SampleKind } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { ALL_FEATURES } from '../features.js';
import { SessionDecoder } from '../session/SessionDecoder.js';
import { type LoopStep, PlannerLoop, type TestWorld } from '../testing/PlannerLoop.js';

const GRID = { width: 160, height: 96 };
const BLOCKS = (GRID.width / 8) * (GRID.height / 8);

/** A textured world that scrolls by `speed` pixels a frame; `draw` paints over it. */
function world(speed: number, draw?: (frame: number, rgb: Uint8Array) => void): TestWorld {
  const viewX = (frame: number) => speed * frame;
  return {
    grid: GRID,
    state: (frame) =>
      ({
        cameras: [{ id: 'main', viewX: viewX(frame), viewY: 0, zoom: 1, rotation: 0 }],
        cameras3d: [],
        objects: [],
        values: [],
      }) as unknown as FrameState,
    paint(frame, rgb) {
      for (let v = 0; v < GRID.height; v++) {
        for (let u = 0; u < GRID.width; u++) {
          const x = u + viewX(frame);
          const p = 3 * (v * GRID.width + u);
          rgb[p] = 90 + 60 * Math.sin(x / 7 + v / 11);
          rgb[p + 1] = 110 + 50 * Math.sin(x / 5 - v / 6);
          rgb[p + 2] = 80 + (((x >> 3) + (v >> 3)) & 1) * 60;
        }
      }
      draw?.(frame, rgb);
    },
  };
}

function square(rgb: Uint8Array, u: number, v: number, side: number, colour: readonly number[]): void {
  for (let y = v; y < v + side; y++) for (let x = u; x < u + side; x++) rgb.set(colour, 3 * (y * GRID.width + x));
}

function run(loop: PlannerLoop, frames: number): LoopStep[] {
  return Array.from({ length: frames }, () => {
    const step = loop.step();
    return { ...step, decoded: { ...step.decoded, rgb: step.decoded.rgb.slice() } };
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('whole pictures kept up to date by looks at what changes', () => {
  it('show a scrolling world with a sprite on it nearly as it is, within the budget', () => {
    const sprite = (frame: number, rgb: Uint8Array) =>
      square(rgb, 20 + ((3 * frame) % 100), 40 + Math.round(9 * Math.sin(frame / 4)), 14, [230, 60, 40]);
    const steps = run(new PlannerLoop(world(3, sprite), { bytesUp: 700, bytesDown: 100 }), 60);
    expect(steps.every(({ decoded, request }) => decoded.kept && request.explicit.keeps)).toBe(true);
    expect(mean(steps.slice(20).map(({ psnr }) => psnr))).toBeGreaterThan(36);
    expect(mean(steps.slice(30).map(({ bytes }) => bytes))).toBeLessThan(800 * 1.02);
  });

  it('ask for a quarter of a calm picture, and see a single pixel change within a few frames', () => {
    const pixel = (frame: number, rgb: Uint8Array) => {
      if (frame >= 60) square(rgb, 131, 9, 1, [255, 255, 0]);
    };
    const steps = run(new PlannerLoop(world(0, pixel), { bytesUp: 2000 }), 70);
    const asked = (step: LoopStep) => step.request.explicit.count;
    expect(asked(steps[5])).toBe(BLOCKS);
    expect(asked(steps[58])).toBeLessThanOrEqual(BLOCKS / 4);
    const p = 3 * (9 * GRID.width + 131);
    const seen = steps.findIndex(({ decoded }) => decoded.rgb[p] > 200 && decoded.rgb[p + 2] < 60);
    expect(seen).toBeGreaterThanOrEqual(60);
    expect(seen).toBeLessThan(64);
    // What changed once may change again, and so may what is around.
    expect(asked(steps[68])).toBeGreaterThan(BLOCKS / 4 + 10);
    expect(steps[69].bytes).toBeLessThan(60);
  });

  it('show a cut in the very frame, and all of it soon', () => {
    const cut = (frame: number, rgb: Uint8Array) => {
      if (frame < 40) return;
      for (let i = 0; i < rgb.length; i += 3) rgb.set([rgb[i + 2], 255 - rgb[i], 40 + (rgb[i + 1] >> 1)], i);
    };
    const steps = run(new PlannerLoop(world(2, cut), { bytesUp: 700, bytesDown: 100 }), 50);
    expect(steps[40].psnr).toBeGreaterThan(20);
    expect(steps[42].psnr).toBeGreaterThan(24);
    expect(steps[49].psnr).toBeGreaterThan(30);
  });

  it('give way to memory where the client has no time for all that changes, and come back', () => {
    const loop = new PlannerLoop(world(3), { bytesUp: 1500 });
    run(loop, 20);
    loop.planner.share = 0.004;
    const short = run(loop, 20);
    expect(short[3].decoded.kept).toBe(false);
    expect(short[10].request.explicit.keeps).toBe(false);
    // What was seen before the change is known to memory.
    expect(mean(short.slice(3).map(({ psnr }) => psnr))).toBeGreaterThan(22);
    loop.planner.share = 1;
    const again = run(loop, 110);
    expect(again[109].decoded.kept).toBe(true);
    expect(again[109].psnr).toBeGreaterThan(38);
  });

  it('are not used where they are switched off, nor where points are asked for', () => {
    const features = { ...ALL_FEATURES, replenish: false };
    expect(run(new PlannerLoop(world(1), { features }), 5).some(({ decoded }) => decoded.kept)).toBe(false);
    const points = run(new PlannerLoop(world(1), { rate: 0.02 }), 5);
    expect(points.some(({ decoded, request }) => decoded.kept || request.explicit.kind[0] === SampleKind.block0)).toBe(false);
  });

  it('stay as they were in a frame without samples, and go on alike after a snapshot', () => {
    const loop = new PlannerLoop(world(2), { bytesUp: 1500 });
    const frames = run(loop, 30);
    const { decoder } = loop;
    const restored = new SessionDecoder({ grid: GRID });
    restored.restore(decoder.save());
    const { newest } = decoder;
    if (!newest) throw new Error('no frame');
    const nothing = { ...newest.samples, count: 0 };
    const values = { rgb: new Uint8Array(0), bits: new Uint8Array(0) };
    const { state } = newest;
    const viewX = (state.cameras[0]?.viewX ?? 0) + 2;
    const moved = { ...state, cameras: [{ ...state.cameras[0], viewX }] } as FrameState;
    const frame = { frameId: 30, clientTime: 990, requestId: null, state: moved, samples: nothing, values };
    const a = decoder.decode(frame);
    const b = restored.decode(frame);
    expect(a.kept && b.kept).toBe(true);
    expect(b.rgb).toEqual(a.rgb);
    expect(b.uncertainty).toEqual(a.uncertainty);
    // The picture moved with its camera; what came in is a guess.
    expect(a.uncertainty[50 * GRID.width + GRID.width - 1]).toBeGreaterThan(0.2);
    expect(a.uncertainty[50 * GRID.width + GRID.width - 3]).toBeLessThan(0.1);
    const last = frames[29].decoded.rgb;
    const p = 3 * (50 * GRID.width + 80);
    expect(a.rgb.slice(p, p + 60)).toEqual(last.slice(p + 6, p + 66));
  });
});
