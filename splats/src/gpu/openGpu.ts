import { SgapsError } from '@sgaps/protocol';

/**
 * A GPU that splats are drawn on; one for all renderers of a process.
 */
export interface Gpu {
  readonly device: GPUDevice;
  /** What it is, in words. */
  readonly adapter: string;
  /** True for one that computes on the CPU, as SwiftShader and llvmpipe do. */
  readonly software: boolean;
}

/** Timestamps in steps of 0.1 ms, as Dawn has them unasked, tell nothing of stages. */
const DAWN = ['disable-dawn-features=timestamp_quantization'];
/** Limits that larger clouds and pictures need more of than WebGPU promises everywhere. */
const RAISED = ['maxBufferSize', 'maxStorageBufferBindingSize'] as const;

/** The one that is open. */
let open: Promise<OpenGpu> | null = null;

/** Dawn's own object is kept with it: devices do not outlive it. */
interface OpenGpu extends Gpu {
  readonly dawn: GPU;
}

/**
 * Opens the GPU through Dawn, or gives the one that is open; a lost one is opened anew. Drivers are those of the process: `VK_ICD_FILENAMES` names others.
 *
 * @throws SgapsError `PROVIDER_UNAVAILABLE` where there is no WebGPU: no driver, or no build of Dawn for this machine. */
export function openGpu(): Promise<Gpu> {
  if (open) return open;
  const opening = request();
  open = opening;
  const forget = () => {
    if (open === opening) open = null;
  };
  opening.then(({ device }) => device.lost).then(forget, forget);
  return opening;
}

async function request(): Promise<OpenGpu> {
  try {
    const { create } = await import('webgpu');
    const dawn = create(DAWN);
    const adapter = await dawn.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) throw new Error('no driver offers an adapter');
    const timestamps: GPUFeatureName[] = adapter.features.has('timestamp-query') ? ['timestamp-query'] : [];
    const device = await adapter.requestDevice({
      label: 'splats',
      requiredFeatures: timestamps,
      requiredLimits: Object.fromEntries(RAISED.map((name) => [name, adapter.limits[name]])),
    });
    const { vendor, architecture, device: model, description, isFallbackAdapter } = adapter.info;
    const words = description || model || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed';
    return { dawn, device, adapter: `${words}, WebGPU`, software: isFallbackAdapter };
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new SgapsError('PROVIDER_UNAVAILABLE', `There is no WebGPU to draw splats with: ${said}`, { cause });
  }
}
