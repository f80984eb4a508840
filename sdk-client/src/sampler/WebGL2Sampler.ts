import type { CaptureGrid } from '@sgaps/protocol';
import { assertCaptureGrid, LIMITS, SgapsError } from '@sgaps/protocol/vocabulary';
import { CoordinateStore, STORE } from './CoordinateStore.js';
import type { DepthGather, DepthTexture } from './DepthGather.js';
import { GatherResources } from './GatherResources.js';
import { GlState } from './GlState.js';
import { GATHER_COLUMNS } from './gatherShader.js';
import { ReadGate } from './ReadGate.js';
import { assertBatch, type BatchFrame, SampleBatch } from './SampleBatch.js';
import type { LoadedSamples, MaskRect, PackedSamples, SampledFrame, Sampler, SamplerCounters, Viewport } from './Sampler.js';
import { RUN_ALIGNMENT } from './sampleRuns.js';
import type { WebGL2SamplerOptions } from './WebGL2SamplerOptions.js';
import type { WebGL2Extras } from './webgl2Extras.js';

/** One batch filling, one on its way back. */
const SLOTS = 2;
/** While the batch before is still on its way, a batch grows up to so many times its size; then frames are skipped. */
const GROWTH = 2;

interface Slot {
  readonly batch: SampleBatch;
  readonly packBuffer: number;
  rows: number;
  columns: number;
  fence: WebGLSync | null;
}

/**
 * Samples the default framebuffer of a WebGL2 game (S1, DESIGN.md "Never in the game's way"): copies the finished frame on the
 * GPU, gathers the samples, area-filtered, into rows of a small target, and reads a whole batch back at the start of a later
 * frame when the GPU is idle. Equal to `areaSample` on `readPixels`, bit for bit. Leaves GL as it found it.
 *
 * Throws `UNSUPPORTED` when the context cannot run the gather, `ARGUMENT_INVALID` or `LIMIT_EXCEEDED` for a bad grid or batch.
 *
 * @example
 * ```ts
 * const sampler = new WebGL2Sampler(gl, { grid: { width: 320, height: 180 } });
 * ```
 */
export class WebGL2Sampler implements Sampler {
  readonly kind = 'webgl2';
  readonly counters: SamplerCounters = { skipped: 0, postponed: 0, forced: 0, lost: 0, reads: 0 };
  readonly depth: number;
  readonly #gl: WebGL2RenderingContext;
  readonly #grid: CaptureGrid;
  readonly #largest: number;
  #batch: number;
  readonly #state: GlState;
  readonly #slots: Slot[];
  readonly #free: Slot[];
  readonly #inFlight: Slot[] = [];
  readonly #ready: SampledFrame[] = [];
  readonly #store = new CoordinateStore(STORE, RUN_ALIGNMENT);
  readonly #gate: ReadGate;
  #bytes = new Uint8Array(0);
  /** The same memory, by word. */
  #words = new Uint32Array(0);
  readonly #extras: WebGL2Extras | null;
  readonly #depthTexture: (() => DepthTexture | null) | null;
  #resources: GatherResources | null = null;
  #depthGather: DepthGather | null = null;
  #filling: Slot | null = null;
  #disposed = false;
  readonly #onLost = () => this.#forget();

