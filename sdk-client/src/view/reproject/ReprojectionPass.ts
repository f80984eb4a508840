import { SgapsError } from '@sgaps/protocol/vocabulary';
import type { PinholeCamera } from '../PinholeCamera.js';
import type { RemoteFrame } from '../RemoteFrame.js';
import { REPROJECTION_GLSL } from './glsl.js';
import { Reprojection, type ReprojectionOptions } from './Reprojection.js';

/**
 * How a `ReprojectionPass` draws.
 *
 * @example
 * ```ts
 * const options: PassOptions = { near: 0.1, far: 100, background: 'local' };
 * ```
 */
export interface PassOptions extends Omit<ReprojectionOptions, 'depth'> {
  /** The planes of the projection that the page draws its own things with. */
  readonly near: number;
  readonly far: number;
}

const UNIFORMS = ['lens', 'toRemote', 'remoteLens', 'limits', 'rule', 'cover', 'colourMap', 'depthMap', 'alphaMap'] as const;

/** What lives on the GPU, until a context is lost. */
interface Parts {
  readonly program: WebGLProgram;
  readonly places: Readonly<Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>>;
  readonly triangle: WebGLVertexArrayObject;
  readonly corners: WebGLBuffer;
  readonly colour: WebGLTexture;
  readonly depth: WebGLTexture;
  readonly alpha: WebGLTexture;
  width: number;
  height: number;
}

/**
 * Draws remote frames on a WebGL2 canvas as the newest camera sees them, with their depth, so that what the page draws afterwards is hidden by what lies before it and hides what lies behind
 * it: `draw` first in a frame, once the canvas is cleared, with the viewport set; then the page's own things; and last, where frames have alpha, `blend`, which draws edges and haze over them.
 * Both leave depth test and writing on (`LEQUAL`), blending, culling and scissor off, all colours written, pixels unpacked as by default, and nothing bound. Several remote scenes hide each other, too.
 *
 * @example
 * ```ts
 * const pass = new ReprojectionPass(gl);
 * pass.draw(remote.frame, camera, { near: 0.1, far: 100 });
 * drawOwnThings();
 * pass.blend();
 * ```
 */
