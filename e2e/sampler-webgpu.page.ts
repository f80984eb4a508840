import {
  AreaGather,
  type LoadedSamples,
  type MaskRect,
  type PackedSamples,
  type WebGpuDevice,
  WebGpuSampler,
  type WebGpuTexture,
} from '@sgaps/client';
import { depthToCode } from '@sgaps/protocol';
import { Expectations, masked, nextTask, random, randomSet } from './sampler-support.js';

interface Case {
  width: number;
  height: number;
  grid: { width: number; height: number };
  format: 'bgra8unorm' | 'rgba8unorm';
  frames: number;
  samples: number;
  batch: number;
  resizeAt?: number;
  /** Frame after which the device is destroyed; frames later another takes over. */
  loseAt?: number;
  masks?: MaskRect[];
  sentinel?: boolean;
  unmasked?: boolean;
  batchAt?: number;
  batchTo?: number;
  depth?: { width: number; height: number; bottomFirst: boolean };
  /** Never gives anything back time to arrive: endFrame again and again in one task. */
  rush?: boolean;
}

/** What a game uses of WebGPU, beyond what the sampler does: TypeScript's library has none of it. */
interface Device extends WebGpuDevice {
  readonly queue: WebGpuDevice['queue'] & {
    writeTexture(target: object, data: ArrayBufferView, layout: object, size: [number, number]): void;
    onSubmittedWorkDone(): Promise<void>;
  };
  destroy(): void;
  addEventListener(type: 'uncapturederror', listener: (event: { error: { message: string } }) => void): void;
}
interface Gpu {
  requestAdapter(): Promise<{ requestDevice(): Promise<Device> } | null>;
}
interface Context {
  configure(options: object): void;
  getCurrentTexture(): WebGpuTexture;
}

/** COPY_SRC, COPY_DST, TEXTURE_BINDING, RENDER_ATTACHMENT; MAP_READ | COPY_DST. */
const TEXTURE = { source: 1, target: 2, binding: 4, render: 16 };
const READ_BUFFER = 9;
const MAP_READ = 1;
const USAGE = TEXTURE.render | TEXTURE.source | TEXTURE.target;

async function newDevice(): Promise<Device> {
  const adapter = await (navigator as unknown as { gpu: Gpu }).gpu.requestAdapter();
  if (!adapter) throw new Error('There is no WebGPU adapter.');
  return adapter.requestDevice();
}

/** A picture made on the CPU and written into the canvas' texture, in RGBA, top row first. */
function picture(frame: number, width: number, height: number, sentinels: readonly MaskRect[] | null): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(width * height).fill(0xff000000);
  // Noise, a word a pixel; the low bits of such a generator are the least random.
  if (!sentinels)
    for (let i = 0, s = frame + 1; i < words.length; i++)
      words[i] = 0xff000000 | ((s = Math.imul(s, 1664525) + 1013904223) >>> 8);
  for (const mask of sentinels ?? []) {
    const [left, right] = [Math.max(0, mask.x), Math.min(width, mask.x + mask.width)];
    for (let y = Math.max(0, mask.y); y < Math.min(height, mask.y + mask.height) && left < right; y++)
      words.fill(0xffff00ff, y * width + left, y * width + right);
  }
  return new Uint8Array(words.buffer);
}

function swapped(rgba: Uint8Array<ArrayBuffer>, format: string): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(rgba.slice().buffer);
  if (format === 'bgra8unorm') {
    for (let i = 0; i < words.length; i++)
      words[i] = (words[i] & 0xff00ff00) | ((words[i] & 0xff) << 16) | ((words[i] >>> 16) & 0xff);
  }
  return new Uint8Array(words.buffer);
}

/** The engine's own read-back: the canvas' texture into a buffer. */
async function readAll(device: Device, texture: WebGpuTexture, format: string): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height } = texture;
  const stride = Math.ceil((4 * width) / 256) * 256;
  const buffer = device.createBuffer({ size: stride * height, usage: READ_BUFFER });
  const encoder = device.createCommandEncoder();
  encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow: stride }, [width, height]);
  device.queue.submit([encoder.finish()]);
  await buffer.mapAsync(MAP_READ);
  const bytes = new Uint8Array(buffer.getMappedRange());
  const out = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) out.set(bytes.subarray(y * stride, y * stride + 4 * width), 4 * y * width);
  buffer.destroy();
  return swapped(out, format);
}

