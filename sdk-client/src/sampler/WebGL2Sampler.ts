import { assertCaptureGrid, type CaptureGrid, LIMITS, type SampleSet, SgapsError } from '@sgaps/protocol';
import { areaPicture } from './areaSample.js';
import { CoordinateStore } from './CoordinateStore.js';
import { GatherResources } from './GatherResources.js';
import { GlState } from './GlState.js';
import { GATHER_COLUMNS } from './gatherShader.js';
import { ReadGate } from './ReadGate.js';
import type { LoadedSamples, SampledFrame, Sampler, SamplerCounters, Viewport } from './Sampler.js';

/** Samples the coordinate store holds before it wraps. */
const STORE = 65_536;
/** One batch filling, one on its way back. */
const SLOTS = 2;
/** While the batch before is still on its way, a batch grows up to so many times its size; then frames are skipped. */
const GROWTH = 2;

interface Frame extends SampledFrame {
  frameId: number;
  samples: SampleSet | null;
  rgb: Uint8Array;
  row: number;
}

interface Slot {
  readonly frames: Frame[];
  readonly packBuffer: number;
  used: number;
  rows: number;
  columns: number;
  fence: WebGLSync | null;
}

/**
 * Options of `WebGL2Sampler`.
 *
 * @example
 * ```ts
 * const options: WebGL2SamplerOptions = { grid: { width: 320, height: 180 }, batch: 4 };
 * ```
 */
export interface WebGL2SamplerOptions {
  readonly grid: CaptureGrid;
  /** Frames read back together, 1 … 16. More costs less main thread and adds latency. Default 4; up to twice that while the GPU is behind. */
  readonly batch?: number;
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
  readonly counters: SamplerCounters = { skipped: 0, postponed: 0, forced: 0, lost: 0, reads: 0 };
  readonly depth: number;
  readonly #gl: WebGL2RenderingContext;
  readonly #grid: CaptureGrid;
  readonly #batch: number;
  readonly #largest: number;
  readonly #state: GlState;
  readonly #slots: Slot[];
  readonly #free: Slot[];
  readonly #inFlight: Slot[] = [];
  readonly #ready: Frame[] = [];
  readonly #store = new CoordinateStore(STORE);
  readonly #gate: ReadGate;
  readonly #bytes: Uint8Array;
  #resources: GatherResources | null = null;
  #filling: Slot | null = null;
  #disposed = false;
  readonly #onLost = () => this.#forget();

