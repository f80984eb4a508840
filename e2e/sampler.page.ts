import {
  AreaGather,
  areaPicture,
  type LoadedSamples,
  type MaskRect,
  type PackedSamples,
  WEBGL2_EXTRAS,
  WebGL2Sampler,
} from '@sgaps/client';
import { depthToCode } from '@sgaps/protocol';
import { Expectations, masked, nextTask, random, randomSet } from './sampler-support.js';

interface Case {
  width: number;
  height: number;
  grid: { width: number; height: number };
  alpha: boolean;
  antialias: boolean;
  frames: number;
  samples: number;
  batch: number;
  /** Frame before which the canvas becomes this much larger. */
  resizeAt?: number;
  /** Frame after which the context is lost and restored. */
  loseAt?: number;
  masks?: MaskRect[];
  /** Black everywhere, magenta under the masks. */
  sentinel?: boolean;
  /** The sampler is not told of the masks: the control of the sentinel. */
  unmasked?: boolean;
  /** Frame before which the batch size becomes `batchTo`. */
  batchAt?: number;
  batchTo?: number;
  /** All frames in one task, so that nothing can come back. */
  rush?: boolean;
  /** Size of the depth texture, where there is one; every fifth frame has none. */
  depth?: { width: number; height: number };
}

const TRIANGLE_VS =
  '#version 300 es\nuniform vec3 t;void main(){float a=t.x+float(gl_VertexID)*2.1;gl_Position=vec4(cos(a)*t.y,sin(a)*t.z,0.,1.);}';
const TRIANGLE_FS = '#version 300 es\nprecision highp float;out vec4 o;void main(){o=vec4(fract(gl_FragCoord.xy*.017),.5,.7);}';

class Scene {
  program!: WebGLProgram;
  readonly gl: WebGL2RenderingContext;
  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
    this.build();
  }

  build(): void {
    const { gl } = this;
    this.program = gl.createProgram();
    for (const [type, source] of [
      [gl.VERTEX_SHADER, TRIANGLE_VS],
      [gl.FRAGMENT_SHADER, TRIANGLE_FS],
    ] as const) {
      const shader = gl.createShader(type)!;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(this.program, shader);
    }
    gl.linkProgram(this.program);
  }

  /** Rectangles and an edge that antialiasing softens; leaves scissor and blend on, as an engine may. */
  draw(frame: number, sentinels: readonly MaskRect[] | null): void {
    const { gl } = this;
    if (sentinels) return this.drawSentinels(sentinels);
    const next = random(frame + 1);
    const { drawingBufferWidth: w, drawingBufferHeight: h } = gl;
    gl.viewport(0, 0, w, h);
    gl.disable(gl.SCISSOR_TEST);
    gl.disable(gl.BLEND);
    gl.clearColor(next(), next(), next(), 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.SCISSOR_TEST);
    for (let i = 0; i < 60; i++) {
      gl.scissor(next() * w, next() * h, 1 + next() * 40, 1 + next() * 30);
      gl.clearColor(next(), next(), next(), next());
      gl.clear(gl.COLOR_BUFFER_BIT);
    }
    gl.scissor(0, 0, w - 3, h - 5);
    gl.enable(gl.BLEND);
    gl.enable(gl.CULL_FACE);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    gl.useProgram(this.program);
    gl.uniform3f(gl.getUniformLocation(this.program, 't'), frame * 0.37, 0.9, 0.8);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  drawSentinels(sentinels: readonly MaskRect[]): void {
    const { gl } = this;
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.disable(gl.SCISSOR_TEST);
    gl.clearColor(0, 0, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.SCISSOR_TEST);
    gl.clearColor(1, 0, 1, 1);
    for (const { x, y, width, height } of sentinels) {
      gl.scissor(x, gl.drawingBufferHeight - y - height, width, height);
      gl.clear(gl.COLOR_BUFFER_BIT);
    }
  }
}

