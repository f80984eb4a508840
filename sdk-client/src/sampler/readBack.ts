/**
 * Every pixel of the default framebuffer, RGBA, bottom row first. Blocks until the GPU is done; changes no binding.
 *
 * @example
 * ```ts
 * const rgba = readBack(gl); // 4 × drawingBufferWidth × drawingBufferHeight bytes
 * ```
 */
export function readBack(gl: WebGL2RenderingContext): Uint8Array<ArrayBuffer> {
  const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
  const read = gl.getParameter(gl.READ_FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
  const pack = gl.getParameter(gl.PIXEL_PACK_BUFFER_BINDING) as WebGLBuffer | null;
  const pixels = new Uint8Array(4 * width * height);
  gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
  gl.bindFramebuffer(gl.READ_FRAMEBUFFER, null);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  gl.bindFramebuffer(gl.READ_FRAMEBUFFER, read);
  gl.bindBuffer(gl.PIXEL_PACK_BUFFER, pack);
  return pixels;
}
