import type { CaptureGrid } from '@sgaps/protocol';
import { areaEdgeBits } from './areaEdgeBits.js';
import type { CoordinateStore } from './CoordinateStore.js';
import { GATHER_COLUMNS, GATHER_FRAGMENT, GATHER_MOST } from './gatherShader.js';
import { linkGather, wordsPoint } from './linkGather.js';
import { MASK_LEVEL, type MaskRect } from './Sampler.js';

/** GL keeps at most a handful of error flags. */
const ERRORS_QUEUED = 8;

/**
 * Everything the WebGL2 sampler owns on the GPU. Made once, and again after a context loss; the copy of the frame is made
 * again when the canvas changes its size. Constructor and `resize` leave the context's bindings as they were.
 *
 * @example
 * ```ts
 * const resources = new GatherResources(gl, { grid, rows: 32, coordinates: 65536, packBuffers: 3 });
 * resources.resize();
 * ```
 */
export class GatherResources {
  readonly program: WebGLProgram;
  readonly vertexArray: WebGLVertexArrayObject;
  readonly coordinates: WebGLBuffer;
  readonly target: WebGLFramebuffer;
  readonly copyTarget: WebGLFramebuffer;
  readonly packBuffers: readonly WebGLBuffer[];
  readonly place: WebGLUniformLocation | null;
  /** Copy with copyTexSubImage2D (alpha without antialias); everywhere else a blit is the faster or the only way. */
  readonly copiesByTexture: boolean;
  /** Highest texture unit, above those any engine binds: our texture stays bound there. */
  readonly unit: number;
  width = 0;
  height = 0;
  readonly #gl: WebGL2RenderingContext;
  readonly #grid: CaptureGrid;
  readonly #targetTexture: WebGLTexture;
  readonly #wordsPoint: number;
  readonly #rows: number;
  /** The drawing buffer is multisampled without alpha: resolving it may need a target without alpha too. */
  readonly #resolvesOpaque: boolean;
  #copyTexture: WebGLTexture | null = null;
  /** One pixel of the mask's grey, made when a mask is first needed. */
  #grey: { readonly target: WebGLFramebuffer; readonly texture: WebGLTexture } | null = null;

  constructor(
    gl: WebGL2RenderingContext,
    options: { grid: CaptureGrid; rows: number; coordinates: number; packBuffers: number },
  ) {
    this.#gl = gl;
    this.#grid = options.grid;
    this.unit = (gl.getParameter(gl.MAX_COMBINED_TEXTURE_IMAGE_UNITS) as number) - 1;
    const attributes = gl.getContextAttributes();
    this.copiesByTexture = attributes?.alpha === true && attributes.antialias === false;
    this.#resolvesOpaque = attributes?.alpha === false && attributes.antialias === true;
    this.program = linkGather(gl, GATHER_FRAGMENT);
    this.place = gl.getUniformLocation(this.program, 'place');

    const copyBuffer = gl.getParameter(gl.COPY_WRITE_BUFFER_BINDING) as WebGLBuffer | null;
    const packBuffer = gl.getParameter(gl.PIXEL_PACK_BUFFER_BINDING) as WebGLBuffer | null;
    this.vertexArray = gl.createVertexArray();
    this.coordinates = gl.createBuffer();
    gl.bindBuffer(gl.COPY_WRITE_BUFFER, this.coordinates);
    // The last set is bound with room for the most that are drawn at once.
    gl.bufferData(gl.COPY_WRITE_BUFFER, 4 * (options.coordinates + GATHER_MOST), gl.DYNAMIC_DRAW);
    gl.bindBuffer(gl.COPY_WRITE_BUFFER, copyBuffer);
    this.#wordsPoint = wordsPoint(gl);
    this.#rows = options.rows;
    // STREAM_COPY: with STREAM_READ Chromium warns at every reuse and fenceSync costs 75–220 µs instead of 5–10.
    this.packBuffers = Array.from({ length: options.packBuffers }, () => {
      const buffer = gl.createBuffer();
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
      gl.bufferData(gl.PIXEL_PACK_BUFFER, 4 * GATHER_COLUMNS * options.rows, gl.STREAM_COPY);
      return buffer;
    });
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, packBuffer);

