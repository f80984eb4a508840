import type { CaptureGrid } from '@sgaps/protocol';
import { assertCaptureGrid, LIMITS, SgapsError } from '@sgaps/protocol/vocabulary';
import { CoordinateStore } from './CoordinateStore.js';
import { CopiedBatch } from './CopiedBatch.js';
import { readTexture } from './readTexture.js';
import { assertBatch } from './SampleBatch.js';
import type { LoadedSamples, MaskRect, PackedSamples, SampledFrame, Sampler, SamplerCounters, Viewport } from './Sampler.js';
import { WebGpuResources } from './WebGpuResources.js';
import {
  GPU,
  type WebGpuBuffer,
  type WebGpuDevice,
  type WebGpuEncoder,
  type WebGpuSource,
  type WebGpuTexture,
} from './webGpu.js';

/** Batches at once: one filling, the others on their way back. */
const SLOTS = 4;

interface Slot {
  readonly batch: CopiedBatch;
  /** What it is mapped from, and how many bytes that has: made, and made larger, when needed. */
  buffer: WebGpuBuffer | null;
  room: number;
  /** Values in it. */
  values: number;
  mapped: boolean;
  /** Settles, and never rejects, when the batch is back or lost. */
  mapping: Promise<void>;
}

/**
 * Options of `WebGpuSampler`.
 *
 * @example
 * ```ts
 * const options: WebGpuSamplerOptions = { grid: { width: 320, height: 180 }, batch: 4 };
 * ```
 */
export interface WebGpuSamplerOptions {
  readonly grid: CaptureGrid;
  /** Frames read back together, 1 … 16. Default 4. */
  readonly batch?: number;
  /** The engine's depth texture of the frame just drawn (r32float, camera-space z), or null; asked at every sampled frame. */
  readonly depthTexture?: () => WebGpuTexture | null;
  /** The depth texture's first row is its bottom, as engines do that keep WebGL's habit. Default false. */
  readonly depthBottomFirst?: boolean;
}

/**
 * Samples the frames of a WebGPU game (S1): copies the finished frame on the GPU, gathers with a compute shader on the game's own
 * device, and maps the values of a whole batch when they are there. Equal to `AreaGather` on the texture's own read-back, bit for
 * bit. No call waits for the GPU; when all buffers are under way a frame is skipped and counted.
 *
 * After a device loss `endFrame` returns false until `setDevice` gives a new one. `drain` cannot wait: `await whenIdle()` first.
 * The constructor throws `UNSUPPORTED` for another format than `bgra8unorm` and `rgba8unorm`, `endFrame` for a frame without
 * `COPY_SRC`.
 *
 * @example
 * ```ts
 * const sampler = new WebGpuSampler({ device, texture: () => context.getCurrentTexture(), format }, { grid });
 * ```
 */
export class WebGpuSampler implements Sampler {
  readonly kind = 'webgpu';
  readonly counters: SamplerCounters = { skipped: 0, postponed: 0, forced: 0, lost: 0, reads: 0 };
  readonly depth = SLOTS * LIMITS.framesPerPacket;
  readonly #options: WebGpuSamplerOptions;
  readonly #texture: () => WebGpuTexture;
  readonly #store = new CoordinateStore();
  readonly #ready: SampledFrame[] = [];
  readonly #free: Slot[] = [];
  readonly #inFlight: Slot[] = [];
  #format: 'bgra8unorm' | 'rgba8unorm';
  #batch: number;
  #resources: WebGpuResources | null = null;
  #failure: unknown = null;
  #filling: Slot | null = null;
  #disposed = false;

  constructor(source: WebGpuSource, options: WebGpuSamplerOptions) {
    assertCaptureGrid(options.grid);
    this.#options = options;
    this.#texture = source.texture;
    this.#batch = assertBatch(options.batch ?? 4);
    this.#format = assertFormat(source.format);
    this.setDevice(source.device);
  }

  get batch(): number {
    return this.#batch;
  }

  set batch(frames: number) {
    this.#batch = assertBatch(frames);
  }

