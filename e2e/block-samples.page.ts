import {
  AreaGather,
  Canvas2dSampler,
  type Sampler,
  WebGL2Sampler,
  type WebGpuDevice,
  WebGpuSampler,
  type WebGpuTexture,
  WorkerSampler,
} from '@sgaps/client';
import {
  BLOCK_KIND,
  BLOCK_SAMPLES,
  blockStep,
  CoordinateCodec,
  createSampleSet,
  levelOf,
  type PixelFrame,
  PixelPacketDecoder,
  type SampleSet,
  type Tier,
} from '@sgaps/protocol';
import type { RecorderConnection } from '../sdk-client/src/connection/RecorderConnection.js';
import { BatchBuilder, type FlatFrame } from '../sdk-client/src/courier/BatchBuilder.js';
import { Courier } from '../sdk-client/src/courier/Courier.js';
import type { PackedRequest } from '../sdk-client/src/courier/FrameBatch.js';
import { FrameStateBuffer } from '../sdk-client/src/state/FrameStateBuffer.js';
import { nextTask, random } from './sampler-support.js';

interface Case {
  sampler: 'webgl2' | 'webgpu' | 'worker' | 'canvas2d';
  width: number;
  height: number;
  grid: { width: number; height: number };
  frames: number;
  blocks: number;
  points: number;
  quantiser: number;
}

/** A canvas with a picture of our making, and the sampler for it. `show` returns what is on it: RGBA, top row first. */
interface Stage {
  readonly sampler: Sampler;
  show(frame: number): Uint8Array<ArrayBuffer>;
}

/** Smooth, flat and noisy parts; half of it changes from frame to frame. */
function paint(frame: number, width: number, height: number): Uint8Array<ArrayBuffer> {
  const next = random(7);
  const rgba = new Uint8Array(4 * width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const t = x < width / 2 ? 0 : 5 * frame;
      const noise = y > height / 2 ? 60 * next() : 0;
      const flat = (((x + t) >> 5) & 1) === 0;
      for (let c = 0; c < 3; c++)
        rgba[at + c] = flat ? 70 * c + 30 : 128 + 60 * Math.sin((x + t) / 17 + c) * Math.cos(y / 11) + noise;
      rgba[at + 3] = 255;
    }
  }
  return rgba;
}

function stage2d(canvas: HTMLCanvasElement, sampler: Sampler): Stage {
  const context = canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
  return {
    sampler,
    show: (frame) => {
      const rgba = paint(frame, canvas.width, canvas.height);
      context.putImageData(new ImageData(new Uint8ClampedArray(rgba), canvas.width, canvas.height), 0, 0);
      return rgba;
    },
  };
}

function stageGl(canvas: HTMLCanvasElement, c: Case): Stage {
  const gl = canvas.getContext('webgl2', { alpha: false, antialias: false })!;
  const { width, height } = canvas;
  const [texture, from] = [gl.createTexture(), gl.createFramebuffer()];
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, width, height);
  gl.bindFramebuffer(gl.READ_FRAMEBUFFER, from);
  gl.framebufferTexture2D(gl.READ_FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  return {
    sampler: new WebGL2Sampler(gl, { grid: c.grid, batch: 2 }),
    show: (frame) => {
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, paint(frame, width, height));
      gl.bindFramebuffer(gl.READ_FRAMEBUFFER, from);
      // A blit alone may come before the browser clears what it has shown. The texture's first row is the picture's top.
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.blitFramebuffer(0, 0, width, height, 0, height, width, 0, gl.COLOR_BUFFER_BIT, gl.NEAREST);
      gl.bindFramebuffer(gl.READ_FRAMEBUFFER, null);
      const bottomUp = new Uint8Array(4 * width * height);
      gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bottomUp);
      const rgba = new Uint8Array(bottomUp.length);
      for (let y = 0; y < height; y++)
        rgba.set(bottomUp.subarray(4 * width * y, 4 * width * (y + 1)), 4 * width * (height - 1 - y));
      return rgba;
    },
  };
}

