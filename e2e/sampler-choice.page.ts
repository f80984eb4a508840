import {
  type ChosenSampler,
  createSampler,
  type SamplerOptions,
  type SamplerSource,
  type WebGpuDevice,
  type WebGpuTexture,
} from '@sgaps/client';

const grid = { width: 32, height: 16 };
const createWorker = () => new Worker(new URL('./gather.worker.js', import.meta.url), { type: 'module' });
const noScript = () => new Worker('/nowhere.js', { type: 'module' });

interface Context {
  configure(options: object): void;
  getCurrentTexture(): WebGpuTexture;
}
interface Gpu {
  requestAdapter(): Promise<{ requestDevice(): Promise<WebGpuDevice> }>;
}

function canvasOf(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = 64;
  canvas.height = 32;
  return canvas;
}

/** A canvas that a game on this context has drawn on in this task. */
function drawn(kind: 'webgl2' | 'webgl' | '2d'): HTMLCanvasElement {
  const canvas = canvasOf();
  if (kind === '2d') canvas.getContext('2d')!.fillRect(3, 3, 20, 20);
  else {
    const gl = canvas.getContext(kind) as WebGLRenderingContext;
    gl.clearColor(0.2, 0.4, 0.6, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }
  return canvas;
}

async function drawnOnWebGpu(usage: number, format = 'bgra8unorm') {
  const adapter = await (navigator as unknown as { gpu: Gpu }).gpu.requestAdapter();
  const device = await adapter.requestDevice();
  const canvas = canvasOf();
  const context = canvas.getContext('webgpu') as unknown as Context;
  context.configure({ device, format, usage, alphaMode: 'opaque' });
  const encoder = device.createCommandEncoder();
  const view = context.getCurrentTexture().createView();
  const colorAttachments = [{ view, clearValue: { r: 0.2, g: 0.4, b: 0.6, a: 1 }, loadOp: 'clear', storeOp: 'store' }];
  encoder.beginRenderPass({ colorAttachments }).end();
  device.queue.submit([encoder.finish()]);
  return { canvas, device, format, texture: () => context.getCurrentTexture() };
}

async function outcomeOf(source: SamplerSource, options: Partial<SamplerOptions> = {}) {
  try {
    const chosen: ChosenSampler = await createSampler(source, { grid, createWorker, ...options });
    const { kind, batch } = chosen.sampler;
    chosen.sampler.dispose();
    return { kind, batch, why: chosen.why };
  } catch (error) {
    return { code: (error as { code?: string }).code, why: (error as Error).message };
  }
}

const RENDER = 16;
const COPY_SOURCE = 1;

const cases = {
  canvasWebgl2: () => outcomeOf(drawn('webgl2'), { batch: 7 }),
  contextWebgl2: () => outcomeOf(canvasOf().getContext('webgl2')!),
  canvasWebgl1: () => outcomeOf(drawn('webgl')),
  canvas2d: () => outcomeOf(drawn('2d')),
  webgpuSource: async () => outcomeOf(await drawnOnWebGpu(RENDER | COPY_SOURCE)),
  canvasWebgpu: async () => outcomeOf((await drawnOnWebGpu(RENDER | COPY_SOURCE)).canvas),
  canvasWebgpuClosed: async () => outcomeOf((await drawnOnWebGpu(RENDER)).canvas),
  webgpuFloat: async () => outcomeOf(await drawnOnWebGpu(RENDER | COPY_SOURCE, 'rgba16float')),
  noWorker: () => outcomeOf(drawn('webgl'), { createWorker: noScript }),
  preferWorker: () => outcomeOf(drawn('webgl2'), { prefer: 'worker' }),
  preferCanvas2d: () => outcomeOf(drawn('webgl2'), { prefer: 'canvas2d' }),
  preferWhatIsNot: () => outcomeOf(drawn('webgl'), { prefer: 'webgl2' }),
  preferWorkerBroken: () => outcomeOf(drawn('webgl2'), { prefer: 'worker', createWorker: noScript }),
  badBatch: () => outcomeOf(drawn('webgl2'), { batch: 99 }),
  lostContext: () => {
    const canvas = canvasOf();
    const gl = canvas.getContext('webgl2')!;
    gl.getExtension('WEBGL_lose_context')!.loseContext();
    return outcomeOf(gl);
  },
  /** The game comes later and must still get the context it wants. */
  empty: async () => {
    const canvas = canvasOf();
    const outcome = await outcomeOf(canvas);
    return { ...outcome, stillFree: canvas.getContext('webgl') !== null };
  },
};

Object.assign(window, { choose: (name: keyof typeof cases) => cases[name]() });