export class ReprojectionPass {
  readonly #gl: WebGL2RenderingContext;
  readonly #reprojection = new Reprojection();
  #parts: Parts | null = null;
  /** Whose pixels are in the textures. */
  #shown: RemoteFrame['image'] | null = null;
  /** What was drawn has more, to be blended. */
  #hasMore = false;
  readonly #depth = { offset: 0, scale: 0 };
  readonly #options: { -readonly [K in keyof ReprojectionOptions]: ReprojectionOptions[K] } = { depth: this.#depth };
  readonly #forget = (): void => {
    this.#parts = null;
    this.#shown = null;
    this.#hasMore = false;
  };

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    gl.canvas.addEventListener('webglcontextlost', this.#forget);
  }

  /** @throws SgapsError `UNSUPPORTED` where the shader does not compile, which only a broken driver does */
  draw(frame: RemoteFrame, camera: PinholeCamera, { near, far, background, steps, linear }: PassOptions): void {
    const gl = this.#gl;
    // An image that was closed has no pixels.
    if (gl.isContextLost() || frame.image.width === 0) return;
    this.#parts ??= makeParts(gl);
    this.#upload(frame, this.#parts);
    // As `depthRuleOf`, without an object of its own.
    this.#depth.offset = far / (far - near);
    this.#depth.scale = -near * this.#depth.offset;
    this.#options.background = background;
    this.#options.steps = steps;
    this.#options.linear = linear;
    this.#reprojection.set(frame, camera, this.#options);
    this.#hasMore = frame.alpha !== null;
    gl.disable(gl.BLEND);
    this.#paint(this.#parts, true);
  }

  /** Blends what of the frame that was drawn last covers parts of pixels over what is there; nothing of a frame without alpha. */
  blend(): void {
    const gl = this.#gl;
    if (!this.#parts || !this.#hasMore || gl.isContextLost()) return;
    this.#reprojection.setLast();
    gl.enable(gl.BLEND);
    gl.blendEquation(gl.FUNC_ADD);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.#paint(this.#parts, false);
    gl.disable(gl.BLEND);
    gl.depthMask(true);
  }

  dispose(): void {
    const gl = this.#gl;
    gl.canvas.removeEventListener('webglcontextlost', this.#forget);
    if (this.#parts && !gl.isContextLost()) {
      const { program, triangle, corners, colour, depth, alpha } = this.#parts;
      gl.deleteProgram(program);
      gl.deleteVertexArray(triangle);
      gl.deleteBuffer(corners);
      gl.deleteTexture(colour);
      gl.deleteTexture(depth);
      gl.deleteTexture(alpha);
    }
    this.#forget();
  }

  #paint({ program, places, triangle, colour, depth, alpha }: Parts, writesDepth: boolean): void {
    const gl = this.#gl;
    const { lens, toRemote, remoteLens, limits, rule, cover } = this.#reprojection;
    gl.disable(gl.CULL_FACE);
    gl.disable(gl.SCISSOR_TEST);
    gl.disable(gl.STENCIL_TEST);
    gl.enable(gl.DEPTH_TEST);
    gl.colorMask(true, true, true, true);
    gl.depthMask(writesDepth);
    gl.depthFunc(gl.LEQUAL);
    gl.useProgram(program);
    gl.uniform4fv(places.lens, lens);
    gl.uniformMatrix4fv(places.toRemote, false, toRemote);
    gl.uniform4fv(places.remoteLens, remoteLens);
    gl.uniform4fv(places.limits, limits);
    gl.uniform4fv(places.rule, rule);
    gl.uniform2fv(places.cover, cover);
    // A sampler would take the place of a texture's own filters.
    for (let unit = 0; unit < 3; unit++) gl.bindSampler(unit, null);
    bind(gl, 2, alpha);
    bind(gl, 1, depth);
    bind(gl, 0, colour);
    gl.bindVertexArray(triangle);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.bindVertexArray(null);
    gl.useProgram(null);
    for (let unit = 2; unit >= 0; unit--) bind(gl, unit, null);
  }

  /** Fills the textures where the frame is another. */
  #upload({ image, depth, alpha }: RemoteFrame, parts: Parts): void {
    if (this.#shown === image) return;
    const gl = this.#gl;
    this.#shown = image;
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
    gl.pixelStorei(gl.UNPACK_ROW_LENGTH, 0);
    gl.pixelStorei(gl.UNPACK_IMAGE_HEIGHT, 0);
    gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, 0);
    gl.pixelStorei(gl.UNPACK_SKIP_ROWS, 0);
    gl.pixelStorei(gl.UNPACK_SKIP_IMAGES, 0);
    gl.bindBuffer(gl.PIXEL_UNPACK_BUFFER, null);
    const { width, height } = image;
    const resized = width !== parts.width || height !== parts.height;
    parts.width = width;
    parts.height = height;
    bind(gl, 0, parts.depth);
    if (resized) gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, width, height, 0, gl.RED, gl.FLOAT, null);
    if (depth) gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, gl.RED, gl.FLOAT, depth);
    bind(gl, 0, parts.alpha);
    if (resized) gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
    if (alpha) gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RGBA, gl.UNSIGNED_BYTE, alpha);
    bind(gl, 0, parts.colour);
    if (resized) gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RGBA, gl.UNSIGNED_BYTE, image);
  }
}

function bind(gl: WebGL2RenderingContext, unit: number, texture: WebGLTexture | null): void {
  gl.activeTexture(gl.TEXTURE0 + unit);
  gl.bindTexture(gl.TEXTURE_2D, texture);
}

function makeParts(gl: WebGL2RenderingContext): Parts {
  const program = link(gl);
  const places = Object.fromEntries(UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)])) as Parts['places'];
  gl.useProgram(program);
  gl.uniform1i(places.colourMap, 0);
  gl.uniform1i(places.depthMap, 1);
  gl.uniform1i(places.alphaMap, 2);
  const triangle = gl.createVertexArray();
  const corners = gl.createBuffer();
  gl.bindVertexArray(triangle);
  gl.bindBuffer(gl.ARRAY_BUFFER, corners);
  gl.bufferData(gl.ARRAY_BUFFER, Float32Array.of(-1, -1, 3, -1, -1, 3), gl.STATIC_DRAW);
  gl.enableVertexAttribArray(0);
  gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
  gl.bindVertexArray(null);
  gl.bindBuffer(gl.ARRAY_BUFFER, null);
  const texture = (filter: number) => {
    const made = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, made);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    return made;
  };
  const [colour, depth, alpha] = [texture(gl.LINEAR), texture(gl.NEAREST), texture(gl.LINEAR)];
  return { program, places, triangle, corners, colour, depth, alpha, width: 0, height: 0 };
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, REPROJECTION_GLSL.vertex],
    [gl.FRAGMENT_SHADER, REPROJECTION_GLSL.fragment],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) continue; // the context is lost
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.bindAttribLocation(program, 0, 'position');
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost())
    throw new SgapsError('UNSUPPORTED', `Frames cannot be reprojected here: ${gl.getProgramInfoLog(program)}`);
  return program;
}