interface Device extends WebGpuDevice {
  readonly queue: WebGpuDevice['queue'] & {
    writeTexture(target: object, data: ArrayBufferView, layout: object, size: [number, number]): void;
  };
}

async function stageGpu(canvas: HTMLCanvasElement, c: Case): Promise<Stage> {
  const { gpu } = navigator as unknown as { gpu: { requestAdapter(): Promise<{ requestDevice(): Promise<Device> }> } };
  const device = await (await gpu.requestAdapter()).requestDevice();
  const context = canvas.getContext('webgpu') as unknown as {
    configure(options: object): void;
    getCurrentTexture(): WebGpuTexture;
  };
  // RENDER_ATTACHMENT, COPY_SRC, COPY_DST.
  context.configure({ device, format: 'rgba8unorm', usage: 16 | 1 | 2, alphaMode: 'opaque' });
  const sampler = new WebGpuSampler(
    { device, texture: () => context.getCurrentTexture(), format: 'rgba8unorm' },
    { grid: c.grid, batch: 2 },
  );
  await sampler.whenIdle();
  return {
    sampler,
    show: (frame) => {
      const rgba = paint(frame, canvas.width, canvas.height);
      const texture = context.getCurrentTexture();
      device.queue.writeTexture({ texture }, rgba, { bytesPerRow: 4 * canvas.width }, [canvas.width, canvas.height]);
      return rgba;
    },
  };
}

async function stageOf(canvas: HTMLCanvasElement, c: Case): Promise<Stage> {
  const options = { grid: c.grid, batch: 2 };
  if (c.sampler === 'webgl2') return stageGl(canvas, c);
  if (c.sampler === 'webgpu') return stageGpu(canvas, c);
  if (c.sampler === 'canvas2d') return stage2d(canvas, new Canvas2dSampler(canvas, options));
  const createWorker = () => new Worker(new URL('./gather.worker.js', import.meta.url), { type: 'module' });
  const sampler = new WorkerSampler(canvas, { ...options, createWorker });
  const stage = stage2d(canvas, sampler);
  await sampler.ready;
  return stage;
}

/** Blocks of all levels and tiers, the first ones at the corners and over the edges, and points and means. */
function request(c: Case, frame: number): SampleSet {
  const { width, height } = c.grid;
  const next = random(99 + (frame >> 1));
  const set = createSampleSet(c.blocks + c.points);
  const corners = [
    [0, 0],
    [width - 1, height - 1],
    [width - 5, 3],
    [2, height - 17],
  ];
  set.quantiser = c.quantiser;
  set.count = c.blocks + c.points;
  for (let i = 0; i < set.count; i++) {
    const [u, v] = corners[i] ?? [next() * width, next() * height];
    set.u[i] = u;
    set.v[i] = v;
    set.kind[i] = i < c.blocks ? BLOCK_KIND | (i % 3) : i % 5;
    set.tier[i] = i % 4;
  }
  return set;
}

const nothing = () => undefined;

class Line implements RecorderConnection {
  readonly isOpen = true;
  readonly bufferedAmount = 0;
  coordinates: (bytes: Uint8Array) => void = () => undefined;
  constructor(readonly sendPixels: (bytes: Uint8Array) => void) {}
  readonly sendEvent = nothing;
  readonly sendStats = nothing;
  readonly onReset = nothing;
  readonly onClosed = nothing;
  readonly close = nothing;
  onCoordinates(handler: (bytes: Uint8Array) => void): void {
    this.coordinates = handler;
  }
}