    this.target = gl.createFramebuffer();
    this.copyTarget = gl.createFramebuffer();
    this.#targetTexture = this.#attach(this.target, GATHER_COLUMNS, options.rows, gl.RGBA8);
  }

  /** Makes the copy of the frame as large as the drawing buffer; does nothing while the size stays. */
  resize(): void {
    const gl = this.#gl;
    if (gl.drawingBufferWidth === this.width && gl.drawingBufferHeight === this.height) return;
    const bits = areaEdgeBits(gl.drawingBufferWidth, gl.drawingBufferHeight, this.#grid);
    this.width = gl.drawingBufferWidth;
    this.height = gl.drawingBufferHeight;
    gl.deleteTexture(this.#copyTexture);
    this.#copyTexture = this.#attach(this.copyTarget, this.width, this.height, gl.RGBA8, true);
    if (this.#resolvesOpaque && !this.#blitWorks()) {
      gl.deleteTexture(this.#copyTexture);
      this.#copyTexture = this.#attach(this.copyTarget, this.width, this.height, gl.RGB8, true);
    }
    const program = gl.getParameter(gl.CURRENT_PROGRAM) as WebGLProgram | null;
    gl.useProgram(this.program);
    gl.uniform1i(gl.getUniformLocation(this.program, 'picture'), this.unit);
    gl.uniform4ui(gl.getUniformLocation(this.program, 'size'), this.width, this.height, this.#grid.width, this.#grid.height);
    gl.uniform1ui(gl.getUniformLocation(this.program, 'edgeBits'), bits);
    gl.useProgram(program);
  }

  /** Writes the coordinates that are new in `store`. */
  upload(store: CoordinateStore): void {
    const gl = this.#gl;
    const bound = gl.getParameter(gl.COPY_WRITE_BUFFER_BINDING) as WebGLBuffer | null;
    gl.bindBuffer(gl.COPY_WRITE_BUFFER, this.coordinates);
    store.upload((at, words) => gl.bufferSubData(gl.COPY_WRITE_BUFFER, 4 * at, words));
    gl.bindBuffer(gl.COPY_WRITE_BUFFER, bound);
  }

  /** Draws `count` samples, the words of which lie from `first` on, from row `row` of the target on; `place` is the uniform of the program in use. */
  draw(place: WebGLUniformLocation | null, first: number, row: number, count: number): void {
    const gl = this.#gl;
    for (let at = 0; at < count; at += GATHER_MOST) {
      gl.bindBufferRange(gl.UNIFORM_BUFFER, this.#wordsPoint, this.coordinates, 4 * (first + at), 4 * GATHER_MOST);
      gl.uniform3i(place, Math.min(GATHER_MOST, count - at), row + at / GATHER_COLUMNS, this.#rows);
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    }
  }

  /** Copies the default framebuffer. Scissor is off; leaves the framebuffer bindings changed. */
  copyFrame(): void {
    const gl = this.#gl;
    const { width, height } = this;
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, null);
    if (this.copiesByTexture) {
      const active = gl.getParameter(gl.ACTIVE_TEXTURE) as number;
      gl.activeTexture(gl.TEXTURE0 + this.unit);
      gl.copyTexSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 0, 0, width, height);
      gl.activeTexture(active);
    } else {
      gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, this.copyTarget);
      gl.blitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.NEAREST);
    }
  }

  /** Paints rectangles of the copied frame over. Scissor is off; leaves the framebuffer bindings changed. */
  paintOver(masks: readonly MaskRect[]): void {
    const gl = this.#gl;
    this.#grey ??= this.#makeGrey();
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, this.#grey.target);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, this.copyTarget);
    for (const { x, y, width, height } of masks) {
      const bottom = this.height - y - height;
      gl.blitFramebuffer(0, 0, 1, 1, x, bottom, x + width, bottom + height, gl.COLOR_BUFFER_BIT, gl.NEAREST);
    }
  }

  dispose(): void {
    const gl = this.#gl;
    if (this.#grey) {
      gl.deleteFramebuffer(this.#grey.target);
      gl.deleteTexture(this.#grey.texture);
    }
    gl.deleteProgram(this.program);
    gl.deleteVertexArray(this.vertexArray);
    gl.deleteBuffer(this.coordinates);
    for (const buffer of this.packBuffers) gl.deleteBuffer(buffer);
    gl.deleteFramebuffer(this.target);
    gl.deleteFramebuffer(this.copyTarget);
    gl.deleteTexture(this.#targetTexture);
    gl.deleteTexture(this.#copyTexture);
  }

  /**
   * Resolving needs equal formats, and whether a canvas without alpha counts as RGB8 or RGBA8 differs between browsers: tried once
   * per size, with the error queue emptied before.
   */
  #blitWorks(): boolean {
    const gl = this.#gl;
    const draw = gl.getParameter(gl.DRAW_FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
    const read = gl.getParameter(gl.READ_FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
    for (let i = 0; i < ERRORS_QUEUED && gl.getError() !== gl.NO_ERROR; i++);
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, null);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, this.copyTarget);
    gl.blitFramebuffer(0, 0, this.width, this.height, 0, 0, this.width, this.height, gl.COLOR_BUFFER_BIT, gl.NEAREST);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, draw);
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, read);
    return gl.getError() === gl.NO_ERROR;
  }

  #makeGrey(): { readonly target: WebGLFramebuffer; readonly texture: WebGLTexture } {
    const gl = this.#gl;
    const target = gl.createFramebuffer();
    const texture = this.#attach(target, 1, 1, gl.RGBA8);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, target);
    gl.clearBufferfv(gl.COLOR, 0, [MASK_LEVEL / 255, MASK_LEVEL / 255, MASK_LEVEL / 255, 1]);
    return { target, texture };
  }

  /** A texture attached to `framebuffer`; `stay` leaves it bound to our own unit, where else the copy of the frame stays. */
  #attach(framebuffer: WebGLFramebuffer, width: number, height: number, format: number, stay = false): WebGLTexture {
    const gl = this.#gl;
    const active = gl.getParameter(gl.ACTIVE_TEXTURE) as number;
    const draw = gl.getParameter(gl.DRAW_FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
    const texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0 + this.unit);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, format, width, height);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, framebuffer);
    gl.framebufferTexture2D(gl.DRAW_FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, draw);
    if (!stay) gl.bindTexture(gl.TEXTURE_2D, this.#copyTexture);
    gl.activeTexture(active);
    return texture;
  }
}
