import {
  AreaGather,
  Canvas2dSampler,
  type LoadedSamples,
  type MaskRect,
  type PackedSamples,
  type Sampler,
  WorkerSampler,
} from '@sgaps/client';
import { Expectations, masked, nextTask, random, randomSet } from './sampler-support.js';

interface Case {
  sampler: 'worker' | 'canvas2d';
  /** What the game draws with. */
  context: 'webgl' | 'webgl2' | '2d';
  attributes: { alpha?: boolean; antialias?: boolean; premultipliedAlpha?: boolean; willReadFrequently?: boolean };
  width: number;
  height: number;
  grid: { width: number; height: number };
  frames: number;
  samples: number;
  batch: number;
  /** A picture like a game's instead of noise: gradients and shapes. */
  smooth?: boolean;
  /** Without `VideoFrame`, as in browsers that have none. */
  bitmap?: boolean;
  resizeAt?: number;
  masks?: MaskRect[];
  sentinel?: boolean;
  unmasked?: boolean;
  batchAt?: number;
  batchTo?: number;
  /** All frames in one task. */
  rush?: boolean;
  /** Frame after which the worker dies. */
  killAt?: number;
}

type Scene = { draw(frame: number, sentinels: readonly MaskRect[] | null): void; read(): Uint8Array; context: object };

/** Draws rectangles with whatever the canvas has, and reads the canvas back as its own engine would: RGBA, top row first. */
function sceneOf(canvas: HTMLCanvasElement, c: Case): Scene {
  const rectangles = (frame: number, put: (rect: MaskRect, colour: number[]) => void) => {
    const next = random(frame + 1);
    const { width: w, height: h } = canvas;
    put({ x: 0, y: 0, width: w, height: h }, [next(), next(), next(), c.attributes.alpha === false ? 1 : next()]);
    for (let i = 0; i < (c.smooth ? 25 : 200); i++) {
      const size = c.smooth ? 90 : 30;
      const rect = { x: next() * w, y: next() * h, width: 1 + next() * size, height: 1 + next() * size };
      const whole = {
        x: Math.floor(rect.x),
        y: Math.floor(rect.y),
        width: Math.ceil(rect.width),
        height: Math.ceil(rect.height),
      };
      put(whole, [next(), next(), next(), next()]);
    }
  };
  const sentinel = (sentinels: readonly MaskRect[], put: (rect: MaskRect, colour: number[]) => void) => {
    put({ x: 0, y: 0, width: canvas.width, height: canvas.height }, [0, 0, 0, 1]);
    for (const rect of sentinels) put(rect, [1, 0, 1, 1]);
  };
  if (c.context === '2d') {
    const context = canvas.getContext('2d', c.attributes) as CanvasRenderingContext2D;
    const put = ({ x, y, width, height }: MaskRect, [r, g, b, a]: number[]) => {
      context.clearRect(x, y, width, height);
      context.fillStyle = `rgba(${Math.floor(255 * r)},${Math.floor(255 * g)},${Math.floor(255 * b)},${a})`;
      context.fillRect(x, y, width, height);
    };
    return {
      context,
      draw: (frame, sentinels) => (sentinels ? sentinel(sentinels, put) : rectangles(frame, put)),
      read: () => {
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        return new Uint8Array(data.buffer.slice(0));
      },
    };
  }
  const gl = canvas.getContext(c.context, c.attributes) as WebGLRenderingContext;
  const put = ({ x, y, width, height }: MaskRect, [r, g, b, a]: number[]) => {
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(x, canvas.height - y - height, width, height);
    // Premultiplied, as the page expects it.
    gl.clearColor(r * a, g * a, b * a, a);
    gl.clear(gl.COLOR_BUFFER_BIT);
  };
  return {
    context: gl,
    draw: (frame, sentinels) => (sentinels ? sentinel(sentinels, put) : rectangles(frame, put)),
    read: () => {
      const { width, height } = canvas;
      const bottomUp = new Uint8Array(4 * width * height);
      gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bottomUp);
      const rgba = new Uint8Array(bottomUp.length);
      for (let y = 0; y < height; y++)
        rgba.set(bottomUp.subarray(4 * y * width, 4 * (y + 1) * width), 4 * (height - 1 - y) * width);
      return rgba;
    },
  };
}

let workers: Worker[] = [];

