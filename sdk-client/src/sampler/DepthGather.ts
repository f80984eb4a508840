import type { CaptureGrid } from '@sgaps/protocol';
import type { GatherResources } from './GatherResources.js';
import { DEPTH_FRAGMENT } from './gatherShader.js';
import { linkGather } from './linkGather.js';
import type { SampleRun } from './Sampler.js';

/**
 * The engine's depth texture of the frame just drawn, as WebGL2 has it: R32F, camera-space z, bottom row first, and its size.
 *
 * @example
 * ```ts
 * const depth: DepthTexture = { texture: map.getInternalTexture()._hardwareTexture.underlyingResource, width: 1280, height: 720 };
 * ```
 */
export interface DepthTexture {
  readonly texture: WebGLTexture;
  readonly width: number;
  readonly height: number;
}

/**
 * The second gather of `WebGL2Sampler`: the raw bits of the depth texture under every point sample and one pixel of each block. Made when depth is first
 * asked for. Between two calls nothing stays bound; the engine's texture and its filters are left alone.
 *
 * @example
 * ```ts
 * const gather = new DepthGather(gl, grid, unit);
 * gather.draw(depth, resources, first, row, runs); // target, viewport and vertex array are set
 * ```
 */
export class DepthGather {
  readonly #gl: WebGL2RenderingContext;
  readonly #grid: CaptureGrid;
  readonly #unit: number;
  readonly #program: WebGLProgram;
  readonly #place: WebGLUniformLocation | null;
  readonly #size: WebGLUniformLocation | null;
  readonly #nearest: WebGLSampler;

  /** `unit` is a texture unit that no engine uses. */
  constructor(gl: WebGL2RenderingContext, grid: CaptureGrid, unit: number) {
    this.#gl = gl;
    this.#grid = grid;
    this.#unit = unit;
    this.#program = linkGather(gl, DEPTH_FRAGMENT);
    this.#place = gl.getUniformLocation(this.#program, 'place');
    this.#size = gl.getUniformLocation(this.#program, 'size');
    this.#nearest = gl.createSampler();
    gl.samplerParameteri(this.#nearest, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.samplerParameteri(this.#nearest, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    const program = gl.getParameter(gl.CURRENT_PROGRAM) as WebGLProgram | null;
    gl.useProgram(this.#program);
    gl.uniform1i(gl.getUniformLocation(this.#program, 'picture'), unit);
    gl.useProgram(program);
  }

  /** Draws the depths of a set, the words of which lie from `first` on, from row `row` of the target on; leaves its program in use. */
  draw(depth: DepthTexture, resources: GatherResources, first: number, row: number, runs: readonly SampleRun[]): void {
    const gl = this.#gl;
    const active = gl.getParameter(gl.ACTIVE_TEXTURE) as number;
    gl.activeTexture(gl.TEXTURE0 + this.#unit);
    gl.bindTexture(gl.TEXTURE_2D, depth.texture);
    gl.bindSampler(this.#unit, this.#nearest);
    gl.useProgram(this.#program);
    gl.uniform4ui(this.#size, depth.width, depth.height, this.#grid.width, this.#grid.height);
    resources.draw(this.#place, first, row, runs, true);
    gl.bindSampler(this.#unit, null);
    gl.bindTexture(gl.TEXTURE_2D, null);
    gl.activeTexture(active);
  }

  dispose(): void {
    this.#gl.deleteProgram(this.#program);
    this.#gl.deleteSampler(this.#nearest);
  }
}
