import type { CaptureGrid } from '@sgaps/protocol';
import { SgapsError } from '@sgaps/protocol/vocabulary';
import { areaEdgeBits } from './areaEdgeBits.js';
import type { CoordinateStore } from './CoordinateStore.js';
import { DEPTH_WGSL, GATHER_GROUP, GATHER_WGSL, PARAMS, RUNS_AT } from './gatherWgsl.js';
import { type LoadedSamples, MASK_LEVEL, type MaskRect } from './Sampler.js';
import {
  GPU,
  type WebGpuBuffer,
  type WebGpuDevice,
  type WebGpuEncoder,
  type WebGpuPipeline,
  type WebGpuTexture,
} from './webGpu.js';

/** Values there is room for at first: four frames of 16,384 samples. */
const VALUES = 65_536;

/**
 * Everything the WebGPU sampler owns on one device: pipelines, coordinates, values, the copy of the frame and, once a mask is
 * there, a grey picture of the same size to paint it over with. Made again for another device.
 *
 * @example
 * ```ts
 * const resources = new WebGpuResources(device, 'bgra8unorm', grid, false);
 * await resources.ready;
 * ```
 */
export class WebGpuResources {
  /** Resolves when the pipelines are compiled; rejects with `UNSUPPORTED` where they do not. */
  readonly ready: Promise<void>;
  isReady = false;
  readonly #params: WebGpuBuffer;
  readonly #numbers = new Uint32Array(PARAMS);
  readonly #buffers = new Set<WebGpuBuffer>();
  /** Values and coordinates there is room for, and where. */
  #room = VALUES;
  #values: WebGpuBuffer;
  #words = 0;
  #coordinates: WebGpuBuffer | null = null;
  #gather: WebGpuPipeline | null = null;
  #depth: WebGpuPipeline | null = null;
  #copy: WebGpuTexture | null = null;
  #copyGroup: object | null = null;
  #grey: WebGpuTexture | null = null;
  #depthTexture: WebGpuTexture | null = null;
  #depthGroup: object | null = null;
  #width = 0;
  #height = 0;

  constructor(
    readonly device: WebGpuDevice,
    readonly format: 'bgra8unorm' | 'rgba8unorm',
    readonly grid: CaptureGrid,
    depth: boolean,
  ) {
    this.#values = this.buffer(4 * VALUES, GPU.bufferStorage | GPU.bufferCopySource);
    this.#params = this.buffer(4 * PARAMS, GPU.bufferUniform | GPU.bufferCopyTarget);
    this.ready = this.#compile(depth);
  }

  /** A buffer that is destroyed with the rest. */
  buffer(size: number, usage: number): WebGpuBuffer {
    const buffer = this.device.createBuffer({ size, usage });
    this.#buffers.add(buffer);
    return buffer;
  }

