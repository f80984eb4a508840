import { SgapsError } from '@sgaps/protocol';
import { type Binding, Kernel } from './Kernel.js';
import { RadixSort } from './RadixSort.js';
import { BLEND } from './shaders/blend.js';
import { PACK } from './shaders/pack.js';
import { PACK_HARMONICS } from './shaders/packHarmonics.js';
import { COUNT_PAIRS, EMIT_PAIRS, FIND_RANGES, SCAN_PAIRS } from './shaders/pairs.js';
import { PROJECT } from './shaders/project.js';

/** All shaders of a device, compiled once. */
export interface SplatKernels {
  readonly sort: RadixSort;
  readonly packHarmonics: Kernel;
  readonly project: Kernel;
  readonly countPairs: Kernel;
  readonly scanPairs: Kernel;
  readonly emitPairs: Kernel;
  readonly findRanges: Kernel;
  readonly blend: Kernel;
  readonly pack: Kernel;
}

const compiled = new WeakMap<GPUDevice, Promise<SplatKernels>>();

/**
 * Compiles what a device does not have yet.
 *
 * @throws SgapsError `PROVIDER_UNAVAILABLE` for a device that does not take them.
 */
export function splatKernels(device: GPUDevice): Promise<SplatKernels> {
  const ready = compiled.get(device);
  if (ready) return ready;
  const kernels = compile(device);
  compiled.set(device, kernels);
  kernels.catch(() => compiled.delete(device));
  return kernels;
}

async function compile(device: GPUDevice): Promise<SplatKernels> {
  const kernel = (name: string, code: string, ...bindings: Binding[]) => Kernel.create(device, name, code, bindings);
  const [u, r, w] = ['uniform', 'read', 'write'] as const;
  try {
    const [sort, packHarmonics, project, countPairs, scanPairs, emitPairs, findRanges, blend, pack] = await Promise.all([
      RadixSort.create(device),
      kernel('packHarmonics', PACK_HARMONICS, u, r, w),
      kernel('project', PROJECT, u, u, r, r, r, r, r, w, w, w),
      kernel('countPairs', COUNT_PAIRS, r, r, r, w),
      kernel('scanPairs', SCAN_PAIRS, u, w, w, w),
      kernel('emitPairs', EMIT_PAIRS, u, r, r, r, r, r, w, w),
      kernel('findRanges', FIND_RANGES, r, r, w),
      kernel('blend', BLEND, u, u, r, r, r, w, w, w),
      kernel('pack', PACK, u, r, w),
    ]);
    return { sort, packHarmonics, project, countPairs, scanPairs, emitPairs, findRanges, blend, pack };
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new SgapsError('PROVIDER_UNAVAILABLE', `The GPU does not take the shaders that draw splats: ${said}`, { cause });
  }
}
