import { areaPicture, areaSample, WebGL2Sampler } from '@sgaps/client';
import { createSampleSet, type SampleSet } from '@sgaps/protocol';

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
}

function random(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return s / 2 ** 32;
  };
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
  draw(frame: number): void {
    const { gl } = this;
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
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    gl.useProgram(this.program);
    gl.uniform3f(gl.getUniformLocation(this.program, 't'), frame * 0.37, 0.9, 0.8);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
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
  const more = [gl.PIXEL_PACK_BUFFER_BINDING, gl.COPY_WRITE_BUFFER_BINDING, gl.TEXTURE_BINDING_2D];
  const objects = [...names, ...more].map((name) => objectId(gl.getParameter(name) as object | null));
  const values = [gl.VIEWPORT, gl.SCISSOR_BOX, gl.COLOR_WRITEMASK, gl.ACTIVE_TEXTURE].map((name) =>
    String(gl.getParameter(name)),
  );
  const caps = [gl.SCISSOR_TEST, gl.BLEND, gl.DEPTH_TEST, gl.STENCIL_TEST, gl.CULL_FACE, gl.DITHER, gl.RASTERIZER_DISCARD].map(
    (cap) => gl.isEnabled(cap),
  );
  return JSON.stringify([objects, values, caps]);
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

function randomSet(c: Case, frame: number): SampleSet {
  const next = random(1000 + frame);
  const count = frame % 7 === 6 ? 0 : frame === 3 ? 2500 : c.samples;
  const set = createSampleSet(Math.max(1, count));
  for (let i = 0; i < count; i++) {
    set.u[i] = next() * c.grid.width;
    set.v[i] = next() * c.grid.height;
    set.kind[i] = next() < 0.5 ? 0 : Math.floor(next() * 5);
  }
  if (count > 1) {
    set.u[0] = c.grid.width - 1;
    set.v[0] = c.grid.height - 1;
    set.kind[0] = 4;
    set.u[1] = set.v[1] = 0;
    set.kind[1] = 4;
  }
  set.count = count;
  return set;
}

const nextTask = () => new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));

async function run(c: Case) {
  const canvas = document.createElement('canvas');
  canvas.width = c.width;
  canvas.height = c.height;
  document.body.append(canvas);
  const gl = canvas.getContext('webgl2', { alpha: c.alpha, antialias: c.antialias })!;
  const lose = gl.getExtension('WEBGL_lose_context')!;
  const scene = new Scene(gl);
  const sampler = new WebGL2Sampler(gl, { grid: c.grid, batch: c.batch });
  const expected = new Map<number, { set: SampleSet; rgb: Uint8Array }>();
  const result = {
    compared: 0,
    values: 0,
    mismatches: 0,
    largest: 0,
    stateChanges: 0,
    errors: 0,
    lost: 0,
    skipped: 0,
    softened: 0,
    truthMismatches: 0,
  };
  const compare = (frames: ReturnType<WebGL2Sampler['beginFrame']>) => {
    for (const frame of frames) {
      const want = expected.get(frame.frameId)!;
      expected.delete(frame.frameId);
      result.compared++;
      for (let i = 0; i < 3 * want.set.count; i++) {
        result.values++;
        const off = Math.abs(frame.rgb[i] - want.rgb[i]);
        if (off > 0) result.mismatches++;
        result.largest = Math.max(result.largest, off);
      }
    }
  };
  let taken = 0;
  for (let frame = 0; taken < c.frames && frame < 4 * c.frames; frame++) {
    if (frame === c.resizeAt) {
      canvas.width += 37;
      canvas.height += 11;
    }
    const before0 = stateOf(gl);
    compare(sampler.beginFrame());
    const set = randomSet(c, frame);
    const [loaded] = sampler.load([set]);
    if (stateOf(gl) !== before0) result.stateChanges++;
    scene.draw(frame);
    const before = stateOf(gl);
    const viewport = { x: 0, y: 0, width: gl.drawingBufferWidth, height: gl.drawingBufferHeight };
    if (sampler.endFrame(frame, loaded, viewport)) {
      taken++;
      if (stateOf(gl) !== before) result.stateChanges++;
      const pixels = readAll(gl);
      const rgb = new Uint8Array(3 * Math.max(1, set.count));
      for (let i = 0; i < set.count; i++) {
        areaSample(pixels, gl.drawingBufferWidth, gl.drawingBufferHeight, c.grid, set.u[i], set.v[i], set.kind[i], rgb, 3 * i);
      }
      expected.set(frame, { set, rgb });
      if (frame === 1) {
        const truth = areaPicture(pixels, gl.drawingBufferWidth, gl.drawingBufferHeight, c.grid);
        sampler.readTruth().forEach((value, i) => {
          if (value !== truth[i]) result.truthMismatches++;
        });
      }
    }
    if (gl.getError() !== 0) result.errors++;
    if (frame === c.loseAt) {
      canvas.addEventListener('webglcontextlost', (event) => event.preventDefault(), { once: true });
      const restored = new Promise((resolve) => canvas.addEventListener('webglcontextrestored', resolve, { once: true }));
      lose.loseContext();
      await nextTask();
      compare(sampler.beginFrame());
      sampler.endFrame(99_999, null, viewport);
      setTimeout(() => lose.restoreContext(), 0);
      await restored;
      gl.getError();
      scene.build();
      expected.clear();
    }
    await nextTask();
  }
  for (let i = 0; i < 30 && expected.size > c.batch; i++) {
    await nextTask();
    compare(sampler.beginFrame());
  }
  for (let frames = sampler.drain(); frames.length > 0; frames = sampler.drain()) compare(frames);
  if (gl.getError() !== 0) result.errors++;
  result.lost = sampler.counters.lost;
  result.skipped = sampler.counters.skipped;
  sampler.dispose();
  if (gl.getError() !== 0) result.errors++;
  canvas.remove();
  return { ...result, left: expected.size };
}

Object.assign(window, { run });
