import type { AbstractEngine } from '@babylonjs/core/Engines/abstractEngine.js';
import type { Mutable, Viewport, WebGpuSource, WebGpuTexture } from '@sgaps/client';

/** What this plugin reads of an engine beyond its public API; checked at run time, as these names may go. */
interface EngineInside {
  readonly _gl?: unknown;
  readonly _device?: WebGpuSource['device'];
  readonly _context?: { getCurrentTexture?(): WebGpuTexture };
  readonly _viewportCached?: { readonly x: number; readonly y: number; readonly z: number; readonly w: number };
  readonly _options?: { readonly swapChainFormat?: string };
}

/** What an engine draws with: its WebGL2 context, or its WebGPU device and the canvas's frames. */
type EngineParts = WebGL2RenderingContext | WebGpuSource;

/**
 * What an engine draws with, or `null` where that is not to be had: WebGL1, `NullEngine`, or a Babylon that keeps it elsewhere.
 *
 * @example
 * ```ts
 * const source = engineParts(engine) ?? engine.getRenderingCanvas();
 * ```
 */
export function engineParts(engine: AbstractEngine): EngineParts | null {
  const { _gl: gl, _device: device, _context: context, _options: options } = engine as unknown as EngineInside;
  if (!engine.isWebGPU) {
    return typeof WebGL2RenderingContext !== 'undefined' && gl instanceof WebGL2RenderingContext ? gl : null;
  }
  if (!device || !context?.getCurrentTexture) return null;
  const frames = context as { getCurrentTexture(): WebGpuTexture };
  const canvas = engine.getRenderingCanvas() ?? undefined;
  return { device, texture: () => frames.getCurrentTexture(), format: options?.swapChainFormat ?? 'unknown', canvas };
}

/** Writes what the engine last gave to `gl.viewport` to `out`; the whole canvas where it does not tell. */
export function readViewport(engine: AbstractEngine, out: Mutable<Viewport>): Viewport {
  const last = (engine as unknown as EngineInside)._viewportCached;
  const known = last !== undefined && last.z > 0;
  out.x = known ? last.x : 0;
  out.y = known ? last.y : 0;
  out.width = known ? last.z : engine.getRenderWidth(true);
  out.height = known ? last.w : engine.getRenderHeight(true);
  return out;
}
