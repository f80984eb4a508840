import { COMPUTE } from './flags.js';

/** What a kernel does with a buffer. */
export type Binding = 'uniform' | 'read' | 'write';

/** Layouts of bind groups know these names for it. */
const TYPES: Record<Binding, GPUBufferBindingType> = { uniform: 'uniform', read: 'read-only-storage', write: 'storage' };

/** One compute shader with its bindings, all of them in group 0. */
export class Kernel {
  readonly #device: GPUDevice;
  readonly #name: string;
  readonly #layout: GPUBindGroupLayout;
  readonly #pipeline: GPUComputePipeline;

  private constructor(device: GPUDevice, name: string, layout: GPUBindGroupLayout, pipeline: GPUComputePipeline) {
    this.#device = device;
    this.#name = name;
    this.#layout = layout;
    this.#pipeline = pipeline;
  }

  /** Compiles the function `name` of the shader. Rejects where the device does not take it. */
  static async create(device: GPUDevice, name: string, code: string, bindings: readonly Binding[]): Promise<Kernel> {
    const layout = device.createBindGroupLayout({
      label: name,
      entries: bindings.map((binding, at) => ({ binding: at, visibility: COMPUTE, buffer: { type: TYPES[binding] } })),
    });
    const pipeline = await device.createComputePipelineAsync({
      label: name,
      layout: device.createPipelineLayout({ label: name, bindGroupLayouts: [layout] }),
      compute: { module: device.createShaderModule({ label: name, code }), entryPoint: name },
    });
    return new Kernel(device, name, layout, pipeline);
  }

  /** The buffers, or stretches of buffers, for its bindings in their order. */
  bind(...buffers: (GPUBuffer | GPUBufferBinding)[]): GPUBindGroup {
    const entries = buffers.map((buffer, binding) => ({
      binding,
      resource: 'buffer' in buffer ? buffer : { buffer },
    }));
    return this.#device.createBindGroup({ label: this.#name, layout: this.#layout, entries });
  }

  run(pass: GPUComputePassEncoder, group: GPUBindGroup, columns: number, rows = 1): void {
    if (columns === 0) return;
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(columns, rows);
  }

  /** With as many workgroups as the GPU wrote at `offset` bytes of the arguments. */
  runIndirect(pass: GPUComputePassEncoder, group: GPUBindGroup, args: GPUBuffer, offset: number): void {
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroupsIndirect(args, offset);
  }
}