/** The whole way: request, courier, sampler, courier, decoder. */
async function run(c: Case) {
  const canvas = document.createElement('canvas');
  canvas.width = c.width;
  canvas.height = c.height;
  document.body.append(canvas);
  const { sampler, show } = await stageOf(canvas, c);
  const codec = new CoordinateCodec(c.grid);
  const asked = new Map<number, SampleSet>();
  const truths = new Map<number, Uint8Array>();
  const result = {
    frames: 0,
    samples: 0,
    mismatches: 0,
    largest: 0,
    blocks: 0,
    tooFar: 0,
    worst: 0,
    pointsOff: 0,
    faults: '',
    bytes: 0,
  };
  const tierBits = [8, 8, 8, 8] as const;
  const decoder = new PixelPacketDecoder({ grid: c.grid, schema: { values: [] }, tierBits, resolve: (id) => asked.get(id) });
  const decoded: PixelFrame[] = [];
  const line = new Line((bytes) => {
    result.bytes += bytes.length;
    for (const frame of decoder.decode(bytes))
      decoded.push({ ...frame, values: { ...frame.values, rgb: frame.values.rgb.slice() } });
  });
  let newest: readonly PackedRequest[] = [];
  const courier = new Courier(
    { connection: line, grid: c.grid, schema: { values: [] }, tierBits, bufferedBytes: 1e9 },
    { onRequests: (requests) => (newest = requests), onFault: (code, cause) => (result.faults += `${code}: ${String(cause)}`) },
  );
  const builder = new BatchBuilder();
  const state = new FrameStateBuffer();
  const pending: FlatFrame[] = [];
  const take = (frames: ReturnType<Sampler['beginFrame']>) => {
    if (frames.length === 0) return;
    builder.begin(null);
    for (const frame of frames) {
      const truth = truths.get(frame.frameId) as Uint8Array;
      const set = asked.get(frame.frameId) as SampleSet;
      for (let i = 0; i < set.count; i++) {
        for (let k = 0; k < 3; k++) {
          const off = Math.abs(frame.rgba[4 * i + k] - truth[3 * i + k]);
          if (off > 0) result.mismatches++;
          result.largest = Math.max(result.largest, off);
        }
      }
      result.frames++;
      result.samples += set.count;
      builder.add(pending.shift() as FlatFrame, frame);
    }
    courier.send(builder.take());
  };
  for (let frame = 0; frame < c.frames; frame++) {
    take(sampler.beginFrame());
    const bytes = codec.encode([{ frameId: frame, explicit: request(c, frame), seeded: [] }]);
    const set = codec.expand(codec.decode(bytes)[0]);
    asked.set(frame, set);
    line.coordinates(bytes);
    const [loaded] = sampler.load(newest);
    const rgba = show(frame);
    const gather = new AreaGather(c.width, c.height, c.grid, true);
    const truth = new Uint8Array(3 * set.count);
    for (let i = 0; i < set.count; i++) gather.sample(rgba, set.u[i], set.v[i], levelOf(set.kind[i]), truth, 3 * i);
    truths.set(frame, truth);
    for (;;) {
      if (sampler.endFrame(frame, loaded, { x: 0, y: 0, width: c.width, height: c.height }, [])) break;
      await nextTask();
      take(sampler.beginFrame());
      show(frame);
    }
    const flat = { numbers: new Float64Array(64), length: 0 };
    builder.flatten(flat, frame, 33 * frame, frame, state);
    pending.push(flat);
    await nextTask();
  }
  await sampler.whenIdle?.();
  for (let frames = sampler.drain(); frames.length > 0; frames = sampler.drain()) take(frames);
  for (const { frameId, samples, values } of decoded) {
    const truth = truths.get(frameId) as Uint8Array;
    for (let i = 0; i < samples.count; i++) {
      if (samples.kind[i] < BLOCK_KIND) {
        for (let k = 3 * i; k < 3 * i + 3; k++) if (values.rgb[k] !== truth[k]) result.pointsOff++;
        continue;
      }
      let sum = 0;
      for (let k = 3 * i; k < 3 * (i + BLOCK_SAMPLES); k++) sum += (values.rgb[k] - truth[k]) ** 2;
      // Error of a block over the step it was coded with.
      const off = Math.sqrt(sum / (3 * BLOCK_SAMPLES)) / Math.max(1, blockStep(samples.quantiser, samples.tier[i] as Tier) / 8);
      result.worst = Math.max(result.worst, off);
      if (off > 1) result.tooFar++;
      result.blocks++;
      i += BLOCK_SAMPLES - 1;
    }
  }
  sampler.dispose();
  canvas.remove();
  return { ...result, decoded: decoded.length };
}

Object.assign(window, { run });
