import { assertCaptureGrid, type CaptureGrid, LIMITS, type SampleSet, SgapsError } from '@sgaps/protocol';
import { areaPicture } from './areaSample.js';
import { GatherResources } from './GatherResources.js';
import { GATHER_COLUMNS, packSample } from './gatherShader.js';
import { GlState } from './GlState.js';
import type { LoadedSamples, SampledFrame, Sampler, SamplerCounters, Viewport } from './Sampler.js';

/** Samples the coordinate store holds before it wraps. */
const STORE = 65_536;
/** One batch filling, two on their way back. */
const SLOTS = 3;
/** A finished read waits this long for an idle GPU before it is done anyway: frame starts, or milliseconds if that is sooner. */
const PATIENT_STARTS = 8;
const PATIENT_MS = 150;

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
  /** Frames read back together, 1 … 16. More costs less main thread and adds latency. Default 4. */
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
  readonly #state: GlState;
  readonly #slots: Slot[];
  readonly #free: Slot[];
  readonly #inFlight: Slot[] = [];
  readonly #ready: Frame[] = [];
  readonly #store = new Uint32Array(STORE);
  readonly #bytes: Uint8Array;
  #resources: GatherResources | null = null;
  #filling: Slot | null = null;
  #newest: WebGLSync | null = null;
  #loaded = 0;
  #waited = 0;
  #waitingSince = 0;
  #disposed = false;
  readonly #onLost = () => this.#forget();

  constructor(gl: WebGL2RenderingContext, options: WebGL2SamplerOptions) {
    assertCaptureGrid(options.grid);
    const batch = options.batch ?? 4;
    if (!Number.isInteger(batch) || batch < 1 || batch > LIMITS.framesPerPacket) {
      throw new SgapsError('ARGUMENT_INVALID', `batch is ${batch}, it must be a whole number from 1 to ${LIMITS.framesPerPacket}.`);
    }
    this.#gl = gl;
    this.#grid = options.grid;
    this.#batch = batch;
    this.depth = SLOTS * batch;
    this.#state = new GlState(gl);
    this.#slots = Array.from({ length: SLOTS }, (_, packBuffer) => ({
      frames: Array.from({ length: batch }, () => ({ frameId: 0, samples: null, rgb: new Uint8Array(3 * GATHER_COLUMNS), row: 0 })),
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
    const begin = this.#loaded;
    const loaded = sets.map((set) => {
      // A set never wraps: its vertices must lie in one run.
      if ((this.#loaded % STORE) + set.count > STORE) this.#loaded += STORE - (this.#loaded % STORE);
      const first = this.#loaded;
      const at = first % STORE;
      for (let i = 0; i < set.count; i++) this.#store[at + i] = packSample(set.u[i], set.v[i], set.kind[i]);
      this.#loaded += set.count;
      return { set, start: first };
    });
    this.#upload(begin, this.#loaded);
    return loaded;
  }

  holds(loaded: LoadedSamples): boolean {
    return this.#loaded - loaded.start <= STORE;
  }

  beginFrame(): readonly SampledFrame[] {
    const slot = this.#inFlight[0];
    this.#ready.length = 0;
    if (!slot) return this.#ready;
    const gl = this.#gl;
    if (slot.fence) {
      if (gl.getSyncParameter(slot.fence, gl.SYNC_STATUS) !== gl.SIGNALED) return this.#ready;
      const busy = this.#newest !== null && gl.getSyncParameter(this.#newest, gl.SYNC_STATUS) !== gl.SIGNALED;
      if (busy && this.#mayWait()) {
        this.counters.postponed++;
        return this.#ready;
      }
      if (busy) this.counters.forced++;
    }
    this.#take(slot);
    return this.#ready;
  }

  endFrame(frameId: number, samples: LoadedSamples | null, viewport: Viewport): boolean {
    if (this.#disposed || this.#gl.isContextLost()) return false;
    if (!this.#resources) this.#build();
    const resources = this.#resources as GatherResources;
    const slot = this.#filling ?? this.#free.pop() ?? null;
    if (!slot) {
      this.counters.skipped++;
      this.#fenceNewest();
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
      if (slot.used === this.#batch) this.#sendBack(slot);
      this.#state.restore(viewport);
    } else if (slot.used === this.#batch) {
      this.#flushUnsaved();
    }
    this.#fenceNewest();
    return true;
  }

  skipFrame(): void {
    this.#fenceNewest();
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
    return this.#batch * Math.ceil(LIMITS.samplesPerFrame / GATHER_COLUMNS);
  }

  #build(): void {
    this.#resources = new GatherResources(this.#gl, {
      grid: this.#grid,
      rows: this.#rows(),
      coordinates: STORE,
      packBuffers: SLOTS,
    });
    this.#upload(Math.max(0, this.#loaded - STORE), this.#loaded);
  }

  /** What lay on the GPU is gone (context loss, disposal): frames under way are lost, loaded sets are uploaded again. */
  #forget(): void {
    for (const slot of this.#slots) {
      this.counters.lost += slot.used;
      if (slot.fence) this.#gl.deleteSync(slot.fence);
      this.#clear(slot);
    }
    if (this.#newest) this.#gl.deleteSync(this.#newest);
    this.#newest = null;
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

  #upload(from: number, to: number): void {
    if (!this.#resources || from === to || this.#gl.isContextLost()) return;
    const gl = this.#gl;
    const bound = gl.getParameter(gl.COPY_WRITE_BUFFER_BINDING) as WebGLBuffer | null;
    gl.bindBuffer(gl.COPY_WRITE_BUFFER, this.#resources.coordinates);
    if (to - from >= STORE) {
      gl.bufferSubData(gl.COPY_WRITE_BUFFER, 0, this.#store);
    } else {
      const a = from % STORE;
      const b = a + (to - from);
      gl.bufferSubData(gl.COPY_WRITE_BUFFER, 4 * a, this.#store, a, Math.min(b, STORE) - a);
      if (b > STORE) gl.bufferSubData(gl.COPY_WRITE_BUFFER, 0, this.#store, 0, b - STORE);
    }
    gl.bindBuffer(gl.COPY_WRITE_BUFFER, bound);
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
    const first = samples.start % STORE;
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

  /** Marks the end of the newest displayed frame, while something waits to be read. */
  #fenceNewest(): void {
    const gl = this.#gl;
    if (this.#newest) gl.deleteSync(this.#newest);
    this.#newest = null;
    if (this.#inFlight.length > 0 && !gl.isContextLost()) this.#newest = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  }

  /** False when the GPU was busy at so many frame starts that the game is bound by it: waiting longer would only lose frames. */
  #mayWait(): boolean {
    const now = performance.now();
    if (this.#waited === 0) this.#waitingSince = now;
    return this.#waited++ < PATIENT_STARTS && now - this.#waitingSince < PATIENT_MS;
  }

  /** Reads a batch into its frames and frees its slot. */
  #take(slot: Slot): void {
    const gl = this.#gl;
    const columns = columnsOf(slot);
    this.#inFlight.shift();
    this.#waited = 0;
    if (slot.fence) {
      const pack = gl.getParameter(gl.PIXEL_PACK_BUFFER_BINDING) as WebGLBuffer | null;
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, (this.#resources as GatherResources).packBuffers[slot.packBuffer]);
      gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, this.#bytes, 0, 4 * columns * slot.rows);
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, pack);
      gl.deleteSync(slot.fence);
      this.counters.reads++;
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