/** Camera-space z as an engine's depth renderer leaves it: 0 where nothing was drawn, else anything. */
class DepthScene {
  readonly z: Float32Array;
  texture: WebGLTexture;

  constructor(
    readonly gl: WebGL2RenderingContext,
    readonly width: number,
    readonly height: number,
  ) {
    this.z = new Float32Array(width * height);
    this.texture = gl.createTexture();
  }

  build(): void {
    this.texture = this.gl.createTexture();
  }

  draw(frame: number): void {
    const { gl, width, height, z } = this;
    const next = random(frame + 77);
    for (let i = 0; i < z.length; i++) z[i] = next() < 0.3 ? 0 : 0.01 * Math.exp(next() * 14);
    gl.activeTexture(gl.TEXTURE3);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, width, height, 0, gl.RED, gl.FLOAT, z);
  }

  /** Codes of a set: of points the texel in the middle of the grid pixel, of means nothing. */
  codes(set: PackedSamples, grid: { width: number; height: number }): Uint16Array {
    return Uint16Array.from(set.words.subarray(0, set.count), (word) => {
      if (word >>> 20 > 0) return 0;
      const x = Math.floor((((word & 1023) + 0.5) * this.width) / grid.width);
      const y = Math.floor(((((word >>> 10) & 1023) + 0.5) * this.height) / grid.height);
      return depthToCode(this.z[(this.height - 1 - y) * this.width + x]);
    });
  }
}

function stateOf(gl: WebGL2RenderingContext): string {
  const names = [
    gl.CURRENT_PROGRAM,
    gl.VERTEX_ARRAY_BINDING,
    gl.DRAW_FRAMEBUFFER_BINDING,
    gl.READ_FRAMEBUFFER_BINDING,
    gl.ARRAY_BUFFER_BINDING,
  ];
  const more = [gl.PIXEL_PACK_BUFFER_BINDING, gl.COPY_WRITE_BUFFER_BINDING, gl.UNIFORM_BUFFER_BINDING, gl.TEXTURE_BINDING_2D];
  // The units that the sampler uses, too.
  const active = gl.getParameter(gl.ACTIVE_TEXTURE) as number;
  const units = gl.getParameter(gl.MAX_COMBINED_TEXTURE_IMAGE_UNITS) as number;
  gl.activeTexture(gl.TEXTURE0 + units - 2);
  const own = [gl.TEXTURE_BINDING_2D, gl.SAMPLER_BINDING].map((name) => objectId(gl.getParameter(name) as object | null));
  gl.activeTexture(active);
  const objects = [...names, ...more].map((name) => objectId(gl.getParameter(name) as object | null));
  const values = [gl.VIEWPORT, gl.SCISSOR_BOX, gl.COLOR_WRITEMASK, gl.ACTIVE_TEXTURE].map((name) =>
    String(gl.getParameter(name)),
  );
  const caps = [gl.SCISSOR_TEST, gl.BLEND, gl.DEPTH_TEST, gl.STENCIL_TEST, gl.CULL_FACE, gl.DITHER, gl.RASTERIZER_DISCARD].map(
    (cap) => gl.isEnabled(cap),
  );
  return JSON.stringify([objects, own, values, caps]);
}

const ids = new WeakMap<object, number>();
let nextId = 1;
function objectId(object: object | null): number {
  if (!object) return 0;
  if (!ids.has(object)) ids.set(object, nextId++);
  return ids.get(object)!;
}

