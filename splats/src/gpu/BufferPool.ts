import { setTimeout as sleep } from 'node:timers/promises';
import { SgapsError } from '@sgaps/protocol';
import { USAGE } from './flags.js';

/** ms in which a GPU that refuses something tells whether it was lost. */
const LOST_WITHIN = 100;

/** Buffers that are made and let go together. */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #buffers: GPUBuffer[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /**
   * A buffer of at least so many bytes: WebGPU binds none that are empty.
   *
   * @param bound the most bytes of it that are bound at once, where that is not all of it
   * @throws SgapsError `LIMIT_EXCEEDED` for more than the device allows
   */
  make(label: string, bytes: number, usage: number, bound = bytes): GPUBuffer {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#device.limits;
    const size = Math.max(16, Math.ceil(bytes / 4) * 4);
    if (size > maxBufferSize) throw SgapsError.limit(`Bytes of the GPU's buffer '${label}'`, size, maxBufferSize);
    if (usage & USAGE.storage && bound > maxStorageBufferBindingSize)
      throw SgapsError.limit(`Bytes of the GPU's buffer '${label}'`, bound, maxStorageBufferBindingSize);
    const buffer = this.#device.createBuffer({ label, size, usage });
    this.#buffers.push(buffer);
    return buffer;
  }

  /** A storage buffer that copies may go to and come from. */
  storage(label: string, bytes: number, bound = bytes): GPUBuffer {
    return this.make(label, bytes, USAGE.storage | USAGE.copyGoal | USAGE.copySource, bound);
  }

  /** A uniform with its content. */
  uniform(label: string, words: readonly number[]): GPUBuffer {
    const data = new Uint32Array(words);
    const buffer = this.make(label, data.byteLength, USAGE.uniform | USAGE.copyGoal);
    this.#device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  }

  dispose(): void {
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers.length = 0;
  }
}

/**
 * Makes things out of buffers so that a lack of memory is told here, and not by pictures that are wrong later.
 *
 * @param make synchronous; what it takes from the pool is let go where anything fails
 * @throws SgapsError `LIMIT_EXCEEDED` where the GPU has no memory for them
 */
export async function allocate<T>(device: GPUDevice, what: string, make: (pool: BufferPool) => T): Promise<T> {
  const pool = new BufferPool(device);
  try {
    return await withErrors(device, what, () => make(pool));
  } catch (error) {
    pool.dispose();
    throw error;
  }
}

/**
 * Does something synchronous on the device, and throws what WebGPU would only tell to nobody.
 *
 * @throws SgapsError `LIMIT_EXCEEDED` for a lack of memory, `PROVIDER_UNAVAILABLE` where the GPU is lost, `UNSUPPORTED` for all else
 */
export async function withErrors<T>(device: GPUDevice, what: string, work: () => T): Promise<T> {
  for (const filter of ['validation', 'internal', 'out-of-memory'] as const) device.pushErrorScope(filter);
  let scopes: Promise<(GPUError | null)[]>;
  let result: T;
  try {
    result = work();
  } finally {
    scopes = Promise.all([device.popErrorScope(), device.popErrorScope(), device.popErrorScope()]);
    // Where the work itself threw, nobody waits for them.
    scopes.catch(() => undefined);
  }
  const [memory, internal, validation] = await scopes;
  if (memory) throw new SgapsError('LIMIT_EXCEEDED', `The GPU has no memory for ${what}: ${memory.message}`, { cause: memory });
  const refusal = internal ?? validation;
  if (!refusal) return result;
  // Whatever is asked of a lost GPU is refused, too.
  const isLost = await Promise.race([device.lost.then(() => true), sleep(LOST_WITHIN, false)]);
  const code = isLost ? 'PROVIDER_UNAVAILABLE' : 'UNSUPPORTED';
  throw new SgapsError(code, `The GPU refused ${what}: ${refusal.message}`, { cause: refusal });
}
