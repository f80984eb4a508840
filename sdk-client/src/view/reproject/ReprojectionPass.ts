import { SgapsError } from '@sgaps/protocol/vocabulary';
import type { PinholeCamera } from '../PinholeCamera.js';
import type { RemoteFrame } from '../RemoteFrame.js';
import { REPROJECTION_GLSL } from './glsl.js';
import { depthRuleOf, Reprojection, type ReprojectionOptions } from './Reprojection.js';

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

const UNIFORMS = ['lens', 'toRemote', 'remoteLens', 'limits', 'rule', 'colourMap', 'depthMap'] as const;

/** What lives on the GPU, until a context is lost. */
interface Parts {
  readonly program: WebGLProgram;
  readonly places: Readonly<Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>>;
  readonly triangle: WebGLVertexArrayObject;
  readonly corners: WebGLBuffer;
  readonly colour: WebGLTexture;
  readonly depth: WebGLTexture;
  width: number;
  height: number;
}

/**
 * Draws remote frames on a WebGL2 canvas as the newest camera sees them, with their depth, so that what the page draws afterwards is hidden by what lies before it and hides what lies behind
 * it. Call it first in a frame, once the canvas is cleared, with the viewport set. It leaves depth test and writing on (`LEQUAL`), blending, culling and scissor off, and nothing bound.
 *
 * @example
 * ```ts
 * const pass = new ReprojectionPass(gl);
 * pass.draw(remote.frame, camera, { near: 0.1, far: 100 });
 * ```
 */
export class ReprojectionPass {
  readonly #gl: WebGL2RenderingContext;
  readonly #reprojection = new Reprojection();
  #parts: Parts | null = null;
  /** Whose pixels are in the textures. */
  #shown: Pick<RemoteFrame, 'image' | 'depth'> | null = null;
  readonly #forget = (): void => {
    this.#parts = null;
    this.#shown = null;
  };

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    gl.canvas.addEventListener('webglcontextlost', this.#forget);
  }

  /** @throws SgapsError `UNSUPPORTED` where the shader does not compile, which only a broken driver does */
  draw(frame: RemoteFrame, camera: PinholeCamera, { near, far, ...options }: PassOptions): void {
    const gl = this.#gl;
    if (gl.isContextLost()) return;
    this.#parts ??= makeParts(gl);
    const { program, places, triangle } = this.#parts;
    this.#upload(frame, this.#parts);
    const { lens, toRemote, remoteLens, limits, rule } = this.#reprojection;
    this.#reprojection.set(frame, camera, { ...options, depth: depthRuleOf(near, far) });
    for (const capability of [gl.BLEND, gl.CULL_FACE, gl.SCISSOR_TEST, gl.STENCIL_TEST]) gl.disable(capability);
    gl.enable(gl.DEPTH_TEST);
    gl.depthMask(true);
    // All that was drawn before is background.
    gl.depthFunc(gl.ALWAYS);
    gl.useProgram(program);
    gl.uniform4fv(places.lens, lens);
    gl.uniformMatrix4fv(places.toRemote, false, toRemote);
    gl.uniform4fv(places.remoteLens, remoteLens);
    gl.uniform4fv(places.limits, limits);
    gl.uniform4fv(places.rule, rule);
    gl.bindVertexArray(triangle);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.bindVertexArray(null);
    gl.useProgram(null);
    gl.depthFunc(gl.LEQUAL);
    for (const unit of [1, 0]) {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, null);
    }
  }

  dispose(): void {
    const gl = this.#gl;
    gl.canvas.removeEventListener('webglcontextlost', this.#forget);
    if (this.#parts && !gl.isContextLost()) {
      const { program, triangle, corners, colour, depth } = this.#parts;
      gl.deleteProgram(program);
      gl.deleteVertexArray(triangle);
      gl.deleteBuffer(corners);
      gl.deleteTexture(colour);
      gl.deleteTexture(depth);
    }
    this.#forget();
  }

  /** Binds the textures, and fills them where the frame is another. */
  #upload(frame: RemoteFrame, parts: Parts): void {
    const gl = this.#gl;
    const { image, depth } = frame;
    const isNew = this.#shown?.image !== image || this.#shown.depth !== depth;
    if (isNew) {
      gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
      gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
    }
    const { width, height } = image;
    const resized = width !== parts.width || height !== parts.height;
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, parts.depth);
    if (resized) gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, width, height, 0, gl.RED, gl.FLOAT, null);
    if (isNew && depth) gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, gl.RED, gl.FLOAT, depth);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, parts.colour);
    if (resized) gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
    if (isNew) gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RGBA, gl.UNSIGNED_BYTE, image);
    parts.width = width;
    parts.height = height;
    this.#shown = { image, depth };
  }
}

function makeParts(gl: WebGL2RenderingContext): Parts {
  const program = link(gl);
  const places = Object.fromEntries(UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)])) as Parts['places'];
  gl.useProgram(program);
  gl.uniform1i(places.colourMap, 0);
  gl.uniform1i(places.depthMap, 1);
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
  return { program, places, triangle, corners, colour: texture(gl.LINEAR), depth: texture(gl.NEAREST), width: 0, height: 0 };
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
