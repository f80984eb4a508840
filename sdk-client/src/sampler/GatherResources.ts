import type { CaptureGrid } from '@sgaps/protocol';
import { areaEdgeBits } from './areaEdgeBits.js';
import type { CoordinateStore } from './CoordinateStore.js';
import { BLOCK, BLOCK_DEPTH, GATHER_COLUMNS, GATHER_FRAGMENT, GATHER_MOST, SINGLE } from './gatherShader.js';
import { linkGather, wordsPoint } from './linkGather.js';
import { MASK_LEVEL, type MaskRect, type SampleRun } from './Sampler.js';

/** Rows the target first has: four frames of 16,384 samples. */
const ROWS = 64;
/** GL keeps at most a handful of error flags. */
const ERRORS_QUEUED = 8;

/**
 * Everything the WebGL2 sampler owns on the GPU. Made once, and again after a context loss; the copy of the frame is made
 * again when the canvas changes its size, and what holds coordinates and values when they become more. Constructor and `resize` leave the context's bindings as they were.
 *
 * @example
 * ```ts
 * const resources = new GatherResources(gl, { grid, packBuffers: 2 });
 * resources.resize();
 * ```
 */
export class GatherResources {
  readonly program: WebGLProgram;
  readonly vertexArray: WebGLVertexArrayObject;
  readonly coordinates: WebGLBuffer;
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
  readonly #wordsPoint: number;
  readonly #packBytes: number[];
  #target: WebGLFramebuffer;
  #targetTexture: WebGLTexture;
  #rows = ROWS;
  /** Words that `coordinates` has room for. */
  #words = 0;
  /** The drawing buffer is multisampled without alpha: resolving it may need a target without alpha too. */
  readonly #resolvesOpaque: boolean;
  #copyTexture: WebGLTexture | null = null;
  /** One pixel of the mask's grey, made when a mask is first needed. */
  #grey: { readonly target: WebGLFramebuffer; readonly texture: WebGLTexture } | null = null;

  constructor(gl: WebGL2RenderingContext, options: { grid: CaptureGrid; packBuffers: number }) {
    this.#gl = gl;
    this.#grid = options.grid;
    this.unit = (gl.getParameter(gl.MAX_COMBINED_TEXTURE_IMAGE_UNITS) as number) - 1;
    const attributes = gl.getContextAttributes();
    this.copiesByTexture = attributes?.alpha === true && attributes.antialias === false;
    this.#resolvesOpaque = attributes?.alpha === false && attributes.antialias === true;
    this.program = linkGather(gl, GATHER_FRAGMENT);
    this.place = gl.getUniformLocation(this.program, 'place');

    this.vertexArray = gl.createVertexArray();
    this.coordinates = gl.createBuffer();
    this.#wordsPoint = wordsPoint(gl);
    this.packBuffers = Array.from({ length: options.packBuffers }, () => gl.createBuffer());
    this.#packBytes = this.packBuffers.map(() => 0);

    this.#target = gl.createFramebuffer();
    this.copyTarget = gl.createFramebuffer();
    this.#targetTexture = this.#attach(this.#target, GATHER_COLUMNS, ROWS, gl.RGBA8);
  }

  /** Where values are gathered, and its rows. */
  get target(): WebGLFramebuffer {
    return this.#target;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Makes the target at least so high; what was drawn in it stays. Scissor is off; leaves the framebuffer bindings changed. */
  makeRoom(rows: number): void {
    if (rows <= this.#rows) return;
    const gl = this.#gl;
    const old = { target: this.#target, texture: this.#targetTexture, rows: this.#rows };
    while (this.#rows < rows) this.#rows *= 2;
    this.#target = gl.createFramebuffer();
    this.#targetTexture = this.#attach(this.#target, GATHER_COLUMNS, this.#rows, gl.RGBA8);
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, old.target);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, this.#target);
    gl.blitFramebuffer(0, 0, GATHER_COLUMNS, old.rows, 0, 0, GATHER_COLUMNS, old.rows, gl.COLOR_BUFFER_BIT, gl.NEAREST);
    gl.deleteFramebuffer(old.target);
    gl.deleteTexture(old.texture);
  }

  /** Queues the read of the first rows of the target into a buffer; leaves both bound. */
  readInto(packBuffer: number, columns: number, rows: number): void {
    const gl = this.#gl;
    const bytes = 4 * columns * rows;
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, this.#target);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, this.packBuffers[packBuffer]);
    if (this.#packBytes[packBuffer] < bytes) {
      let room = 4 * GATHER_COLUMNS;
      while (room < bytes) room *= 2;
      this.#packBytes[packBuffer] = room;
      // STREAM_COPY: with STREAM_READ Chromium warns at every reuse and fenceSync costs 75–220 µs instead of 5–10.
      gl.bufferData(gl.PIXEL_PACK_BUFFER, room, gl.STREAM_COPY);
    }
    gl.readPixels(0, 0, columns, rows, gl.RGBA, gl.UNSIGNED_BYTE, 0);
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
    if (this.#words !== store.capacity) {
      this.#words = store.capacity;
      // The last set is bound with room for the most that are drawn at once.
      gl.bufferData(gl.COPY_WRITE_BUFFER, 4 * (this.#words + GATHER_MOST), gl.DYNAMIC_DRAW);
      store.forget();
    }
    store.upload((at, words) => gl.bufferSubData(gl.COPY_WRITE_BUFFER, 4 * at, words));
    gl.bindBuffer(gl.COPY_WRITE_BUFFER, bound);
  }

  /**
   * Draws the runs of a set, the words of which lie from `first` on, from row `row` of the target on: their colours, or with `depth` their
   * depths. `place` is the uniform of the program in use.
   */
  draw(place: WebGLUniformLocation | null, first: number, row: number, runs: readonly SampleRun[], depth: boolean): void {
    const gl = this.#gl;
    for (const run of runs) {
      const meaning = run.isBlocks ? (depth ? BLOCK_DEPTH : BLOCK) : SINGLE;
      const words = run.depths;
      const at = depth ? run.depthAt : run.at;
      const each = meaning === BLOCK ? run.count / words : 1;
      for (let done = 0; done < words; done += GATHER_MOST) {
        const start = at + done * each;
        gl.bindBufferRange(gl.UNIFORM_BUFFER, this.#wordsPoint, this.coordinates, 4 * (first + run.word + done), 4 * GATHER_MOST);
        gl.uniform4i(
          place,
          each * Math.min(GATHER_MOST, words - done),
          row + Math.floor(start / GATHER_COLUMNS),
          this.#rows,
          (start % GATHER_COLUMNS) | (meaning << 10),
        );
        gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
      }
    }
  }

  /** Copies the default framebuffer. Scissor is off; leaves the framebuffer bindings changed. */
  copyFrame(): void {
    const gl = this.#gl;
    const { width, height } = this;
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, null);
    // Bound anew each time: Babylon unbinds every unit when a texture is disposed of.
    const active = gl.getParameter(gl.ACTIVE_TEXTURE) as number;
    gl.activeTexture(gl.TEXTURE0 + this.unit);
    gl.bindTexture(gl.TEXTURE_2D, this.#copyTexture);
    if (this.copiesByTexture) gl.copyTexSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 0, 0, width, height);
    gl.activeTexture(active);
    if (!this.copiesByTexture) {
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
    gl.deleteFramebuffer(this.#target);
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
