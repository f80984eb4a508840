import { renameFor300, toGlsl300 } from './glsl300.js';

/**
 * A WebGL2 context that a Phaser game runs on exactly as on its default WebGL1 one: every GLSL 1.00 shader is translated to 3.00,
 * so that Phaser 4's gradients, noise normals and `smoothPixelArt` keep working. SGAPS needs WebGL2 to sample without stalls.
 *
 * `attributes` default to what Phaser asks for itself (alpha off, antialias on, stencil on); pass what your game config says:
 * `alpha` for `transparent`, `antialias` for `antialiasGL`. Returns `undefined` where there is no WebGL2: Phaser then makes its own
 * context and the plugin takes the slower way of pictures in a worker. Phaser needs `type: Phaser.WEBGL` (or AUTO replaced) along with `canvas` and `context`.
 *
 * @example
 * ```ts
 * const canvas = document.createElement('canvas');
 * new Phaser.Game({ type: Phaser.WEBGL, canvas, context: createContext(canvas), width: 640, height: 360 });
 * ```
 */
export function createContext(
  canvas: HTMLCanvasElement,
  attributes: WebGLContextAttributes = {},
): WebGL2RenderingContext | undefined {
  const gl = canvas.getContext('webgl2', {
    alpha: false,
    depth: false,
    antialias: true,
    stencil: true,
    premultipliedAlpha: true,
    ...attributes,
  });
  if (!gl) return undefined;
  const shaderSource = gl.shaderSource.bind(gl);
  gl.shaderSource = (shader, source) => {
    shaderSource(shader, toGlsl300(source, gl.getShaderParameter(shader, gl.SHADER_TYPE) === gl.FRAGMENT_SHADER));
  };
  // Uniforms and attributes whose names had to change are still found by the old ones.
  const getUniformLocation = gl.getUniformLocation.bind(gl);
  gl.getUniformLocation = (program, name) => getUniformLocation(program, name) ?? getUniformLocation(program, renameFor300(name));
  const getAttribLocation = gl.getAttribLocation.bind(gl);
  gl.getAttribLocation = (program, name) => {
    const at = getAttribLocation(program, name);
    return at >= 0 ? at : getAttribLocation(program, renameFor300(name));
  };
  return gl;
}