  /** Goes on with another device, after a loss; what was under way on the old one is lost, loaded sets stay. */
  setDevice(device: WebGpuDevice, format: string = this.#format): void {
    this.#format = assertFormat(format);
    this.#forget();
    const resources = new WebGpuResources(device, this.#format, this.#options.grid, this.#options.depthTexture !== undefined);
    this.#resources = resources;
    this.#failure = null;
    for (let i = 0; i < SLOTS; i++) {
      const batch = new CopiedBatch();
      this.#free.push({ batch, buffer: null, room: 0, values: 0, mapped: false, mapping: Promise.resolve() });
    }
    resources.upload(this.#store);
    resources.ready.catch((error: unknown) => {
      if (this.#resources === resources) this.#failure = error;
    });
    device.lost.then(() => {
      if (this.#resources === resources) this.#forget();
    });
  }

  load(sets: readonly PackedSamples[]): LoadedSamples[] {
    const loaded = this.#store.load(sets);
    this.#resources?.upload(this.#store);
    return loaded;
  }

  holds(loaded: LoadedSamples): boolean {
    return this.#store.holds(loaded);
  }

  beginFrame(): readonly SampledFrame[] {
    this.#ready.length = 0;
    const slot = this.#inFlight[0];
    if (slot?.mapped) this.#take(slot);
    return this.#ready;
  }

  endFrame(frameId: number, samples: LoadedSamples | null, _viewport: Viewport, masks: readonly MaskRect[]): boolean {
    if (this.#failure) throw this.#failure;
    const resources = this.#resources;
    if (!resources) return false;
    const most = samples ? samples.count + (this.#options.depthTexture ? samples.depths : 0) : 0;
    if (resources.isReady && !resources.hasRoom((this.#filling?.values ?? 0) + most)) this.#enlarge(resources, most);
    const slot = resources.isReady ? (this.#filling ?? this.#free.pop() ?? null) : null;
    if (!slot) {
      this.counters.skipped++;
      return false;
    }
    this.#filling = slot;
    if (!samples || samples.count === 0) {
      slot.batch.add(frameId, 0);
      if (slot.batch.used >= this.#batch) this.#sendBack(slot, null);
      return true;
    }
    const { count, depths } = samples;
    const encoder = this.#gather(resources, slot, samples, masks);
    const frame = slot.batch.add(frameId, count, depths);
    frame.at = slot.values;
    slot.values += count;
    if (this.#depthNow) {
      frame.depthAt = slot.values;
      slot.values += depths;
    }
    if (slot.batch.used >= this.#batch) this.#sendBack(slot, encoder);
    else resources.device.queue.submit([encoder.finish()]);
    return true;
  }

  skipFrame(): void {
    // Nothing waits for the GPU here, so the end of a frame without samples changes nothing.
  }

  flush(): void {
    if (this.#filling && this.#filling.batch.used > 0) this.#sendBack(this.#filling, null);
  }

  drain(): readonly SampledFrame[] {
    this.flush();
    return this.beginFrame();
  }

  /** Resolves when the pipelines are compiled and every batch under way is back or lost; rejects with `UNSUPPORTED` if the first fails. */
  async whenIdle(): Promise<void> {
    await this.#resources?.ready;
    this.flush();
    await Promise.all(this.#inFlight.map((slot) => slot.mapping));
  }

  /** Always throws `UNSUPPORTED`: WebGPU cannot wait. Use `readTruthAsync`. */
  readTruth(): never {
    throw new SgapsError(
      'UNSUPPORTED',
      'WebGPU cannot read at once; await readTruthAsync(), called in the task that drew the frame.',
    );
  }

  /** The grid picture of the frame of this task, without masks. Throws `CLOSED` while there is no device. */
  async readTruthAsync(): Promise<Uint8Array<ArrayBuffer>> {
    const resources = this.#resources;
    if (!resources) throw new SgapsError('CLOSED', 'The WebGPU device is lost.');
    return readTexture(resources.device, this.#texture(), this.#format, this.#options.grid);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#forget();
  }

  /** The depth texture of the frame being taken. */
  #depthNow: WebGpuTexture | null = null;

  #gather(resources: WebGpuResources, slot: Slot, samples: LoadedSamples, masks: readonly MaskRect[]): WebGpuEncoder {
    const frame = this.#texture();
    if ((frame.usage & GPU.textureCopySource) === 0) {
      throw new SgapsError(
        'UNSUPPORTED',
        'The canvas cannot be copied: add GPUTextureUsage.COPY_SRC to the usage of its configuration.',
      );
    }
    // Depth cannot be painted over: a frame with masks comes without, or their outlines would show in it.
    const depth = (this.#depthNow = masks.length === 0 ? (this.#options.depthTexture?.() ?? null) : null);
    resources.resize(frame);
    const encoder = resources.device.createCommandEncoder();
    resources.copyFrame(encoder, frame, masks);
    const first = this.#store.placeOf(samples);
    const bottomFirst = this.#options.depthBottomFirst === true;
    resources.gather(encoder, first, samples, slot.values, depth, slot.values + samples.count, bottomFirst);
    return encoder;
  }

  /** Makes room for a whole batch of frames like this one; what has been gathered goes on its way first. */
  #enlarge(resources: WebGpuResources, values: number): void {
    this.flush();
    resources.makeRoom(values * this.#batch);
  }

  /** Sends a batch on its way, with the commands of its last frame where there are some. */
  #sendBack(slot: Slot, commands: WebGpuEncoder | null): void {
    const resources = this.#resources as WebGpuResources;
    this.#filling = null;
    this.#inFlight.push(slot);
    slot.mapped = slot.values === 0;
    if (slot.mapped) return;
    const encoder = commands ?? resources.device.createCommandEncoder();
    const bytes = 4 * slot.values;
    if (slot.room < bytes) {
      resources.free(slot.buffer);
      slot.room = bytes + (bytes >> 3) * 4;
      slot.buffer = resources.buffer(slot.room, GPU.bufferMapRead | GPU.bufferCopyTarget);
    }
    const buffer = slot.buffer as WebGpuBuffer;
    resources.copyValues(encoder, buffer, bytes);
    resources.device.queue.submit([encoder.finish()]);
    slot.mapping = buffer.mapAsync(GPU.mapRead, 0, bytes).then(
      () => {
        slot.mapped = true;
      },
      () => this.#drop(slot),
    );
  }

  /** A batch that will not come back, unless the loss of its device has counted it already. */
  #drop(slot: Slot): void {
    const at = this.#inFlight.indexOf(slot);
    if (at < 0) return;
    this.#inFlight.splice(at, 1);
    this.counters.lost += slot.batch.used;
    slot.batch.clear();
    slot.values = 0;
    this.#free.push(slot);
  }

  #take(slot: Slot): void {
    this.#inFlight.shift();
    const { frames, used } = slot.batch;
    const { buffer } = slot;
    if (buffer && slot.values > 0) {
      const range = buffer.getMappedRange(0, 4 * slot.values);
      const bytes = new Uint8Array(range);
      const words = new Uint32Array(range);
      for (let i = 0; i < used; i++) {
        const { count, depths, at, depthAt } = frames[i];
        // What is mapped goes away with `unmap`.
        if (count > 0) slot.batch.coloursOf(i).set(bytes.subarray(4 * at, 4 * (at + count)));
        if (depthAt >= 0) slot.batch.takeDepths(i, words.subarray(depthAt, depthAt + depths));
      }
      buffer.unmap();
      this.counters.reads++;
    }
    for (let i = 0; i < used; i++) this.#ready.push(frames[i]);
    slot.batch.clear();
    slot.values = 0;
    slot.mapped = false;
    this.#free.push(slot);
  }

  #forget(): void {
    if (this.#filling) this.counters.lost += this.#filling.batch.used;
    for (const slot of this.#inFlight) this.counters.lost += slot.batch.used;
    this.#filling = null;
    this.#inFlight.length = 0;
    this.#free.length = 0;
    const resources = this.#resources;
    this.#resources = null;
    resources?.dispose();
  }
}

function assertFormat(format: string): 'bgra8unorm' | 'rgba8unorm' {
  if (format === 'bgra8unorm' || format === 'rgba8unorm') return format;
  throw new SgapsError('UNSUPPORTED', `A canvas of format ${format} cannot be sampled; bgra8unorm and rgba8unorm can.`);
}
