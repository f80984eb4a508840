import { WebGPUEngine } from '@babylonjs/core/Engines/webgpuEngine.js';

/**
 * Starts Babylon's WebGPU engine on a canvas; nothing where the browser has none. All materials of the game have WGSL shaders,
 * so that no shader translator is fetched from anywhere.
 */
export async function startWebGpu(canvas: HTMLCanvasElement, antialias: boolean): Promise<WebGPUEngine | undefined> {
  if (!(await WebGPUEngine.IsSupportedAsync)) return undefined;
  const engine = new WebGPUEngine(canvas, { antialias, adaptToDeviceRatio: false, audioEngine: false });
  await engine.initAsync();
  return engine;
}
