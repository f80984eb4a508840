import { SgapsError } from '@sgaps/protocol/vocabulary';
import { GATHER_VERTEX } from './gatherShader.js';

/**
 * Compiles and links a gather program: `GATHER_VERTEX` with the given fragment shader. Throws `UNSUPPORTED` where it does not link.
 *
 * @example
 * ```ts
 * const program = linkGather(gl, GATHER_FRAGMENT);
 * ```
 */
export function linkGather(gl: WebGL2RenderingContext, fragment: string): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, GATHER_VERTEX],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) throw new SgapsError('UNSUPPORTED', 'The WebGL context makes no shaders; it may be lost.');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    throw new SgapsError(
      'UNSUPPORTED',
      `The gather shader does not link here: ${gl.getProgramInfoLog(program) ?? 'no reason given'}.`,
    );
  }
  gl.uniformBlockBinding(program, gl.getUniformBlockIndex(program, 'Words'), wordsPoint(gl));
  return program;
}

/**
 * Where the words of the samples are bound: the highest point for uniform blocks, above those any engine binds.
 *
 * @example
 * ```ts
 * gl.bindBufferRange(gl.UNIFORM_BUFFER, wordsPoint(gl), buffer, 4 * first, 4 * GATHER_MOST);
 * ```
 */
export function wordsPoint(gl: WebGL2RenderingContext): number {
  return (gl.getParameter(gl.MAX_UNIFORM_BUFFER_BINDINGS) as number) - 1;
}