function readAll(gl: WebGL2RenderingContext): Uint8Array {
  const pixels = new Uint8Array(4 * gl.drawingBufferWidth * gl.drawingBufferHeight);
  gl.readPixels(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  return pixels;
}

async function run(c: Case) {
  const canvas = document.createElement('canvas');
  canvas.width = c.width;
  canvas.height = c.height;
  document.body.append(canvas);
  const gl = canvas.getContext('webgl2', { alpha: c.alpha, antialias: c.antialias })!;
  const lose = gl.getExtension('WEBGL_lose_context')!;
  const scene = new Scene(gl);
  const depthScene = c.depth ? new DepthScene(gl, c.depth.width, c.depth.height) : null;
  let depthNow: DepthScene | null = null;
  const sampler = new WebGL2Sampler(gl, {
    extras: WEBGL2_EXTRAS,
    grid: c.grid,
    batch: c.batch,
    ...(depthScene ? { depthTexture: () => depthNow } : {}),
  });
  const expected = new Expectations();
  const masks = c.masks ?? [];
  const told = c.unmasked ? [] : masks;
  const result = { stateChanges: 0, errors: 0, lost: 0, skipped: 0, truthMismatches: 0, largestBatch: 0 };
  const take = (frames: ReturnType<WebGL2Sampler['beginFrame']>) => {
    expected.compare(frames);
    result.largestBatch = Math.max(result.largestBatch, frames.length);
  };
  let taken = 0;
  let first: { set: PackedSamples; loaded: LoadedSamples } | null = null;
  for (let frame = 0; taken < c.frames && frame < 4 * c.frames; frame++) {
    if (frame === c.resizeAt) canvas.height += 11;
    if (frame === (c.resizeAt ?? -9) + 3) canvas.width += 37;
    if (frame === c.batchAt) sampler.batch = c.batchTo!;
    const before0 = stateOf(gl);
    take(sampler.beginFrame());
    // After a loss the first set is used again: what was loaded before stays loaded.
    const again: boolean = frame === (c.loseAt ?? -2) + 1 && first !== null;
    const set: PackedSamples = again ? first!.set : randomSet(c.grid, c.samples, frame);
    const loaded: LoadedSamples = again ? first!.loaded : sampler.load([set])[0];
    first ??= { set, loaded };
    if (stateOf(gl) !== before0) result.stateChanges++;
    scene.draw(frame, c.sentinel ? masks : null);
    depthNow = frame % 5 === 4 ? null : depthScene;
    depthNow?.draw(frame);
    const before = stateOf(gl);
    const viewport = { x: 0, y: 0, width: gl.drawingBufferWidth, height: gl.drawingBufferHeight };
    const took = sampler.endFrame(frame, loaded, viewport, told);
    if (took) {
      taken++;
      if (stateOf(gl) !== before) result.stateChanges++;
      const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
      const pixels = readAll(gl);
      if (frame === 1) {
        const truth = areaPicture(pixels, width, height, c.grid);
        sampler.readTruth().forEach((value, i) => {
          if (value !== truth[i]) result.truthMismatches++;
        });
      }
      const gather = new AreaGather(width, height, c.grid, false);
      const codes = set.count > 0 ? (depthNow?.codes(set, c.grid) ?? null) : null;
      expected.expect(frame, set, masked(pixels, width, height, told), gather, codes);
    }
    if (gl.getError() !== 0) result.errors++;
    if (frame === c.loseAt) {
      canvas.addEventListener('webglcontextlost', (event) => event.preventDefault(), { once: true });
      const restored = new Promise((resolve) => canvas.addEventListener('webglcontextrestored', resolve, { once: true }));
      lose.loseContext();
      await nextTask();
      take(sampler.beginFrame());
      if (sampler.endFrame(99_999, null, viewport, told)) result.errors++;
      setTimeout(() => lose.restoreContext(), 0);
      await restored;
      gl.getError();
      scene.build();
      depthScene?.build();
      expected.forget();
    }
    if (!c.rush) await nextTask();
  }
  for (let i = 0; i < 30 && expected.left > sampler.batch; i++) {
    await nextTask();
    take(sampler.beginFrame());
  }
  for (let frames = sampler.drain(); frames.length > 0; frames = sampler.drain()) expected.compare(frames);
  if (gl.getError() !== 0) result.errors++;
  result.lost = sampler.counters.lost;
  result.skipped = sampler.counters.skipped;
  sampler.dispose();
  if (gl.getError() !== 0) result.errors++;
  canvas.remove();
  return { ...result, ...expected.figures };
}

Object.assign(window, { run });
