import type { AbstractEngine } from '@babylonjs/core/Engines/abstractEngine.js';
import type { Viewport } from '@sgaps/client';

/** What this plugin reads of an engine beyond its public API; checked at run time, as these names may go. */
interface EngineInside {
  readonly _gl?: unknown;
  readonly _device?: object;
  readonly _context?: { getCurrentTexture?: unknown };
  readonly _viewportCached?: { readonly x: number; readonly y: number; readonly z: number; readonly w: number };
  readonly _options?: { readonly swapChainFormat?: string };
}

/** What an engine draws with: its WebGL2 context, or its WebGPU device with the canvas's context and format. */
export type EngineParts =
  | { readonly gl: WebGL2RenderingContext }
  | { readonly device: object; readonly context: object; readonly format: string | undefined };

/**
 * What an engine draws with, or `null` where that cannot be sampled: WebGL1, `NullEngine`, or a Babylon that keeps it elsewhere.
 *
 * @example
 * ```ts
 * const parts = engineParts(scene.getEngine());
 * if (parts && 'gl' in parts) new WebGL2Sampler(parts.gl, { grid });
 * ```
 */
export function engineParts(engine: AbstractEngine): EngineParts | null {
  const { _gl: gl, _device: device, _context: context, _options: options } = engine as unknown as EngineInside;
  if (engine.isWebGPU) {
    const known = device && typeof context?.getCurrentTexture === 'function';
    return known ? { device, context, format: options?.swapChainFormat } : null;
  }
  return typeof WebGL2RenderingContext !== 'undefined' && gl instanceof WebGL2RenderingContext ? { gl } : null;
}

/** What the engine last gave to `gl.viewport`; the whole canvas where it does not tell. */
export function viewportOf(engine: AbstractEngine): Viewport {
  const last = (engine as unknown as EngineInside)._viewportCached;
  if (last && last.z > 0) return { x: last.x, y: last.y, width: last.z, height: last.w };
  return { x: 0, y: 0, width: engine.getRenderWidth(true), height: engine.getRenderHeight(true) };
}