  constructor(gl: WebGL2RenderingContext, options: WebGL2SamplerOptions) {
    assertCaptureGrid(options.grid);
    this.#gl = gl;
    this.#grid = options.grid;
    this.#batch = assertBatch(options.batch ?? 4);
    this.#largest = LIMITS.framesPerPacket;
    this.depth = SLOTS * this.#largest;
    this.#state = new GlState(gl);
    this.#gate = new ReadGate(gl, this.counters);
    this.#extras = options.extras ?? null;
    this.#depthTexture = (this.#extras && options.depthTexture) ?? null;
    this.#slots = Array.from({ length: SLOTS }, (_, packBuffer) => ({
      batch: new SampleBatch(),
      packBuffer,
      rows: 0,
      columns: 0,
      fence: null,
    }));
    this.#free = [...this.#slots];
    this.#build();
    gl.canvas.addEventListener('webglcontextlost', this.#onLost);
  }

  get batch(): number {
    return this.#batch;
  }

  set batch(frames: number) {
    this.#batch = assertBatch(frames);
  }

  load(sets: readonly PackedSamples[]): LoadedSamples[] {
    const loaded = this.#store.load(sets);
    if (this.#resources && !this.#gl.isContextLost()) this.#resources.upload(this.#store);
    return loaded;
  }

  holds(loaded: LoadedSamples): boolean {
    return this.#store.holds(loaded);
  }

  beginFrame(): readonly SampledFrame[] {
    const slot = this.#inFlight[0];
    this.#ready.length = 0;
    if (!slot || (slot.fence && !this.#gate.opens(slot.fence))) return this.#ready;
    this.#take(slot);
    // A batch that could only grow meanwhile goes on its way now.
    if (this.#isDue(this.#filling)) this.#flushUnsaved();
    return this.#ready;
  }

  endFrame(frameId: number, samples: LoadedSamples | null, viewport: Viewport, masks: readonly MaskRect[]): boolean {
    if (this.#disposed || this.#gl.isContextLost()) return false;
    if (!this.#resources) this.#build();
    const resources = this.#resources as GatherResources;
    // The batch may have become smaller than what is in it.
    if (this.#isDue(this.#filling)) this.#flushUnsaved();
    const slot = this.#filling ?? this.#free.pop() ?? null;
    if (!slot || slot.batch.used >= Math.min(this.#largest, GROWTH * this.#batch)) {
      this.counters.skipped++;
      this.#mark();
      return false;
    }
    this.#filling = slot;
    if (samples && samples.count > 0) {
      // All that may throw comes first: nothing is half done then, in GL or in the batch.
      resources.resize();
      // Depth cannot be painted over: a frame with masks comes without, or their outlines would show in it.
      const depth = masks.length === 0 ? (this.#depthTexture?.() ?? null) : null;
      if (depth && this.#extras) this.#depthGather ??= new this.#extras.DepthGather(this.#gl, this.#grid, resources.unit - 1);
      const frame = slot.batch.add(frameId, samples.count, samples.depths);
      const { rows, columns } = slot;
      this.#state.save();
      let taken = false;
      try {
        resources.copyFrame();
        if (masks.length > 0) resources.paintOver(this.#placed(masks));
        this.#gather(resources, slot, samples, frame, depth);
        if (this.#isDue(slot)) this.#sendBack(slot);
        taken = true;
      } finally {
        // Whatever failed: the game finds its state again, and half a frame is none.
        this.#state.restore(viewport);
        if (!taken) {
          slot.batch.used--;
          slot.rows = rows;
          slot.columns = columns;
        }
      }
    } else {
      slot.batch.add(frameId, 0);
      if (this.#isDue(slot)) this.#flushUnsaved();
    }
    this.#mark();
    return true;
  }

  exchange(spare: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes;
    this.#bytes = spare;
    this.#words = new Uint32Array(spare.buffer, 0, spare.length >> 2);
    return bytes;
  }

  skipFrame(): void {
    this.#mark();
  }

  flush(): void {
    if (!this.#disposed && !this.#gl.isContextLost()) this.#flushUnsaved();
  }

  drain(): readonly SampledFrame[] {
    this.flush();
    this.#ready.length = 0;
    const slot = this.#inFlight[0];
    if (slot) this.#take(slot);
    return this.#ready;
  }

  readTruth(out?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const { drawingBufferWidth: width, drawingBufferHeight: height } = this.#gl;
    if (!this.#extras) throw new SgapsError('UNSUPPORTED', 'True pictures need the option `extras`.');
    return this.#extras.areaPicture(this.#extras.readBack(this.#gl), width, height, this.#grid, out);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#gl.canvas.removeEventListener('webglcontextlost', this.#onLost);
    const resources = this.#resources;
    const depthGather = this.#depthGather;
    this.#forget();
    this.#disposed = true;
    depthGather?.dispose();
    resources?.dispose();
  }

  #build(): void {
    this.#resources = new GatherResources(this.#gl, { grid: this.#grid, packBuffers: SLOTS });
    this.#resources.upload(this.#store);
  }

  /** What lay on the GPU is gone (context loss, disposal): frames under way are lost, loaded sets are uploaded again. */
  #forget(): void {
    for (const slot of this.#slots) {
      this.counters.lost += slot.batch.used;
      if (slot.fence) this.#gl.deleteSync(slot.fence);
      this.#clear(slot);
    }
    this.#gate.clear();
    this.#filling = null;
    this.#resources = null;
    this.#depthGather = null;
    this.#inFlight.length = 0;
    this.#free.length = 0;
    this.#free.push(...this.#slots);
  }

  #clear(slot: Slot): void {
    slot.batch.clear();
    slot.rows = slot.columns = 0;
    slot.fence = null;
  }

  #gather(resources: GatherResources, slot: Slot, samples: LoadedSamples, frame: BatchFrame, depth: DepthTexture | null): void {
    const gl = this.#gl;
    const { count, runs, depths } = samples;
    const first = this.#store.placeOf(samples);
    const rows = Math.ceil(count / GATHER_COLUMNS);
    const depthRows = depth ? Math.ceil(depths / GATHER_COLUMNS) : 0;
    resources.makeRoom(slot.rows + rows + depthRows);
    gl.bindFramebuffer(gl.FRAMEBUFFER, resources.target);
    gl.viewport(0, 0, GATHER_COLUMNS, resources.rows);
    gl.useProgram(resources.program);
    gl.bindVertexArray(resources.vertexArray);
    resources.draw(resources.place, first, slot.rows, runs, false);
    frame.at = slot.rows;
    slot.rows += rows;
    slot.columns = Math.max(slot.columns, Math.min(count, GATHER_COLUMNS));
    if (!depth) return;
    this.#depthGather?.draw(depth, resources, first, slot.rows, runs);
    frame.depthAt = slot.rows;
    slot.rows += depthRows;
  }

  /** Masks in pixels of the drawing buffer: a browser that gives a smaller one than the canvas asks for hides all of it. */
  #placed(masks: readonly MaskRect[]): readonly MaskRect[] {
    const { canvas, drawingBufferWidth: width, drawingBufferHeight: height } = this.#gl;
    return canvas.width === width && canvas.height === height ? masks : [{ x: 0, y: 0, width, height }];
  }

  /** Queues the read of a full batch; GL state is saved by the caller. */
  #sendBack(slot: Slot): void {
    if (slot.rows > 0) {
      const gl = this.#gl;
      (this.#resources as GatherResources).readInto(slot.packBuffer, columnsOf(slot), slot.rows);
      slot.fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    }
    this.#filling = null;
    this.#inFlight.push(slot);
  }

  /** A batch is sent when it is complete and none is on its way. */
  #isDue(slot: Slot | null): boolean {
    return slot !== null && slot.batch.used >= this.#batch && this.#inFlight.length === 0;
  }

  #flushUnsaved(): void {
    const slot = this.#filling;
    if (!slot || slot.batch.used === 0) return;
    const gl = this.#gl;
    const read = gl.getParameter(gl.READ_FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
    const pack = gl.getParameter(gl.PIXEL_PACK_BUFFER_BINDING) as WebGLBuffer | null;
    try {
      this.#sendBack(slot);
    } finally {
      gl.bindFramebuffer(gl.READ_FRAMEBUFFER, read);
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, pack);
    }
  }

  /** The newest displayed frame ends here; it only matters while something waits to be read. */
  #mark(): void {
    if (this.#inFlight.length > 0 && !this.#gl.isContextLost()) this.#gate.mark();
    else this.#gate.clear();
  }

  /** Reads a batch into its frames and frees its slot; one that cannot be read is lost. */
  #take(slot: Slot): void {
    this.#inFlight.shift();
    try {
      this.#read(slot);
    } catch (cause) {
      this.counters.lost += slot.batch.used;
      this.#ready.length = 0;
      throw cause;
    } finally {
      this.#clear(slot);
      this.#free.push(slot);
    }
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    this.#bytes = new Uint8Array((bytes + (bytes >> 1) + 3) & ~3);
    this.#words = new Uint32Array(this.#bytes.buffer);
  }

  #read(slot: Slot): void {
    const gl = this.#gl;
    const columns = columnsOf(slot);
    if (slot.fence) {
      const pack = gl.getParameter(gl.PIXEL_PACK_BUFFER_BINDING) as WebGLBuffer | null;
      try {
        gl.bindBuffer(gl.PIXEL_PACK_BUFFER, (this.#resources as GatherResources).packBuffers[slot.packBuffer]);
        this.#makeRoom(4 * columns * slot.rows);
        gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, this.#bytes, 0, 4 * columns * slot.rows);
      } finally {
        gl.bindBuffer(gl.PIXEL_PACK_BUFFER, pack);
        gl.deleteSync(slot.fence);
      }
      this.#gate.done();
    }
    const { frames, used } = slot.batch;
    for (let i = 0; i < used; i++) {
      const { count, depths, at, depthAt } = frames[i];
      // Views, not copies: valid until the next read, which is as long as frames are.
      if (count > 0) frames[i].rgba = this.#bytes.subarray(4 * columns * at, 4 * (columns * at + count));
      if (depthAt >= 0) frames[i].depth = this.#words.subarray(columns * depthAt, columns * depthAt + depths);
      this.#ready.push(frames[i]);
    }
  }
}

/** Columns read back: as many as the widest frame fills, an even number so that no pack alignment matters. */
function columnsOf(slot: Slot): number {
  return (slot.columns + 1) & ~1;
}
