import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Kernel drivers of cards that compute nothing. */
const NO_GPU = /^(virtio|vmwgfx|qxl|bochs|cirrus|vgem|vkms|simple|hyperv|vboxvideo|ast|mgag200|nova_core)/;
/** Vulkan drivers that compute on the CPU. */
const SOFTWARE = /swiftshader|lvp_|lavapipe|llvmpipe/i;
const MIB = 2 ** 20;

/**
 * A hardware GPU.
 *
 * @example
 * ```ts
 * const { name, memoryMb }: Gpu = gpu;
 * ```
 */
export interface Gpu {
  readonly name: string;
  /** MB of its memory, null where that cannot be read. */
  readonly memoryMb: number | null;
  /** MB of its memory in use now, by everybody; null where that cannot be read. */
  readonly usedMb: () => number | null;
}

/**
 * The GPU of this machine that models can be run on, or why there is none. Software Vulkan drivers (SwiftShader, llvmpipe) are none.
 *
 * @example
 * ```ts
 * const found = findGpu();
 * if ('reason' in found) console.log(`No GPU: ${found.reason}.`);
 * ```
 */
export function findGpu(): Gpu | { readonly reason: string } {
  const driver = process.env.VK_ICD_FILENAMES ?? process.env.VK_DRIVER_FILES ?? '';
  if (SOFTWARE.test(driver)) return { reason: `${driver} computes on the CPU` };
  const nvidia = readNvidia('name');
  if (nvidia) {
    const used = () => numberOrNull(readNvidia('memory.used'));
    return { name: nvidia, memoryMb: numberOrNull(readNvidia('memory.total')), usedMb: used };
  }
  if (process.platform === 'darwin' || process.platform === 'win32')
    return { name: process.platform === 'darwin' ? 'Metal device' : 'Direct3D device', memoryMb: null, usedMb: () => null };
  const cards = readdirOrNothing('/sys/class/drm').filter((name) => name.startsWith('renderD'));
  for (const card of cards) {
    const device = join('/sys/class/drm', card, 'device');
    const kernel = driverOf(device);
    if (kernel === null || NO_GPU.test(kernel)) continue;
    return {
      name: kernel,
      memoryMb: readMb(join(device, 'mem_info_vram_total')),
      usedMb: () => readMb(join(device, 'mem_info_vram_used')),
    };
  }
  return { reason: 'neither an NVIDIA driver nor a render device of a graphics card is here' };
}

/** One figure of the first NVIDIA card; null where there is no driver. MB are MiB there. */
function readNvidia(figure: 'name' | 'memory.total' | 'memory.used'): string | null {
  try {
    const args = [`--query-gpu=${figure}`, '--format=csv,noheader,nounits'];
    const text = execFileSync('nvidia-smi', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return text.split('\n')[0].trim() || null;
  } catch {
    // Not installed, or its driver does not answer: no card of that kind to be used.
    return null;
  }
}

function numberOrNull(text: string | null): number | null {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}

function readMb(file: string): number | null {
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) / MIB : null;
}

function readdirOrNothing(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function driverOf(device: string): string | null {
  const link = join(device, 'driver');
  return existsSync(link) ? basename(readlinkSync(link)) : null;
}
