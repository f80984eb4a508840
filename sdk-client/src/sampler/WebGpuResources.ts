import type { CaptureGrid } from '@sgaps/protocol';
import { LIMITS, SgapsError } from '@sgaps/protocol/vocabulary';
import { areaEdgeBits } from './areaEdgeBits.js';
import type { CoordinateStore } from './CoordinateStore.js';
import { DEPTH_WGSL, GATHER_GROUP, GATHER_WGSL, PARAMS } from './gatherWgsl.js';
import { MASK_LEVEL, type MaskRect } from './Sampler.js';
import {
  GPU,
  type WebGpuBuffer,
  type WebGpuDevice,
  type WebGpuEncoder,
  type WebGpuPipeline,
  type WebGpuTexture,
} from './webGpu.js';

/** Values of a full batch of the largest frames. */
const VALUES = LIMITS.framesPerPacket * LIMITS.samplesPerFrame;

/**
 * Everything the WebGPU sampler owns on one device: pipelines, coordinates, values, the copy of the frame and, once a mask is
 * there, a grey picture of the same size to paint it over with. Made again for another device.
 *
 * @example
 * ```ts
 * const resources = new WebGpuResources(device, 'bgra8unorm', grid, 65_536, false);
 * await resources.ready;
 * ```
 */
export class WebGpuResources {
  /** Resolves when the pipelines are compiled; rejects with `UNSUPPORTED` where they do not. */
  readonly ready: Promise<void>;
  /** Bytes of `values`, and of a buffer that takes all of it. */
  readonly bytes: number;
  isReady = false;
  readonly #values: WebGpuBuffer;
  readonly #coordinates: WebGpuBuffer;
  readonly #params: WebGpuBuffer;
  readonly #numbers = new Uint32Array(PARAMS);
  readonly #buffers: WebGpuBuffer[] = [];
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
    coordinates: number,
    depth: boolean,
  ) {
    this.bytes = 4 * VALUES * (depth ? 2 : 1);
    this.#values = this.buffer(this.bytes, GPU.bufferStorage | GPU.bufferCopySource);
    this.#coordinates = this.buffer(4 * coordinates, GPU.bufferStorage | GPU.bufferCopyTarget);
    this.#params = this.buffer(4 * PARAMS, GPU.bufferUniform | GPU.bufferCopyTarget);
    this.ready = this.#compile(depth);
  }

  /** A buffer that is destroyed with the rest. */
  buffer(size: number, usage: number): WebGpuBuffer {
    const buffer = this.device.createBuffer({ size, usage });
    this.#buffers.push(buffer);
    return buffer;
  }

  upload(store: CoordinateStore): void {
    store.upload((at, words) => this.device.queue.writeBuffer(this.#coordinates, 4 * at, words));
  }

  /** Makes the copy as large as the frame; does nothing while the size stays. Throws `UNSUPPORTED` for a size too large. */
  resize(frame: WebGpuTexture): void {
    if (frame.width === this.#width && frame.height === this.#height) return;
    this.#numbers[7] = areaEdgeBits(frame.width, frame.height, this.grid);
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
    this.#copyGroup = this.#group(this.#gather as WebGpuPipeline, this.#copy);
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

  /** Gathers `count` samples from word `first` on into the values from `colours` on, their depths into those from `depths` on. */
  gather(
    encoder: WebGpuEncoder,
    first: number,
    count: number,
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
    numbers[4] = first;
    numbers[5] = count;
    numbers[6] = colours;
    if (depth) {
      numbers[8] = depth.width;
      numbers[9] = depth.height;
      numbers[10] = bottomFirst ? 1 : 0;
      numbers[11] = depths;
    }
    this.device.queue.writeBuffer(this.#params, 0, numbers);
    const groups = Math.ceil(count / GATHER_GROUP);
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#gather as WebGpuPipeline);
    pass.setBindGroup(0, this.#copyGroup as object);
    pass.dispatchWorkgroups(groups);
    if (depth) {
      if (depth !== this.#depthTexture) {
        this.#depthTexture = depth;
        this.#depthGroup = this.#group(this.#depth as WebGpuPipeline, depth);
      }
      pass.setPipeline(this.#depth as WebGpuPipeline);
      pass.setBindGroup(0, this.#depthGroup as object);
      pass.dispatchWorkgroups(groups);
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