function createSamplerOf(canvas: HTMLCanvasElement, c: Case): Sampler & { ready?: Promise<void> } {
  const options = { grid: c.grid, batch: c.batch };
  if (c.sampler === 'canvas2d') return new Canvas2dSampler(canvas, options);
  return new WorkerSampler(canvas, {
    ...options,
    createWorker: () => {
      const worker = new Worker(new URL('./gather.worker.js', import.meta.url), { type: 'module' });
      workers.push(worker);
      return worker;
    },
  });
}

async function run(c: Case) {
  const canvas = document.createElement('canvas');
  canvas.width = c.width;
  canvas.height = c.height;
  document.body.append(canvas);
  workers = [];
  const real = globalThis.VideoFrame;
  if (c.bitmap) Object.assign(globalThis, { VideoFrame: undefined });
  const scene = sceneOf(canvas, c);
  const sampler = createSamplerOf(canvas, c);
  const viewport = { x: 0, y: 0, width: canvas.width, height: canvas.height };
  const early = c.sampler === 'worker' && sampler.endFrame(0, null, viewport, []);
  await sampler.ready;
  const masks = c.masks ?? [];
  const told = c.unmasked ? [] : masks;
  const expected = new Expectations();
  const result = { largestBatch: 0, refused: 0, truthMismatches: 0, faults: [] as string[], mostUnderWay: 0 };
  const take = () => {
    const frames = sampler.beginFrame();
    expected.compare(frames);
    result.largestBatch = Math.max(result.largestBatch, frames.length);
  };
  let taken = 0;
  let first: { set: PackedSamples; loaded: LoadedSamples } | null = null;
  for (let frame = 0; taken < c.frames && frame < 10 * c.frames; frame++) {
    if (frame === c.resizeAt) canvas.height += 11;
    if (frame === (c.resizeAt ?? -9) + 3) canvas.width += 37;
    if (frame === c.batchAt) sampler.batch = c.batchTo!;
    take();
    // After a loss the first set is used again: what was loaded before stays loaded.
    const again: boolean = frame === (c.killAt ?? -2) + 1 && first !== null;
    const set: PackedSamples = again ? first!.set : randomSet(c.grid, c.samples, frame);
    const loaded: LoadedSamples = again ? first!.loaded : sampler.load([set])[0];
    first ??= { set, loaded };
    scene.draw(frame, c.sentinel ? masks : null);
    const pooled = told.map((mask) => ({ ...mask }));
    let took = false;
    try {
      took = sampler.endFrame(frame, loaded, viewport, pooled);
      // The caller's objects are its own again.
      for (const mask of pooled) mask.x = 9999;
      pooled.length = 0;
    } catch (error) {
      result.faults.push((error as Error).message);
    }
    if (took) {
      taken++;
      const { width, height } = canvas;
      const pixels = scene.read();
      const gather = new AreaGather(width, height, c.grid, true);
      if (frame === 1) {
        const truth = gather.picture(pixels);
        sampler.readTruth().forEach((value, i) => {
          if (value !== truth[i]) result.truthMismatches++;
        });
      }
      expected.expect(frame, set, masked(pixels, width, height, told, true), gather);
      result.mostUnderWay = Math.max(result.mostUnderWay, expected.left);
    } else result.refused++;
    if (frame === c.killAt) {
      // As an uncaught error in the worker would.
      workers[workers.length - 1].dispatchEvent(new ErrorEvent('error', { message: 'it died' }));
      expected.forget();
    }
    if (!c.rush) await nextTask();
  }
  await sampler.whenIdle?.();
  for (let frames = sampler.drain(); frames.length > 0; frames = sampler.drain()) expected.compare(frames);
  const { lost, skipped } = sampler.counters;
  sampler.dispose();
  sampler.dispose();
  const after = sampler.endFrame(1, null, viewport, []);
  canvas.remove();
  Object.assign(globalThis, { VideoFrame: real });
  return { ...result, ...expected.figures, early, after, lost, skipped, workers: workers.length, mostFps: sampler.mostFps };
}

/** What is said where the worker's script does not load. */
async function withoutWorker(): Promise<string> {
  const canvas = document.createElement('canvas');
  const createWorker = () => new Worker('/nowhere.js', { type: 'module' });
  const sampler = new WorkerSampler(canvas, { grid: { width: 32, height: 16 }, createWorker });
  return sampler.ready.then(
    () => 'ready',
    (error: { code: string }) => error.code,
  );
}

Object.assign(window, { run, withoutWorker });