async function run(c: Case) {
  const canvas = document.createElement('canvas');
  canvas.width = c.width;
  canvas.height = c.height;
  document.body.append(canvas);
  let device = await newDevice();
  const context = canvas.getContext('webgpu') as unknown as Context;
  let errors = 0;
  const configure = () => {
    context.configure({ device, format: c.format, usage: USAGE, alphaMode: 'opaque' });
    device.addEventListener('uncapturederror', (event) => {
      errors++;
      console.error(event.error.message);
    });
  };
  configure();
  const z = new Float32Array(c.depth ? c.depth.width * c.depth.height : 0);
  const depthTextureOn = (on: Device) =>
    c.depth
      ? on.createTexture({
          size: [c.depth.width, c.depth.height],
          format: 'r32float' as 'rgba8unorm',
          usage: TEXTURE.binding | TEXTURE.target,
        })
      : null;
  let depthTexture = depthTextureOn(device);
  let depthNow: WebGpuTexture | null = null;
  const source = { device, texture: () => context.getCurrentTexture(), format: c.format };
  const sampler = new WebGpuSampler(source, {
    grid: c.grid,
    batch: c.batch,
    ...(c.depth ? { depthTexture: () => depthNow, depthBottomFirst: c.depth.bottomFirst } : {}),
  });
  await sampler.whenIdle();
  const masks = c.masks ?? [];
  const told = c.unmasked ? [] : masks;
  const expected = new Expectations();
  const result = { truthMismatches: 0, largestBatch: 0, refused: 0, unread: 0, pictureMismatches: 0, sync: '' };
  const take = () => {
    const frames = sampler.beginFrame();
    expected.compare(frames);
    result.largestBatch = Math.max(result.largestBatch, frames.length);
  };
  let taken = 0;
  let first: { set: PackedSamples; loaded: LoadedSamples } | null = null;
  for (let frame = 0; taken < c.frames && frame < 4 * c.frames; frame++) {
    if (frame === c.resizeAt) canvas.height += 11;
    if (frame === (c.resizeAt ?? -9) + 3) canvas.width += 37;
    if (frame === c.batchAt) sampler.batch = c.batchTo!;
    take();
    // After a loss the first set is used again: what was loaded before stays loaded.
    const again: boolean = frame === (c.loseAt ?? -2) + 1 && first !== null;
    const set: PackedSamples = again ? first!.set : randomSet(c.grid, c.samples, frame);
    const loaded: LoadedSamples = again ? first!.loaded : sampler.load([set])[0];
    first ??= { set, loaded };
    const texture = context.getCurrentTexture();
    const { width, height } = texture;
    const pixels = picture(frame, width, height, c.sentinel ? masks : null);
    device.queue.writeTexture({ texture }, swapped(pixels, c.format), { bytesPerRow: 4 * width }, [width, height]);
    depthNow = frame % 5 === 4 ? null : depthTexture;
    let codes: Uint16Array | null = null;
    if (c.depth && depthNow) {
      const { width: w, height: h, bottomFirst } = c.depth;
      const next = random(frame + 77);
      for (let i = 0; i < z.length; i++) z[i] = next() < 0.3 ? 0 : 0.01 * Math.exp(next() * 14);
      device.queue.writeTexture({ texture: depthNow }, z, { bytesPerRow: 4 * w }, [w, h]);
      // A frame with masks comes without depth, or their outlines would show in it.
      if (set.count > 0 && told.length === 0) {
        codes = Uint16Array.from(set.words.subarray(0, set.count), (word) => {
          if (word >>> 20 > 0) return 0;
          const x = Math.floor((((word & 1023) + 0.5) * w) / c.grid.width);
          const y = Math.floor(((((word >>> 10) & 1023) + 0.5) * h) / c.grid.height);
          return depthToCode(z[(bottomFirst ? h - 1 - y : y) * w + x]);
        });
      }
    }
    const took = sampler.endFrame(frame, loaded, { x: 0, y: 0, width, height }, told);
    if (!took) result.refused++;
    if (took) {
      taken++;
      if (frame === 1 && !c.rush) {
        const [truth, own] = await Promise.all([sampler.readTruthAsync(), readAll(device, texture, c.format)]);
        own.forEach((value, i) => {
          if (value !== pixels[i]) result.pictureMismatches++;
        });
        const want = new AreaGather(width, height, c.grid, true).picture(own);
        truth.forEach((value, i) => {
          if (value !== want[i]) result.truthMismatches++;
        });
        try {
          sampler.readTruth();
        } catch (error) {
          result.sync = (error as { code: string }).code;
        }
      }
      const gather = new AreaGather(width, height, c.grid, true);
      expected.expect(frame, set, masked(pixels, width, height, told, true), gather, codes);
    }
    if (frame === c.loseAt) {
      device.destroy();
      await device.lost;
      for (let i = 0; i < 3; i++) {
        take();
        if (sampler.endFrame(99_990 + i, null, { x: 0, y: 0, width, height }, told)) errors++;
        await nextTask();
      }
      device = await newDevice();
      configure();
      depthTexture = depthTextureOn(device);
      sampler.setDevice(device);
      await sampler.whenIdle();
      expected.forget();
    }
    if (!c.rush) await nextTask();
  }
  await sampler.whenIdle();
  for (let frames = sampler.drain(); frames.length > 0; frames = sampler.drain()) expected.compare(frames);
  const { lost, skipped } = sampler.counters;
  sampler.dispose();
  sampler.dispose();
  const after = sampler.endFrame(1, null, { x: 0, y: 0, width: 1, height: 1 }, []);
  await device.queue.onSubmittedWorkDone();
  canvas.remove();
  return { ...result, errors, lost, skipped, after, ...expected.figures };
}

/** What a sampler says of a source it cannot use. */
async function refuse(): Promise<{ format: string; usage: string }> {
  const device = await newDevice();
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('webgpu') as unknown as Context;
  const grid = { width: 32, height: 16 };
  const texture = () => context.getCurrentTexture();
  const codeOf = (work: () => unknown) => {
    try {
      work();
      return 'none';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  const format = codeOf(() => new WebGpuSampler({ device, texture, format: 'rgba16float' }, { grid }));
  context.configure({ device, format: 'bgra8unorm', usage: TEXTURE.render });
  const sampler = new WebGpuSampler({ device, texture, format: 'bgra8unorm' }, { grid });
  await sampler.whenIdle();
  const [loaded] = sampler.load([{ words: Uint32Array.of(0), count: 1 }]);
  const usage = codeOf(() => sampler.endFrame(0, loaded, { x: 0, y: 0, width: 1, height: 1 }, []));
  sampler.dispose();
  device.destroy();
  return { format, usage };
}

Object.assign(window, { run, refuse });