  /** A buffer that is destroyed now; commands handed over still find it. */
  free(buffer: WebGpuBuffer | null): void {
    if (buffer && this.#buffers.delete(buffer)) buffer.destroy();
  }

  upload(store: CoordinateStore): void {
    if (this.#words !== store.capacity) {
      this.free(this.#coordinates);
      this.#words = store.capacity;
      this.#coordinates = this.buffer(4 * this.#words, GPU.bufferStorage | GPU.bufferCopyTarget);
      this.#copyGroup = this.#depthGroup = null;
      store.forget();
    }
    const coordinates = this.#coordinates as WebGpuBuffer;
    store.upload((at, words) => this.device.queue.writeBuffer(coordinates, 4 * at, words));
  }

  /** True while so many values fit. */
  hasRoom(values: number): boolean {
    return values <= this.#room;
  }

  /** Makes room for so many values; those in it that were not copied yet are lost. */
  makeRoom(values: number): void {
    if (this.hasRoom(values)) return;
    this.free(this.#values);
    while (this.#room < values) this.#room *= 2;
    this.#values = this.buffer(4 * this.#room, GPU.bufferStorage | GPU.bufferCopySource);
    this.#copyGroup = this.#depthGroup = null;
  }

  /** Makes the copy as large as the frame; does nothing while the size stays. Throws `UNSUPPORTED` for a size too large. */
  resize(frame: WebGpuTexture): void {
    if (frame.width === this.#width && frame.height === this.#height) return;
    this.#numbers[6] = areaEdgeBits(frame.width, frame.height, this.grid);
    this.#width = frame.width;
    this.#height = frame.height;
    this.#copy?.destroy();
    this.#grey?.destroy();
    this.#grey = null;
    this.#copy = this.device.createTexture({
      size: [frame.width, frame.height],
      format: this.format,
      usage: GPU.textureCopyTarget | GPU.textureBinding,
    });
    this.#copyGroup = null;
  }

  /** Copies the frame and paints the masks over. */
  copyFrame(encoder: WebGpuEncoder, frame: WebGpuTexture, masks: readonly MaskRect[]): void {
    const copy = this.#copy as WebGpuTexture;
    encoder.copyTextureToTexture({ texture: frame }, { texture: copy }, { width: this.#width, height: this.#height });
    for (const mask of masks) {
      const x = Math.max(0, mask.x);
      const y = Math.max(0, mask.y);
      const width = Math.min(this.#width, mask.x + mask.width) - x;
      const height = Math.min(this.#height, mask.y + mask.height) - y;
      if (width <= 0 || height <= 0) continue;
      this.#grey ??= this.#paintGrey(encoder);
      encoder.copyTextureToTexture({ texture: this.#grey }, { texture: copy, origin: { x, y } }, { width, height });
    }
  }

  /** Gathers a set that begins at word `first` into the values from `colours` on, its depths into those from `depths` on. */
  gather(
    encoder: WebGpuEncoder,
    first: number,
    set: LoadedSamples,
    colours: number,
    depth: WebGpuTexture | null,
    depths: number,
    bottomFirst: boolean,
  ): void {
    const numbers = this.#numbers;
    numbers[0] = this.#width;
    numbers[1] = this.#height;
    numbers[2] = this.grid.width;
    numbers[3] = this.grid.height;
    numbers[4] = set.count;
    numbers[5] = colours;
    numbers[7] = set.depths;
    if (depth) {
      numbers[8] = depth.width;
      numbers[9] = depth.height;
      numbers[10] = bottomFirst ? 1 : 0;
      numbers[11] = depths;
    }
    set.runs.forEach((run, r) => {
      const at = RUNS_AT + 4 * r;
      numbers[at] = run.at + run.count;
      numbers[at + 1] = first + run.word;
      numbers[at + 2] = run.isBlocks ? 1 : 0;
      numbers[at + 3] = run.depthAt + run.depths;
    });
    this.device.queue.writeBuffer(this.#params, 0, numbers);
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#gather as WebGpuPipeline);
    this.#copyGroup ??= this.#group(this.#gather as WebGpuPipeline, this.#copy as WebGpuTexture);
    pass.setBindGroup(0, this.#copyGroup);
    pass.dispatchWorkgroups(Math.ceil(set.count / GATHER_GROUP));
    if (depth) {
      if (depth !== this.#depthTexture) this.#depthGroup = null;
      this.#depthTexture = depth;
      this.#depthGroup ??= this.#group(this.#depth as WebGpuPipeline, depth);
      pass.setPipeline(this.#depth as WebGpuPipeline);
      pass.setBindGroup(0, this.#depthGroup);
      pass.dispatchWorkgroups(Math.ceil(set.depths / GATHER_GROUP));
    }
    pass.end();
  }

  /** Copies the first `bytes` of the values into a buffer that can be mapped. */
  copyValues(encoder: WebGpuEncoder, target: WebGpuBuffer, bytes: number): void {
    encoder.copyBufferToBuffer(this.#values, 0, target, 0, bytes);
  }

  dispose(): void {
    for (const buffer of this.#buffers) buffer.destroy();
    this.#copy?.destroy();
    this.#grey?.destroy();
  }

  async #compile(depth: boolean): Promise<void> {
    try {
      this.#gather = await this.#pipeline(GATHER_WGSL);
      if (depth) this.#depth = await this.#pipeline(DEPTH_WGSL);
      this.isReady = true;
    } catch (cause) {
      throw new SgapsError('UNSUPPORTED', `The gather does not compile on this WebGPU device: ${String(cause)}`, { cause });
    }
  }

  #pipeline(code: string): Promise<WebGpuPipeline> {
    const module = this.device.createShaderModule({ code });
    return this.device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' } });
  }

  #group(pipeline: WebGpuPipeline, picture: WebGpuTexture): object {
    return this.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [
        { binding: 0, resource: picture.createView() },
        { binding: 1, resource: { buffer: this.#coordinates } },
        { binding: 2, resource: { buffer: this.#values } },
        { binding: 3, resource: { buffer: this.#params } },
      ],
    });
  }

  #paintGrey(encoder: WebGpuEncoder): WebGpuTexture {
    const level = MASK_LEVEL / 255;
    const grey = this.device.createTexture({
      size: [this.#width, this.#height],
      format: this.format,
      usage: GPU.textureCopySource | GPU.textureRender,
    });
    const clearValue = { r: level, g: level, b: level, a: 1 };
    const colorAttachments = [{ view: grey.createView(), clearValue, loadOp: 'clear', storeOp: 'store' }];
    encoder.beginRenderPass({ colorAttachments }).end();
    return grey;
  }
}
