import type { AbstractEngine } from '@babylonjs/core/Engines/abstractEngine.js';
import { Engine } from '@babylonjs/core/Engines/engine.js';
import '@babylonjs/core/Engines/Extensions/engine.dynamicTexture.js';

/** Of the game's picture, in pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** An engine on a canvas of its own that is not on the page yet, and what the player should know about the choice. */
export interface EngineChoice {
  readonly engine: AbstractEngine;
  readonly canvas: HTMLCanvasElement;
  readonly warning?: string;
}

/**
 * Starts the engine asked for: `webgpu`, or WebGL2 for everything else and where there is no WebGPU. The canvas keeps the
 * game's size however large the page shows it.
 */
export async function createEngine(wanted: string | null, antialias: boolean, size: Size): Promise<EngineChoice> {
  if (wanted !== 'webgpu') return createWebGl(antialias, size);
  const canvas = createCanvas(size);
  try {
    const { startWebGpu } = await import('./startWebGpu.js');
    const engine = await startWebGpu(canvas, antialias);
    if (engine) return { engine, canvas };
    return { ...createWebGl(antialias, size), warning: 'This browser has no WebGPU: drawn with WebGL2 instead.' };
  } catch (error) {
    console.info(error);
    return { ...createWebGl(antialias, size), warning: 'WebGPU did not start: drawn with WebGL2 instead.' };
  }
}

function createWebGl(antialias: boolean, size: Size): EngineChoice {
  const canvas = createCanvas(size);
  const engine = new Engine(canvas, antialias, { stencil: false, audioEngine: false, alpha: false }, false);
  // Programs are linked at once, so that a frame never lacks what is still being compiled.
  engine.getCaps().parallelShaderCompile = undefined;
  return { engine, canvas };
}

/** Engines measure the page; a canvas that is not on it keeps its own size. */
function createCanvas({ width, height }: Size): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.tabIndex = 0;
  return canvas;
}