  constructor(gl: WebGL2RenderingContext, options: WebGL2SamplerOptions) {
    assertCaptureGrid(options.grid);
    const batch = options.batch ?? 4;
    if (!Number.isInteger(batch) || batch < 1 || batch > LIMITS.framesPerPacket) {
      throw new SgapsError(
        'ARGUMENT_INVALID',
        `batch is ${batch}, it must be a whole number from 1 to ${LIMITS.framesPerPacket}.`,
      );
    }
    this.#gl = gl;
    this.#grid = options.grid;
    this.#batch = batch;
    this.#largest = Math.min(GROWTH * batch, LIMITS.framesPerPacket);
    this.depth = SLOTS * this.#largest;
    this.#state = new GlState(gl);
    this.#gate = new ReadGate(gl, this.counters);
    this.#slots = Array.from({ length: SLOTS }, (_, packBuffer) => ({
      frames: Array.from({ length: this.#largest }, () => ({
        frameId: 0,
        samples: null,
        rgb: new Uint8Array(3 * GATHER_COLUMNS),
        row: 0,
      })),
      packBuffer,
      used: 0,
      rows: 0,
      columns: 0,
      fence: null,
    }));
    this.#free = [...this.#slots];
    this.#bytes = new Uint8Array(4 * GATHER_COLUMNS * this.#rows());
    this.#build();
    gl.canvas.addEventListener('webglcontextlost', this.#onLost);
  }

  load(sets: readonly SampleSet[]): LoadedSamples[] {
    const loaded = this.#store.load(sets);
    if (this.#resources && !this.#gl.isContextLost()) this.#store.upload(this.#gl, this.#resources.coordinates);
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

  endFrame(frameId: number, samples: LoadedSamples | null, viewport: Viewport): boolean {
    if (this.#disposed || this.#gl.isContextLost()) return false;
    if (!this.#resources) this.#build();
    const resources = this.#resources as GatherResources;
    const slot = this.#filling ?? this.#free.pop() ?? null;
    if (!slot || slot.used === this.#largest) {
      this.counters.skipped++;
      this.#mark();
      return false;
    }
    this.#filling = slot;
    const frame = slot.frames[slot.used++];
    frame.frameId = frameId;
    frame.samples = samples?.set ?? null;
    frame.row = slot.rows;
    const count = samples?.set.count ?? 0;
    if (samples && count > 0) {
      resources.resize();
      this.#state.save();
      this.#copy(resources);
      this.#gather(resources, slot, samples);
      if (this.#isDue(slot)) this.#sendBack(slot);
      this.#state.restore(viewport);
    } else if (this.#isDue(slot)) {
      this.#flushUnsaved();
    }
    this.#mark();
    return true;
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
    const gl = this.#gl;
    const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
    const read = gl.getParameter(gl.READ_FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
    const pack = gl.getParameter(gl.PIXEL_PACK_BUFFER_BINDING) as WebGLBuffer | null;
    const pixels = new Uint8Array(4 * width * height);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, null);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, read);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, pack);
    return areaPicture(pixels, width, height, this.#grid, out);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#gl.canvas.removeEventListener('webglcontextlost', this.#onLost);
    const resources = this.#resources;
    this.#forget();
    this.#disposed = true;
    resources?.dispose();
  }

  #rows(): number {
    return this.#largest * Math.ceil(LIMITS.samplesPerFrame / GATHER_COLUMNS);
  }

  #build(): void {
    this.#resources = new GatherResources(this.#gl, {
      grid: this.#grid,
      rows: this.#rows(),
      coordinates: STORE,
      packBuffers: SLOTS,
    });
    this.#store.forget();
    this.#store.upload(this.#gl, this.#resources.coordinates);
  }

  /** What lay on the GPU is gone (context loss, disposal): frames under way are lost, loaded sets are uploaded again. */
  #forget(): void {
    for (const slot of this.#slots) {
      this.counters.lost += slot.used;
      if (slot.fence) this.#gl.deleteSync(slot.fence);
      this.#clear(slot);
    }
    this.#gate.clear();
    this.#filling = null;
    this.#resources = null;
    this.#inFlight.length = 0;
    this.#free.length = 0;
    this.#free.push(...this.#slots);
  }

  #clear(slot: Slot): void {
    slot.used = slot.rows = slot.columns = 0;
    slot.fence = null;
    for (const frame of slot.frames) frame.samples = null;
  }

  #copy(resources: GatherResources): void {
    const gl = this.#gl;
    const { width, height } = resources;
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, null);
    if (resources.copiesByTexture) {
      const active = gl.getParameter(gl.ACTIVE_TEXTURE) as number;
      gl.activeTexture(gl.TEXTURE0 + resources.unit);
      gl.copyTexSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 0, 0, width, height);
      gl.activeTexture(active);
    } else {
      gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, resources.copyTarget);
      gl.blitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.NEAREST);
    }
  }

  #gather(resources: GatherResources, slot: Slot, samples: LoadedSamples): void {
    const gl = this.#gl;
    const count = samples.set.count;
    const first = this.#store.vertexOf(samples);
    const rows = this.#rows();
    gl.bindFramebuffer(gl.FRAMEBUFFER, resources.target);
    gl.viewport(0, 0, GATHER_COLUMNS, rows);
    gl.useProgram(resources.program);
    gl.uniform3i(resources.place, first, slot.rows, rows);
    gl.bindVertexArray(resources.vertexArray);
    gl.drawArrays(gl.POINTS, first, count);
    slot.rows += Math.ceil(count / GATHER_COLUMNS);
    slot.columns = Math.max(slot.columns, Math.min(count, GATHER_COLUMNS));
  }

  /** Queues the read of a full batch; GL state is saved by the caller. */
  #sendBack(slot: Slot): void {
    this.#filling = null;
    this.#inFlight.push(slot);
    if (slot.rows === 0) return;
    const gl = this.#gl;
    const resources = this.#resources as GatherResources;
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, resources.target);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, resources.packBuffers[slot.packBuffer]);
    gl.readPixels(0, 0, columnsOf(slot), slot.rows, gl.RGBA, gl.UNSIGNED_BYTE, 0);
    slot.fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  }

  /** A batch is sent when it is complete and none is on its way. */
  #isDue(slot: Slot | null): boolean {
    return slot !== null && slot.used >= this.#batch && this.#inFlight.length === 0;
  }

  #flushUnsaved(): void {
    const slot = this.#filling;
    if (!slot || slot.used === 0) return;
    const gl = this.#gl;
    const read = gl.getParameter(gl.READ_FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
    const pack = gl.getParameter(gl.PIXEL_PACK_BUFFER_BINDING) as WebGLBuffer | null;
    this.#sendBack(slot);
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, read);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, pack);
  }

  /** The newest displayed frame ends here; it only matters while something waits to be read. */
  #mark(): void {
    if (this.#inFlight.length > 0 && !this.#gl.isContextLost()) this.#gate.mark();
    else this.#gate.clear();
  }

  /** Reads a batch into its frames and frees its slot. */
  #take(slot: Slot): void {
    const gl = this.#gl;
    const columns = columnsOf(slot);
    this.#inFlight.shift();
    if (slot.fence) {
      const pack = gl.getParameter(gl.PIXEL_PACK_BUFFER_BINDING) as WebGLBuffer | null;
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, (this.#resources as GatherResources).packBuffers[slot.packBuffer]);
      gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, this.#bytes, 0, 4 * columns * slot.rows);
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, pack);
      gl.deleteSync(slot.fence);
      this.#gate.done();
    }
    for (let i = 0; i < slot.used; i++) {
      const frame = slot.frames[i];
      if (frame.samples) this.#unpack(frame, columns);
      this.#ready.push(frame);
    }
    slot.used = slot.rows = slot.columns = 0;
    slot.fence = null;
    this.#free.push(slot);
  }

  #unpack(frame: Frame, columns: number): void {
    const count = (frame.samples as SampleSet).count;
    if (frame.rgb.length < 3 * count) frame.rgb = new Uint8Array(3 * count);
    const { rgb } = frame;
    let from = 4 * columns * frame.row;
    for (let to = 0; to < 3 * count; from += 4) {
      rgb[to++] = this.#bytes[from];
      rgb[to++] = this.#bytes[from + 1];
      rgb[to++] = this.#bytes[from + 2];
    }
  }
}

/** Columns read back: as many as the widest frame fills, an even number so that no pack alignment matters. */
function columnsOf(slot: Slot): number {
  return (slot.columns + 1) & ~1;
}
