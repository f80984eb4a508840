/**
 * The part of a `GPUTexture` that the sampler uses. Written out, as those below, so that no package of ambient types is needed:
 * a real `GPUTexture` fits.
 *
 * @example
 * ```ts
 * const texture: WebGpuTexture = context.getCurrentTexture();
 * ```
 */
export interface WebGpuTexture {
  readonly width: number;
  readonly height: number;
  readonly usage: number;
  createView(): object;
  destroy(): void;
}

/**
 * The part of a `GPUBuffer` that the sampler uses.
 *
 * @example
 * ```ts
 * const buffer: WebGpuBuffer = device.createBuffer({ size: 1024, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
 * ```
 */
export interface WebGpuBuffer {
  mapAsync(mode: number, offset?: number, size?: number): Promise<unknown>;
  getMappedRange(offset?: number, size?: number): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

/**
 * The part of a `GPUCommandEncoder` that the sampler uses.
 *
 * @example
 * ```ts
 * const encoder: WebGpuEncoder = device.createCommandEncoder();
 * ```
 */
export interface WebGpuEncoder {
  copyTextureToTexture(source: object, destination: object, size: object): void;
  copyTextureToBuffer(source: object, destination: object, size: object): void;
  copyBufferToBuffer(source: WebGpuBuffer, from: number, destination: WebGpuBuffer, to: number, size: number): void;
  beginComputePass(): WebGpuPass;
  beginRenderPass(descriptor: object): { end(): void };
  finish(): object;
}

/**
 * The part of a `GPUComputePassEncoder` that the sampler uses.
 *
 * @example
 * ```ts
 * const pass: WebGpuPass = encoder.beginComputePass();
 * ```
 */
export interface WebGpuPass {
  setPipeline(pipeline: object): void;
  setBindGroup(index: number, group: object | null | undefined): void;
  dispatchWorkgroups(x: number): void;
  end(): void;
}

/**
 * A `GPUComputePipeline`.
 *
 * @example
 * ```ts
 * const layout = pipeline.getBindGroupLayout(0);
 * ```
 */
export interface WebGpuPipeline {
  getBindGroupLayout(index: number): object;
}

/**
 * The part of a `GPUDevice` that the sampler uses.
 *
 * @example
 * ```ts
 * const device: WebGpuDevice = await (await navigator.gpu.requestAdapter()).requestDevice();
 * ```
 */
export interface WebGpuDevice {
  readonly queue: {
    submit(commands: Iterable<object>): void;
    writeBuffer(buffer: WebGpuBuffer, offset: number, data: Uint32Array<ArrayBuffer>): void;
  };
  readonly lost: Promise<unknown>;
  createBuffer(descriptor: { size: number; usage: number }): WebGpuBuffer;
  createTexture(descriptor: { size: [number, number]; format: 'bgra8unorm' | 'rgba8unorm'; usage: number }): WebGpuTexture;
  createShaderModule(descriptor: { code: string }): object;
  createComputePipelineAsync(descriptor: object): Promise<WebGpuPipeline>;
  createBindGroup(descriptor: object): object;
  createCommandEncoder(): WebGpuEncoder;
}

/**
 * Where a WebGPU game's frames are: its device, the finished frame of this task, and that texture's format. The canvas must be
 * configured with `COPY_SRC` in its usage, as Babylon does.
 *
 * @example
 * ```ts
 * const source: WebGpuSource = { device, texture: () => context.getCurrentTexture(), format: 'bgra8unorm' };
 * ```
 */
export interface WebGpuSource {
  readonly device: WebGpuDevice;
  /** Asked once per sampled frame, in the task that drew it. */
  readonly texture: () => WebGpuTexture;
  /** `bgra8unorm` or `rgba8unorm`; anything else throws `UNSUPPORTED`. */
  readonly format: string;
  /** The game's canvas, for `createSampler` to fall back on. */
  readonly canvas?: HTMLCanvasElement | OffscreenCanvas;
}

/** Bits of `GPUBufferUsage`, `GPUTextureUsage` and `GPUMapMode`, which only exist where WebGPU does. */
export const GPU = {
  bufferMapRead: 0x1,
  bufferCopySource: 0x4,
  bufferCopyTarget: 0x8,
  bufferUniform: 0x40,
  bufferStorage: 0x80,
  textureCopySource: 0x1,
  textureCopyTarget: 0x2,
  textureBinding: 0x4,
  textureRender: 0x10,
  mapRead: 0x1,
} as const;
